"""The words of a region's table: cards, what a presenter's day says to them, the mails that would be sent."""

import datetime as dt
from dataclasses import dataclass

from scheduler.booking.terms.free_dates import Lack
from scheduler.core.language import worded
from scheduler.people.terms import PresenterKind
from scheduler.places.terms.hosts import Point
from scheduler.proposals.terms.pages import AskedName
from scheduler.proposals.terms.plan import ProposedSeat


@dataclass(frozen=True)
class TableCard:
    """An agreed request on a region's table: where it lies, and within which days it is asked for."""

    asked: AskedName
    first_day: dt.date
    last_day: dt.date
    presentations: int
    district_id: int | None  # none abroad
    town_sr_cyrl: str
    town_sr_latn: str
    point: Point | None
    large_crew: bool  # more people than a table sends: by hand, on its own page


@dataclass(frozen=True)
class DistrictOfTable:
    """A district with agreed requests, and how many they are."""

    id: int
    name_sr_cyrl: str
    name_sr_latn: str
    name_en: str
    number: int

    def name(self, language: str) -> str:
        return worded(language, self.name_sr_cyrl, self.name_sr_latn, self.name_en)


@dataclass(frozen=True)
class RegionTable:
    """The cards of a region, those that wait longest first, and the districts that could be looked at instead."""

    district_id: int | None  # none: all of them
    cards: tuple[TableCard, ...]
    total: int
    districts: tuple[DistrictOfTable, ...]


@dataclass(frozen=True)
class CellAnswer:
    """What a presenter's day says to the chosen cards: where each of them would be, or what speaks against it.

    Neither seats nor a `lack`: nobody of her kind goes to one of them.
    """

    seats: tuple[ProposedSeat, ...] = ()
    km: int | None = None  # to the first of them: from home, or from where she is before
    minutes: int = 0
    from_home: bool = True
    district_id: int | None = None  # of where she is before
    lack: Lack | None = None
    beside: PresenterKind | None = None  # who is lacking beside her, where she could go herself

    @property
    def fits(self) -> bool:
        return bool(self.seats)


@dataclass(frozen=True)
class MailToCome:
    """A mail that an act would send, as it would be written."""

    address: str
    language: str
    subject: str
    text: str
