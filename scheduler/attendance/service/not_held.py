"""Somebody was not there: a presentation was not held, and is not counted."""

import datetime as dt
import logging

from scheduler import policy
from scheduler.acts import change
from scheduler.attendance.service.locked_numbers import all_counted, attendances_of, write_to_school
from scheduler.attendance.service.outcome import mark_delivered, note_no_show
from scheduler.core.errors import Conflict, GroundReason
from scheduler.policy import Actor
from scheduler.visits.service.locked_visit import open_visit_of
from scheduler.visits.terms.reasons import VisitReason
from scheduler.visits.terms.states import VisitState

log = logging.getLogger(__name__)


def note_not_held(actor: Actor, presentation_id: int, *, host_absent: bool, now: dt.datetime) -> None:
    """A coordinator notes that a presentation was not held: nobody of the host was there, or no presenter came.

    When all else of the visit has been counted, it is delivered and the school is asked to confirm the numbers; when
    nothing of it was held, it is called off, by the side that was not there. Nobody gets a mail of that. Raises:
    NotAllowed, NotFound; Conflict("not_yet" before its end, "wrong_state" when it was counted or is not confirmed).
    """
    with change(actor, now) as act:
        opened = open_visit_of(act, presentation_id)
        presentation, visit = opened.presentation(presentation_id), opened.visit
        policy.require(actor, "correct", "attendance", centre=policy.spot(visit))
        rows = attendances_of(act, opened)
        if presentation_id in rows:
            raise Conflict(GroundReason.WRONG_STATE)
        if presentation.ends_at > now:
            raise Conflict(VisitReason.NOT_YET)
        note_no_show(act, opened, presentation, host_absent=host_absent)
        if visit.state in (VisitState.CONFIRMED, VisitState.READY) and all_counted(opened, rows):
            mark_delivered(act, opened)
            write_to_school(act.session, visit, "countersign", now=now)
    log.info("presentation not held", extra={"presentation_id": presentation_id, "host_absent": host_absent})
