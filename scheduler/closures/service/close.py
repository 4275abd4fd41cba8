"""Hosts are shut for some days (snow, strike, exam day): their visits are stopped and everybody is told once."""

import datetime as dt
import logging
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.acts import Act, change
from scheduler.closures.models import Disruption
from scheduler.closures.queries import ids_in, plans_of, released_crew, require_places, visit_with_crew
from scheduler.closures.service import notify
from scheduler.closures.service.replan import replan_visit
from scheduler.closures.terms import CLOSURE_REASON, ClosingReason
from scheduler.core import clock
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.people import queries as people_queries
from scheduler.people.rules import is_minor
from scheduler.places import queries as place_queries
from scheduler.places.models import Closure, ClosurePlace
from scheduler.places.rules.hosts import problems_of_closure
from scheduler.places.terms.hosts import ClosureDraft, ClosureRow
from scheduler.policy import Actor
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.service.crew import suggest
from scheduler.staffing.service.offers import offer
from scheduler.visits.models.visits import Assignment, Visit
from scheduler.visits.service import transitions
from scheduler.visits.service.calendar_entries import touch
from scheduler.visits.service.locked_visit import OpenVisit, hold_time, open_visit
from scheduler.visits.terms.states import (
    OPEN_VISITS,
    PRESENTATION_MACHINE,
    PROMISED,
    TO_COME,
    AssignmentState,
    PresentationState,
    VisitState,
)

log = logging.getLogger(__name__)


def close_hosts(actor: Actor, draft: ClosureDraft, *, seen: frozenset[int], now: dt.datetime) -> int:
    """Close municipalities, districts, a school calendar or the country, all as one closure; its id.

    In one transaction its visits, of every centre, become *disrupted* and their crews free; each person gets one mail
    however many visits. `seen` are the visits that the preview showed: mails go only to who was previewed. Raises:
    NotAllowed; Rejected with {field: reason}; Conflict("changed_meanwhile") when other visits are affected by now.
    """
    require_places(actor, "create", draft.extents)
    if problems := problems_of_closure(draft, clock.local_day(now)):
        raise Rejected(problems)
    with change(actor, now) as act:
        closure = Closure(
            places=[ClosurePlace(**asdict(extent)) for extent in dict.fromkeys(draft.extents)],
            first_day=draft.first_day,
            last_day=draft.last_day,
            reason=draft.reason,
            note=draft.note,
            closed_at=now,
        )
        act.session.add(closure)
        act.session.flush()
        act.record("closure made", closure, details={"reason": draft.reason.value})
        stopped = _stop(act, place_queries.closure_of(closure.id), seen)
    log.info("hosts closed", extra={"closure_id": closure.id, "visits": stopped})
    return closure.id


def lift_closure(actor: Actor, closure_id: int, open_from: dt.date, *, now: dt.datetime) -> None:
    """Hosts open again earlier than was said. Visits stay stopped, as everybody was told; their days are free again.

    Raises: NotAllowed; NotFound; Rejected({"open_from": …}) for a day outside the closure; Conflict("wrong_state")
    when it was lifted before.
    """
    with change(actor, now) as act:
        closure = _closure_of(act, closure_id)
        if closure.open_from is not None:
            raise Conflict(GroundReason.WRONG_STATE)
        if not closure.first_day <= open_from <= closure.last_day:
            raise Rejected({"open_from": ClosingReason.OUTSIDE_THE_CLOSURE})
        closure.open_from, closure.lifted_at = open_from, now
        act.record("closure lifted", closure, details={"open_from": open_from})
    log.info("closure lifted", extra={"closure_id": closure_id})


def close_again(actor: Actor, closure_id: int, *, seen: frozenset[int], now: dt.datetime) -> None:
    """Undo the lifting: the closure holds to its last day again; what was planned meanwhile is stopped like the rest.

    Raises: NotAllowed; NotFound; Conflict("wrong_state") when it was not lifted, ("changed_meanwhile") as in
    `close_hosts`.
    """
    with change(actor, now) as act:
        closure = _closure_of(act, closure_id)
        if closure.open_from is None:
            raise Conflict(GroundReason.WRONG_STATE)
        closure.open_from = closure.lifted_at = None
        act.session.flush()
        act.record("closure holds again", closure)
        stopped = _stop(act, place_queries.closure_of(closure_id), seen)
    log.info("closure holds again", extra={"closure_id": closure_id, "visits": stopped})


