"""Dates to press on every page that asks for one, and what is said of a date that somebody types instead."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from babel.support import LazyProxy
from wtforms import BooleanField, HiddenField

from scheduler.booking.queries.school_days import SchoolDays
from scheduler.booking.rules.slots import times_to_press, wish_for
from scheduler.booking.terms.free_dates import FreeDay, Lack
from scheduler.booking.terms.holds import Slot
from scheduler.booking.terms.reasons import BookingReason
from scheduler.core.language import clock_time, long_day
from scheduler.requests.terms.school_request import Preference
from scheduler.web.forms import FIRST_DAY, LAST_DAY, BaseForm
from scheduler.web.free_dates import OF_CALENDAR
from scheduler.web.i18n import _, _l, page_language

MOST_DAYS = 30
AGAINST: dict[Lack, LazyProxy] = {
    **OF_CALENDAR,
    Lack.TOPIC: _l("nobody of the centre speaks about this"),
    Lack.LANGUAGE: _l("nobody teaches in this language"),
    Lack.REACH: _l("nobody lives near enough to come"),
    Lack.TIME: _l("nobody who could come has time at this hour"),
    Lack.TAKEN: _l("all who could come are promised elsewhere"),
}


@dataclass(frozen=True)
class DateChoice:
    """A date as a button: what it sends or where it leads, and its words."""

    value: str
    words: str
    href: str = ""
    chosen: bool = False


@dataclass(frozen=True)
class DayChoices:
    """One day with the times that can be pressed; `rank` says which of the school's wishes it is."""

    words: str
    choices: tuple[DateChoice, ...]
    rank: str = ""

    @property
    def pressed(self) -> bool:
        return any(one.chosen for one in self.choices)


def slot_of(value: str) -> Slot | None:
    """2026-10-15T10:00; nothing for what is no date, or lies where nobody plans."""
    try:
        moment = dt.datetime.fromisoformat(value.replace("\0", "")[:20])
    except ValueError:
        return None
    slot = Slot(moment.date(), moment.time().replace(second=0, microsecond=0, tzinfo=None))
    return slot if FIRST_DAY <= slot.on_day <= LAST_DAY else None


def value_of(slot: Slot) -> str:
    return f"{slot.on_day.isoformat()}T{slot.starts_local:%H:%M}"


def date_words(slot: Slot) -> str:
    """четвртак, 15. октобар 2026. у 10:00"""
    language = page_language()
    return _("%(day)s at %(time)s", day=long_day(slot.on_day, language), time=clock_time(slot.starts_local, language))


def day_choices(
    free: Iterable[FreeDay],
    ranked: Sequence[Preference],
    usual: Preference,
    *,
    chosen: Iterable[Slot | None] = (),
    href: Callable[[str], str] = lambda _value: "",
) -> list[DayChoices]:
    """The next free days with some times of each, what the school wished first among them."""
    language, pressed, found = page_language(), set(chosen), []
    for one in list(free)[:MOST_DAYS]:
        rank, wished = wish_for(one.day, ranked, usual)
        slots = [Slot(one.day, time) for time in times_to_press(one.starts, wished)]
        choices = tuple(
            DateChoice(value_of(slot), clock_time(slot.starts_local, language), href(value_of(slot)), slot in pressed)
            for slot in slots
        )
        found.append(DayChoices(long_day(one.day, language), choices, _("wish %(rank)s", rank=rank) if rank else ""))
    return found


def days_as_choices(
    free: Iterable[FreeDay], *, chosen: dt.date | None = None, href: Callable[[str], str] = lambda _value: ""
) -> list[DateChoice]:
    """Days of a visit that keeps its hours: each is one button."""
    language = page_language()
    return [
        DateChoice(one.day.isoformat(), long_day(one.day, language), href(one.day.isoformat()), one.day == chosen)
        for one in list(free)[:MOST_DAYS]
    ]


def days_with_hours(free: Iterable[FreeDay], usual: Preference) -> list[DateChoice]:
    """Days of a visit at other hours than its own: each is one button, and says some of the hours that are free."""
    return [
        DateChoice(one.choices[0].value[:10], f"{one.words}: {', '.join(slot.words for slot in one.choices)}")
        for one in day_choices(free, (), usual)
        if one.choices
    ]


def why_none(days: SchoolDays) -> list[str]:
    """Of a school for which no date is free: what speaks against its days, and which are free else."""
    lacks = dict.fromkeys(one.lack for one in days.found.days if one.lack not in (None, Lack.OUTSIDE))
    why = [str(AGAINST[lack]) for lack in lacks if lack]
    others = [long_day(one.day, page_language()) for one in days.otherwise]
    return [*why, *([_("the first free days outside of them: %(days)s", days="; ".join(others))] if others else [])]


class MeantDateForm(BaseForm):
    """A form with a date that may be typed beside those to press: what speaks against it is told, and confirmed."""

    meant = BooleanField(_l("I mean this date all the same"))
    meant_for = HiddenField()
    against: Sequence[str] = ()
    who_stays: Sequence[str] = ()  # what is to be known of the crew on that date, beside what speaks against the date

    def tell(self, day: dt.date, times: Iterable[dt.time | None], found: Iterable[FreeDay]) -> bool:
        """Say what speaks against a date; whether nothing does, or it was confirmed of that very date."""
        typed = " ".join([day.isoformat(), *(f"{time:%H:%M}" for time in times if time)])
        sure = self.meant.data and self.meant_for.data == typed
        self.against = [str(AGAINST[one.lack]) for one in found if one.lack]
        self.meant_for.data, self.meant.data = typed, sure
        return bool(sure) or not (self.against or self.who_stays)

    def means(self, day: dt.date, times: Iterable[dt.time | None], found: Iterable[FreeDay]) -> bool:
        """The same on the way to the service: what is not confirmed is asked."""
        sure = self.tell(day, times, found)
        if not sure:
            self.show({"meant": BookingReason.NOT_OFFERED})
        return sure
