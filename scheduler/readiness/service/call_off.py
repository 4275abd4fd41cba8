"""A visit is called off, with its cause; a coordinator may think again while no mail has left."""

import datetime as dt
import json
import logging

from sqlalchemy import select, update

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.core.errors import Conflict
from scheduler.messages.service import let_wait, stop_messages
from scheduler.policy import Actor
from scheduler.readiness.models import Cancellation, NumbersAsked
from scheduler.readiness.rules import may_think_again
from scheduler.readiness.service.earlier_states import restore_states, states_of
from scheduler.readiness.terms import CallOff, ReadinessReason
from scheduler.requests.queries.lineage import is_asked_anew
from scheduler.requests.rules.states import MAIL_WAITS
from scheduler.requests.service.locked_request import request_of_visit
from scheduler.staffing.queries.young_load import refuse_too_much
from scheduler.visits.models.visits import Visit
from scheduler.visits.rules.cancelling import is_late_cancel
from scheduler.visits.service.calendar_entries import touch
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.service.locked_visit import lock_visit, open_visit, refuse_clashes
from scheduler.visits.terms.states import PROMISED, VisitState

log = logging.getLogger(__name__)
LETTERS = ("crew_visit_cancelled", "visit_cancelled")


def call_off(actor: Actor, visit_id: int, said: CallOff, *, now: dt.datetime, version: int | None = None) -> bool:
    """Cancel a visit and keep why; whether it can be taken back for ten minutes, in which its mails wait.

    Not when the school itself cancels, nor less than 48 hours before: then everybody is told at once.
    Raises: as `cancel_visit`.
    """
    with change(actor, now) as act:
        visit = lock_visit(act.session, visit_id)
        before, first = states_of(act.session, visit)
        open_numbers = select(NumbersAsked.id).where(
            NumbersAsked.visit_id == visit_id, NumbersAsked.answered_at.is_(None)
        )
        before["numbers_asked"] = act.session.scalars(open_numbers).all()
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
        row = Cancellation(
            visit_id=visit_id, cause=said.cause, done_at=now, version_after=after, before=json.dumps(before)
        )
        act.session.add(row)
    return waits


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
        before = json.loads(row.before)
        restore_states(act, visit, before)
        _ask_again(act, visit, before.get("numbers_asked"))
        act.session.delete(row)
        act.session.flush()
        opened = open_visit(act, visit_id)
        refuse_clashes(opened, opened.presenter_ids, now)
        refuse_too_much(opened, opened.in_state(*PROMISED))
        touch(act, opened, opened.presentations)
    log.info("cancellation taken back", extra={"visit_id": visit_id})


def _ask_again(act: Act, visit: Visit, numbers: list[int] | None) -> None:
    """The questions about numbers that the database let lapse with the visit are open again."""
    asked = request_of_visit(act.session, visit.school_request_id) if numbers else None
    if asked is not None:
        lapsed = update(NumbersAsked).where(NumbersAsked.id.in_(numbers or ()))
        act.session.execute(lapsed.values(answered_at=None, outcome=None))
        asked.attention = True
