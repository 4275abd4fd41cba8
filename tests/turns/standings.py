"""Visits and requests as the rule of turns reads them."""

import datetime as dt

from scheduler.attendance.terms import AttendanceState
from scheduler.people.terms import PresenterKind
from scheduler.programmes.terms import Audience
from scheduler.requests.terms.school_request import RequestState
from scheduler.turns.terms import RequestStanding, SeatStanding, SittingStanding, VisitStanding
from scheduler.visits.terms.plans import CrewMember, CrewRule
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.factories import MONDAY

TODAY = MONDAY.date()
DAY = dt.timedelta(days=1)
FAR = TODAY + 20 * DAY
_V = VisitState


def seat(state: AssignmentState, *, who: int = 1, until: dt.datetime | None = None, since=MONDAY) -> SeatStanding:
    member = CrewMember(who, PresenterKind.EDUCATOR, "Ana", "Ilić", None, state)
    return SeatStanding(member, since, until or MONDAY + 3 * DAY)


def a_visit(state: VisitState, *seats: SeatStanding, day: dt.date = FAR, count="open", **given) -> VisitStanding:
    """One presentation of 45 minutes at 10 for pupils, for which one educator is wanted."""
    starts = dt.datetime.combine(day, dt.time(8), tzinfo=dt.UTC)
    done = state in (_V.CONFIRMED, _V.READY)
    now = (
        PresentationState.DELIVERED if state is _V.DELIVERED else PresentationState("confirmed" if done else "planned")
    )
    one = SittingStanding(
        1, now, starts, starts + dt.timedelta(minutes=45), Audience.PUPILS, AttendanceState(count), seats
    )
    fair = {"safeguarding_contact": "Mira Savić"}
    return VisitStanding(state, day, CrewRule(1, 0), (one,), **(fair | given))


def a_request(state: RequestState, **given) -> RequestStanding:
    return RequestStanding(state, MONDAY - DAY, FAR, FAR + 5 * DAY, **given)
