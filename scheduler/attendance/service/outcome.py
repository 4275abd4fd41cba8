"""What the counting says of one presentation: how long it was, and who of its crew came."""

import datetime as dt
import logging
from collections.abc import Collection

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.core.errors import Conflict
from scheduler.people.terms import PresenterKind
from scheduler.policy import SYSTEM
from scheduler.requests.terms.school_request import NotHeldReason, RequestState
from scheduler.visits.models.visits import Presentation
from scheduler.visits.service import notify, transitions
from scheduler.visits.service.calendar_entries import touch
from scheduler.visits.service.locked_visit import OpenVisit, open_visit
from scheduler.visits.terms.reasons import VisitReason
from scheduler.visits.terms.states import (
    HELD_STATES,
    LIVING,
    PRESENTATION_MACHINE,
    STAFFED,
    TO_COME,
    AssignmentState,
    CancelledBy,
    PresentationState,
    VisitState,
)

log = logging.getLogger(__name__)
_CAME = (AssignmentState.ACCEPTED, AssignmentState.PRESENT, AssignmentState.ABSENT)


def note_held(
    act: Act, opened: OpenVisit, presentation: Presentation, *, minutes: int, absent: Collection[int] = ()
) -> None:
    """Fewer minutes than planned make it "part delivered"; presenters in `absent` were not there.

    May be said again with other facts. A presentation is delivered once it is counted: then its visit is neither moved
    nor cancelled any more. Who came becomes "present" with the visit (`mark_delivered`). Raises: the database's
    refusals.
    """
    told = _note_minutes(act, presentation, minutes)
    told |= _note_crew(act, opened, presentation, set(absent))
    opened.presentations = [row for row in opened.presentations if row is not presentation]
    if told:
        touch(act, opened, [presentation])


def note_no_show(act: Act, opened: OpenVisit, presentation: Presentation, *, host_absent: bool) -> None:
    """A confirmed presentation was not held: the host's people were not there, or the presenters.

    Its crew was there, or was not. When nothing of the visit is left to be held and nothing was, the visit is called
    off by the side that was not there. Said twice, it is said once. Raises: Conflict("wrong_state").
    """
    to = PresentationState.NO_SHOW_HOST if host_absent else PresentationState.NO_SHOW_PRESENTER
    if presentation.state is to:
        return
    act.move(PRESENTATION_MACHINE, presentation, to)
    opened.presentations = [row for row in opened.presentations if row is not presentation]
    for row in sorted(opened.seats_of(presentation), key=lambda row: (not opened.minor(row), row.id)):
        if row.state is AssignmentState.ACCEPTED:
            transitions.move_assignment(act, row, AssignmentState.PRESENT if host_absent else AssignmentState.ABSENT)
        elif row.state in TO_COME:
            transitions.move_assignment(act, row, AssignmentState.WITHDRAWN, reason="never_answered")
    _sort_seats(opened)
    _call_off_when_nothing_was_held(act, opened, host_absent)
    touch(act, opened, [presentation])


def mark_delivered(act: Act, opened: OpenVisit, *, absent: Collection[int] = ()) -> None:
    """The visit was held: presentations delivered, its crew present but for the presenters in `absent`.

    By an educator of the crew, or by a coordinator. A confirmed visit whose checklist nobody ticked passes through
    "ready" on the way. Raises: Conflict("wrong_state"), also before the first presentation begins ("not_yet").
    """
    visit = opened.visit
    policy.require(act.actor, "update", "attendance", centre=policy.spot(visit), presenters=opened.presenter_ids)
    if opened.presentations and act.now < opened.starts_at:
        raise Conflict(VisitReason.NOT_YET)
    if visit.state is VisitState.CONFIRMED:
        transitions.move_with_request(act, opened, VisitState.READY)
    transitions.move_with_request(act, opened, VisitState.DELIVERED)
    _close_crew(act, opened, absent)
    for presentation in opened.presentations:
        act.move(PRESENTATION_MACHINE, presentation, PresentationState.DELIVERED)
    touch(act, opened, opened.presentations)
    log.info("visit delivered", extra={"visit_id": visit.id})


def _close_crew(act: Act, opened: OpenVisit, absent: Collection[int]) -> None:
    """Present or absent; what was never answered is withdrawn. Minors come first: nobody leaves one behind."""
    for row in reversed(opened.in_state(*TO_COME)):
        if row.state is not AssignmentState.ACCEPTED:
            transitions.move_assignment(act, row, AssignmentState.WITHDRAWN, reason="never_answered")
        else:
            to = AssignmentState.ABSENT if row.presenter_id in absent else AssignmentState.PRESENT
            transitions.move_assignment(act, row, to)
    _sort_seats(opened)


def ask_for_numbers(visit_id: int, *, now: dt.datetime) -> None:
    """The day after, for the job: write to the educators of a visit that nobody has counted. Raises: NotFound."""
    with change(SYSTEM, now) as act:
        opened = open_visit(act, visit_id)
        rows = [row for row in opened.in_state(*_CAME) if row.presenter.kind is PresenterKind.EDUCATOR]
        path = f"/visits/{opened.visit.number}/count"
        notify.tell_presenters("follow_up_report_due", opened, rows, now=now, path=path)


def _call_off_when_nothing_was_held(act: Act, opened: OpenVisit, host_absent: bool) -> None:
    open_or_held = (*STAFFED, *HELD_STATES)
    if any(row.state in open_or_held for row in opened.every):
        return
    opened.visit.cancelled_by = CancelledBy.SCHOOL if host_absent else CancelledBy.CENTRE
    ended = RequestState.CANCELLED_BY_SCHOOL if host_absent else RequestState.CANCELLED_BY_CENTRE
    reason = NotHeldReason.NO_SHOW_HOST if host_absent else NotHeldReason.NO_SHOW_PRESENTER
    transitions.move_with_request(act, opened, VisitState.CANCELLED, reason=reason, request_to=ended)


def _note_minutes(act: Act, presentation: Presentation, minutes: int) -> bool:
    part = minutes < presentation.minutes
    to = PresentationState.PART_DELIVERED if part else PresentationState.DELIVERED
    given = minutes if part else None
    changed = presentation.minutes_given != given
    presentation.minutes_given = given
    if presentation.state is to:
        return changed
    act.move(PRESENTATION_MACHINE, presentation, to, reason=f"{minutes} min" if part else "")
    return True


def _note_crew(act: Act, opened: OpenVisit, presentation: Presentation, absent: set[int]) -> bool:
    """Present or absent: adults come first and go last, so that a minor is with one at each step."""
    seats = [*opened.assignments, *opened.absent]
    rows = [row for row in seats if row.presentation_id == presentation.id and row.state in _CAME]
    if not absent and not any(row.state is AssignmentState.ABSENT for row in rows):
        return False
    changed = False
    gone = {row.id for row in rows if row.presenter_id in absent}
    for row in sorted(rows, key=lambda row: (row.id in gone, opened.minor(row) != (row.id in gone), row.id)):
        to = AssignmentState.ABSENT if row.id in gone else AssignmentState.PRESENT
        if row.state is not to:
            transitions.move_assignment(act, row, to)
            changed = True
    _sort_seats(opened)
    return changed


def _sort_seats(opened: OpenVisit) -> None:
    """Who was there stands among the living assignments again, who was not beside them."""
    seats = sorted([*opened.assignments, *opened.absent], key=lambda row: row.id)
    opened.assignments = [row for row in seats if row.state in LIVING]
    opened.absent = [row for row in seats if row.state is AssignmentState.ABSENT]