def _closure_of(act: Act, closure_id: int) -> Closure:
    """A closure that the actor may change, locked. Raises: NotAllowed, NotFound."""
    closure = _locked(act.session, closure_id)
    require_places(act.actor, "update", place_queries.closure_of(closure_id).extents)
    return closure


def _locked(session: Session, closure_id: int) -> Closure:
    closure = session.get(Closure, closure_id, with_for_update=True, populate_existing=True)
    if closure is None:
        raise NotFound("closure")
    return closure


def _stop(act: Act, closure: ClosureRow, seen: frozenset[int]) -> int:
    """Stop every visit that the closure reaches.

    All visits are locked in the order of their ids, then everybody's time: two closures never wait for each other, nor
    does somebody who leaves one of these visits meanwhile.
    """
    ids = ids_in(closure.extents, closure.first_day, closure.shut_until)
    if ids != seen:
        raise Conflict(GroundReason.CHANGED_MEANWHILE)
    visits = [open_visit(act, visit_id) for visit_id in sorted(ids)]
    if any(opened.visit.state not in OPEN_VISITS for opened in visits):
        raise Conflict(GroundReason.CHANGED_MEANWHILE)
    hold_time(act.session, {who for opened in visits for who in opened.presenter_ids})
    told: list[tuple[OpenVisit, list[Assignment]]] = []
    for opened in visits:
        told.append((opened, opened.in_state(*PROMISED)))
        _stop_one(act, opened, closure)
        act.session.add(Disruption(closure_id=closure.id, visit_id=opened.visit.id, at=act.now))
        touch(act, opened, opened.presentations)
    notify.tell_presenters(closure, told, now=act.now)
    notify.tell_schools(closure, [opened for opened, _rows in told], now=act.now)
    notify.tell_other_centres(act.actor, closure, [opened for opened, _rows in told], now=act.now)
    return len(ids)


def _stop_one(act: Act, opened: OpenVisit, closure: ClosureRow) -> None:
    reason = closure.reason.value
    for row in reversed(opened.in_state(*TO_COME)):  # minors first: nobody leaves one behind
        transitions.move_assignment(act, row, AssignmentState.WITHDRAWN, reason=CLOSURE_REASON)
    opened.visit.reason = reason
    transitions.move_with_request(act, opened, VisitState.DISRUPTED, reason=reason, request_to=RequestState.DISRUPTED)
    for presentation in opened.presentations:
        presentation.reason = reason
        act.move(PRESENTATION_MACHINE, presentation, PresentationState.DISRUPTED, reason=reason)


def replan_stopped(actor: Actor, visit_id: int, on_day: dt.date, *, until: dt.datetime, now: dt.datetime) -> str:
    """Plan a stopped visit for another day at its own hours and ask the crew that was to go, all or nothing.

    The new visit's number. The school is told once, the crew is asked until `until`. Raises: NotFound; Rejected;
    Conflict ("wrong_state", or the refusals of a crew); Taken when somebody of the crew has promised that time.
    """
    with change(actor, now) as act:
        visit = visit_with_crew(visit_id)
        crew, plans = released_crew(visit), plans_of(visit)
        if not plans:
            raise Conflict(GroundReason.WRONG_STATE)
        number = replan_visit(actor, visit_id, on_day, plans, now=now)
        new_id = act.session.scalars(select(Visit.id).where(Visit.number == number)).one()
        opened = open_visit(act, new_id)
        for who in sorted(crew, key=lambda one: (_is_minor(one, on_day), one)):  # an adult comes first
            suggest(act, opened, who, meant=True)  # she had accepted that way
        if crew:
            offer(act, opened, until=until)
    log.info("stopped visit replanned", extra={"visit_id": visit_id, "new_visit_id": new_id})
    return number


def _is_minor(presenter_id: int, on_day: dt.date) -> bool:
    people = people_queries.presenters_by_id([presenter_id])
    return presenter_id in people and is_minor(people[presenter_id].adult_on, on_day)
