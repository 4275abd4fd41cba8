"""Words of the waiting list: weights, the parts of a rank, dates that a centre has to give, and whom it offers them."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from scheduler.core.errors import N_, Reason
from scheduler.core.machines import Machine


class WaitlistReason(Reason):
    """Why a date is not given to the waiting list."""

    NOBODY_WAITS = "nobody_waits", N_("Choose another date: nobody on the waiting list can use this one.")
    NOBODY_CAN_GO = "nobody_can_go", N_("Choose another date: no crew can be at the schools that wait then.")


@dataclass(frozen=True)
class Weights:
    """What counts on the waiting list, in points; an administrator sets them for the centre."""

    per_year: int = 2  # for each whole year without a visit
    most_years: int = 5  # more years count no more; never visited counts as so many
    rural: int = 3
    special_needs: int = 2
    per_month: int = 1  # for each 30 days that the request has waited; without an end, so that everybody's turn comes


@dataclass(frozen=True)
class WaitingFacts:
    """What a rank rests on."""

    last_visit: dt.date | None  # of anybody to that host; None: never
    rural: bool
    special_needs: bool
    waits_since: dt.datetime
    put_first: bool = False  # the centre called its visit off at less than two days' notice: first in line, once


@dataclass(frozen=True)
class PlaceInLine:
    """A request's place on the waiting list, and how many are on it."""

    place: int
    of: int


class Part(StrEnum):
    """What a rank is made of."""

    PUT_FIRST = "put_first"
    NEVER_VISITED = "never_visited"
    NOT_VISITED = "not_visited"
    RURAL = "rural"
    SPECIAL_NEEDS = "special_needs"
    WAITS = "waits"


@dataclass(frozen=True)
class Points:
    """One part of a rank: its points, and the years or months that they stand for."""

    part: Part
    points: int
    count: int = 0


@dataclass(frozen=True)
class WaitingLine:
    """What the list says of a request beside its rank."""

    id: int
    number: str
    host_sr_cyrl: str
    host_sr_latn: str
    programme_sr_cyrl: str
    programme_en: str


@dataclass(frozen=True)
class WaitingRow:
    """One request on the waiting list with its place and why it stands there."""

    place: int
    row: WaitingLine
    points: int
    parts: tuple[Points, ...]
    waits_since: dt.datetime
    offered: dt.date | None = None  # a date that is held for it now
    offered_until: dt.datetime | None = None


class DateState(StrEnum):
    """Of a date that the centre has to give."""

    OPEN = "open"
    TAKEN = "taken"
    ENDED = "ended"


class DateOfferState(StrEnum):
    """Of one offer of such a date to one school."""

    HELD = "held"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


_O = DateOfferState
DATE_MACHINE = Machine(
    name="open date",
    starts=frozenset({DateState.OPEN}),
    moves={
        DateState.OPEN: frozenset({DateState.TAKEN, DateState.ENDED}),
        DateState.TAKEN: frozenset(),
        DateState.ENDED: frozenset(),
    },
)
DATE_OFFER_MACHINE = Machine(
    name="date offer",
    starts=frozenset({_O.HELD}),
    moves={
        _O.HELD: frozenset({_O.ACCEPTED, _O.REFUSED, _O.LAPSED, _O.WITHDRAWN}),
        **{end: frozenset() for end in (_O.ACCEPTED, _O.REFUSED, _O.LAPSED, _O.WITHDRAWN)},
    },
)


@dataclass(frozen=True)
class OpenDateDraft:
    """A date to give away, as a coordinator types it. No district: anywhere."""

    programme_id: int
    on_day: dt.date
    starts_local: dt.time
    hold_hours: int
    district_id: int | None = None


@dataclass(frozen=True)
class DateOfferRow:
    """To whom a date was offered, and what came of it."""

    number: str
    host_sr_cyrl: str
    host_sr_latn: str
    state: DateOfferState
    points: int
    until: dt.datetime


@dataclass(frozen=True)
class OpenDateRow:
    """A date to give away with its offers, the newest first."""

    id: int
    on_day: dt.date
    starts_local: dt.time
    programme_sr_cyrl: str
    programme_en: str
    district_sr_cyrl: str  # empty: anywhere
    district_sr_latn: str
    district_en: str
    state: DateState
    offers: tuple[DateOfferRow, ...]


@dataclass(frozen=True)
class OfferedDate:
    """A date as it is held for one school."""

    offer_id: int
    on_day: dt.date
    starts_local: dt.time
    until: dt.datetime
