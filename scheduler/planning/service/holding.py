"""What the counting says of one presentation: how long it was, and who of its crew came."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from scheduler import policy
from scheduler.core.errors import NotFound
from scheduler.core.states import move
from scheduler.planning.models import Assignment, Presentation
from scheduler.planning.service import moves
from scheduler.planning.service.under_lock import OpenVisit, change, open_visit, touch
from scheduler.planning.terms import PRESENTATION_MACHINE, AssignmentState, PresentationState
from scheduler.policy import Actor

_CAME = (AssignmentState.ACCEPTED, AssignmentState.PRESENT, AssignmentState.ABSENT)


def note_held(
    actor: Actor, presentation_id: int, *, minutes: int, absent: Collection[int] = (), now: dt.datetime
) -> None:
    """Fewer minutes than planned make it "part delivered"; presenters in `absent` were not there.

    May be said again with other facts. Whole presentations and who came become "delivered" and "present" with the
    visit (`mark_delivered`). Raises: NotFound; the database's refusals.
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


def _note_minutes(actor: Actor, presentation: Presentation, minutes: int, now: dt.datetime) -> bool:
    part = minutes < presentation.minutes
    to = PresentationState.PART_DELIVERED if part else PresentationState.DELIVERED
    reason = f"{minutes} min" if part else ""
    if presentation.state is to:
        changed, presentation.reason = presentation.reason != reason, reason
        return changed
    if not part and presentation.state is PresentationState.CONFIRMED:
        return False
    presentation.reason = reason
    move(PRESENTATION_MACHINE, presentation, to, actor=actor, at=now, reason=reason)
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
            moves.move_assignment(actor, row, to, now=now)
            changed = True
    return changed
