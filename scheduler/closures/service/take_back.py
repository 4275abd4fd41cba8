"""A closure that was made by mistake, or ends sooner: its days are free again, and what it stopped is planned again."""

import datetime as dt
import logging

from sqlalchemy import select

from scheduler.closures.queries import stopped_by
from scheduler.closures.service.close import lift_closure, replan_stopped
from scheduler.closures.terms import ClosingReason, ClosureTakenBack
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import Conflict, Rejected
from scheduler.places import queries as place_queries
from scheduler.policy import Actor
from scheduler.staffing.rules.substitutes import answer_until
from scheduler.visits.models.visits import DateWish
from scheduler.visits.terms.rows import VisitRow
from scheduler.visits.terms.states import VisitState

log = logging.getLogger(__name__)


def take_back_closure(actor: Actor, closure_id: int, *, now: dt.datetime) -> ClosureTakenBack:
    """Open the days of a closure that are still to come, and plan each visit that it stopped on them for its own day.

    Everybody was told that it falls out: so the school reads of it and the crew is asked anew, until as a substitute
    would be. Each visit for itself; what cannot be planned again says why and keeps its row among the stopped.
    Raises: as `lift_closure`; Rejected({"open_from": …}) when its last day is over.
    """
    opens = max(place_queries.closure_of(closure_id).first_day, clock.local_day(now))
    lift_closure(actor, closure_id, opens, now=now)
    planned, refused = [], list[tuple[str, Conflict | Rejected]]()
    for visit in to_plan_again(actor, closure_id, opens, now):
        try:
            planned.append(_plan_again(actor, visit, now))
        except (Conflict, Rejected) as error:
            refused.append((visit.number, error))
    log.info("closure taken back", extra={"closure_id": closure_id, "visits": len(planned), "refused": len(refused)})
    return ClosureTakenBack(tuple(planned), tuple(refused))


def to_plan_again(actor: Actor, closure_id: int, opens: dt.date, now: dt.datetime) -> list[VisitRow]:
    """The centre's visits that a closure stopped, whose day is still to come, and which have no other yet."""
    return [
        one
        for one in stopped_by(actor, closure_id).visits
        if one.state is VisitState.DISRUPTED and one.on_day >= opens and one.starts_at and one.starts_at > now
    ]


def _plan_again(actor: Actor, visit: VisitRow, now: dt.datetime) -> str:
    wished = select(DateWish.id).where(DateWish.visit_id == visit.id, DateWish.answered_at.is_(None))
    if db.session().scalar(wished) is not None:
        raise Conflict(ClosingReason.DAY_WAS_NAMED)
    assert visit.starts_at is not None  # those to plan again have hours
    return replan_stopped(actor, visit.id, visit.on_day, until=answer_until(visit.starts_at, now), now=now)
