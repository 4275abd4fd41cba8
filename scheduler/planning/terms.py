"""Words of planning: visits, presentations, assignments, and the states they go through (PRODUCT.md, section 4)."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from scheduler.core.errors import Conflict
from scheduler.core.language import pick
from scheduler.core.machines import Machine
from scheduler.core.text import to_latin
from scheduler.people.terms import PresenterKind
from scheduler.places.terms import Point
from scheduler.programmes.terms import Audience, SchoolLevel


class VisitState(StrEnum):
    PLANNED = "planned"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    READY = "ready"
    DELIVERED = "delivered"
    DISRUPTED = "disrupted"
    REPLANNED = "replanned"
    CANCELLED = "cancelled"


class PresentationState(StrEnum):
    PLANNED = "planned"
    CONFIRMED = "confirmed"
    DELIVERED = "delivered"
    PART_DELIVERED = "part_delivered"
    MOVED = "moved"
    MERGED_INTO = "merged_into"
    DISRUPTED = "disrupted"
    CANCELLED = "cancelled"
    NO_SHOW_HOST = "no_show_host"
    NO_SHOW_PRESENTER = "no_show_presenter"


class AssignmentState(StrEnum):
    SUGGESTED = "suggested"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    PRESENT = "present"
    ABSENT = "absent"


class CancelledBy(StrEnum):
    SCHOOL = "school"
    CENTRE = "centre"


class EntryStatus(StrEnum):
    """STATUS of a VEVENT, as one reader of a presentation sees it (RFC 5545, 3.8.1.11)."""

    TENTATIVE = "TENTATIVE"  # offered
    CONFIRMED = "CONFIRMED"  # accepted
    CANCELLED = "CANCELLED"  # withdrawn, replaced, or the presentation itself cancelled


_V, _P, _A = VisitState, PresentationState, AssignmentState

VISIT_MACHINE = Machine(
    name="visit",
    starts=frozenset({_V.PLANNED}),
    moves={
        _V.PLANNED: frozenset({_V.OFFERED, _V.CANCELLED, _V.DISRUPTED}),
        _V.OFFERED: frozenset({_V.CONFIRMED, _V.PLANNED, _V.CANCELLED, _V.DISRUPTED}),
        _V.CONFIRMED: frozenset({_V.READY, _V.OFFERED, _V.CANCELLED, _V.DISRUPTED}),
        _V.READY: frozenset({_V.DELIVERED, _V.OFFERED, _V.CANCELLED, _V.DISRUPTED}),
        _V.DELIVERED: frozenset(),
        _V.DISRUPTED: frozenset({_V.REPLANNED, _V.CANCELLED}),
        _V.REPLANNED: frozenset({_V.OFFERED, _V.CANCELLED, _V.DISRUPTED}),
        _V.CANCELLED: frozenset(),
    },
    needs_reason=frozenset({_V.CANCELLED, _V.DISRUPTED}),
)

_PRESENTATION_ENDS = frozenset({_P.CANCELLED, _P.DISRUPTED, _P.MERGED_INTO, _P.MOVED})

PRESENTATION_MACHINE = Machine(
    name="presentation",
    starts=frozenset({_P.PLANNED}),
    moves={
        _P.PLANNED: frozenset({_P.CONFIRMED}) | _PRESENTATION_ENDS,
        _P.CONFIRMED: frozenset({_P.DELIVERED, _P.PART_DELIVERED, _P.NO_SHOW_HOST, _P.NO_SHOW_PRESENTER, _P.PLANNED})
        | _PRESENTATION_ENDS,
        _P.MOVED: frozenset({_P.PLANNED, _P.CONFIRMED, _P.CANCELLED, _P.DISRUPTED}),
        _P.DISRUPTED: frozenset({_P.PLANNED, _P.CANCELLED}),
        **{
            end: frozenset()
            for end in (
                _P.DELIVERED,
                _P.PART_DELIVERED,
                _P.MERGED_INTO,
                _P.CANCELLED,
                _P.NO_SHOW_HOST,
                _P.NO_SHOW_PRESENTER,
            )
        },
    },
    needs_reason=frozenset({_P.CANCELLED, _P.DISRUPTED}),
)

ASSIGNMENT_MACHINE = Machine(
    name="assignment",
    starts=frozenset({_A.SUGGESTED, _A.OFFERED}),
    moves={
        _A.SUGGESTED: frozenset({_A.OFFERED, _A.WITHDRAWN, _A.REPLACED}),
        _A.OFFERED: frozenset({_A.ACCEPTED, _A.DECLINED, _A.LAPSED, _A.WITHDRAWN, _A.REPLACED}),
        # accepted > offered: a moved date is asked again, never carried over silently
        _A.ACCEPTED: frozenset({_A.OFFERED, _A.WITHDRAWN, _A.REPLACED, _A.PRESENT, _A.ABSENT}),
        **{end: frozenset() for end in (_A.DECLINED, _A.LAPSED, _A.WITHDRAWN, _A.REPLACED, _A.PRESENT, _A.ABSENT)},
    },
    needs_reason=frozenset({_A.WITHDRAWN}),
)

PROMISED = (AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.PRESENT)  # a person's time is taken
LIVING = (AssignmentState.SUGGESTED, *PROMISED)

OPEN_VISITS = (VisitState.PLANNED, VisitState.OFFERED, VisitState.CONFIRMED, VisitState.READY, VisitState.REPLANNED)
STAFFED = (PresentationState.PLANNED, PresentationState.CONFIRMED)  # presentations that still need their crew
PRESENTER_LOCK = 1  # kind of core.db.hold: the time of one presenter


@dataclass(frozen=True)
class PresentationPlan:
    """One sitting as a coordinator plans it; the start is the host's wall clock."""

    starts_local: dt.time
    minutes: int
    audience: Audience
    level: SchoolLevel
    classes: str = ""
    room: str = ""
    expected_pupils: int = 0
    expected_parents: int = 0
    expected_teachers: int = 0


