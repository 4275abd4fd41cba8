"""A visit that a closure stopped gets a new date: a new visit stands for it."""

import datetime as dt
import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.acts import change
from scheduler.closures.terms import ClosingReason
from scheduler.core.errors import Conflict, GroundReason, Rejected
from scheduler.policy import Actor
from scheduler.requests.service.desk import follow_visit
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Replanning, Visit
from scheduler.visits.service import notify, transitions
from scheduler.visits.service.calendar_entries import touch
from scheduler.visits.service.locked_visit import hold_time, open_visit, require
from scheduler.visits.service.plan_and_move import write_visit
from scheduler.visits.service.school_hours import refuse_outside_shifts
from scheduler.visits.terms.plans import PresentationPlan, VisitDraft
from scheduler.visits.terms.states import TO_COME, VISIT_MACHINE, AssignmentState, VisitState, WishOutcome

log = logging.getLogger(__name__)
REPLANNED_REASON = "visit_replanned"


def replan_visit(
    actor: Actor,
    visit_id: int,
    on_day: dt.date,
    plans: tuple[PresentationPlan, ...],
    *,
    now: dt.datetime,
    version: int | None = None,
) -> str:
    """Plan another visit instead of a disrupted one, which is "replanned" then; the new visit's number.

    The crew is sought afresh, a school request goes back to staffing, and the school is told once. A second press
    gets the number that the first one made. Raises: NotFound; Conflict("wrong_state", "changed_meanwhile"); Rejected
    with {field: reason}.
    """
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        require(actor, "create", "visit", opened)
        old = opened.visit
        if number := _stands_for(act.session, old.id, on_day):
            return number
        if version is not None and old.version != version:
            raise Conflict(GroundReason.CHANGED_MEANWHILE)
        if old.state is not VisitState.DISRUPTED:
            raise Conflict(GroundReason.WRONG_STATE)
        hold_time(act.session, opened.presenter_ids)
        for row in reversed(opened.in_state(*TO_COME)):  # minors first: nobody leaves one behind
            transitions.move_assignment(act, row, AssignmentState.WITHDRAWN, reason=REPLANNED_REASON)
        transitions.end_wish(act, opened, WishOutcome.MOVED)
        act.move(VISIT_MACHINE, old, VisitState.REPLANNED)
        act.session.flush()  # a request has one living visit: the old one lets go first
        draft = VisitDraft(old.programme_id, old.host_id, on_day, plans, old.school_request_id, old.campaign_id)
        visit = write_visit(act, draft)
        if on_day < old.on_day:
            raise Rejected({"on_day": ClosingReason.BEFORE_IT_FELL_OUT})
        refuse_outside_shifts(draft, now)
        act.session.add(Replanning(stopped_id=old.id, new_id=visit.id))
        visit.teacher_stays, visit.safeguarding_contact = old.teacher_stays, old.safeguarding_contact
        if old.school_request is not None:
            follow_visit(actor, old.school_request, RequestState.STAFFING, now=now)
        new = open_visit(act, visit.id)
        touch(act, new, ())
        notify.tell_school("visit_replanned", new, now=now)
    log.info("visit replanned", extra={"visit_id": visit_id, "new_visit_id": visit.id})
    return visit.number


def _stands_for(session: Session, visit_id: int, on_day: dt.date) -> str | None:
    return session.scalar(
        select(Visit.number)
        .join(Replanning, Replanning.new_id == Visit.id)
        .where(Replanning.stopped_id == visit_id, Visit.on_day == on_day)
    )
