"""What places show: hosts found by typing, one host, municipalities, days without lessons."""

import datetime as dt
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import joinedload

from scheduler.core import clock
from scheduler.core.alphabet import alphabet_key
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.text import fold
from scheduler.places.lessons import lesson_calendar
from scheduler.places.models import (
    CallNote,
    Closure,
    ClosurePlace,
    District,
    Holiday,
    Host,
    HostMerger,
    HostSchoolTime,
    Municipality,
    SchoolCalendarEntry,
)
from scheduler.places.rules.hosts import levels_taught
from scheduler.places.terms.hosts import (
    CalendarEntryRow,
    CalendarLine,
    CalendarSpan,
    ClosedPlace,
    ClosureRow,
    DistrictRow,
    Extent,
    HolidayRow,
    HostRow,
    MunicipalityRow,
    Point,
    SchoolCalendar,
    Supplies,
)
from scheduler.places.terms.school_time import Bells, CallNoteRow, DaysOfGrades, NamedDay, SchoolTime, SchoolTimeRow

MOST_NOTES = 50
MOST_WORDS = 8  # of what somebody types; more only narrows what is already narrow


def find_hosts(typed: str, *, limit: int = 20) -> list[HostRow]:
    """Listed hosts that have every typed word, in either script; whole words first (Niš before Stanišić for "nis")."""
    words = words_typed(typed)
    if not words:
        return []
    wanted = whole_hosts().where(*_have(words)).order_by(*_in_order(words)).limit(limit)
    return [host_row(host) for host in db.session().scalars(wanted)]


def words_typed(typed: str) -> list[str]:
    """The folded words of a search."""
    return fold(typed[:200]).split()[:MOST_WORDS]


def hosts_with(words: list[str], *where: ColumnElement[bool], limit: int, begins: int = 0) -> list[tuple[HostRow, int]]:
    """Listed hosts that have all the words, or into which one that had them was merged; each with how many there are.

    To count them the database keeps all of them: by what that needs, and only the few that are shown are read whole.
    """
    order = _in_order(words)
    found = select(Host.id, func.count().over().label("total")).where(*_have(words), *where)
    shown = found.order_by(*order).offset(begins).limit(limit).subquery()
    wanted = whole_hosts().add_columns(shown.c.total).join(shown, shown.c.id == Host.id).order_by(*order)
    return [(host_row(host), total) for host, total in db.session().execute(wanted)]


def _have(words: list[str]) -> tuple[ColumnElement[bool], ...]:
    also = select(HostMerger.into_id).where(HostMerger.host_id.in_(select(Host.id).where(*has_words(words))))
    return may_be_found(), and_(*has_words(words)) | Host.id.in_(also)


def may_be_found() -> ColumnElement[bool]:
    """Confirmed, and not closed for good."""
    return and_(Host.listed.is_(True), or_(Host.closed_on.is_(None), Host.closed_on > clock.local_day(clock.now())))


def _in_order(words: list[str]) -> tuple[Any, ...]:
    return _inside_words(words), Host.name_sr_latn, Host.place_sr_latn, Host.id


def has_words(words: Sequence[str]) -> list[ColumnElement[bool]]:
    """That each of these (folded) words occurs in a host's search key."""
    return [Host.search_key.contains(word, autoescape=True) for word in words[:MOST_WORDS]]


def _inside_words(words: list[str]) -> ColumnElement[int]:
    """How many of the words are found only in the middle of others."""
    parts = (literal(" ") + Host.search_key).label(None)
    begun = [case((parts.element.contains(f" {word}", autoescape=True), 0), else_=1) for word in words]
    return sum(begun[1:], begun[0])


def host_of(host_id: int) -> HostRow:
    """One host, listed or not. Raises: NotFound."""
    host = db.session().scalar(_one_host(), {"host_id": host_id})
    if host is None:
        raise NotFound("host")
    return host_row(host)


def whole_hosts() -> Select[Host]:
    return select(Host).options(joinedload(Host.municipality).joinedload(Municipality.district))


