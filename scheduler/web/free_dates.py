"""Free and wished dates as pages show them: months of days to press, times in words, and why there are none."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from babel.support import LazyProxy

from scheduler.booking.rules.days_that_suit import STEP_MINUTES
from scheduler.booking.rules.slots import day_part_of
from scheduler.booking.terms.free_dates import FreeDates, FreeDay, Lack
from scheduler.core.language import clock_time, long_day, month_and_year, short_day
from scheduler.people.terms import PresenterKind, TeachingLanguage
from scheduler.requests.terms.school_request import Blackout, DayPart, Preference
from scheduler.web.i18n import _, _l, page_language

WEEKDAY_DATES = tuple(dt.date(2026, 11, 23) + dt.timedelta(days=number) for number in range(7))  # from a Monday
DAY_SIGNS = {
    (DayPart.MORNING,): "◐",
    (DayPart.AFTERNOON,): "◑",
    (DayPart.MORNING, DayPart.AFTERNOON): "●",
}
MONTHS_KEPT = 64  # that a process remembers, some 20 kB each
FEW_DAYS = 5  # free days of a month that are no choice alone
LANGUAGES = {
    TeachingLanguage.SERBIAN: _l("Serbian"),
    TeachingLanguage.HUNGARIAN: _l("Hungarian"),
    TeachingLanguage.SLOVAK: _l("Slovak"),
    TeachingLanguage.ROMANIAN: _l("Romanian"),
    TeachingLanguage.RUSYN: _l("Rusyn"),
    TeachingLanguage.CROATIAN: _l("Croatian"),
    TeachingLanguage.BOSNIAN: _l("Bosnian"),
    TeachingLanguage.ALBANIAN: _l("Albanian"),
    TeachingLanguage.BULGARIAN: _l("Bulgarian"),
    TeachingLanguage.ENGLISH: _l("English"),
}
DAY_PARTS = {
    DayPart.ANY: _l("Any time of the day"),
    DayPart.MORNING: _l("In the morning"),
    DayPart.AFTERNOON: _l("In the afternoon"),
    DayPart.EVENING: _l("In the evening"),
}
OF_CALENDAR = {
    Lack.BEYOND: _l("further ahead than anybody has said when they can come"),
    Lack.BEFORE: _l("too early: before the day that fell out, or without time to answer"),
    Lack.OUTSIDE: _l("outside of the days that the school asked for"),
    Lack.SCHOOL_CANNOT: _l("the school said that it cannot on this day"),
    Lack.TOO_SOON: _l("too soon for us to prepare"),
    Lack.SHUT: _l("schools are shut"),
    Lack.NO_LESSONS: _l("no lessons"),
    Lack.NOT_IN_THE_BUILDING: _l("the pupils are not in the building that long"),
    Lack.CLASS_HELD: _l("a class has another presentation of ours then"),
}
SPOKEN = {
    TeachingLanguage.SERBIAN: _l("in Serbian"),
    TeachingLanguage.HUNGARIAN: _l("in Hungarian"),
    TeachingLanguage.SLOVAK: _l("in Slovak"),
    TeachingLanguage.ROMANIAN: _l("in Romanian"),
    TeachingLanguage.RUSYN: _l("in Rusyn"),
    TeachingLanguage.CROATIAN: _l("in Croatian"),
    TeachingLanguage.BOSNIAN: _l("in Bosnian"),
    TeachingLanguage.ALBANIAN: _l("in Albanian"),
    TeachingLanguage.BULGARIAN: _l("in Bulgarian"),
    TeachingLanguage.ENGLISH: _l("in English"),
}
ALWAYS: dict[tuple[Lack | None, PresenterKind | None], LazyProxy] = {
    (Lack.TOPIC, PresenterKind.EDUCATOR): _l("No educator of the centre speaks about this yet."),
    (Lack.REACH, PresenterKind.EDUCATOR): _l("No educator lives near enough to come and be home on the same day."),
    (Lack.TIME, PresenterKind.EDUCATOR): _l("No educator can come on these days."),
    (Lack.TAKEN, PresenterKind.EDUCATOR): _l("All educators who could come are taken on these days."),
    (Lack.TOPIC, PresenterKind.INFLUENCER): _l("No young presenter of the centre speaks about this yet."),
    (Lack.REACH, PresenterKind.INFLUENCER): _l("No young presenter lives near enough."),
    (Lack.TIME, PresenterKind.INFLUENCER): _l("No young presenter can come on these days."),
    (Lack.TAKEN, PresenterKind.INFLUENCER): _l("All young presenters who could come are taken on these days."),
}


@dataclass(frozen=True)
class DayCell:
    """One day of the grid. `value` is empty where nothing is free; `said` are its times, or why there are none.

    `halves` are the parts of the day at which something is free, drawn at the foot of the day.
    """

    day: dt.date
    value: str
    said: str
    halves: tuple[DayPart, ...] = ()
    chosen: bool = False

    @property
    def mark(self) -> str:
        """The halves as a sign: the left is the morning, the right the afternoon."""
        day = tuple(part for part in self.halves if part is not DayPart.EVENING)
        return DAY_SIGNS.get(day, "") + ("☾" if DayPart.EVENING in self.halves else "")


@dataclass(frozen=True)
class Month:
    """One month: its name, how many of its days are free, and its weeks with empty places before and after."""

    name: str
    free: int
    weeks: tuple[tuple[DayCell | None, ...], ...]
    listed: tuple[tuple[str, str], ...]  # each free day and its times in words
    reasons: tuple[tuple[str, str], ...]  # days without a free time, and why

    @cached_property
    def _hashed(self) -> int:
        return hash((self.name, self.free, self.weeks, self.listed, self.reasons))

    def __hash__(self) -> int:
        """Of all its days, once: a month that is kept is looked up by each page that shows it, and by each part."""
        return self._hashed

    @property
    def has_chosen(self) -> bool:
        return any(cell is not None and cell.chosen for week in self.weeks for cell in week)

    @property
    def weekdays(self) -> tuple[dt.date, ...]:
        """Any seven days from Monday on, for the head of the columns."""
        return WEEKDAY_DATES


def months_of(answer: FreeDates, chosen: dt.date | None = None) -> list[Month]:
    """The months that the answer touches; a month without a free day before the first free one is left out."""
    language = page_language()
    by_month: dict[tuple[int, int], list[FreeDay]] = {}
    for one in answer.days:
        by_month.setdefault((one.day.year, one.day.month), []).append(one)
    months = [
        _month(tuple(days), language, chosen if any(one.day == chosen for one in days) else None)
        for days in by_month.values()
    ]
    first = next((number for number, month in enumerate(months) if month.free), len(months))
    return months[first:]


def open_at_first(months: Sequence[Month]) -> int:
    """How many months are shown without being asked for: one, and the next beside the last days of a month."""
    return 2 if months and months[0].free < FEW_DAYS else 1


@lru_cache(maxsize=MONTHS_KEPT)  # the same free days are looked at by many, and twice by who presses one
def _month(days: tuple[FreeDay, ...], language: str, chosen: dt.date | None) -> Month:
    """A month in the page's language."""
    cells: list[DayCell | None] = [None] * days[0].day.weekday()
    cells += [
        DayCell(one.day, one.day.isoformat() if one.starts else "", _said(one), _halves(one), one.day == chosen)
        for one in days
    ]
    cells += [None] * (-len(cells) % 7)
    free = [one for one in days if one.starts]
    return Month(
        month_and_year(days[0].day, language),
        len(free),
        tuple(tuple(cells[place : place + 7]) for place in range(0, len(cells), 7)),
        tuple((long_day(one.day, language), times_of(one.starts)) for one in free),
        _reasons(days),
    )


