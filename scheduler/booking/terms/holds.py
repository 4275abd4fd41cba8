"""Dates that are held for a booking: the states of a hold, what is asked for, what pages show of it."""

import datetime as dt
from dataclasses import dataclass

from scheduler.booking.terms.free_dates import FreeWish
from scheduler.core.machines import Machine
from scheduler.visits.terms.states import LIVING_HOLDS, HoldState


@dataclass(frozen=True)
class Slot:
    """A day and the start of the first presentation, on the host's clock."""

    on_day: dt.date
    starts_local: dt.time


@dataclass(frozen=True)
class HoldWish:
    """Which date is to be held; `wish.minutes` is how long the crew is needed, from the first start to the last end.

    `by_the_bell` False: the start need not be one at which the classes are in the building, which the school judges.
    `by_the_centre`: the centre gives the date, so its own notice is no hindrance.
    """

    wish: FreeWish
    slot: Slot
    by_the_bell: bool = True
    by_the_centre: bool = False


@dataclass(frozen=True)
class LostDate:
    """The date that a booking sent and did not get, and those that it may take instead."""

    slot: Slot
    others: tuple[Slot, ...]


@dataclass(frozen=True)
class FormSent:
    """Whose form is sent: the booking's token, the form's own key, and from which network."""

    draft: str
    form_key: str
    network: str = ""


@dataclass(frozen=True)
class HeldDate:
    """A hold as pages show it. Of whom it holds the time nobody outside learns."""

    id: int
    slot: Slot
    minutes: int
    state: HoldState
    until: dt.datetime
    programme_id: int
    host_id: int | None
    municipality_id: int | None

    def suits(self, wish: HoldWish) -> bool:
        """Whether that very date is held: there, of that programme, and as long."""
        asked = wish.wish
        here = (self.programme_id, self.host_id, self.municipality_id)
        wanted = (asked.programme_id, asked.host_id, asked.municipality_id)
        return self.slot == wish.slot and here == wanted and asked.minutes in (None, self.minutes)

    def holds(self, now: dt.datetime) -> bool:
        """Whether it keeps others away now."""
        return self.state in LIVING_HOLDS and self.until > now


_H = HoldState
HOLD_MACHINE = Machine(
    name="date hold",
    starts=frozenset({_H.HELD}),
    moves={
        _H.HELD: frozenset({_H.KEPT, _H.RELEASED, _H.LAPSED}),
        _H.KEPT: frozenset({_H.TAKEN, _H.RELEASED, _H.LAPSED}),
        **{end: frozenset() for end in (_H.TAKEN, _H.RELEASED, _H.LAPSED)},
    },
)
