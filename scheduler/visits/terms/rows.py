"""Visits, crews, candidates and offers as pages show them."""

import datetime as dt
from dataclasses import dataclass

from scheduler.core.language import pick, worded
from scheduler.core.names import whole_name
from scheduler.core.text import to_latin
from scheduler.people.terms import PresenterKind
from scheduler.places.terms.venue import Venue
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.visits.terms.plans import CrewRule, Why
from scheduler.visits.terms.states import (
    FIRM,
    LIVING,
    PROMISED,
    STAFFED,
    AssignmentState,
    ClockWrong,
    PresentationState,
    VisitState,
)

LONGEST_BREAK = 30  # minutes: more between two presentations is waiting, no break of lessons


@dataclass(frozen=True)
class CrewRow:
    """A presenter in the crew of a visit, with her state in each presentation (by its id)."""

    presenter_id: int
    kind: PresenterKind
    given_name: str
    family_name: str
    minor: bool
    adult_on: dt.date | None
    states: dict[int, AssignmentState]
    offered_until: dt.datetime | None
    reason: str
    left: bool = False  # some presentation, once; she may have come back to it

    @property
    def full_name(self) -> str:
        return whole_name(self.given_name, self.family_name)

    @property
    def living(self) -> frozenset[int]:
        """The presentations, by id, to which she goes or may go."""
        return frozenset(which for which, state in self.states.items() if state in LIVING)

    def goes_with(self, other: "CrewRow") -> bool:
        """Whether she has accepted a presentation to which the other one goes or may go."""
        return any(self.states.get(which) in FIRM for which in other.living)

    @property
    def state(self) -> AssignmentState:
        """Her weakest state: she is only as firm as in her least firm presentation."""
        return min(self.states.values(), key=list(AssignmentState).index)


@dataclass(frozen=True)
class PresentationRow:
    """One presentation as pages show it."""

    id: int
    ordinal: int
    starts_local: dt.time
    ends_local: dt.time
    minutes: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    audience: Audience
    level: SchoolLevel
    classes: str
    venue: Venue
    expected_pupils: int
    expected_parents: int
    expected_teachers: int
    state: PresentationState
    reason: str
    outside_shift: bool = False
    minutes_given: int | None = None  # how long it was, where that was shorter than planned
    notice_hours: int | None = None  # called off by somebody: so many whole hours before it began
    uid: str = ""  # what its code on a poster is made of


