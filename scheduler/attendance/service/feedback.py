"""What a school thought of a visit: said once, kept without a name."""

import datetime as dt
import logging

from sqlalchemy import select

from scheduler.acts import change
from scheduler.attendance.models import VisitFeedback
from scheduler.attendance.service.locked_numbers import visit_of_school
from scheduler.attendance.terms import Feedback
from scheduler.core import clock
from scheduler.core.errors import Conflict, GroundReason
from scheduler.policy import Actor
from scheduler.visits.terms.states import VisitState

log = logging.getLogger(__name__)


def give_feedback(actor: Actor, visit_id: int, said: Feedback, *, now: dt.datetime) -> None:
    """Keep a school's marks and words of a visit that was held; said twice, the first stays.

    Raises: NotAllowed; NotFound; Conflict("wrong_state") before the visit was held.
    """
    with change(actor, now) as act:
        visit = visit_of_school(act, visit_id)
        if visit.state is not VisitState.DELIVERED:
            raise Conflict(GroundReason.WRONG_STATE)
        if act.session.scalar(select(VisitFeedback.id).where(VisitFeedback.visit_id == visit_id)) is not None:
            return
        act.session.add(VisitFeedback(visit_id=visit_id, given_on=clock.local_day(now, visit.zone), **vars(said)))
        act.record("feedback given", visit)
    log.info("feedback given", extra={"visit_id": visit_id})