@cache  # a question that is asked all day is put into words once: that costs more than its answer
def _one_host() -> Select[Host]:
    return whole_hosts().where(Host.id == bindparam("host_id"))


def host_row(host: Host) -> HostRow:
    """A loaded host (with its municipality and district) as pages show it."""
    town = municipality_row(host.municipality) if host.municipality else None
    own = Point(host.lat, host.lon) if host.lat is not None and host.lon is not None else None
    return HostRow(
        id=host.id,
        register_id=host.register_id,
        kind=host.kind,
        name_sr_cyrl=host.name_sr_cyrl,
        name_sr_latn=host.name_sr_latn,
        address_sr_cyrl=host.address_sr_cyrl,
        address_sr_latn=host.address_sr_latn,
        postcode=host.postcode,
        place_sr_cyrl=host.place_sr_cyrl,
        place_sr_latn=host.place_sr_latn,
        zone=host.zone,
        phone=host.phone,
        website=host.website,
        email=host.email,
        classes=host.classes,
        teaches_primary=host.teaches_primary,
        teaches_secondary=host.teaches_secondary,
        point=own or (town.point if town else None),
        example=host.example,
        listed=host.listed,
        closed_on=host.closed_on,
        municipality=town,
    )


def municipality_row(municipality: Municipality) -> MunicipalityRow:
    """A loaded municipality (with its district) as lists show it."""
    district = municipality.district
    return MunicipalityRow(
        id=municipality.id,
        name_sr_cyrl=municipality.name_sr_cyrl,
        name_sr_latn=municipality.name_sr_latn,
        city_sr_cyrl=municipality.city_sr_cyrl,
        city_sr_latn=municipality.city_sr_latn,
        district_id=district.id,
        district_sr_cyrl=district.name_sr_cyrl,
        district_sr_latn=district.name_sr_latn,
        district_en=district.name_en,
        school_calendar=district.school_calendar,
        postcode=municipality.postcode,
        point=Point(municipality.lat, municipality.lon),
    )


def municipalities(language: str = "sr_Latn") -> list[MunicipalityRow]:
    """All of them under their districts, both by the alphabet of the language."""
    wanted = select(Municipality).options(joinedload(Municipality.district)).order_by(Municipality.id)
    towns = [municipality_row(one) for one in db.session().scalars(wanted)]
    keys = {row.district_id: alphabet_key(row.district(language)) for row in towns}
    return sorted(towns, key=lambda row: (keys[row.district_id], alphabet_key(row.name(language))))


def hosts_with_bells(municipality_id: int, *, language: str = "sr_Latn", limit: int = 400) -> list[HostRow]:
    """The listed hosts of a municipality that have told their shifts, by name."""
    told = select(HostSchoolTime.host_id)
    wanted = whole_hosts().where(Host.municipality_id == municipality_id, may_be_found(), Host.id.in_(told))
    rows = [host_row(host) for host in db.session().scalars(wanted.order_by(Host.id).limit(limit))]
    return sorted(rows, key=lambda row: (alphabet_key(row.name(language)), alphabet_key(row.place(language))))


def holidays_between(first: dt.date, last: dt.date) -> list[HolidayRow]:
    """Public holidays and observances of a span, both ends included, by day."""
    living = Holiday.day.between(first, last) & Holiday.removed_at.is_(None)
    return [
        HolidayRow(row.day, row.name_sr_cyrl, row.name_sr_latn, row.name_en, row.no_lessons, row.id)
        for row in db.session().scalars(select(Holiday).where(living).order_by(Holiday.day))
    ]


def supplies(today: dt.date) -> Supplies:
    """Which calendars, holidays and hosts are there: three questions."""
    session = db.session()
    calendars = select(SchoolCalendarEntry.calendar).where(
        SchoolCalendarEntry.kind.startswith("term"),
        SchoolCalendarEntry.last_day >= today,
        SchoolCalendarEntry.removed_at.is_(None),
    )
    holidays = select(func.count()).where(Holiday.day >= today, Holiday.removed_at.is_(None))
    registered = select(func.count()).where(Host.register_id.is_not(None), Host.example.is_(False))
    return Supplies(
        frozenset(session.scalars(calendars.distinct())), session.scalar(holidays) or 0, session.scalar(registered) or 0
    )