@dataclass(frozen=True)
class VisitRow:
    """A visit as lists show it, with its presentations and its crew."""

    id: int
    number: str
    centre_id: int
    host_id: int
    school_request_id: int | None
    on_day: dt.date
    zone: str
    state: VisitState
    reason: str
    clock_wrong: ClockWrong | None
    kilometres: int
    version: int
    teacher_stays: bool
    safeguarding_contact: str
    host_sr_cyrl: str
    host_sr_latn: str
    place_sr_cyrl: str
    place_sr_latn: str
    address_sr_cyrl: str
    address_sr_latn: str
    programme_sr_cyrl: str
    programme_en: str
    rule: CrewRule
    presentations: tuple[PresentationRow, ...]  # without those merged into another
    crew: tuple[CrewRow, ...]
    goes_short: bool = False  # confirmed without its whole crew
    online_link: str = ""  # held online, under this address
    town_id: int | None = None  # whither its crew travels: see `town_of`
    merged: tuple[PresentationRow, ...] = ()  # their classes sit in another presentation of the visit
    confirmed_at: dt.datetime | None = None  # for this very time, whatever became of its crew
    moved_at: dt.datetime | None = None  # to its present time
    moved_from_day: dt.date | None = None  # where it stood before that
    moved_from_times: str = ""
    programme_id: int = 0
    campaign_id: int | None = None
    short_crew: bool = False  # somebody left, was not there, or was done without: its crew is not whole everywhere

    @property
    def promised_crew(self) -> tuple[CrewRow, ...]:
        """Who goes, or was asked and has not answered yet."""
        return tuple(one for one in self.crew if one.state in PROMISED)

    def host(self, language: str) -> str:
        """The host's name in the page's script."""
        return pick(language, self.host_sr_cyrl, self.host_sr_latn)

    def place(self, language: str) -> str:
        """The host's place in the page's script."""
        return pick(language, self.place_sr_cyrl, self.place_sr_latn)

    def address(self, language: str) -> str:
        """The host's street in the page's script."""
        return pick(language, self.address_sr_cyrl, self.address_sr_latn)

    def programme(self, language: str) -> str:
        """The programme's name; Latin is derived."""
        return worded(language, self.programme_sr_cyrl, to_latin(self.programme_sr_cyrl), self.programme_en)

    @property
    def starts_at(self) -> dt.datetime | None:
        return min((row.starts_at for row in self.presentations), default=None)

    @property
    def with_pupils(self) -> bool:
        """Whether pupils listen to any of it: with adults alone no teacher has to stay."""
        return any(row.audience is Audience.PUPILS for row in self.presentations)

    def gap_before(self, sitting: PresentationRow) -> int:
        """Minutes that a crew waits in the school before a presentation; 0 where it is only a break between lessons."""
        over = [row.ends_at for row in self.presentations if row.ends_at <= sitting.starts_at and row != sitting]
        gap = int((sitting.starts_at - max(over)).total_seconds() // 60) if over else 0
        return gap if gap > LONGEST_BREAK else 0

    @property
    def has_a_gap(self) -> bool:
        """Whether the crew waits between two shifts: then another one may go to the second."""
        return any(self.gap_before(row) for row in self.presentations)

    def crew_of(self, presentation_id: int) -> tuple[str, ...]:
        """Who goes to one presentation: of a young person the first name."""
        return tuple(
            one.given_name if one.minor else one.full_name
            for one in self.crew
            if one.states.get(presentation_id) in LIVING
        )

    def of(self, member: CrewRow) -> tuple[PresentationRow, ...]:
        """The presentations of the visit to which somebody of its crew goes or may go."""
        return tuple(row for row in self.presentations if row.id in member.living)

    def without(self, member: CrewRow) -> tuple[PresentationRow, ...]:
        """Those that still need a crew, while she goes to others only."""
        open_ones = [row for row in self.presentations if row.state in STAFFED]
        return tuple(row for row in open_ones if row.id not in member.living) if member.living else ()

    @property
    def crew_differs(self) -> bool:
        """Whether not everybody goes to every presentation."""
        return len({self.crew_of(row.id) for row in self.presentations}) > 1


@dataclass(frozen=True)
class VisitHistoryLine:
    """One change of a visit, its presentations or its crew; `who` is a colleague's name, empty for others."""

    at: dt.datetime
    action: str
    who: str
    reason: str


@dataclass(frozen=True)
class VisitPage:
    """Everything that the coordinators' page of one visit shows; `keeps_back` says why it cannot be confirmed yet."""

    visit: VisitRow
    contact_name: str
    contact_phone: str
    safeguarding_contact: str
    teacher_stays: bool
    keeps_back: tuple[Why, ...]
    history: tuple[VisitHistoryLine, ...]
    request_number: str = ""
    crew_lost: bool = False  # it was confirmed, and somebody left: the school got no mail about that
    stands_for: str = ""  # the number of the visit that a closure stopped and this one replaces
    replanned_as: str = ""  # the number of the visit that stands for this one


@dataclass(frozen=True)
class Companion:
    """One of the crew as another presenter may read her: of a minor the first name, or no name (TRUST S54)."""

    name: str  # empty: a young presenter of a presentation that the reader has not accepted
    minor: bool
    me: bool
    state: AssignmentState
    photo: bool = False  # may be photographed, as far as the reader may know


@dataclass(frozen=True)
class PresenterCard:
    """One of those who come, as a school may read her: of a minor the first name only, and with which adult."""

    name: str
    kind: PresenterKind
    minor: bool
    adult: str = ""
    photo: bool = False  # of a minor: may be photographed
    presenter_id: int = 0
    checked_on: dt.date | None = None  # the day of the check that covers the visit
    face: bool = False  # an adult who lets schools see hers
