"""What people plan and promise: drafts, spans and stops, clashes, crews, the facts of a calendar entry."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from scheduler.core.errors import Conflict, Reason
from scheduler.core.language import pick
from scheduler.people.terms import PresenterKind, TeachingLanguage, Topic
from scheduler.places.terms.hosts import Point
from scheduler.places.terms.venue import NO_VENUE, Venue
from scheduler.policy import Spot
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.states import AssignmentState


class Teaches(Protocol):
    """Anybody of whom topics and languages are known."""

    @property
    def topics(self) -> Sequence[Topic]: ...

    @property
    def languages(self) -> Sequence[TeachingLanguage]: ...


@dataclass(frozen=True)
class UnderLaw:
    """What the law asks about a presenter beside her papers. `adult_on` None: known to be adult."""

    adult_on: dt.date | None
    may_present_from: dt.date | None
    suspended: bool


@dataclass(frozen=True)
class PresentationPlan:
    """One sitting as a coordinator plans it; the start is the host's wall clock."""

    starts_local: dt.time
    minutes: int
    audience: Audience
    level: SchoolLevel
    classes: str = ""
    venue: Venue = NO_VENUE
    expected_pupils: int = 0
    expected_parents: int = 0
    expected_teachers: int = 0
    outside_shift: bool = False  # the class comes for it, or stays


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
    outside_shift: frozenset[int] | None = frozenset()  # whose class comes for it, or stays; None: it was said before


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
    district_id: int | None = None  # of what was promised: limited staff read of a drive from there if it is theirs


@dataclass(frozen=True)
class TakenTime:
    """Time of a presenter that is promised, or held for a booking: where she has to be, and on which local day."""

    presenter_id: int
    on_day: dt.date
    stop: Stop
    minutes: int  # of presenting, without what is set up


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
    where: Spot  # limited staff read of a promise only where they reach the visit (TRUST S54)
    held_until: dt.datetime | None = None  # no visit yet: a school is booking it

    def host(self, language: str) -> str:
        """The host's name in the page's script."""
        return pick(language, self.host_sr_cyrl, self.host_sr_latn)


class PresenterTaken(Conflict):
    """Somebody else was quicker: the presenter is promised at that time, or too far away to arrive.

    `reason` is TAKEN or CANNOT_ARRIVE; `promise` says who took the time and when.
    """

    def __init__(self, presenter_id: int, problem: ArrivalProblem, promise: Promise) -> None:
        super().__init__(WhyNot.TAKEN if problem.overlaps else WhyNot.CANNOT_ARRIVE)
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
    """A reason against a candidate or a confirmation, and its numbers; the pages word it."""

    code: Reason
    needed: int = 0
    available: int = 0
    district_id: int | None = None  # of the other visit, from or to which somebody cannot arrive


@dataclass(frozen=True)
class EntryFacts:
    """All that a VEVENT says about a presentation. No person's name but the crew's as the school may see it."""

    uid: str
    sequence: int
    edited_at: dt.datetime
    starts_at: dt.datetime
    ends_at: dt.datetime
    zone: str
    programme_sr_cyrl: str
    programme_en: str
    host_sr_cyrl: str
    host_sr_latn: str
    address_sr_cyrl: str  # street, postcode and place
    address_sr_latn: str
    venue: Venue
    classes: str
    point: Point | None  # the host's own: a phone drives there, so its town's would mislead
    crew: tuple[str, ...]  # the adults of it
    page_url: str  # ends in the visit's number; asks for sign-in
    helpline: str
    online: bool = False  # nobody drives; where it is held stands on the page
    young: tuple[str, ...] = ()  # the first names of its minors, for who has accepted the same presentation
    hours: tuple[tuple[dt.datetime, dt.datetime], ...] = ()  # of each sitting, where one entry stands for several
