"""What decides on which days which schools have pupils: closures, holidays and school calendars, in one question."""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Date,
    Integer,
    Row,
    String,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from scheduler.core.db import db
from scheduler.places.models import Closure, ClosurePlace, District, Holiday, Municipality, SchoolCalendarEntry
from scheduler.places.rules.school_days import LessonCalendar, ShutDays
from scheduler.places.terms.hosts import (
    CalendarSpan,
    ClosedPlace,
    ClosureReason,
    ClosureRow,
    Extent,
    HolidayRow,
    SchoolCalendar,
)

CALENDARS = {one.value: one for one in SchoolCalendar}


def lesson_calendar(first: dt.date, last: dt.date) -> LessonCalendar:
    """All that decides on which days of a span which schools have pupils, of the school years that it touches."""
    return _lessons(first, last, db.session().execute(_plain_lines(), _span(first, last)))


def lessons_and_closures(first: dt.date, last: dt.date) -> tuple[LessonCalendar, list[ClosureRow]]:
    """The same, and the closures that shut a day of the span as pages show them, by first day: one question."""
    found = db.session().execute(_named_lines(), _span(first, last)).all()
    places = [row for row in found if row[0] == "closure"]
    places.sort(key=lambda row: (row.first_day, row.closure_id, row.place_id))
    shut = [_shut(list(same)) for _closure, same in groupby(places, lambda row: row.closure_id)]
    closures = [row for row in shut if row.shut_until >= max(first, row.first_day)]
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


def _shut(lines: Sequence[Row[Any]]) -> ClosureRow:
    """A closure from the lines of its places."""
    places = []
    for line in lines:
        calendar = CALENDARS[line.calendar] if line.calendar else None
        extent = Extent(line.municipality_id, line.district_id, calendar)
        places.append(ClosedPlace(extent, line.lies_in, line.name_sr_cyrl, line.name_sr_latn, line.name_en))
    return ClosureRow(
        line.closure_id,
        tuple(places),
        line.first_day,
        line.last_day,
        ClosureReason(line.reason),
        line.note,
        line.open_from,
    )


@cache
def _named_lines() -> CompoundSelect[Any]:
    return _lines_of(named=True)


def _lines_of(*, named: bool) -> CompoundSelect[Any]:
    """Three tables under each other. A closure has a row for each of its places.

    Where a line has its id, a closure has its place; a holiday its names before. `named`: a closure with the ids of
    itself and the place, the district in which that lies, the reason and the names of the place behind.
    """
    line, first, last = SchoolCalendarEntry, bindparam("first", type_=Date), bindparam("last", type_=Date)
    number, text, day = cast(null(), Integer), cast(null(), String), cast(null(), Date)
    place, calendar = (ClosurePlace.municipality_id, ClosurePlace.district_id), cast(ClosurePlace.calendar, String)
    closed = Closure.first_day, Closure.last_day, calendar, text, text, *place, Closure.open_from
    names = Holiday.name_sr_cyrl, Holiday.name_sr_latn, Holiday.name_en
    free = Holiday.day, Holiday.day, *names, number, number, day
    said = line.first_day, line.last_day, cast(line.calendar, String), line.kind, line.applies_to
    near = (
        line.removed_at.is_(None),
        line.last_day >= bindparam("year_before"),
        line.first_day <= bindparam("year_after"),
    )
    nothing = (number, number, number, *[text] * 5) if named else ()
    closures = select(literal("closure"), *closed, *(_NAMED_CLOSURE if named else ())).join(Closure.places)
    if named:
        towns = closures.outerjoin(ClosurePlace.municipality)
        closures = towns.outerjoin(District, District.id == ClosurePlace.district_id)
    holidays = select(literal("holiday"), *free, *nothing).where(
        Holiday.day.between(first, last), Holiday.removed_at.is_(None), Holiday.no_lessons.is_(True)
    )
    lines = select(literal("line"), *said, line.id, number, day, *nothing).where(*near)
    shut = closures.where(Closure.first_day <= last, Closure.last_day >= first)
    return union_all(shut, holidays, lines)


_NAMED_CLOSURE = (
    ClosurePlace.closure_id,
    ClosurePlace.id.label("place_id"),
    func.coalesce(Municipality.district_id, ClosurePlace.district_id).label("lies_in"),
    cast(Closure.reason, String),
    Closure.note,
    func.coalesce(Municipality.name_sr_cyrl, District.name_sr_cyrl, "").label("name_sr_cyrl"),
    func.coalesce(Municipality.name_sr_latn, District.name_sr_latn, "").label("name_sr_latn"),
    func.coalesce(Municipality.name_sr_latn, District.name_en, "").label("name_en"),
)
