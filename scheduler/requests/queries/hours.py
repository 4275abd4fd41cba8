"""The clock of a school around the days that it asks for."""

import datetime as dt
from dataclasses import dataclass

from scheduler.places import queries as place_queries
from scheduler.places.rules.hosts import levels_taught
from scheduler.places.rules.school_time import LOOK_AROUND
from scheduler.places.terms.hosts import HostRow
from scheduler.places.terms.school_time import DaysOfGrades, SchoolClock, SchoolTimeRow
from scheduler.requests.queries.lessons import lesson_days
from scheduler.requests.rules.asked import LONGEST_SPAN_DAYS

LONGEST = dt.timedelta(days=LONGEST_SPAN_DAYS)
AROUND = dt.timedelta(days=LOOK_AROUND + 7)


@dataclass(frozen=True)
class SchoolHours:
    """What a request is judged by: the clock of its school, and the school days of the asked span by grade."""

    clock: SchoolClock | None  # None while nobody has told the shifts and bells
    lessons: DaysOfGrades | None  # None for a span that is none, or too long to be asked for


def school_hours(host: HostRow, first: dt.date, last: dt.date, *, today: dt.date) -> SchoolHours:
    """Both in two questions: told shifts and bells, and the days around the span, of which its own are a part."""
    stored = place_queries.school_time_of(host.id)
    may_be_asked = dt.timedelta(0) <= last - first <= LONGEST
    if stored is None and not may_be_asked:
        return SchoolHours(None, None)
    around = AROUND if stored else dt.timedelta(0)
    found = _days(host, first - around, max(first, last) + around)
    lessons = {grade: frozenset(day for day in days if first <= day <= last) for grade, days in found.items()}
    return SchoolHours(_clock(stored, found, today) if stored else None, lessons if may_be_asked else None)


def school_clock(host: HostRow, first: dt.date, last: dt.date, *, today: dt.date = dt.date.min) -> SchoolClock | None:
    """Shifts and bells of a host, with its school days from some weeks before the first day to some after the last.

    None while nobody has told them. Days before `today` help nobody and are left out.
    """
    stored = place_queries.school_time_of(host.id)
    return _clock(stored, _days(host, first - AROUND, max(first, last) + AROUND), today) if stored else None


def _clock(stored: SchoolTimeRow, found: DaysOfGrades, today: dt.date) -> SchoolClock:
    days = {grade: frozenset(day for day in of_grade if day >= today) for grade, of_grade in found.items()}
    return SchoolClock(stored.told, days[None], days)


def _days(host: HostRow, first: dt.date, last: dt.date) -> DaysOfGrades:
    levels = levels_taught(host.teaches_primary, host.teaches_secondary)
    return lesson_days(host.municipality, levels, first, last).of_grades
