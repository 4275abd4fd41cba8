"""State changes that belong together: a visit, its presentations, its school request, its crew."""

from sqlalchemy import delete, select

from scheduler.acts import Act
from scheduler.core.db import db
from scheduler.requests.service.desk import follow_visit
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.finding import Finding
from scheduler.visits.models.substitution import SubstituteSearch
from scheduler.visits.models.visits import Assignment, DateWish, Readiness
from scheduler.visits.queries.clearance import refuse_new_promise
from scheduler.visits.rules import crew
from scheduler.visits.service.locked_visit import OpenVisit
from scheduler.visits.terms.plans import CrewRule
from scheduler.visits.terms.states import (
    ASSIGNMENT_MACHINE,
    OPEN_SEARCHES,
    PRESENTATION_MACHINE,
    SUBSTITUTE_SEARCH_MACHINE,
    VISIT_MACHINE,
    AssignmentState,
    PresentationState,
    SubstituteSearchState,
    VisitState,
    WishOutcome,
)

FOLLOWS = {
    VisitState.OFFERED: RequestState.STAFFING,
    VisitState.PLANNED: RequestState.STAFFING,
    VisitState.CONFIRMED: RequestState.CONFIRMED,
    VisitState.READY: RequestState.READY,
    VisitState.DELIVERED: RequestState.DELIVERED,
}


def move_with_request(
    act: Act, opened: OpenVisit, to: VisitState, *, reason: str = "", request_to: RequestState | None = None
) -> None:
    """Move a visit, and its school request to the state that goes with it."""
    act.move(VISIT_MACHINE, opened.visit, to, reason=reason)
    if to is VisitState.CONFIRMED:
        opened.visit.confirmed_at = act.now
    wanted, asked = request_to or FOLLOWS[to], opened.visit.school_request
    if asked is not None and asked.state is not wanted:
        follow_visit(act.actor, asked, wanted, now=act.now, reason=reason)


def move_assignment(act: Act, row: Assignment, to: AssignmentState, *, reason: str = "") -> None:
    """Move one assignment, and let the database judge it at once: the order of steps is what guards minors.

    Raises: Conflict("guardian_changes", "older_text", "no_travel") where a minor would promise something new.
    """
    if to in (AssignmentState.OFFERED, AssignmentState.ACCEPTED):
        refuse_new_promise(row.presenter, row.presentation_id, row.on_day, act.now)
    if reason:
        row.reason = reason
    act.move(ASSIGNMENT_MACHINE, row, to, reason=reason)
    db.session().flush()


def settle_moved(act: Act, opened: OpenVisit) -> None:
    """The visit has another time: what the re-check found against the old one is gone, a wish for another is met.

    A crew is sought for the new day as for any other: not online, not short, and nobody stands in for who was ill.
    """
    visit = opened.visit
    act.session.execute(delete(Finding).where(Finding.visit_id == visit.id))
    act.session.execute(delete(Readiness).where(Readiness.visit_id == visit.id))
    visit.clock_wrong, visit.online_link, visit.goes_short = None, "", False
    visit.confirmed_at, visit.moved_at = None, act.now
    search = act.session.scalar(
        select(SubstituteSearch).where(SubstituteSearch.visit_id == visit.id, SubstituteSearch.state.in_(OPEN_SEARCHES))
    )
    if search is not None:
        act.move(SUBSTITUTE_SEARCH_MACHINE, search, SubstituteSearchState.MOVED)
    end_wish(act, opened, WishOutcome.MOVED)


def end_wish(act: Act, opened: OpenVisit, outcome: WishOutcome) -> bool:
    """Answer the school's open wish for another date, if there is one; whether there was."""
    wish = act.session.scalar(
        select(DateWish).where(DateWish.visit_id == opened.visit.id, DateWish.answered_at.is_(None)).with_for_update()
    )
    if wish is None:
        return False
    wish.answered_at, wish.outcome = act.now, outcome
    act.record(f"date wish {outcome.value}", opened.visit)
    act.session.flush()
    return True


def crew_rule(opened: OpenVisit) -> CrewRule:
    """What the programme wants in each presentation."""
    return CrewRule(opened.visit.programme.educators, opened.visit.programme.influencers)


def is_staffed(opened: OpenVisit) -> bool:
    """Whether every presentation's crew meets the rule with people who have accepted."""
    return crew.is_whole(map(opened.crew_of, opened.presentations), crew_rule(opened), opened.visit.on_day)


def may_go_short(opened: OpenVisit) -> bool:
    """Whether an adult educator has accepted in every presentation."""
    return crew.may_go_short([opened.crew_of(row) for row in opened.presentations], opened.visit.on_day)


def may_go_as_it_is(opened: OpenVisit) -> bool:
    """Whether the visit can go as it is: with its whole crew, or short, if a coordinator has decided that."""
    return is_staffed(opened) or (opened.visit.goes_short and may_go_short(opened))


def step_back_if_short(act: Act, opened: OpenVisit, *, reason: str = "", anyway: bool = False) -> None:
    """After somebody left: a confirmed visit short of its crew is offered again; one nobody holds, planned again.

    `anyway`: also one whose crew is whole without her, for its school knows her name.
    """
    visit = opened.visit
    if visit.state in (VisitState.CONFIRMED, VisitState.READY) and (anyway or not may_go_as_it_is(opened)):
        visit.goes_short = False
        move_with_request(act, opened, VisitState.OFFERED, reason=reason)
        for presentation in opened.presentations:
            if presentation.state is PresentationState.CONFIRMED:
                act.move(PRESENTATION_MACHINE, presentation, PresentationState.PLANNED, reason=reason)
    if visit.state is VisitState.OFFERED and not opened.in_state(AssignmentState.OFFERED, AssignmentState.ACCEPTED):
        move_with_request(act, opened, VisitState.PLANNED, reason=reason)
