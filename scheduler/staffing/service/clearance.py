"""Somebody may not go any more: every visit to come loses her at once (TRUST S46, S50)."""

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import select, text
from sqlalchemy.orm import Session, joinedload

from scheduler.acts import LEFT_BEHIND, Act, change
from scheduler.core.db import db
from scheduler.core.ways import NamedWay, opened_way
from scheduler.people.models import Presenter
from scheduler.people.service import invitations
from scheduler.policy import SYSTEM, Actor
from scheduler.safeguarding import service as proofs
from scheduler.safeguarding.models import GuardianConsent
from scheduler.safeguarding.terms import VettingDraft, VettingResult
from scheduler.staffing.service.crew import finish_release, release
from scheduler.visits.models.visits import FREED, Assignment, Presentation
from scheduler.visits.queries.clearance import not_cleared, town_of, uncleared_crew
from scheduler.visits.service import notify
from scheduler.visits.service.locked_visit import OpenVisit, hold_time, open_visit
from scheduler.visits.service.transitions import step_back_if_short
from scheduler.visits.terms.states import ENDED_IN_DATABASE, TO_COME, AssignmentState

log = logging.getLogger(__name__)
CLEARANCE_REASON = "not_cleared"


def withdraw_consent(actor: Actor, consent_id: int, *, now: dt.datetime) -> int:
    """End a consent for good and free every visit to come that rested on it, both or neither; the presenter's id.

    Raises: NotAllowed; NotFound.
    """
    with change(actor, now) as act:
        minor = act.session.scalar(select(GuardianConsent.presenter_id).where(GuardianConsent.id == consent_id))
        with _freeing(act, minor):
            presenter_id = proofs.withdraw_consent(actor, consent_id, now=now)
    _free_the_latest(actor, presenter_id, now)
    return presenter_id


def withdraw_all(actor: Actor, presenter_id: int, *, now: dt.datetime) -> None:
    """End all that a guardian agreed to, and free every visit to come that rested on it, both or neither.

    Raises: NotAllowed; NotFound.
    """
    with change(actor, now) as act, _freeing(act, presenter_id):
        proofs.withdraw_all(actor, presenter_id, now=now)
    _free_the_latest(actor, presenter_id, now)


def _free_the_latest(actor: Actor, presenter_id: int, now: dt.datetime) -> None:
    """What was offered at that very moment: such an offer was over before the consent was."""
    with change(actor, now) as act:
        release_where_not_cleared(act, presenter_id)


def record_vetting(actor: Actor, presenter_id: int, draft: VettingDraft, *, now: dt.datetime) -> int:
    """Store the result of a check; a refusal also frees every visit to come, both or neither. The row's id.

    Raises: NotAllowed; NotFound; Rejected with {field: reason}.
    """
    with change(actor, now) as act:
        if draft.result is not VettingResult.REFUSED:
            return proofs.record_vetting(actor, presenter_id, draft, now=now)
        with _freeing(act, presenter_id):
            return proofs.record_vetting(actor, presenter_id, draft, now=now)


def suspend_user(actor: Actor, user_id: int, *, now: dt.datetime) -> None:
    """Suspend a user and, if she presents, free every visit to come. Raises: NotAllowed, NotFound; Conflict."""
    with change(actor, now) as act:
        presenter_id = act.session.scalar(select(Presenter.id).where(Presenter.user_id == user_id))
        with _freeing(act, presenter_id):
            invitations.suspend_user(actor, user_id, now=now)


@contextmanager
def _freeing(act: Act, presenter_id: int | None) -> Iterator[None]:
    """In here a proof of hers ends: her visits to come are held before it and freed after it, in the same transaction.

    The database, which would free them without a word to anybody, leaves it to us meanwhile. None: there is nobody.
    """
    if presenter_id is None:
        yield
        return
    hold_visits(act, presenter_id)
    with opened_way(act.session, NamedWay.RELEASE):
        yield
        release_where_not_cleared(act, presenter_id)


