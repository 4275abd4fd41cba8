"""A visit is called off, by the school or by the centre."""

import datetime as dt
import logging
from collections.abc import Iterable

from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.core.errors import Conflict, GroundReason, Rejected
from scheduler.policy import Actor, Scope
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.late_notice import LateNotice
from scheduler.visits.models.visits import Assignment
from scheduler.visits.rules.cancelling import is_late_cancel, notice_hours
from scheduler.visits.service import notify, notify_sms, transitions
from scheduler.visits.service.calendar_entries import touch
from scheduler.visits.service.locked_visit import (
    OpenVisit,
    hold_time,
    open_visit,
    refuse_counted,
    require,
    require_seen,
)
from scheduler.visits.terms.reasons import VisitReason
from scheduler.visits.terms.states import (
    OPEN_VISITS,
    PRESENTATION_MACHINE,
    PROMISED,
    TO_COME,
    AssignmentState,
    CancelledBy,
    PresentationState,
    VisitState,
)

log = logging.getLogger(__name__)


ENDS = {
    CancelledBy.SCHOOL: RequestState.CANCELLED_BY_SCHOOL,
    CancelledBy.CENTRE: RequestState.CANCELLED_BY_CENTRE,
}


def cancel_visit(
    actor: Actor,
    visit_id: int,
    *,
    reason: str,
    now: dt.datetime,
    by: CancelledBy = CancelledBy.CENTRE,
    version: int | None = None,
) -> None:
    """Call a visit off, for the school or for the centre; crew and school are told, calendars show it cancelled.

    Who holds a school's link cancels for the school, whatever `by` says; staff may note that the school rang. Less
    than 48 hours before, the cancellation is flagged as late and its crew asked to say that it has read it; once it
    has begun a school calls nothing off. The same cancellation once more (a double click) changes nothing and writes
    to nobody. Raises: Rejected({"reason": "missing"}); Conflict("wrong_state", "has_begun").
    """
    if not reason:
        raise Rejected({"reason": GroundReason.MISSING})
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        require(actor, "cancel", "visit", opened)
        if by_link := policy.scope_of(actor, "cancel", "visit") is Scope.HOST:
            by = CancelledBy.SCHOOL
        visit = opened.visit
        if visit.state is VisitState.CANCELLED and (visit.cancelled_by, visit.reason) == (by, reason):
            return  # who cancels second for another reason is told so
        require_seen(opened.visit, version)
        if by_link and opened.presentations and opened.starts_at <= now:
            raise Conflict(VisitReason.HAS_BEGUN)
        refuse_counted(opened)
        if opened.visit.state not in (*OPEN_VISITS, VisitState.DISRUPTED):
            raise Conflict(GroundReason.WRONG_STATE)
        hold_time(act.session, opened.presenter_ids)
        told = opened.in_state(*PROMISED)
        _end_all(act, opened, by, reason)
        touch(act, opened, opened.presentations)
        late = bool(opened.presentations) and is_late_cancel(opened.starts_at, now)
        if late:
            ask_to_read(act.session, visit_id, told, now)
            notify_sms.tell_called_off(opened, told, now=now)
        notify.tell_presenters("crew_visit_cancelled", opened, told, now=now, late=late)
        if by_link:  # its request leaves the inbox: nobody of the centre would see it
            notify.tell_coordinators("school_cancelled", opened, now=now, reason=reason, late=late)
        notify.tell_school("visit_cancelled", opened, now=now, reason=reason, by=by.value)
    log.info("visit cancelled", extra={"visit_id": visit_id, "by": by.value})


def _end_all(act: Act, opened: OpenVisit, by: CancelledBy, reason: str) -> None:
    visit = opened.visit
    for row in reversed(opened.in_state(*TO_COME)):  # minors first: nobody leaves one behind
        transitions.move_assignment(act, row, AssignmentState.WITHDRAWN, reason="visit_cancelled")
    visit.cancelled_by = by
    visit.reason = reason
    transitions.move_with_request(act, opened, VisitState.CANCELLED, reason=reason, request_to=ENDS[by])
    for presentation in opened.presentations:
        presentation.notice_hours = notice_hours(presentation.starts_at, act.now)
        act.move(PRESENTATION_MACHINE, presentation, PresentationState.CANCELLED, reason=reason)


def ask_to_read(session: Session, visit_id: int, told: Iterable[Assignment], now: dt.datetime) -> None:
    """Ask each presenter of these assignments, inside the caller's transaction, to say that she has read it."""
    for presenter_id in sorted({row.presenter_id for row in told}):
        session.add(LateNotice(visit_id=visit_id, presenter_id=presenter_id, asked_at=now))
