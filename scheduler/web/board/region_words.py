"""How a region's table is worded: a card, a placed card, what a cell says before anything is put into it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from babel.support import LazyProxy

from scheduler.booking.terms.free_dates import Lack
from scheduler.core import language as words_of
from scheduler.core.language import span_of_days
from scheduler.people.rules import is_minor
from scheduler.people.terms import PresenterKind, PresenterRow, TeachingLanguage
from scheduler.policy import Spot, in_districts
from scheduler.proposals.terms.pages import AskedName
from scheduler.proposals.terms.plan import ProposedSeat, WhyChanged
from scheduler.proposals.terms.table import CellAnswer, TableCard
from scheduler.web.board.blocks import AFTERNOON
from scheduler.web.board.region_address import TableAddress
from scheduler.web.filters import Face, clock, short_weekday
from scheduler.web.free_dates import LANGUAGES, OF_CALENDAR
from scheduler.web.guards import current_actor
from scheduler.web.i18n import _, _l, _n, page_language, spelled_here
from scheduler.web.reads import note_given_names

People = Mapping[int, PresenterRow]
OF_HER: Mapping[Lack, LazyProxy] = {
    Lack.TOPIC: _l("does not give this topic"),
    Lack.LANGUAGE: _l("does not teach in this language"),
    Lack.REACH: _l("too far from home"),
    Lack.TIME: _l("hours or papers do not allow it"),
    Lack.TAKEN: _l("promised elsewhere, or enough for then"),
}
WHO_LACKS: Mapping[PresenterKind, LazyProxy] = {
    PresenterKind.EDUCATOR: _l("no educator could go along"),
    PresenterKind.INFLUENCER: _l("no young presenter could go along"),
}
WHY_GONE: Mapping[WhyChanged, LazyProxy] = {
    WhyChanged.ANSWERED: _l("was answered or planned since"),
    WhyChanged.NOT_FREE: _l("day, hour or crew is no longer free: choose again"),
}


def card_view(card: TableCard, address: TableAddress, week: dt.date, today: dt.date) -> dict[str, Any]:
    """A card: what is asked for, within which days, and the address that chooses it, in a week that it can be in."""
    asked, language = card.asked, page_language()
    last = week + dt.timedelta(days=6)
    begins = week if card.first_day <= last and card.last_day >= week else first_monday([card.first_day], today)
    chosen = asked.id in address.chosen
    here = address.in_week(begins)
    notes = [asked.programme(language)]
    notes.append(_n("%(num)s presentation", "%(num)s presentations", card.presentations))
    if asked.language is not TeachingLanguage.SERBIAN:
        notes.append(str(LANGUAGES[asked.language]))
    return {
        "id": asked.id,
        "number": asked.number,
        "host": asked.where(language),
        "span": span_of_days(card.first_day, card.last_day, language),
        "notes": " · ".join(notes),
        "chosen": chosen,
        "large": card.large_crew,
        "href": here.turned(asked.id).href("table"),
        "taken_up": (here if chosen else here.turned(asked.id)).href(),
    }


def _monday_from(day: dt.date) -> dt.date:
    """The Monday of its week; of a weekend the next one."""
    return day - dt.timedelta(days=day.weekday()) + dt.timedelta(days=7 if day.weekday() > 4 else 0)


def first_monday(days: Iterable[dt.date], today: dt.date) -> dt.date:
    """The week of the first of these days that is not over."""
    return _monday_from(max(today, min(days, default=today)))


def crew_words(seat: ProposedSeat, people: People, *, without: int = 0) -> str:
    """Who goes: of a minor the first name only."""
    crew = [people[who] for who in seat.crew if who in people and who != without]
    minors = [one for one in crew if is_minor(one.adult_on, seat.on_day)]
    note_given_names(one.presenter_id for one in minors)
    return ", ".join(spelled_here(one.given_name if one in minors else one.full_name) for one in crew)


def seat_view(seat: ProposedSeat, asked: AskedName, people: People, address: TableAddress, who: int) -> dict[str, Any]:
    """A placed card as a block in somebody's row: pressed, it is chosen again."""
    notes = [Face("move", "plus", _("placed")), *_beside(seat, people, who)]
    return {
        "day": f"{short_weekday(seat.on_day)} {seat.on_day.day}",
        "times": clock(seat.starts_local),
        "late_shift": seat.starts_local >= AFTERNOON,
        "host": asked.host(page_language()),
        "place": asked.place(page_language()),
        "href": address.turned(asked.id).href("table"),
        "move": "",
        "kind": "waiting",
        "notes": notes,
        "leg": None,
    }


def _beside(seat: ProposedSeat, people: People, who: int) -> list[Face]:
    """Who goes along: of a young person the adult is named, of an adult the young one."""
    others = [people[one] for one in seat.crew if one in people and one != who]
    note_given_names(one.presenter_id for one in others)
    return [
        Face("youth", "duo", _("young: %(name)s", name=spelled_here(one.given_name)))
        if is_minor(one.adult_on, seat.on_day)
        else Face("quiet", "person", spelled_here(one.full_name))
        for one in others
    ]


def answer_parts(answer: CellAnswer, who: int, people: People) -> tuple[str, str, str]:
    """What a cell says: tone, the hours at which the chosen cards would be there, and the road or the reason."""
    if answer.fits:
        times = ", ".join(clock(seat.starts_local) for seat in answer.seats)
        along = crew_words(answer.seats[0], people, without=who)
        return "good", times, " · ".join(part for part in (_road(answer), along) if part)
    if answer.lack in OF_CALENDAR:
        return "quiet", "", str(OF_CALENDAR[answer.lack])
    if answer.beside:
        return "quiet", "", str(WHO_LACKS[answer.beside])
    return "quiet", "", str(OF_HER[answer.lack]) if answer.lack else _("the programme sends nobody of this kind")


def answer_words(answer: CellAnswer, who: int, people: People) -> tuple[str, str]:
    """The same in one line: tone and text."""
    tone, times, said = answer_parts(answer, who, people)
    return tone, " · ".join(part for part in (times, said) if part)


def _road(answer: CellAnswer) -> str:
    """The drive; from a stop before it only to who reaches that (TRUST S54)."""
    if answer.km is None:
        return ""
    km = words_of.number(answer.km, page_language())
    if answer.from_home:
        return _("%(km)s km, %(minutes)s min", km=km, minutes=answer.minutes)
    if not in_districts(current_actor(), Spot(None, district_id=answer.district_id)):
        return ""
    return _("%(km)s km, %(minutes)s min from the stop before", km=km, minutes=answer.minutes)


def refused_words(changed: Mapping[int, WhyChanged], names: Mapping[int, AskedName]) -> list[str]:
    """Which seats no longer hold, and why."""
    return [
        f"{names[number].where(page_language())} ({names[number].number}): {WHY_GONE[why]}"
        for number, why in changed.items()
        if number in names
    ]