def calendar_spans(calendar: SchoolCalendar, first: dt.date, last: dt.date) -> list[CalendarSpan]:
    """What a school calendar says about the school years that a span touches, by day."""
    return list(lesson_calendar(first, last).entries[calendar])


def calendar_missing(day: dt.date) -> str:
    """The school year of a day, "2026/27", when one of the two calendars does not have it yet; else empty."""
    return lesson_calendar(day, day).missing(day)


def calendar_years() -> list[tuple[str, SchoolCalendar, bool]]:
    """The entered school years, newest first: year, calendar, and whether it is only an example."""
    example = func.max(case((SchoolCalendarEntry.example, 1), else_=0))
    rows = db.session().execute(
        select(SchoolCalendarEntry.school_year, SchoolCalendarEntry.calendar, example)
        .where(SchoolCalendarEntry.removed_at.is_(None))
        .group_by(SchoolCalendarEntry.school_year, SchoolCalendarEntry.calendar)
        .order_by(SchoolCalendarEntry.school_year.desc(), SchoolCalendarEntry.calendar)
    )
    return [(year, calendar, bool(example)) for year, calendar, example in rows]


def calendar_lines(year: str) -> list[CalendarEntryRow]:
    """The lines of one school year of both calendars, by calendar and day."""
    wanted = (
        select(SchoolCalendarEntry)
        .where(SchoolCalendarEntry.school_year == year, SchoolCalendarEntry.removed_at.is_(None))
        .order_by(SchoolCalendarEntry.calendar, SchoolCalendarEntry.first_day, SchoolCalendarEntry.id)
    )
    return [calendar_entry_row(row) for row in db.session().scalars(wanted)]


def calendar_entry_row(row: SchoolCalendarEntry) -> CalendarEntryRow:
    """A stored line as pages show it."""
    line = CalendarLine(
        row.calendar, row.school_year, row.kind, row.first_day, row.last_day, row.applies_to, row.timetable_of, row.note
    )
    return CalendarEntryRow(row.id, line, row.example)


def closures_between(first: dt.date, last: dt.date) -> list[ClosureRow]:
    """Closures that shut a day of a span, both ends included, by first day."""
    shut_until = func.coalesce(Closure.open_from, Closure.last_day)
    wanted = whole_closures().where(Closure.first_day <= last, shut_until >= first)
    found = map(closure_row, db.session().scalars(wanted.order_by(Closure.first_day, Closure.id)).unique())
    return [row for row in found if row.first_day <= last and row.shut_until >= max(first, row.first_day)]


def closure_of(closure_id: int) -> ClosureRow:
    """One closure. Raises: NotFound."""
    row = db.session().scalars(whole_closures().where(Closure.id == closure_id)).unique().one_or_none()
    if row is None:
        raise NotFound("closure")
    return closure_row(row)


def whole_closures() -> Select[Closure]:
    """Closures with what `closure_row` says of them; the places are joined, so read them with `unique()`."""
    places = joinedload(Closure.places)
    named = places.joinedload(ClosurePlace.municipality), places.joinedload(ClosurePlace.district)
    return select(Closure).options(*named).execution_options(populate_existing=True)


def closure_row(row: Closure) -> ClosureRow:
    """A closure loaded with its places as pages show it."""
    return ClosureRow(
        id=row.id,
        places=tuple(map(_closed_place, row.places)),
        first_day=row.first_day,
        last_day=row.last_day,
        reason=row.reason,
        note=row.note,
        open_from=row.open_from,
    )


def _closed_place(row: ClosurePlace) -> ClosedPlace:
    town, district = row.municipality, row.district
    named = town or district
    return ClosedPlace(
        Extent(row.municipality_id, row.district_id, row.calendar),
        district_id=town.district_id if town else row.district_id,
        name_sr_cyrl=named.name_sr_cyrl if named else "",
        name_sr_latn=named.name_sr_latn if named else "",
        name_en=town.name_sr_latn if town else district.name_en if district else "",
    )