def _halves(one: FreeDay) -> tuple[DayPart, ...]:
    """In which parts of the day something is free, in their order."""
    parts = [day_part_of(time) for time in one.starts]
    return tuple(part for part in DayPart if part in parts)


def _reasons(days: Sequence[FreeDay]) -> tuple[tuple[str, str], ...]:
    """Days without a free time by what keeps them so, each reason once: 1–4, 8: too soon for us to prepare."""
    spans: dict[str, list[list[int]]] = {}
    for one in days:
        if not one.starts:
            of_reason = spans.setdefault(_said(one), [])
            if of_reason and of_reason[-1][-1] == one.day.day - 1:
                of_reason[-1].append(one.day.day)
            else:
                of_reason.append([one.day.day])
    return tuple(
        (", ".join(f"{span[0]}." if len(span) == 1 else f"{span[0]}–{span[-1]}." for span in found), said)
        for said, found in spans.items()
    )


def _said(one: FreeDay) -> str:
    if one.starts:
        return _("start: %(times)s", times=times_of(one.starts))
    return str(OF_CALENDAR[one.lack]) if one.lack in OF_CALENDAR else _("nobody can come")


@lru_cache(maxsize=1024)  # many days of a calendar have the same times, and each is told twice
def times_of(starts: tuple[dt.time, ...]) -> str:
    """08:00–12:30, 14:00"""
    parts: list[list[dt.time]] = []
    for time in starts:
        if parts and _minutes(time) - _minutes(parts[-1][-1]) <= STEP_MINUTES:
            parts[-1].append(time)
        else:
            parts.append([time])
    return ", ".join(f"{part[0]:%H:%M}" + (f"–{part[-1]:%H:%M}" if len(part) > 1 else "") for part in parts)


