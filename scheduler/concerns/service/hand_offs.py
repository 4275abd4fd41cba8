"""A child told something in a visit, and somebody was told: one press, and back within the hour."""

import datetime as dt
import logging

from sqlalchemy import select

from scheduler import policy
from scheduler.acts import change
from scheduler.concerns.models import HandOff
from scheduler.concerns.queries.crews import went_to
from scheduler.concerns.rules import problem_with_hand_off
from scheduler.concerns.terms import ConcernReason, HandOffDraft
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.policy import Actor
from scheduler.requests.rules.states import UNDO_WITHIN
from scheduler.visits.models.visits import Visit
from scheduler.visits.queries.agenda import readers_in_crew
from scheduler.visits.queries.pages import visit_for
from scheduler.visits.service.locked_visit import lock_visit

log = logging.getLogger(__name__)


def note_hand_off(actor: Actor, number: str, draft: HandOffDraft, *, now: dt.datetime) -> int:
    """Keep that somebody was told, at a time of today by the visit's clocks; the row's id. Nothing of the child.

    The same said twice by one person is said once. Raises: NotAllowed; NotFound; Rejected({"at": reason}).
    """
    row = visit_for(actor, number)
    policy.require(actor, "create", "hand_off", centre=row.centre_id, presenters=went_to(row))
    today = clock.local_day(now, row.zone)
    told_at = clock.moment_of(today, draft.at, row.zone)
    if reason := problem_with_hand_off(told_at, row.on_day, today, now):
        raise Rejected({"at": reason})
    with change(actor, now) as act:
        lock_visit(act.session, row.id)  # of two presses the second finds what the first has left
        same = select(HandOff.id).filter_by(
            visit_id=row.id, told=draft.told, told_at=told_at, noted_by_id=actor.user_id
        )
        if (known := act.session.scalar(same)) is not None:
            return known
        noted = HandOff(
            centre_id=row.centre_id,
            visit_id=row.id,
            told=draft.told,
            told_at=told_at,
            noted_at=now,
            noted_by_id=actor.user_id,
        )
        act.session.add(noted)
        act.session.flush()
        act.record("hand-off noted", noted)
        noted_id = noted.id
    log.info("hand-off noted", extra={"visit_id": row.id})
    return noted_id


def take_back_hand_off(actor: Actor, hand_off_id: int, *, now: dt.datetime) -> str:
    """Undo one's own note within the hour, as if it had not been; the number of its visit.

    Raises: NotFound for what is another's, or is no more; Conflict("hand_off_stays").
    """
    with change(actor, now) as act:
        noted = act.session.get(HandOff, hand_off_id, with_for_update=True)
        if noted is None or noted.visit_id is None or noted.noted_by_id != actor.user_id:
            raise NotFound("hand-off")
        policy.require(actor, "create", "hand_off", centre=noted.centre_id, presenters=readers_in_crew(noted.visit_id))
        if now - noted.noted_at > UNDO_WITHIN:
            raise Conflict(ConcernReason.HAND_OFF_STAYS)
        number = act.session.get_one(Visit, noted.visit_id).number
        act.record("hand-off taken back", noted)
        act.session.flush()  # the database lets go of what the audit says of
        act.session.delete(noted)
    return number
