"""The clock of a school around the days that it asks for."""

import datetime as dt

from scheduler.places import queries as place_queries
from scheduler.places.rules.school_time import LOOK_AROUND
from scheduler.places.terms.hosts import HostRow
from scheduler.places.terms.school_time import DaysOfGrades, SchoolClock
from scheduler.requests.rules.asked import LONGEST_SPAN_DAYS

LONGEST = dt.timedelta(days=LONGEST_SPAN_DAYS)
AROUND = dt.timedelta(days=LOOK_AROUND + 7)


def school_clock(host: HostRow, first: dt.date, last: dt.date, *, today: dt.date = dt.date.min) -> SchoolClock | None:
    """Shifts and bells of a host, with its school days from some weeks before the first day to some after the last.

    None while nobody has told them. Days before `today` help nobody and are left out.
    """
    stored = place_queries.school_time_of(host.id)
    if stored is None:
        return None
    found = place_queries.days_of_grades(host, first - AROUND, max(first, last) + AROUND)
    days = {grade: frozenset(day for day in of_grade if day >= today) for grade, of_grade in found.items()}
    return SchoolClock(stored.told, days[None], days)


def lessons_of_span(host: HostRow, first: dt.date, last: dt.date) -> DaysOfGrades | None:
    """The school days of a span by grade; None for one that is none, or too long to be asked for."""
    if not dt.timedelta(0) <= last - first <= LONGEST:
        return None
    return place_queries.days_of_grades(host, first, last)
