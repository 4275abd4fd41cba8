"""Days with lessons: closures, holidays and the school calendar of a place in one question."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CompoundSelect, Date, Integer, String, cast, literal, null, select, union_all

from scheduler.core.db import db
from scheduler.places.models import Closure, Holiday, SchoolCalendarEntry
from scheduler.places.rules.hosts import days_by_grade
from scheduler.places.terms.hosts import CalendarSpan, Extent, Level, MunicipalityRow, SchoolCalendar
from scheduler.places.terms.school_time import DaysOfGrades

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class LessonDays:
    """Of a span: the school days by grade (all of them under None), and the days that a closure takes away."""

    of_grades: DaysOfGrades
    shut: frozenset[dt.date] = frozenset()


def lesson_days(town: MunicipalityRow | None, levels: Collection[Level], first: dt.date, last: dt.date) -> LessonDays:
    """For schools of a municipality, or a host abroad, that teach these levels.

    The same rule as `places.queries.days_of_grades`.
    """
    span = [first + number * DAY for number in range((last - first).days + 1)]
    if town is None:
        return LessonDays(days_by_grade(span, (), (), ()))
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
            entries.append(CalendarSpan(row.kind, row.first_day, row.last_day, row.applies_to, row.one, row.two))
    open_days = [day for day in span if day not in shut]  # snow closes a working Saturday too
    return LessonDays(days_by_grade(open_days, levels, holidays, entries), frozenset(shut))


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
        entry.timetable_of,
        day,
    ).where(
        entry.calendar == calendar,
        entry.removed_at.is_(None),
        entry.last_day >= first - year,
        entry.first_day <= last + year,
    )
    return union_all(closures, holidays, entries)
