"""What must never be true of stored visits: for `invariants check` and the nightly job."""

from collections import defaultdict

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased, selectinload

from scheduler.core import clock
from scheduler.core.db import db
from scheduler.people.models import Presenter, User
from scheduler.people.rules import is_minor
from scheduler.places.models import Host
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.queries.agenda import stops_of_visit
from scheduler.visits.queries.clearance import clearance, town_of
from scheduler.visits.rules.arrival import arrival_problems
from scheduler.visits.terms.plans import Stop
from scheduler.visits.terms.states import GONE_VISITS, OPEN_VISITS, PROMISED, AssignmentState, VisitState

AGREE = {
    VisitState.PLANNED: {RequestState.STAFFING},
    VisitState.OFFERED: {RequestState.STAFFING},
    VisitState.CONFIRMED: {RequestState.CONFIRMED},
    VisitState.READY: {RequestState.READY},
    VisitState.DELIVERED: {
        RequestState.DELIVERED,
        RequestState.REPORTED,
        RequestState.CERTIFIED,
        RequestState.CLOSED,
    },
    VisitState.DISRUPTED: {RequestState.DISRUPTED, RequestState.WAITLISTED},
}


def violations() -> list[str]:
    """One plain sentence for each breach: ids and numbers only, no names."""
    return [
        *_in_two_places(),
        *_cannot_arrive(),
        *_minors_alone(),
        *_not_allowed_to_go(),
        *_suspended_in_part(),
        *_states_disagree(),
        *_present_too_early(),
    ]


def _in_two_places() -> list[str]:
    a, b = aliased(Assignment), aliased(Assignment)
    rows = db.session().execute(
        select(a.presenter_id, a.id, b.id)
        .join(b, and_(a.presenter_id == b.presenter_id, a.id < b.id))
        .where(a.state.in_(PROMISED), b.state.in_(PROMISED), a.busy_from < b.busy_until, b.busy_from < a.busy_until)
        .order_by(a.id, b.id)
    )
    return [f"presenter {who} is in two places: assignments {one} and {other}" for who, one, other in rows]


def _cannot_arrive() -> list[str]:
    rows = db.session().execute(
        select(Assignment.presenter_id, Presentation, Visit)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .where(Assignment.state.in_(PROMISED), Visit.state.in_(OPEN_VISITS))
        .options(selectinload(Visit.host).selectinload(Host.municipality))
        .order_by(Assignment.presenter_id, Presentation.busy_from, Presentation.id)
    )
    stops: dict[int, list[Stop]] = defaultdict(list)
    for who, presentation, visit in rows:
        stops[who] += stops_of_visit(visit, [presentation])
    return [  # mailed to administrators of some districts, too: no minutes (TRUST S54)
        f"presenter {who} cannot arrive at presentation {problem.later.presentation_id}"
        for who, plan in stops.items()
        for problem in arrival_problems(plan)
        if not problem.overlaps
    ]


def _minors_alone() -> list[str]:
    rows = db.session().execute(
        select(Assignment.presentation_id, Assignment.on_day, Presenter.adult_on)
        .join(Presenter, Presenter.id == Assignment.presenter_id)
        .where(Assignment.state.in_(PROMISED))
        .order_by(Assignment.presentation_id)
    )
    minors: set[int] = set()
    adults: set[int] = set()
    for presentation_id, day, adult_on in rows:
        (minors if is_minor(adult_on, day) else adults).add(presentation_id)
    return [f"presentation {one} has a minor without an adult" for one in sorted(minors - adults)]


def _not_allowed_to_go() -> list[str]:
    """Open promises of people whose vetting or consent does not cover the day: it may have ended since."""
    rows = db.session().execute(
        select(Assignment.presenter_id, Assignment.on_day, Visit)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .options(selectinload(Visit.host))
        .where(Assignment.state.in_(PROMISED), Visit.state.in_(OPEN_VISITS))
        .order_by(Assignment.on_day, Assignment.presenter_id)
    )
    crews = defaultdict(set)
    for who, day, visit in rows:
        crews[day, town_of(visit)].add(who)
    found = {
        f"presenter {who} may not go on {day}: {why.code}": None
        for (day, town_id), people in crews.items()
        for who, reasons in clearance(people, day, town_id).items()
        for why in reasons
    }
    return list(found)


def _suspended_in_part() -> list[str]:
    """An account that is suspended though its presenter is not: by hand, for the product suspends both at once."""
    rows = db.session().scalars(
        select(Presenter.id)
        .join(User, User.id == Presenter.user_id)
        .where(User.suspended_at.is_not(None), Presenter.suspended_at.is_(None))
        .order_by(Presenter.id)
    )
    return [f"presenter {who} is not suspended, but her account is" for who in rows]


def _states_disagree() -> list[str]:
    rows = db.session().execute(
        select(Visit.number, Visit.state, SchoolRequest.number, SchoolRequest.state)
        .join(SchoolRequest, SchoolRequest.id == Visit.school_request_id)
        .where(Visit.state.not_in(GONE_VISITS))
        .order_by(Visit.id)
    )
    return [
        f"visit {visit} is {state.value} but its request {asked} is {request_state.value}"
        for visit, state, asked, request_state in rows
        if request_state not in AGREE[state]
    ]


def _present_too_early() -> list[str]:
    """Who is called present where nothing has begun: by the row's own moment, or by what time it is."""
    began, now = Assignment.busy_from, clock.now()
    rows = db.session().execute(
        select(Assignment.presenter_id, Assignment.presentation_id)
        .where(Assignment.state == AssignmentState.PRESENT, or_(began > now, began > Assignment.state_since))
        .order_by(Assignment.id)
    )
    return [f"presenter {who} is present at presentation {where} before it began" for who, where in rows]
