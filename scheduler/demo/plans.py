"""What the demo tells: visits and requests as plain data, before anything is written."""

import datetime as dt
from dataclasses import dataclass, field

from scheduler.attendance.terms import AttendanceState, HeadCounts
from scheduler.people.terms import PresenterKind
from scheduler.places.terms.hosts import Point
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.terms.states import AssignmentState, CancelledBy, PresentationState, VisitState


@dataclass(frozen=True)
class DemoHost:
    """A host as the demo sees it."""

    host_id: int
    city: str
    point: Point
    primary: bool
    secondary: bool


@dataclass(frozen=True)
class Guide:
    """A presenter as the demo sees one."""

    email: str
    centre: str
    kind: PresenterKind
    home: Point
    weekdays: frozenset[int]
    adult_on: dt.date | None
    may_present_from: dt.date | None


@dataclass(frozen=True)
class DemoSitting:
    """One presentation: when, for whom, how many were expected and how many came."""

    starts_local: dt.time
    minutes: int
    audience: Audience
    level: SchoolLevel
    classes: str
    expected: HeadCounts
    counted: HeadCounts | None = None
    attendance: AttendanceState | None = None
    agreed: bool = False  # the school counted the same


@dataclass(frozen=True)
class CrewPart:
    """One presenter's part in a visit."""

    email: str
    state: AssignmentState


@dataclass(frozen=True)
class RequestPlan:
    """What a school asked for, and how far its request has come."""

    centre: str
    programme: str
    host_id: int
    state: RequestState
    submitted_at: dt.datetime
    state_since: dt.datetime
    first_day: dt.date
    last_day: dt.date
    sittings: tuple[DemoSitting, ...]
    contact: tuple[str, str] = ("", "")  # name, address
    campaign: str | None = None
    reason: str = ""
    question: str = ""
    merged_into: int | None = None  # the place of another request in the list


@dataclass(frozen=True)
class VisitPlan:
    """A visit with its presentations and crew, and the states that it has reached."""

    centre: str
    programme: str
    host_id: int
    on_day: dt.date
    kilometres: int
    sittings: tuple[DemoSitting, ...]
    crew: tuple[CrewPart, ...]
    state: VisitState
    presentation_state: PresentationState
    planned_at: dt.datetime
    state_since: dt.datetime
    campaign: str | None = None
    request: RequestPlan | None = None
    reason: str = ""
    cancelled_by: CancelledBy | None = None
    offered_until: dt.datetime | None = None


@dataclass
class Diary:
    """Who is away on which day: in the demo a presenter makes one visit a day, so nobody has to be in two places."""

    taken: set[tuple[str, dt.date]] = field(default_factory=set)

    def is_free(self, guide: Guide, day: dt.date) -> bool:
        """Whether a presenter may and can go on a day."""
        old_enough = guide.may_present_from is None or guide.may_present_from <= day
        return old_enough and day.weekday() in guide.weekdays and (guide.email, day) not in self.taken

    def take(self, email: str, day: dt.date) -> None:
        self.taken.add((email, day))
