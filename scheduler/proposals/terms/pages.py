"""Plan proposals as pages show them: seats with names, how rows differ, who is served and who works."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from scheduler.core.language import pick, worded
from scheduler.core.paging import Page
from scheduler.core.text import to_latin
from scheduler.people.terms import TeachingLanguage, Topic
from scheduler.places.terms.hosts import ClosureRow
from scheduler.proposals.terms.plan import LeftAlone, ProposalDraft, ProposalSums, Remark, RowChange, Trouble, Waiting
from scheduler.work.terms import WorkRow


@dataclass(frozen=True)
class CrewName:
    """Somebody of a crew as staff reads her: of a minor the first name only."""

    presenter_id: int
    name: str
    minor: bool


@dataclass(frozen=True)
class SeatView:
    """A seat as a page shows it, with what it takes of its educator: kilometres, beside so many others of the plan."""

    on_day: dt.date
    starts_local: dt.time
    crew: tuple[CrewName, ...]
    km: int | None = None  # None: not known, or a night or a ride decides about them
    others: int = 0


@dataclass(frozen=True)
class WayOutView:
    """What would have to move so that a request fits, and where both would be; not moved: it would wait."""

    moves: "AskedName"
    then: SeatView
    moved: SeatView | None


@dataclass(frozen=True)
class AskedName:
    """A request as rows name it."""

    id: int
    number: str
    host_sr_cyrl: str
    host_sr_latn: str
    place_sr_cyrl: str
    place_sr_latn: str
    programme_sr_cyrl: str
    programme_en: str
    topic: Topic
    language: TeachingLanguage
    campaign_id: int | None

    def host(self, language: str) -> str:
        return pick(language, self.host_sr_cyrl, self.host_sr_latn)

    def place(self, language: str) -> str:
        return pick(language, self.place_sr_cyrl, self.place_sr_latn)

    def where(self, language: str) -> str:
        """The school and its place."""
        return f"{self.host(language)}, {self.place(language)}"

    def programme(self, language: str) -> str:
        return worded(language, self.programme_sr_cyrl, to_latin(self.programme_sr_cyrl), self.programme_en)


@dataclass(frozen=True)
class RowView:
    """What a proposal says of a request, and how that differs from the plan before, or from what stands."""

    asked: AskedName
    seat: SeatView | None
    waiting: Waiting | None
    pinned: bool
    visit_number: str  # of the visit that came of it; empty: not applied
    remarks: tuple[Remark, ...]
    others: tuple[SeatView, ...]  # the next best crews
    ways_out: tuple[WayOutView, ...]
    change: RowChange
    before: SeatView | None = None
    left: LeftAlone | None = None
    what_if: tuple[str, ...] = ()  # which rules, were they looser, would let it fit


@dataclass(frozen=True)
class Gathered:
    """How many requests wait for one cause, and for whom or what."""

    waiting: Waiting
    number: int
    topic: Topic | None = None
    language: TeachingLanguage | None = None


@dataclass(frozen=True)
class NightView:
    """A night away: who sleeps in which town after which day."""

    who: CrewName
    after_day: dt.date
    place_sr_cyrl: str
    place_sr_latn: str

    def place(self, language: str) -> str:
        return pick(language, self.place_sr_cyrl, self.place_sr_latn)


@dataclass(frozen=True)
class RideView:
    """A ride of a plan: who rides with whom on a day; `holds`: both facts still do."""

    who: CrewName
    driver: CrewName
    on_day: dt.date
    km_saved: int
    holds: bool


@dataclass(frozen=True)
class PresenterDays:
    """Where somebody of a plan goes, by day: the requests of each in the order of their hours."""

    who: CrewName
    days: Mapping[dt.date, Sequence[AskedName]]


class HostGroup(StrEnum):
    """Schools that are told apart to see whether everybody gets her share; one school may be in two."""

    TOWN = "town"
    VILLAGE = "village"
    SPECIAL_NEEDS = "special_needs"


@dataclass(frozen=True)
class GroupShare:
    """Of the requests of a school year from one group those with a visit, without a proposal and with it."""

    group: HostGroup
    asked: int
    before: int
    after: int


@dataclass(frozen=True)
class LoadShare:
    """Minutes in front of people that somebody has promised in a proposal's days, without it and with it.

    `offered` are the minutes of her weekly hours in these days.
    """

    who: CrewName
    before: int
    after: int
    offered: int


@dataclass(frozen=True)
class TownOfPlan:
    """A town of a proposal, where it lies, how many of its requests have a seat and how many wait."""

    name_sr_cyrl: str
    name_sr_latn: str
    lat: float
    lon: float
    placed: int
    waiting: int


@dataclass(frozen=True)
class Fairness:
    """Who gets visits and who gives them: by group of schools in its school year, by presenter in its days."""

    school_year: str
    groups: tuple[GroupShare, ...]
    loads: tuple[LoadShare, ...]


@dataclass(frozen=True)
class ProposalLine:
    """A proposal in the list."""

    id: int
    created_at: dt.datetime
    started_by: str
    first_day: dt.date
    last_day: dt.date
    finished: bool
    placed: int
    asked: int
    applied: int
    trouble: Trouble | None = None


@dataclass(frozen=True)
class ProposalPage:
    """A proposal as its page shows it: while it is drawn the work, then its rows."""

    line: ProposalLine
    draft: ProposalDraft
    sums: ProposalSums | None
    work: WorkRow | None
    rows: Page[RowView]
    waiting: tuple[RowView, ...]
    gathered: tuple[Gathered, ...]
    changes: Mapping[RowChange, int]
    presenters: tuple[PresenterDays, ...]  # everybody whom it sends, by name
    may_take_back: bool = False
    to_offer: bool = False  # somebody of its visits is suggested and not asked
    later: int = 0  # agreed requests that begin after its last day
    about: CrewName | None = None  # whom a repair is about
    closure: ClosureRow | None = None  # which a repair is about
    late: AskedName | None = None  # the request that a repair makes room for
    unbound: tuple[str, ...] = ()  # numbers of broken visits that no request asked for: by hand