def _minutes(time: dt.time) -> int:
    return time.hour * 60 + time.minute


def why_none(answer: FreeDates, language: TeachingLanguage) -> str:
    """Why nothing is free, or nothing before the first free day, with the day until which it is so.

    Empty where only the calendar keeps it so.
    """
    lacking = answer.lacking
    if lacking is None or lacking.kind is None:
        return "" if answer.first else _("The school has no lessons on these days.")
    one, young = answer.lacking_one_kind, lacking.kind is PresenterKind.INFLUENCER
    spoken = str(SPOKEN[language])
    foreign = language is not TeachingLanguage.SERBIAN or lacking.lack is Lack.LANGUAGE
    if answer.first:
        return _not_before(one and (young, foreign), spoken, long_day(answer.first.day, page_language()))
    seen = _("We looked ahead until this day: %(day)s", day=long_day(answer.days[-1].day, page_language()))
    return f"{_never(lacking, one=one, spoken=spoken if foreign else '')} {seen}"


def _not_before(one: tuple[bool, bool] | bool, spoken: str, day: str) -> str:
    if one == (True, True):
        return _(
            "No young presenter who speaks %(spoken)s can come along before this day: %(day)s", spoken=spoken, day=day
        )
    if one == (True, False):
        return _("No young presenter can come along before this day: %(day)s", day=day)
    if one == (False, True):
        return _("No educator who teaches %(spoken)s can come to you before this day: %(day)s", spoken=spoken, day=day)
    if one == (False, False):
        return _("No educator can come to you before this day: %(day)s", day=day)
    return _("Too few presenters can come to you before this day: %(day)s", day=day)


def _never(lacking: FreeDay, *, one: bool, spoken: str) -> str:
    young = lacking.kind is PresenterKind.INFLUENCER
    if not one:
        return _("Too few presenters can come to you.")
    if spoken and lacking.lack is not Lack.TOPIC:
        if young:
            return _("No young presenter who speaks %(spoken)s can come along.", spoken=spoken)
        return _("No educator who teaches %(spoken)s can come to you.", spoken=spoken)
    return str(ALWAYS[lacking.lack, lacking.kind])


def wish_of(wish: Preference) -> str:
    """четвртак, 15. октобар 2026. у 10:00; or with the part of the day"""
    day = long_day(wish.on_day, page_language())
    if wish.starts_local:
        return _("%(day)s at %(time)s", day=day, time=clock_time(wish.starts_local, page_language()))
    return day if wish.day_part is DayPart.ANY else f"{day}, {DAY_PARTS[wish.day_part]}"


def wishes_of(wishes: Sequence[Preference]) -> list[str]:
    """Each wished date with its rank."""
    return [f"{rank}. {wish_of(wish)}" for rank, wish in enumerate(wishes, 1)]


def blackouts_of(blackouts: Sequence[Blackout]) -> list[str]:
    """24. 12. 2026; 4. 1. 2027 – 8. 1. 2027"""
    spans = [sorted({days.first_day, days.last_day}) for days in blackouts]
    return [" – ".join(short_day(day, page_language()) for day in span) for span in spans]
