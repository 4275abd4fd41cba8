"""Pure rules of places: how far, how long a drive, whether a day is a school day, what a host must say about itself."""

import datetime as dt
import re
from collections.abc import Collection, Iterable
from functools import cache, lru_cache
from math import asin, ceil, cos, radians, sin, sqrt
from zoneinfo import ZoneInfo

from scheduler.core.errors import GroundReason, Reason
from scheduler.core.language import is_cyrillic
from scheduler.core.names import problem_with_name
from scheduler.core.phones import can_be_dialled
from scheduler.core.text import fold, to_latin
from scheduler.places.terms.hosts import (
    APPLIES_TO,
    CALENDAR_KINDS,
    CalendarDraft,
    CalendarLine,
    CalendarSpan,
    ClosureDraft,
    ClosureReason,
    HolidayDraft,
    HostDraft,
    HostKind,
    Level,
    Point,
)
from scheduler.places.terms.reasons import PlaceReason
from scheduler.places.terms.school_time import DaysOfGrades

EARTH_RADIUS_KM = 6371.0088  # mean radius R1 of the GRS 80 ellipsoid

DETOUR = 1.3  # road kilometres for one straight kilometre, a usual figure for regional networks
BANDS = ((10.0, 35.0), (60.0, 60.0), (float("inf"), 90.0))  # up to so many road km: so many km/h
PARKING_MINUTES = 5

TERMS = frozenset({"term1", "term2"})
CLOSED_LATE = dt.timedelta(days=30)
CLOSED_LONG = dt.timedelta(days=120)
HOLIDAYS_AHEAD = dt.timedelta(days=5 * 366)

BELGRADE_ISO = "RS-00"
CITY_MUNICIPALITIES = {"Костолац": "Пожаревац"}

KINDS_IN_FULL = {  # before a name that does not say itself what it is the name of
    HostKind.PRIMARY: "Основна школа",
    HostKind.PRIMARY_PRIVATE: "Основна школа",
    HostKind.PRIMARY_MUSIC: "Основна музичка школа",
    HostKind.PRIMARY_SECONDARY: "Основна и средња школа",
    HostKind.PRIMARY_SECONDARY_PRIVATE: "Основна и средња школа",
    HostKind.SPECIAL_PRIMARY_SECONDARY: "Школа за основно и средње образовање",
    HostKind.SECONDARY: "Средња школа",
    HostKind.SECONDARY_PRIVATE: "Средња школа",
    HostKind.MUSIC: "Музичка школа",
    HostKind.BALLET: "Балетска школа",
    HostKind.JOINT: "Школа",
    HostKind.DORMITORY: "Дом ученика",
}
SAYS_ITS_KIND = re.compile(r"skol|gimnazij|akademij|kolegij|centar|\b(os|ss|sos|dom|internat|zavod|institut)\b")

WORDS_OF_KIND = {  # what people type although the register leaves it out, already folded
    HostKind.PRIMARY: "os osnovna skola",
    HostKind.PRIMARY_PRIVATE: "os osnovna skola privatna",
    HostKind.PRIMARY_MUSIC: "omos osnovna muzicka skola",
    HostKind.PRIMARY_SECONDARY: "osnovna i srednja skola",
    HostKind.PRIMARY_SECONDARY_PRIVATE: "osnovna i srednja skola privatna",
    HostKind.SPECIAL_PRIMARY_SECONDARY: "soss osnovna i srednja skola",
    HostKind.SECONDARY: "ss srednja skola",
    HostKind.SECONDARY_PRIVATE: "ss srednja skola privatna",
    HostKind.MUSIC: "muzicka skola",
    HostKind.BALLET: "baletska skola",
    HostKind.JOINT: "skola",
    HostKind.DORMITORY: "dom ucenika internat",
    HostKind.LIBRARY: "biblioteka",
    HostKind.CAMP: "kamp",
    HostKind.MUNICIPALITY: "opstina grad",
    HostKind.OTHER: "",
}


