"""Somebody was not there: a presentation was not held, and is not counted."""

import datetime as dt
import logging

from scheduler import policy
from scheduler.attendance.service.rows import all_said, attendance_or_none, presentation_of, write_to_school
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, GroundReason
from scheduler.policy import Actor
from scheduler.visits.service.confirm import mark_delivered
from scheduler.visits.service.outcome import note_no_show
from scheduler.visits.terms.reasons import VisitReason
from scheduler.visits.terms.states import VisitState

log = logging.getLogger(__name__)


def note_not_held(actor: Actor, presentation_id: int, *, host_absent: bool, now: dt.datetime) -> None:
    """A coordinator notes that a presentation was not held: nobody of the host was there, or no presenter came.

    When all else of the visit has been counted, it is delivered and the school is asked to confirm the numbers; when
    nothing of it was held, it is called off, by the side that was not there. Nobody gets a mail of that. Raises:
    NotAllowed, NotFound; Conflict("not_yet" before its end, "wrong_state" when it was counted or is not confirmed).
    """
    with transaction() as session:
        presentation, visit = presentation_of(session, presentation_id)
        policy.require(actor, "correct", "attendance", centre=visit.centre_id)
        if attendance_or_none(session, presentation_id) is not None:
            raise Conflict(GroundReason.WRONG_STATE)
        if presentation.ends_at > now:
            raise Conflict(VisitReason.NOT_YET)
        note_no_show(actor, presentation_id, host_absent=host_absent, now=now)
        session.refresh(visit)
        if visit.state in (VisitState.CONFIRMED, VisitState.READY) and all_said(session, visit.id):
            mark_delivered(actor, visit.id, now=now)
            write_to_school(session, visit, "countersign", now=now)
    log.info("presentation not held", extra={"presentation_id": presentation_id, "host_absent": host_absent})
