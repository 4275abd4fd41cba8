"""Somebody may not go any more: every visit to come loses her at once (TRUST S46, S50)."""

import datetime as dt
import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.acts import LEFT_BEHIND, Act, change
from scheduler.people.models import Presenter
from scheduler.people.service import invitations
from scheduler.policy import SYSTEM, Actor
from scheduler.safeguarding import service as proofs
from scheduler.safeguarding.models import GuardianConsent
from scheduler.safeguarding.terms import VettingDraft, VettingResult
from scheduler.staffing.service.crew import finish_release, release
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.queries.clearance import not_cleared, uncleared_crew
from scheduler.visits.service import notify
from scheduler.visits.service.locked_visit import hold_time, open_visit
from scheduler.visits.terms.states import TO_COME, AssignmentState

log = logging.getLogger(__name__)
CLEARANCE_REASON = "not_cleared"


def withdraw_consent(actor: Actor, consent_id: int, *, now: dt.datetime) -> int:
    """End a consent for good and free every visit to come that rested on it, both or neither; the presenter's id.

    Raises: NotAllowed; NotFound.
    """
    with change(actor, now) as act:
        minor = act.session.scalar(select(GuardianConsent.presenter_id).where(GuardianConsent.id == consent_id))
        if minor is not None:
            hold_visits(act, minor)  # before the proof: the order of locks that an offer takes too
        presenter_id = proofs.withdraw_consent(actor, consent_id, now=now)
        release_where_not_cleared(act, presenter_id)
    # what was offered at that very moment: such an offer was over before the consent was
    with change(actor, now) as act:
        release_where_not_cleared(act, presenter_id)
    return presenter_id


def withdraw_all(actor: Actor, presenter_id: int, *, now: dt.datetime) -> None:
    """End all that a guardian agreed to, and free every visit to come that rested on it, both or neither.

    Raises: NotAllowed; NotFound.
    """
    with change(actor, now) as act:
        hold_visits(act, presenter_id)
        proofs.withdraw_all(actor, presenter_id, now=now)
        release_where_not_cleared(act, presenter_id)
    with change(actor, now) as act:  # what was offered at that very moment
        release_where_not_cleared(act, presenter_id)


def record_vetting(actor: Actor, presenter_id: int, draft: VettingDraft, *, now: dt.datetime) -> int:
    """Store the result of a check; a refusal also frees every visit to come, both or neither. The row's id.

    Raises: NotAllowed; NotFound; Rejected with {field: reason}.
    """
    with change(actor, now) as act:
        vetting_id = proofs.record_vetting(actor, presenter_id, draft, now=now)
        if draft.result is VettingResult.REFUSED:
            release_where_not_cleared(act, presenter_id)
    return vetting_id


def suspend_user(actor: Actor, user_id: int, *, now: dt.datetime) -> None:
    """Suspend a user and, if she presents, free every visit to come. Raises: NotAllowed, NotFound; Conflict."""
    with change(actor, now) as act:
        invitations.suspend_user(actor, user_id, now=now)
        presenter_id = act.session.scalar(select(Presenter.id).where(Presenter.user_id == user_id))
        if presenter_id is not None:
            release_where_not_cleared(act, presenter_id)


def release_not_cleared(*, now: dt.datetime) -> int:
    """For the job: whatever ended a proof (its last day, a corrected row, a restored copy), free the visits to come.

    Returns how many presenters were taken out. Safe to run twice: who was freed is not found again.
    """
    found = uncleared_crew(now)
    for presenter_id in found:
        try:
            with change(SYSTEM, now) as act:
                release_where_not_cleared(act, presenter_id)
        except LEFT_BEHIND:
            log.exception("presenter not released", extra={"presenter_id": presenter_id})
    return len(found)


def hold_visits(act: Act, presenter_id: int) -> None:
    """Open her visits to come before her own row: the order of locks that an offer takes too."""
    visits = [open_visit(act, visit_id) for visit_id in visits_to_come(act.session, presenter_id, act.now)]
    hold_time(act.session, {who for opened in visits for who in opened.presenter_ids} | {presenter_id})


def release_where_not_cleared(act: Act, presenter_id: int) -> None:
    """Take her out of every visit to come on whose day her proofs do not stand; coordinators are told."""
    act.session.flush()
    visits = [open_visit(act, visit_id) for visit_id in visits_to_come(act.session, presenter_id, act.now)]
    hold_time(act.session, {who for opened in visits for who in opened.presenter_ids})  # all visits first: no deadlock
    for opened in visits:
        rows = opened.of(presenter_id, *TO_COME)
        if not rows or not not_cleared({presenter_id}, opened.visit.on_day):
            continue
        told = release(act, opened, rows, reason=CLEARANCE_REASON, to=AssignmentState.WITHDRAWN)
        finish_release(act, opened, told, reason=CLEARANCE_REASON)
        notify.tell_coordinators("crew_not_cleared", opened, now=act.now)  # whose proof it was stands on the pages only
        log.info("presenter released", extra={"visit_id": opened.visit.id, "presenter_id": presenter_id})


def visits_to_come(session: Session, presenter_id: int, now: dt.datetime) -> list[int]:
    """Visits not over yet where she stands in the crew in any living state."""
    rows = session.scalars(
        select(Presentation.visit_id)
        .join(Assignment, Assignment.presentation_id == Presentation.id)
        .where(
            Assignment.presenter_id == presenter_id,
            Assignment.state.in_(TO_COME),
            Assignment.busy_until > now,
        )
        .distinct()
        .order_by(Presentation.visit_id)
    )
    return list(rows)