@dataclass(frozen=True)
class VisitDraft:
    """A visit as a coordinator plans it. With a school request, its programme and host are the request's own."""

    programme_id: int
    host_id: int
    on_day: dt.date
    presentations: tuple[PresentationPlan, ...]
    school_request_id: int | None = None
    campaign_id: int | None = None


@dataclass(frozen=True)
class NewTimes:
    """Where a visit moves to: another day, and the new start of each of its presentations."""

    on_day: dt.date
    starts_local: dict[int, dt.time]  # by presentation id; who is not named keeps its hour
    until: dt.datetime  # by when presenters shall answer again


@dataclass(frozen=True)
class Span:
    """The moments of one presentation, in UTC; busy is set-up and all."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    busy_from: dt.datetime
    busy_until: dt.datetime


@dataclass(frozen=True)
class Stop:
    """Where one presenter has to be, and when. No point: nobody knows where it lies, so no drive can be judged."""

    visit_id: int
    presentation_id: int
    busy_from: dt.datetime
    busy_until: dt.datetime
    point: Point | None


@dataclass(frozen=True)
class ArrivalProblem:
    """Cannot arrive: between two stops there are fewer minutes than the drive takes (none when they overlap)."""

    earlier: Stop
    later: Stop
    needed_minutes: int
    available_minutes: int

    @property
    def late_by_minutes(self) -> int:
        return self.needed_minutes - self.available_minutes

    @property
    def overlaps(self) -> bool:
        return self.earlier.busy_until > self.later.busy_from


@dataclass(frozen=True)
class Promise:
    """To which visit a presenter's time has gone, when, and who gave it: what the slower of two people is told."""

    visit_number: str
    host_sr_cyrl: str
    host_sr_latn: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    zone: str
    promised_by: str  # a colleague's name; empty when the product did it
    promised_at: dt.datetime

    def host(self, language: str) -> str:
        """The host's name in the page's script."""
        return pick(language, self.host_sr_cyrl, self.host_sr_latn)


class Taken(Conflict):
    """Somebody else was quicker: the presenter is promised at that time, or too far away to arrive.

    `reason` is "presenter_taken" or "cannot_arrive"; `promise` says who took the time and when.
    """

    def __init__(self, presenter_id: int, problem: ArrivalProblem, promise: Promise) -> None:
        super().__init__("presenter_taken" if problem.overlaps else "cannot_arrive")
        self.presenter_id = presenter_id
        self.problem = problem
        self.promise = promise


