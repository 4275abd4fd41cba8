"""What decides on which days which schools have pupils: closures, holidays and school calendars, in one question."""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Date, Integer, String, bindparam, cast, func, literal, null, select, union_all

from scheduler.core.db import db
from scheduler.places.models import Closure, District, Holiday, Municipality, SchoolCalendarEntry
from scheduler.places.rules.school_days import LessonCalendar, ShutDays
from scheduler.places.terms.hosts import CalendarSpan, ClosureReason, ClosureRow, Extent, HolidayRow, SchoolCalendar

CALENDARS = {one.value: one for one in SchoolCalendar}


def lesson_calendar(first: dt.date, last: dt.date) -> LessonCalendar:
    """All that decides on which days of a span which schools have pupils, of the school years that it touches."""
    return _lessons(first, last, db.session().execute(_plain_lines(), _span(first, last)))


def lessons_and_closures(first: dt.date, last: dt.date) -> tuple[LessonCalendar, list[ClosureRow]]:
    """The same, and the closures that shut a day of the span as pages show them, by first day: one question."""
    found = db.session().execute(_named_lines(), _span(first, last)).all()
    shut = [_shut(*row[1:4], *row[6:]) for row in found if row[0] == "closure"]
    closures = sorted(
        (row for row in shut if row.shut_until >= max(first, row.first_day)), key=lambda row: (row.first_day, row.id)
    )
    return _lessons(first, last, [row[:9] for row in found]), closures


def _span(first: dt.date, last: dt.date) -> dict[str, dt.date]:
    year = dt.timedelta(days=366)
    before, after = max(first, dt.date.min + year), min(last, dt.date.max - year)  # any day can be typed
    return {"first": first, "last": last, "year_before": before - year, "year_after": after + year}


@cache
def _plain_lines() -> CompoundSelect[Any]:
    return _lines_of(named=False)


def _lessons(first: dt.date, last: dt.date, found: Iterable[Sequence[Any]]) -> LessonCalendar:
    closures, holidays, lines = [], dict[dt.date, HolidayRow](), []
    for what, begins, ends, calendar, kind, applies_to, one, two, opened in found:
        if what == "holiday":
            holidays[begins] = HolidayRow(begins, calendar, kind, applies_to, no_lessons=True)
        elif what == "closure":
            extent = Extent(one, two, CALENDARS[calendar] if calendar else None)
            closures.append(ShutDays(extent, begins, ends if opened is None else opened - dt.timedelta(days=1)))
        else:
            lines.append((CALENDARS[calendar], CalendarSpan(kind, begins, ends, applies_to, one)))
    lines.sort(key=lambda line: (line[1].first_day, line[1].id))
    entries = {one: tuple(span for calendar, span in lines if calendar is one) for one in SchoolCalendar}
    return LessonCalendar(first, last, tuple(closures), holidays, entries)


def _shut(
    begins: dt.date, ends: dt.date, calendar: str | None, town: int, district: int, opened: Any, *named: Any
) -> ClosureRow:
    number, lies_in, reason, note, *place = named
    extent = Extent(town, district, CALENDARS[calendar] if calendar else None)
    return ClosureRow(number, extent, begins, ends, ClosureReason(reason), note, opened, lies_in, *place)


@cache
def _named_lines() -> CompoundSelect[Any]:
    return _lines_of(named=True)


def _lines_of(*, named: bool) -> CompoundSelect[Any]:
    """Three tables under each other. Where a line has its id, a closure has its place; a holiday its names before.

    `named`: a closure with its id, the district in which it lies, its reason and the names of its place behind.
    """
    line, first, last = SchoolCalendarEntry, bindparam("first", type_=Date), bindparam("last", type_=Date)
    number, text, day = cast(null(), Integer), cast(null(), String), cast(null(), Date)
    place = Closure.municipality_id, Closure.district_id
    closed = Closure.first_day, Closure.last_day, cast(Closure.calendar, String), text, text, *place, Closure.open_from
    names = Holiday.name_sr_cyrl, Holiday.name_sr_latn, Holiday.name_en
    free = Holiday.day, Holiday.day, *names, number, number, day
    said = line.first_day, line.last_day, cast(line.calendar, String), line.kind, line.applies_to
    near = (
        line.removed_at.is_(None),
        line.last_day >= bindparam("year_before"),
        line.first_day <= bindparam("year_after"),
    )
    nothing = (number, number, *[text] * 5) if named else ()
    closures = select(literal("closure"), *closed, *(_NAMED_CLOSURE if named else ()))
    if named:
        closures = closures.outerjoin(Closure.municipality).outerjoin(District, District.id == Closure.district_id)
    holidays = select(literal("holiday"), *free, *nothing).where(
        Holiday.day.between(first, last), Holiday.removed_at.is_(None), Holiday.no_lessons.is_(True)
    )
    lines = select(literal("line"), *said, line.id, number, day, *nothing).where(*near)
    shut = closures.where(Closure.first_day <= last, Closure.last_day >= first)
    return union_all(shut, holidays, lines)


_NAMED_CLOSURE = (
    Closure.id,
    func.coalesce(Municipality.district_id, Closure.district_id),
    cast(Closure.reason, String),
    Closure.note,
    func.coalesce(Municipality.name_sr_cyrl, District.name_sr_cyrl, ""),
    func.coalesce(Municipality.name_sr_latn, District.name_sr_latn, ""),
    func.coalesce(Municipality.name_sr_latn, District.name_en, ""),
)
