"""Offers: made to the suggested crew of a visit, answered by each for the whole visit, lapsed by time."""

import datetime as dt
import logging
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.acts import LEFT_BEHIND, Act, change
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.policy import SYSTEM, Actor
from scheduler.staffing.queries.own_offers import visits_with_lapsed_offers
from scheduler.staffing.queries.substitutes import open_search
from scheduler.staffing.queries.young_load import refuse_too_much
from scheduler.staffing.service import substitutes
from scheduler.staffing.service.crew import finish_release, release
from scheduler.staffing.terms.reasons import StaffingReason
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.queries.agenda import asked_presenters
from scheduler.visits.service import notify, transitions
from scheduler.visits.service.calendar_entries import touch
from scheduler.visits.service.locked_visit import (
    OpenVisit,
    hold_time,
    open_visit,
    refuse_clashes,
    require,
    require_seen,
)
from scheduler.visits.terms.reasons import VisitReason
from scheduler.visits.terms.states import OPEN_VISITS, AssignmentState, VisitState

log = logging.getLogger(__name__)
Until = Callable[[dt.datetime], dt.datetime | None]  # of the beginning of a visit: by when its crew answers


def offer_visit(
    actor: Actor, visit_id: int, *, until: dt.datetime, now: dt.datetime, version: int | None = None
) -> None:
    """Offer a visit to everybody suggested for it: all or nobody, adults first, answered until `until`.

    The same offer made again (a double click) changes nothing and writes to nobody. Raises: Rejected with {"until":
    "in_the_past" or "after_the_visit"}; Conflict("nobody_suggested", "wrong_state"); Taken when somebody's time has
    gone to another visit meanwhile, or the road is too long; the database's refusals as in `suggest_presenter`.
    """
    with change(actor, now) as act:
        offer(act, open_visit(act, visit_id), until=until, version=version)


def offer(act: Act, opened: OpenVisit, *, until: dt.datetime, version: int | None = None) -> None:
    """The same for a visit that is open already."""
    if until <= act.now:
        raise Rejected({"until": GroundReason.IN_THE_PAST})
    require(act.actor, "update", "assignment", opened)
    if _offered_already(opened, until):
        return
    require_seen(opened.visit, version)
    if opened.visit.state not in OPEN_VISITS:
        raise Conflict(GroundReason.WRONG_STATE)
    rows = opened.in_state(AssignmentState.SUGGESTED)
    if not rows:
        raise Conflict(StaffingReason.NOBODY_SUGGESTED)
    if until > opened.starts_at:
        raise Rejected({"until": VisitReason.AFTER_THE_VISIT})
    hold_time(act.session, opened.presenter_ids)
    refuse_clashes(opened, {row.presenter_id for row in rows}, act.now)
    refuse_too_much(opened, rows)
    for row in rows:
        row.offered_until = until
        transitions.move_assignment(act, row, AssignmentState.OFFERED)  # adults first
    if opened.visit.state is VisitState.PLANNED:
        transitions.move_with_request(act, opened, VisitState.OFFERED)
    offered = {row.presentation_id for row in rows}
    touch(act, opened, [row for row in opened.presentations if row.id in offered])
    notify.tell_presenters("visit_offered", opened, rows, now=act.now, until=until)
    log.info("visit offered", extra={"visit_id": opened.visit.id, "assignments": len(rows)})


def offer_in_time(act: Act, opened: OpenVisit, until: Until, version: int | None = None) -> None:
    """The same, with the answer due as `until` says. Raises: Rejected with {"until": "after_the_visit"} too late."""
    if (answer_by := until(opened.starts_at)) is None:
        raise Rejected({"until": VisitReason.AFTER_THE_VISIT})
    offer(act, opened, until=answer_by, version=version)


def _offered_already(opened: OpenVisit, until: dt.datetime) -> bool:
    """Whether the same offer was made already: nobody is left to ask, and somebody is asked until then."""
    asked = opened.in_state(AssignmentState.OFFERED)
    nobody_left = not opened.in_state(AssignmentState.SUGGESTED)
    return nobody_left and any(row.offered_until == until for row in asked)


