"""The clock of a school around the days that it asks for, and the days on which schools have lessons."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from sqlalchemy import CompoundSelect, Date, Integer, String, cast, literal, null, select, union_all

from scheduler.core.db import db
from scheduler.places import queries as place_queries
from scheduler.places.models import Closure, Holiday, SchoolCalendarEntry
from scheduler.places.rules.hosts import days_by_grade, levels_taught
from scheduler.places.rules.school_time import LOOK_AROUND
from scheduler.places.terms.hosts import CalendarSpan, Extent, HostRow, Level, MunicipalityRow, SchoolCalendar
from scheduler.places.terms.school_time import DaysOfGrades, SchoolClock, SchoolTimeRow
from scheduler.requests.rules.school_request import LONGEST_SPAN_DAYS

DAY = dt.timedelta(days=1)
LONGEST_SPAN = dt.timedelta(days=LONGEST_SPAN_DAYS)
AROUND = dt.timedelta(days=LOOK_AROUND + 7)
LessonDays = tuple[DaysOfGrades, frozenset[dt.date]]  # the school days of a span; those that a closure takes away


def school_hours(
    host: HostRow, first: dt.date, last: dt.date, *, today: dt.date
) -> tuple[SchoolClock | None, DaysOfGrades | None]:
    """The clock of a school (see below), and the school days of the span by grade: two questions for both.

    No days for a span that is none, or too long to be asked for.
    """
    stored = place_queries.school_time_of(host.id)
    is_span = dt.timedelta(0) <= last - first <= LONGEST_SPAN
    if stored is None and not is_span:
        return None, None
    around = AROUND if stored else dt.timedelta(0)
    found = _days(host, first - around, max(first, last) + around)
    lessons = {grade: frozenset(day for day in days if first <= day <= last) for grade, days in found.items()}
    return _clock(stored, found, today) if stored else None, lessons if is_span else None


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
    return lesson_days(host.municipality, levels, first, last)[0]


def lesson_days(town: MunicipalityRow | None, levels: Collection[Level], first: dt.date, last: dt.date) -> LessonDays:
    """For schools of a municipality, or a host abroad, that teach these levels: closures, holidays and the school
    calendar in one question. The same rule as `places.queries.days_of_grades`."""
    span = [first + number * DAY for number in range((last - first).days + 1)]
    if town is None:
        return days_by_grade(span, (), (), ()), frozenset()
    shut: set[dt.date] = set()
    holidays: set[dt.date] = set()
    entries = []
    for row in db.session().execute(_calendar(town.school_calendar, first, last)):
        if row.what == "holiday":
            holidays.add(row.first_day)
        elif row.what == "closure":
            extent = Extent(row.one, row.two, SchoolCalendar(row.kind) if row.kind else None)
            until = row.last_day if row.opened is None else row.opened - DAY
            if extent.holds(town):
                shut |= {day for day in span if row.first_day <= day <= until}
        else:
            entries.append(CalendarSpan(row.kind, row.first_day, row.last_day, row.applies_to, row.one))
    open_days = [day for day in span if day not in shut]  # snow closes a working Saturday too
    return days_by_grade(open_days, levels, holidays, entries), frozenset(shut)


def _calendar(calendar: SchoolCalendar, first: dt.date, last: dt.date) -> CompoundSelect[Any]:
    number, text, day = cast(null(), Integer), cast(null(), String), cast(null(), Date)
    closures = select(
        literal("closure").label("what"),
        Closure.first_day.label("first_day"),
        Closure.last_day.label("last_day"),
        cast(Closure.calendar, String).label("kind"),
        text.label("applies_to"),
        Closure.municipality_id.label("one"),
        Closure.district_id.label("two"),
        Closure.open_from.label("opened"),
    ).where(Closure.first_day <= last, Closure.last_day >= first)
    holidays = select(literal("holiday"), Holiday.day, Holiday.day, text, text, number, number, day).where(
        Holiday.day.between(first, last), Holiday.removed_at.is_(None), Holiday.no_lessons.is_(True)
    )
    entry = SchoolCalendarEntry
    year = dt.timedelta(days=366)
    entries = select(
        literal("entry"),
        entry.first_day,
        entry.last_day,
        entry.kind,
        entry.applies_to,
        entry.id,
        number,
        day,
    ).where(
        entry.calendar == calendar,
        entry.removed_at.is_(None),
        entry.last_day >= first - year,
        entry.first_day <= last + year,
    )
    return union_all(closures, holidays, entries)
