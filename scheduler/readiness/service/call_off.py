"""A visit is called off, with its cause; a coordinator may think again while no mail has left."""

import datetime as dt
import json
import logging
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.core import states
from scheduler.core.errors import Conflict
from scheduler.core.machines import Machine
from scheduler.messages.service import let_wait, stop_messages
from scheduler.people.models import Presenter
from scheduler.people.rules import is_minor
from scheduler.policy import Actor
from scheduler.readiness.models import Cancellation, NumbersAsked
from scheduler.readiness.rules import may_think_again
from scheduler.readiness.terms import CallOff, ReadinessReason
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.lineage import is_asked_anew
from scheduler.requests.rules.states import MAIL_WAITS
from scheduler.requests.service.locked_request import request_of_visit
from scheduler.requests.terms.school_request import REQUEST_MACHINE, RequestState
from scheduler.staffing.queries.young_load import refuse_too_much
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.rules.cancelling import is_late_cancel
from scheduler.visits.service.calendar_entries import touch
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.service.locked_visit import hold_time, lock_visit, open_visit, refuse_clashes
from scheduler.visits.terms.states import (
    ASSIGNMENT_MACHINE,
    PRESENTATION_MACHINE,
    PROMISED,
    STAFFED,
    TO_COME,
    VISIT_MACHINE,
    AssignmentState,
    PresentationState,
    VisitState,
)

log = logging.getLogger(__name__)
LETTERS = ("crew_visit_cancelled", "visit_cancelled")


def call_off(actor: Actor, visit_id: int, said: CallOff, *, now: dt.datetime, version: int | None = None) -> bool:
    """Cancel a visit and keep why; whether it can be taken back for ten minutes, in which its mails wait.

    Not when the school itself cancels, nor less than 48 hours before: then everybody is told at once.
    Raises: as `cancel_visit`.
    """
    with change(actor, now) as act:
        visit = lock_visit(act.session, visit_id)
        before, first = _as_it_stands(act.session, visit)
        over = visit.state is VisitState.CANCELLED
        cancel_visit(actor, visit_id, reason=said.reason, by=said.by, now=now, version=version)
        if over:  # the second press of a double click
            return False
        act.session.flush()
        act.session.refresh(visit)
        waits = actor.user_id is not None and not (first is not None and is_late_cancel(first, now))
        if waits:
            let_wait(("visit", visit_id), now, now + MAIL_WAITS)
        after = visit.version if waits else None
        row = Cancellation(visit_id=visit_id, cause=said.cause, done_at=now, version_after=after, before=before)
        act.session.add(row)
    return waits


def _as_it_stands(session: Session, visit: Visit) -> tuple[str, dt.datetime | None]:
    """The states that a cancellation ends, as JSON, and when the visit was to begin."""
    sittings = session.scalars(
        select(Presentation).where(Presentation.visit_id == visit.id, Presentation.state.in_(STAFFED))
    ).all()
    seats = session.scalars(
        select(Assignment).where(
            Assignment.presentation_id.in_([row.id for row in sittings]), Assignment.state.in_(TO_COME)
        )
    ).all()
    asked = session.get(SchoolRequest, visit.school_request_id or 0)
    told = {
        "visit": _states([visit]),
        "school_request": _states([asked] if asked else []),
        "presentation": _states(sittings),
        "assignment": _states(seats),
        "numbers_asked": session.scalars(
            select(NumbersAsked.id).where(NumbersAsked.visit_id == visit.id, NumbersAsked.answered_at.is_(None))
        ).all(),
    }
    return json.dumps(told), min((row.starts_at for row in sittings), default=None)


def _states(rows: Iterable[Any]) -> dict[str, tuple[str, str, str]]:
    return {str(row.id): (row.state.value, row.state_since.isoformat(), row.reason) for row in rows}


def take_back_cancellation(actor: Actor, visit_id: int, *, now: dt.datetime) -> None:
    """As if nothing had happened: visit, request and crew stand as before, the mails stay in the house.

    Raises: NotAllowed; NotFound; Conflict when a mail has left, somebody changed the visit since or asked anew for it,
    the time of its crew is taken, or a minor of it has promised meanwhile all that she is given.
    """
    with change(actor, now) as act:
        visit = lock_visit(act.session, visit_id)
        policy.require(actor, "cancel", "visit", centre=policy.spot(visit))
        row = act.session.get(Cancellation, visit_id)
        anew = visit.school_request_id is not None and is_asked_anew(visit.school_request_id)
        if row is None or anew or not may_think_again(row.done_at, row.version_after, visit.version, now):
            raise Conflict(ReadinessReason.TOO_LATE_TO_TAKE_BACK)
        if not all(stop_messages(("visit", visit_id), kind, row.done_at) for kind in LETTERS):
            raise Conflict(ReadinessReason.TOO_LATE_TO_TAKE_BACK)
        _restore(act, visit, json.loads(row.before))
        act.session.delete(row)
        act.session.flush()
        opened = open_visit(act, visit_id)
        refuse_clashes(opened, opened.presenter_ids, now)
        refuse_too_much(opened, opened.in_state(*PROMISED))
        touch(act, opened, opened.presentations)
    log.info("cancellation taken back", extra={"visit_id": visit_id})


def _restore(act: Act, visit: Visit, before: dict[str, Any]) -> None:
    seats = act.session.scalars(
        select(Assignment)
        .where(Assignment.id.in_(map(int, before["assignment"])))
        .options(joinedload(Assignment.presenter).joinedload(Presenter.user))
        .order_by(Assignment.id)
        .execution_options(populate_existing=True)
    ).all()
    hold_time(act.session, {seat.presenter_id for seat in seats})
    visit.cancelled_by = None
    _back(act, VISIT_MACHINE, visit, VisitState, before["visit"])
    asked = request_of_visit(act.session, visit.school_request_id)
    if asked is not None:
        _back(act, REQUEST_MACHINE, asked, RequestState, before["school_request"])
    for sitting in act.session.scalars(
        select(Presentation).where(Presentation.id.in_(map(int, before["presentation"]))).order_by(Presentation.id)
    ).all():
        sitting.notice_hours = None
        _back(act, PRESENTATION_MACHINE, sitting, PresentationState, before["presentation"])
    for seat in sorted(seats, key=lambda one: (is_minor(one.presenter.adult_on, one.on_day), one.id)):  # adults first
        _back(act, ASSIGNMENT_MACHINE, seat, AssignmentState, before["assignment"])
        act.session.flush()
    if asked is not None and (wait := before.get("numbers_asked")):  # the database let them lapse with the visit
        lapsed = update(NumbersAsked).where(NumbersAsked.id.in_(wait))
        act.session.execute(lapsed.values(answered_at=None, outcome=None))
        asked.attention = True


def _back(act: Act, machine: Machine, thing: Any, kind: Any, stood: dict[str, tuple[str, str, str]]) -> None:
    state, since, thing.reason = stood[str(thing.id)]
    at = dt.datetime.fromisoformat(since)
    states.take_back(machine, thing, kind(state), since=at, actor=act.actor, at=act.now)
