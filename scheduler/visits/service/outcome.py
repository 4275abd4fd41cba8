"""What the counting says of one presentation: how long it was, and who of its crew came."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from scheduler import policy
from scheduler.core.errors import NotFound
from scheduler.core.states import move
from scheduler.people.terms import PresenterKind
from scheduler.policy import Actor
from scheduler.requests.terms.asked import RequestState
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.service import notify, transitions
from scheduler.visits.service.locked_visit import OpenVisit, change, open_visit, touch
from scheduler.visits.terms.states import (
    PRESENTATION_MACHINE,
    STAFFED,
    TO_COME,
    AssignmentState,
    CancelledBy,
    PresentationState,
    VisitState,
)

_CAME = (AssignmentState.ACCEPTED, AssignmentState.PRESENT, AssignmentState.ABSENT)


def note_held(
    actor: Actor, presentation_id: int, *, minutes: int, absent: Collection[int] = (), now: dt.datetime
) -> None:
    """Fewer minutes than planned make it "part delivered"; presenters in `absent` were not there.

    May be said again with other facts. A presentation is delivered once it is counted: then its visit is neither moved
    nor cancelled any more. Who came becomes "present" with the visit (`mark_delivered`). Raises: NotFound; the
    database's refusals.
    """
    with change() as session:
        presentation = session.get(Presentation, presentation_id, populate_existing=True)
        if presentation is None:
            raise NotFound("presentation")
        opened = open_visit(session, presentation.visit_id)
        policy.require(actor, "update", "attendance", centre=opened.visit.centre_id, presenters=opened.presenter_ids)
        told = _note_minutes(actor, presentation, minutes, now)
        told |= _note_crew(session, actor, opened, presentation_id, set(absent), now)
        if told:
            touch(session, opened, [presentation], now)


def note_no_show(actor: Actor, presentation_id: int, *, host_absent: bool, now: dt.datetime) -> None:
    """A confirmed presentation was not held: the host's people were not there, or the presenters.

    Its crew was there, or was not. When nothing of the visit is left to be held and nothing was, the visit is called
    off by the side that was not there. Said twice, it is said once. Raises: NotFound; Conflict("wrong_state").
    """
    to = PresentationState.NO_SHOW_HOST if host_absent else PresentationState.NO_SHOW_PRESENTER
    with change() as session:
        presentation = session.get(Presentation, presentation_id, populate_existing=True)
        if presentation is None:
            raise NotFound("presentation")
        opened = open_visit(session, presentation.visit_id)
        policy.require(actor, "update", "attendance", centre=opened.visit.centre_id, presenters=opened.presenter_ids)
        if presentation.state is to:
            return
        move(PRESENTATION_MACHINE, presentation, to, actor=actor, at=now)
        seats = [row for row in opened.assignments if row.presentation_id == presentation_id]
        for row in sorted(seats, key=lambda row: (not opened.minor(row), row.id)):
            if row.state is AssignmentState.ACCEPTED:
                came = AssignmentState.PRESENT if host_absent else AssignmentState.ABSENT
                transitions.move_assignment(actor, row, came, now=now)
            elif row.state in TO_COME:
                transitions.move_assignment(actor, row, AssignmentState.WITHDRAWN, now=now, reason="never_answered")
        _call_off_when_nothing_was_held(session, actor, opened, host_absent, now)
        touch(session, opened, [presentation], now)


def ask_for_numbers(visit_id: int, *, now: dt.datetime) -> None:
    """The day after, for the job: write to the educators of a visit that nobody has counted. Raises: NotFound."""
    with change() as session:
        opened = open_visit(session, visit_id)
        rows = [row for row in opened.in_state(*_CAME) if row.presenter.kind is PresenterKind.EDUCATOR]
        path = f"/visits/{opened.visit.number}/count"
        notify.tell_presenters("follow_up_report_due", opened, rows, now=now, path=path)


def _call_off_when_nothing_was_held(
    session: Session, actor: Actor, opened: OpenVisit, host_absent: bool, now: dt.datetime
) -> None:
    open_or_held = (*STAFFED, PresentationState.DELIVERED, PresentationState.PART_DELIVERED)
    session.flush()
    left = select(Presentation.id).where(Presentation.visit_id == opened.visit.id, Presentation.state.in_(open_or_held))
    if session.scalar(left.limit(1)) is not None:
        return
    opened.visit.cancelled_by = CancelledBy.SCHOOL if host_absent else CancelledBy.CENTRE
    ended = RequestState.CANCELLED_BY_SCHOOL if host_absent else RequestState.CANCELLED_BY_CENTRE
    reason = "no_show_host" if host_absent else "no_show_presenter"
    transitions.move_with_request(actor, opened, VisitState.CANCELLED, now=now, reason=reason, request_to=ended)


def _note_minutes(actor: Actor, presentation: Presentation, minutes: int, now: dt.datetime) -> bool:
    part = minutes < presentation.minutes
    to = PresentationState.PART_DELIVERED if part else PresentationState.DELIVERED
    given = minutes if part else None
    changed = presentation.minutes_given != given
    presentation.minutes_given = given
    if presentation.state is to:
        return changed
    move(PRESENTATION_MACHINE, presentation, to, actor=actor, at=now, reason=f"{minutes} min" if part else "")
    return True


def _note_crew(
    session: Session, actor: Actor, opened: OpenVisit, presentation_id: int, absent: set[int], now: dt.datetime
) -> bool:
    """Present or absent, minors first: the last adult is never away from a minor who is still expected."""
    rows = session.scalars(
        select(Assignment)
        .where(Assignment.presentation_id == presentation_id, Assignment.state.in_(_CAME))
        .options(joinedload(Assignment.presenter))
        .execution_options(populate_existing=True)
    ).all()
    if not absent and not any(row.state is AssignmentState.ABSENT for row in rows):
        return False
    changed = False
    for row in sorted(rows, key=lambda row: (not opened.minor(row), row.id)):
        to = AssignmentState.ABSENT if row.presenter_id in absent else AssignmentState.PRESENT
        if row.state is not to:
            transitions.move_assignment(actor, row, to, now=now)
            changed = True
    return changed