def closed_days(host: HostRow, first: dt.date, last: dt.date) -> dict[dt.date, ClosureRow]:
    """The days of a span on which a closure shuts the host."""
    found: dict[dt.date, ClosureRow] = {}
    for row in closures_between(first, last):
        if row.holds(host.municipality):
            begin = max(first, row.first_day)
            for number in range((min(last, row.shut_until) - begin).days + 1):
                found.setdefault(begin + dt.timedelta(days=number), row)
    return found


def district_row(district: District) -> DistrictRow:
    """A loaded district as pages show it."""
    return DistrictRow(district.id, district.name_sr_cyrl, district.name_sr_latn, district.name_en, district.iso)


def districts(language: str = "sr_Latn") -> list[DistrictRow]:
    """All districts by their name, in the alphabet of the language."""
    found = db.session().scalars(select(District).order_by(District.id))
    rows = [district_row(row) for row in found]
    return sorted(rows, key=lambda row: alphabet_key(row.name(language)))


def school_days(host: HostRow, first: dt.date, last: dt.date) -> list[dt.date]:
    """The days of a span on which the host has pupils: one question, however long the span."""
    levels = levels_taught(host.teaches_primary, host.teaches_secondary)
    return lesson_calendar(first, last).with_pupils(host.municipality, levels, first, last)


def days_of_grades(host: HostRow, first: dt.date, last: dt.date) -> DaysOfGrades:
    """The same by grade, as the last grades of a school end their year earlier; all of the host's under None."""
    levels = levels_taught(host.teaches_primary, host.teaches_secondary)
    return lesson_calendar(first, last).by_grade(host.municipality, levels, first, last)


def school_time_of(host_id: int) -> SchoolTimeRow | None:
    """What a host told about its shifts and bells; None until somebody has."""
    return school_times_of([host_id]).get(host_id)


def school_times_of(host_ids: Collection[int]) -> dict[int, SchoolTimeRow]:
    """The same of many hosts, in one question; who has told nothing is left out."""
    found = db.session().scalars(_school_times(), {"host_ids": list(host_ids)}).unique()
    return {row.host_id: school_time_row(row) for row in found}


@cache
def _school_times() -> Select[HostSchoolTime]:
    told = select(HostSchoolTime).options(joinedload(HostSchoolTime.bells), joinedload(HostSchoolTime.days))
    return told.where(HostSchoolTime.host_id.in_(bindparam("host_ids", expanding=True)))


def school_time_row(row: HostSchoolTime) -> SchoolTimeRow:
    """A loaded school time (with its bells and days) as rules read it."""
    names = "starts_local", "lesson_minutes", "break_minutes", "long_break_after", "long_break_minutes", "lessons"
    bells = {(one.shift, one.short): Bells(*(getattr(one, name) for name in names)) for one in row.bells}
    told = SchoolTime(
        bells=bells,
        grouping=row.grouping,
        rotation=row.rotation,
        first_grades=frozenset(int(grade) for grade in row.first_grades.split(",") if grade),
        first_sections=frozenset(section for section in row.first_sections.split(",") if section),
        middle_grades=frozenset(int(grade) for grade in row.middle_grades.split(",") if grade),
        anchor_day=row.anchor_day,
        turns=frozenset(one.day for one in row.days if one.kind is NamedDay.TURN),
        short_days=frozenset(one.day for one in row.days if one.kind is NamedDay.SHORT),
        afternoon_weekday=row.afternoon_weekday,
        afternoon_starts=row.afternoon_starts,
    )
    return SchoolTimeRow(told, row.version, row.changed_at, row.by_school)


def call_notes_of(host_id: int) -> list[CallNoteRow]:
    """What was said on the telephone with a host, newest first."""
    wanted = select(CallNote).where(CallNote.host_id == host_id).order_by(CallNote.at.desc(), CallNote.id.desc())
    return [CallNoteRow(row.at, row.by, row.text) for row in db.session().scalars(wanted.limit(MOST_NOTES))]