def straight_line_km(a: Point, b: Point) -> float:
    """Great-circle distance between two places, in kilometres.

    Error: the Earth is taken as a sphere, so up to about 0.5 %. A road is
    longer still: the planner uses `road_minutes`, never this number alone.
    Raises: nothing; `Point` has already refused impossible degrees.
    Source: R. W. Sinnott, "Virtues of the Haversine", Sky & Telescope 68 (1984).
    """
    north, east = radians(b.latitude - a.latitude), radians(b.longitude - a.longitude)
    half = sin(north / 2) ** 2 + cos(radians(a.latitude)) * cos(radians(b.latitude)) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half)))


def road_km(a: Point, b: Point) -> float:
    """Kilometres by road: the straight line times 1.3. A model, not a route: no river, border or closed pass."""
    return straight_line_km(a, b) * DETOUR


@lru_cache(maxsize=4096)  # the same towns lie as far apart on every page
def road_minutes(a: Point, b: Point) -> int:
    """Minutes from door to door by car, rounded up; 0 for the same point.

    The product's only opinion on it: `road_km` driven at 35 km/h for the first 10 km (towns at both ends), 60 km/h up
    to 60 km, 90 km/h beyond, and five minutes to park. Symmetric; never shorter for a longer way.
    Error: too long along motorways (Beograd to Niš 3 h 25 instead of 2 h 30), too short over mountains; a clash that
    this function does not see is possible there, so coordinators keep a buffer.
    """
    if a == b:
        return 0
    way, minutes, done = road_km(a, b), 0.0, 0.0
    for end, speed in BANDS:
        minutes += max(0.0, min(way, end) - done) / speed * 60
        done = end
    return ceil(round(minutes + PARKING_MINUTES, 6))


GRADES = {Level.PRIMARY: 8, Level.SECONDARY: 4}


def is_school_day(
    day: dt.date,
    entries: Iterable[CalendarSpan],
    holidays: Collection[dt.date],
    level: Level,
    grade: int | None = None,
) -> bool:
    """Whether some class of that level (of that grade, when one is named) has lessons on a day.

    `entries` are of the host's own calendar; `holidays` are the days without lessons, closures among them. Where the
    calendar of that school year is not entered, Monday to Friday counts: better ask the school than hide a date.
    """
    ours = _lines_of(entries, level, grade)
    return _has_lessons(day, ours, years_entered(ours), holidays)


def _lines_of(entries: Iterable[CalendarSpan], level: Level, grade: int | None) -> tuple[CalendarSpan, ...]:
    return tuple(entry for entry in entries if _applies(entry.applies_to, level, grade))


def _has_lessons(
    day: dt.date, ours: Iterable[CalendarSpan], years: Collection[str], holidays: Collection[dt.date]
) -> bool:
    """`ours` are the lines that hold for who is asked about, `years` the school years that they know."""
    kinds = {entry.kind.partition("-")[0] for entry in ours if entry.first_day <= day <= entry.last_day}
    if "working" in kinds:
        return True
    if day.weekday() >= 5 or day in holidays or kinds & {"break", "exam"}:
        return False
    if school_year(day) in years:
        return bool(kinds & TERMS)
    return True


def days_with_pupils(
    days: Iterable[dt.date],
    levels: Collection[Level],
    holidays: Collection[dt.date],
    entries: Collection[CalendarSpan],
) -> list[dt.date]:
    """The days on which a host has pupils; one that teaches neither level is open on every working day."""
    wanted = tuple(days)
    if not levels:
        return [day for day in wanted if day.weekday() < 5]
    closed = frozenset(holidays)
    found = [_lessons(wanted, _lines_of(entries, level, None), closed) for level in levels]
    return [day for day in wanted if any(day in of_level for of_level in found)]


def days_by_grade(
    days: Iterable[dt.date],
    levels: Collection[Level],
    holidays: Collection[dt.date],
    entries: Collection[CalendarSpan],
) -> DaysOfGrades:
    """The school days of a host under None, and under each grade those on which it has lessons.

    In a school of both levels a second grade is there while one of its two is: the list of classes does not say which.
    """
    wanted, closed = tuple(days), frozenset(holidays)
    found: dict[int | None, frozenset[dt.date]] = {None: frozenset(days_with_pupils(wanted, levels, closed, entries))}
    for level in levels:
        lines: tuple[CalendarSpan, ...] | None = None
        for grade in range(1, GRADES[level] + 1):
            before, lines = lines, _lines_of(entries, level, grade)
            if lines != before:  # all but the last grades have the same lines, and so the same days
                has = found[None] & _lessons(wanted, lines, closed)
            found[grade] = found[grade] | has if grade in found else has
    return found