def answer_offer(actor: Actor, visit_id: int, *, accepts: bool, reason: str = "", now: dt.datetime) -> None:
    """A presenter answers for the whole visit: all her offered presentations, or none.

    Who accepts gets a mail that puts it into her calendar. An adult who cannot come takes along the minors who would
    stay without one; they are told. Raises: Rejected when
    she cannot come and does not say why; NotFound; Conflict("offer_gone") when it was taken back or has lapsed; Taken.
    """
    if not accepts and not reason:
        raise Rejected({"reason": GroundReason.MISSING})
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        policy.require(actor, "answer", "offer", presenters=asked_presenters(visit_id))
        if actor.presenter_id is None:
            raise NotFound("offer")
        hold_time(act.session, opened.presenter_ids)
        rows = opened.of(actor.presenter_id, AssignmentState.OFFERED)
        if accepts and not rows and opened.of(actor.presenter_id, AssignmentState.ACCEPTED):
            return  # the second press of a double click
        if not accepts and not rows and _declined_last(act.session, visit_id, actor.presenter_id):
            return
        if not rows or any(row.offered_until is not None and row.offered_until <= now for row in rows):
            raise Conflict(StaffingReason.OFFER_GONE)
        if accepts:
            refuse_clashes(opened, {actor.presenter_id}, now)
            refuse_too_much(opened, rows)
            for row in rows:
                transitions.move_assignment(act, row, AssignmentState.ACCEPTED)
            answered = {row.presentation_id for row in rows}
            touch(act, opened, [row for row in opened.presentations if row.id in answered])
            notify.tell_presenters("offer_accepted", opened, rows, now=now, path=f"/visits/{opened.visit.number}")
            substitutes.settle_search(act, opened)
        else:
            released = release(act, opened, rows, reason=reason, to=AssignmentState.DECLINED)
            _tell_if_ours(opened, finish_release(act, opened, released, reason=reason), now)
            substitutes.answered_no(act, opened)
    log.info("offer answered", extra={"visit_id": visit_id, "accepts": accepts})


def _declined_last(session: Session, visit_id: int, presenter_id: int) -> bool:
    """Whether the last that a presenter heard of this visit was her own no."""
    newest = (
        select(Assignment.state)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .where(Presentation.visit_id == visit_id, Assignment.presenter_id == presenter_id)
        .order_by(Assignment.id.desc())
        .limit(1)
    )
    return session.scalar(newest) is AssignmentState.DECLINED


def lapse_offers(*, now: dt.datetime) -> int:
    """For the job: end every offer whose time is over, visit by visit; how many visits changed. Safe to run twice."""
    changed = 0
    for visit_id in visits_with_lapsed_offers(now):
        try:
            changed += _lapse_in(visit_id, now)
        except LEFT_BEHIND:
            log.exception("offers not lapsed", extra={"visit_id": visit_id})
    return changed


def _lapse_in(visit_id: int, now: dt.datetime) -> bool:
    with change(SYSTEM, now) as act:
        opened = open_visit(act, visit_id)
        hold_time(act.session, opened.presenter_ids)
        late = [
            row
            for row in opened.in_state(AssignmentState.OFFERED)
            if row.offered_until is not None and row.offered_until <= now
        ]
        if not late:
            return False
        released = release(act, opened, late, reason="", to=AssignmentState.LAPSED)
        asked_only = {row.presenter_id for row in late}
        _tell_if_ours(opened, finish_release(act, opened, released, asked_only=asked_only), now)
        return True


def _tell_if_ours(opened: OpenVisit, was_confirmed: bool, now: dt.datetime) -> None:
    """An offer is gone: coordinators read that a confirmed crew is short, or that nobody is asked any more."""
    if was_confirmed:
        notify.tell_coordinators("crew_short", opened, now=now)
    elif opened.visit.state in (VisitState.OFFERED, VisitState.PLANNED) and not _goes_on(opened):
        notify.tell_coordinators("offer_gone", opened, now=now)


def _goes_on(opened: OpenVisit) -> bool:
    """Whether somebody else is asked still, everybody who is needed has accepted, or a search asks others by itself."""
    asked = opened.in_state(AssignmentState.OFFERED)
    return bool(asked) or transitions.is_staffed(opened) or open_search(opened.visit.id) is not None
