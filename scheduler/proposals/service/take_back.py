"""A plan that was applied by mistake: until its first offer its visits are removed and their requests wait again."""

import datetime as dt
import logging
from typing import Any

from sqlalchemy import delete, literal, select, union_all
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.acts import change
from scheduler.core.db import Base
from scheduler.core.errors import Conflict
from scheduler.messages.models import OutboxMessage
from scheduler.policy import Actor
from scheduler.proposals.queries.pages import may_take_back, proposal_of, visits_of
from scheduler.proposals.terms.plan import ProposalReason
from scheduler.requests.service.desk import follow_visit
from scheduler.requests.service.locked_request import request_of_visit
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.service.locked_visit import hold_time, lock_visits, open_visit, require

log = logging.getLogger(__name__)
OF_A_PLAN = {  # what applying a plan writes beside a visit
    "presentation",
    "assignment",
    "calendar_entry",
    "proposed_visit",
    "pick_up",
    "car_ride",
}


def take_back_plan(actor: Actor, proposal_id: int, *, now: dt.datetime) -> int:
    """Remove the visits that came of a plan; how many. Their requests are agreed again, the rows may be applied again.

    All or none, and only while nobody outside was told: each visit planned, its crew suggested, nothing noted for it.
    Raises: NotAllowed; NotFound; Conflict("plan_not_taken_back").
    """
    policy.require(actor, "update", "plan", centre=actor.centre_id)
    with change(actor, now) as act:
        proposal = proposal_of(actor, proposal_id, lock=True)
        ids = visits_of(proposal_id)
        lock_visits(act.session, ids)
        if not may_take_back(actor, proposal) or _is_worked_on(act.session, ids):
            raise Conflict(ProposalReason.NOT_TAKEN_BACK)
        visits = [open_visit(act, one) for one in ids]
        for opened in visits:
            require(actor, "cancel", "visit", opened)
        hold_time(act.session, {who for opened in visits for who in opened.presenter_ids})
        for opened in visits:
            if asked := request_of_visit(act.session, opened.visit.school_request_id):
                follow_visit(actor, asked, RequestState.AGREED, now=now)
        act.record("plan taken back", proposal, {"visits": ids})
        act.session.flush()
        sittings = select(Presentation.id).where(Presentation.visit_id.in_(ids))
        for gone in (
            delete(Assignment).where(Assignment.presentation_id.in_(sittings)),
            delete(Presentation).where(Presentation.visit_id.in_(ids)),
            delete(Visit).where(Visit.id.in_(ids)),
        ):
            act.session.execute(gone, execution_options={"synchronize_session": False})
        act.session.expire_all()
    log.info("plan taken back", extra={"plan_proposal_id": proposal_id, "visits": len(ids)})
    return len(ids)


def _is_worked_on(session: Session, visit_ids: list[int]) -> bool:
    """Whether anybody was written to about one of these visits, or anything that no plan writes refers to it or to one
    of its presentations: an open call, a note, a wish, a concern, a question of a class."""
    sittings = select(Presentation.id).where(Presentation.visit_id.in_(visit_ids))
    named: dict[Any, Any] = {Visit.__table__.c.id: visit_ids, Presentation.__table__.c.id: sittings}
    hanging = [
        select(literal(1)).where(column.in_(named[key.column]))
        for table in Base.metadata.sorted_tables
        if table.name not in OF_A_PLAN
        for column in table.columns
        for key in column.foreign_keys
        if key.column in named
    ]
    mailed = OutboxMessage.about == Visit.__tablename__, OutboxMessage.about_id.in_(visit_ids)
    return session.scalar(union_all(*hanging, select(literal(1)).where(*mailed)).limit(1)) is not None