@lru_cache(maxsize=512)
def _lessons(
    days: tuple[dt.date, ...], ours: tuple[CalendarSpan, ...], holidays: frozenset[dt.date]
) -> frozenset[dt.date]:
    """On which of the days there are lessons by these lines. Most grades of most schools have the same ones.

    Remembered by all that the answer depends on: a line or a holiday that has changed is another question.
    """
    years = years_entered(ours)
    return frozenset(day for day in days if _has_lessons(day, ours, years, holidays))


def levels_taught(primary: bool, secondary: bool) -> list[Level]:
    """The levels that a host teaches."""
    return [level for level, has in ((Level.PRIMARY, primary), (Level.SECONDARY, secondary)) if has]


def years_entered(entries: Iterable[CalendarSpan]) -> set[str]:
    """The school years whose terms are known; one working Saturday alone does not make a calendar."""
    return {school_year(entry.first_day) for entry in entries if entry.kind in TERMS}


@cache  # of a dozen words, and asked for each line of each grade
def _applies(applies_to: str, level: Level, grade: int | None) -> bool:
    """Whether a line holds for the level. The last grade of a secondary school is the third or the fourth."""
    of_secondary = applies_to.startswith(("secondary", "gymnasium", "vocational"))
    if applies_to != "all" and of_secondary is not (level is Level.SECONDARY):
        return False
    if grade is None:
        return True
    return {
        "primary-1-7": grade <= 7,
        "primary-8": grade == 8,
        "secondary-non-final": grade <= 3,
        "gymnasium-final": grade == 4,
        "vocational-final": grade >= 3,
    }.get(applies_to, True)


def first_year_of(day: dt.date) -> int:
    """The year in which the school year of a day began: in September."""
    return day.year if day.month >= 9 else day.year - 1


def school_year_days(first_year: int) -> tuple[dt.date, dt.date]:
    """The first and the last day of the school year that began in `first_year`."""
    return dt.date(first_year, 9, 1), dt.date(first_year + 1, 8, 31)


def school_year(day: dt.date) -> str:
    """The school year of a day as it is named everywhere, "2026/27"."""
    year = first_year_of(day)
    return f"{year}/{(year + 1) % 100:02d}"


def days_of_school_year(name: str) -> tuple[dt.date, dt.date]:
    """The first and the last day of "2026/27". Raises: ValueError for what names no school year."""
    if not re.fullmatch(r"20\d\d/\d\d", name, re.ASCII) or school_year(dt.date(int(name[:4]), 9, 1)) != name:
        raise ValueError(name)
    return school_year_days(int(name[:4]))


def problems_of_line(line: CalendarLine) -> dict[str, Reason]:
    """What keeps a line from standing in a school calendar: {field: reason code}."""
    problems: dict[str, Reason] = {}
    if not re.fullmatch(r"(term1|term2|break-[a-z][a-z-]{0,30}|exam-day|working-saturday)", line.kind):
        problems["kind"] = PlaceReason.UNKNOWN_KIND
    if line.applies_to not in APPLIES_TO:
        problems["applies_to"] = GroundReason.UNKNOWN
    if line.last_day < line.first_day:
        problems["last_day"] = GroundReason.DAYS_NOT_IN_ORDER
    elif {school_year(line.first_day), school_year(line.last_day)} != {line.school_year}:
        problems["first_day"] = PlaceReason.OUTSIDE_THE_SCHOOL_YEAR
    elif line.kind == "working-saturday" and not line.first_day.weekday() == line.last_day.weekday() == 5:
        problems["first_day"] = PlaceReason.NOT_A_SATURDAY
    if line.timetable_of is not None and line.kind != "working-saturday":
        problems["timetable_of"] = PlaceReason.ONLY_A_SATURDAY_FOLLOWS
    return problems