@dataclass(frozen=True)
class CrewRule:
    """How many a programme wants in each presentation."""

    educators: int
    influencers: int


@dataclass(frozen=True)
class CrewMember:
    """One presenter of one presentation, as rules judge and pages show her. `adult_on` None: adult."""

    presenter_id: int
    kind: PresenterKind
    given_name: str
    family_name: str
    adult_on: dt.date | None
    state: AssignmentState


@dataclass(frozen=True)
class Why:
    """A reason against a candidate or a confirmation: a code that pages word, and its numbers."""

    code: str
    needed: int = 0
    available: int = 0


@dataclass(frozen=True)
class EntryFacts:
    """All that a VEVENT says about a presentation. No person's name but the crew's as the school may see it."""

    uid: str
    sequence: int
    edited_at: dt.datetime
    starts_at: dt.datetime
    ends_at: dt.datetime
    zone: str
    visit_number: str
    programme_sr_cyrl: str
    programme_en: str
    host_sr_cyrl: str
    host_sr_latn: str
    address_sr_cyrl: str  # street, postcode and place
    address_sr_latn: str
    room: str
    classes: str
    point: Point | None  # the host's own: a phone drives there, so its town's would mislead
    crew: tuple[str, ...]  # as a school may see them: a minor's first name only
    page_url: str  # asks for sign-in
    helpline: str


@dataclass(frozen=True)
class CrewRow:
    """A presenter in the crew of a visit, with her state in each presentation (by its id)."""

    presenter_id: int
    kind: PresenterKind
    full_name: str
    given_name: str
    minor: bool
    adult_on: dt.date | None
    states: dict[int, AssignmentState]
    offered_until: dt.datetime | None
    reason: str

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
    room: str
    expected_pupils: int
    expected_parents: int
    expected_teachers: int
    state: PresentationState
    reason: str


@dataclass(frozen=True)
class VisitRow:
    """A visit as lists show it, with its presentations and its crew."""

    id: int
    number: str
    centre_id: int
    school_request_id: int | None
    on_day: dt.date
    zone: str
    state: VisitState
    reason: str
    cancelled_by: CancelledBy | None
    clock_wrong: str
    kilometres: int
    host_sr_cyrl: str
    host_sr_latn: str
    place_sr_cyrl: str
    place_sr_latn: str
    address_sr_cyrl: str
    address_sr_latn: str
    programme_sr_cyrl: str
    programme_en: str
    rule: CrewRule
    presentations: tuple[PresentationRow, ...]
    crew: tuple[CrewRow, ...]

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
        if language == "en":
            return self.programme_en
        return to_latin(self.programme_sr_cyrl) if language == "sr_Latn" else self.programme_sr_cyrl

    @property
    def starts_at(self) -> dt.datetime | None:
        return min((row.starts_at for row in self.presentations), default=None)


@dataclass(frozen=True)
class HistoryLine:
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
    history: tuple[HistoryLine, ...]


@dataclass(frozen=True)
class Candidate:
    """A presenter who could go, or the reasons why not; `bars` are those that the database would refuse."""

    presenter_id: int
    kind: PresenterKind
    full_name: str
    minor: bool
    home_sr_cyrl: str
    home_sr_latn: str
    road_km: int | None
    reasons: tuple[Why, ...]

    @property
    def fits(self) -> bool:
        return not self.reasons

    @property
    def barred(self) -> bool:
        """Whether the database itself would refuse her."""
        return any(why.code in BARS for why in self.reasons)


BARS = frozenset({"unvetted", "too_young", "no_consent", "suspended"})


@dataclass(frozen=True)
class Offer:
    """A visit as it is offered to one presenter."""

    visit: VisitRow
    until: dt.datetime | None
    state: AssignmentState


@dataclass(frozen=True)
class CrewShown:
    """What a school may read about a visit: its times, and who comes as far as it may know them (TRUST S51)."""

    visit_id: int
    number: str
    on_day: dt.date
    state: VisitState
    starts_local: tuple[dt.time, ...]
    names: tuple[str, ...]
    starts_at: dt.datetime | None