def release_not_cleared(*, now: dt.datetime) -> int:
    """For the job: whatever ended a proof (its last day, a corrected row, a restored copy), free the visits to come.

    Whom the database has freed by itself is told of it, and so is the visit. Returns how many presenters were taken
    out. Safe to run twice: who was freed is not found again.
    """
    _follow_the_database(now)
    found = uncleared_crew(now)
    for presenter_id in found:
        try:
            with change(SYSTEM, now) as act:
                release_where_not_cleared(act, presenter_id)
        except LEFT_BEHIND:
            log.exception("presenter not released", extra={"presenter_id": presenter_id})
    return len(found)


def _follow_the_database(now: dt.datetime) -> None:
    """A proof was ended past the services: the crew is free already; calendars, states and mails come now."""
    freed = (
        select(Presentation.visit_id)
        .join(Assignment, Assignment.presentation_id == Presentation.id)
        .where(Assignment.state == AssignmentState.WITHDRAWN, text(f"assignment.{FREED}"))  # as its index says it
    )
    for visit_id in db.session.scalars(freed.distinct().order_by(Presentation.visit_id)).all():
        try:
            with change(SYSTEM, now) as act:
                _tell_what_was_freed(act, visit_id)
        except LEFT_BEHIND:
            log.exception("visit not told", extra={"visit_id": visit_id})


def _tell_what_was_freed(act: Act, visit_id: int) -> None:
    opened = open_visit(act, visit_id)
    rows = act.session.scalars(
        select(Assignment)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .where(Presentation.visit_id == visit_id, Assignment.reason == ENDED_IN_DATABASE)
        .options(joinedload(Assignment.presenter).joinedload(Presenter.user))
        .order_by(Assignment.id)
    ).all()
    for row in rows:
        row.reason = CLEARANCE_REASON
    _tell(act, opened, list(rows), anyway=True)
    log.warning("freed by the database", extra={"visit_id": visit_id, "assignments": len(rows)})


def hold_visits(act: Act, presenter_id: int) -> list[OpenVisit]:
    """Open her visits to come before anybody's time and her own row: the order of locks that an offer takes too."""
    visits = [open_visit(act, visit_id) for visit_id in _visits_to_come(act.session, presenter_id, act.now)]
    hold_time(act.session, {who for opened in visits for who in opened.presenter_ids} | {presenter_id})
    return visits


def release_where_not_cleared(act: Act, presenter_id: int) -> None:
    """Take her out of every visit to come on whose day her proofs do not stand; coordinators are told."""
    act.session.flush()
    for opened in hold_visits(act, presenter_id):
        rows = opened.of(presenter_id, *TO_COME)
        if rows and not_cleared({presenter_id}, opened.visit.on_day, town_of(opened.visit)):
            take_out(act, opened, rows)


def take_out(act: Act, opened: OpenVisit, rows: Sequence[Assignment]) -> None:
    """Withdraw assignments of one presenter, who may not go; whose proof it was stands on the pages only."""
    was_coming = any(row.state is AssignmentState.ACCEPTED for row in rows)
    told = release(act, opened, rows, reason=CLEARANCE_REASON, to=AssignmentState.WITHDRAWN)
    _tell(act, opened, told, anyway=was_coming)
    log.info("presenter released", extra={"visit_id": opened.visit.id, "presenter_id": rows[0].presenter_id})


def _tell(act: Act, opened: OpenVisit, freed: list[Assignment], *, anyway: bool) -> None:
    """It is the coordinators' turn: a visit whose school may know her name is confirmed anew, also if its crew is whole
    without her."""
    step_back_if_short(act, opened, reason=CLEARANCE_REASON, anyway=anyway)
    finish_release(act, opened, freed, reason=CLEARANCE_REASON)
    notify.tell_coordinators("crew_not_cleared", opened, now=act.now)


def _visits_to_come(session: Session, presenter_id: int, now: dt.datetime) -> list[int]:
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