def problems_of_closure(draft: ClosureDraft, today: dt.date) -> dict[str, Reason]:
    """What keeps days from being closed: {field: reason code}. What was a month ago is history."""
    problems: dict[str, Reason] = {}
    if not draft.extents:
        problems["places"] = GroundReason.MISSING
    if draft.first_day < today - CLOSED_LATE:
        problems["first_day"] = GroundReason.IN_THE_PAST
    if draft.last_day < draft.first_day:
        problems["last_day"] = GroundReason.DAYS_NOT_IN_ORDER
    elif draft.last_day - draft.first_day > CLOSED_LONG:
        problems["last_day"] = GroundReason.TOO_LATE
    if draft.reason is ClosureReason.OTHER and not draft.note:
        problems["note"] = GroundReason.REASON_MISSING
    return problems


def search_key(kind: HostKind, *texts: str) -> str:
    """What a host is found by: words of its kind, then every name, each word once."""
    words = fold(" ".join((WORDS_OF_KIND[kind], *texts))).split()
    return " ".join(dict.fromkeys(words))


def teaches(kind: HostKind) -> tuple[bool, bool]:
    """Whether a kind of host has primary and secondary pupils, where the register does not say."""
    if kind in (HostKind.MUSIC, HostKind.BALLET, HostKind.JOINT):
        return True, True
    return "primary" in kind.value, "secondary" in kind.value


def city_of(name: str, district_iso: str) -> str:
    """The Cyrillic name that reports count a municipality under: Belgrade's 17 are one city."""
    if district_iso == BELGRADE_ISO:
        return "Београд"
    return CITY_MUNICIPALITIES.get(name, name)


def both_scripts(text: str) -> tuple[str, str]:
    """A hand-typed text as it is shown on Cyrillic and on Latin pages: Latin cannot be turned back, so it stays."""
    return text, to_latin(text)


def problems_with_holiday(draft: HolidayDraft, *, today: dt.date) -> dict[str, Reason]:
    """What keeps a typed holiday from being stored: {field: reason code}. What is over no longer decides anything."""
    problems: dict[str, Reason] = {} if fold(draft.name) else {"name": GroundReason.MISSING}
    if draft.day < today:
        problems["day"] = GroundReason.IN_THE_PAST
    elif draft.day > today + HOLIDAYS_AHEAD:
        problems["day"] = GroundReason.TOO_LATE
    return problems


def problems_with_calendar(draft: CalendarDraft) -> dict[str, Reason]:
    """What keeps a typed line of a school calendar from being stored: {field: reason code}."""
    problems: dict[str, Reason] = {}
    if draft.kind not in CALENDAR_KINDS:
        problems["kind"] = GroundReason.NOT_A_CHOICE
    if draft.applies_to not in APPLIES_TO:
        problems["applies_to"] = GroundReason.NOT_A_CHOICE
    if draft.last_day < draft.first_day:
        problems["last_day"] = GroundReason.DAYS_NOT_IN_ORDER
    elif school_year(draft.last_day) != school_year(draft.first_day):
        problems["last_day"] = PlaceReason.OTHER_SCHOOL_YEAR
    if draft.kind == "working-saturday" and (draft.first_day.weekday(), draft.last_day) != (5, draft.first_day):
        problems["first_day"] = PlaceReason.NOT_A_SATURDAY
    if draft.timetable_of is not None and draft.kind != "working-saturday":
        problems["timetable_of"] = PlaceReason.ONLY_A_SATURDAY_FOLLOWS
    return problems


def problems_with(draft: HostDraft) -> dict[str, Reason]:
    """What keeps a typed host from being stored: {field: reason code}."""
    problems: dict[str, Reason] = {
        field: GroundReason.MISSING for field in ("name", "place") if not fold(getattr(draft, field))
    }
    for field in ("name", "place"):
        if reason := problem_with_name(getattr(draft, field)):
            problems.setdefault(field, reason)
    if not _is_zone(draft.zone):
        problems["zone"] = PlaceReason.UNKNOWN_ZONE
    if draft.phone and not can_be_dialled(draft.phone):
        problems["phone"] = GroundReason.NOT_A_PHONE
    return problems


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return "/" in name


def name_in_full(kind: HostKind, name: str, language: str) -> str:
    """What a school is called on a paper: to „Вук Караџић“ of the register its kind is added, as its seal says it."""
    said = KINDS_IN_FULL.get(kind, "")
    if not said or SAYS_ITS_KIND.search(fold(name)):
        return name
    bare = name.strip('„“”"')
    return f"{said if is_cyrillic(language) else to_latin(said)} „{bare}“"
