"""Classes of two presentations sit in one hall: one presentation is held, the other is merged into it."""

import datetime as dt
import logging

from scheduler.acts import Act, change
from scheduler.core.errors import Conflict, GroundReason
from scheduler.policy import Actor
from scheduler.requests.terms.reasons import RequestReason
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.service import notify, transitions
from scheduler.visits.service.calendar_entries import touch
from scheduler.visits.service.locked_visit import OpenVisit, hold_time, open_visit, refuse_counted, require
from scheduler.visits.terms.reasons import VisitReason
from scheduler.visits.terms.states import (
    OPEN_VISITS,
    PRESENTATION_MACHINE,
    PROMISED,
    TO_COME,
    AssignmentState,
    PresentationState,
)

log = logging.getLogger(__name__)
JOINED_REASON = "presentations_joined"


def join_presentations(
    actor: Actor, visit_id: int, ordinal: int, into: int, *, now: dt.datetime, version: int | None = None
) -> None:
    """Merge a presentation of a visit into another one, both named by their ordinal: counted once, hours as they are.

    Classes and expected people go along; whoever was to present only the merged one is released and told. Calendars
    show the merged one as cancelled and the other with its new classes; nobody is asked again, for no hour changes.
    Who presents there gets a mail, and every contact of the school.
    Raises: NotFound; Conflict ("wrong_state", "not_one_audience", "over_group_size", "counted_in_part",
    "changed_meanwhile").
    """
    with change(actor, now) as act:
        opened = open_visit(act, visit_id, version=version)
        require(actor, "update", "visit", opened)
        refuse_counted(opened)
        gone, stays = _both(opened, ordinal, into)
        hold_time(act.session, opened.presenter_ids)
        released = _release(act, opened, gone, stays)
        stays.classes = ", ".join(dict.fromkeys(part for part in (stays.classes, gone.classes) if part))
        for name in ("expected_pupils", "expected_parents", "expected_teachers"):
            setattr(stays, name, getattr(stays, name) + getattr(gone, name))
        stays.outside_shift = stays.outside_shift or gone.outside_shift
        gone.merged_into_id = stays.id
        act.move(PRESENTATION_MACHINE, gone, PresentationState.MERGED_INTO)
        act.record("presentations joined", opened.visit, details={"gone": gone.id, "into": stays.id})
        touch(act, opened, [gone, stays])
        notify.tell_released(opened, released, now=now)
        _go_on(act, opened, gone)
        stay = [row for row in opened.in_state(*PROMISED) if row.presentation_id == stays.id]
        joined = {"from_time": f"{gone.starts_local:%H:%M}", "at_time": f"{stays.starts_local:%H:%M}"}
        notify.tell_presenters("presentations_joined", opened, stay, now=now, classes=stays.classes, **joined)
        notify.tell_school("school_joined", opened, now=now, classes=stays.classes, **joined)
    log.info("presentations joined", extra={"visit_id": visit_id})


def _both(opened: OpenVisit, ordinal: int, into: int) -> tuple[Presentation, Presentation]:
    found = {row.ordinal: row for row in opened.presentations}
    if opened.visit.state not in OPEN_VISITS or ordinal == into or not {ordinal, into} <= found.keys():
        raise Conflict(GroundReason.WRONG_STATE)
    gone, stays = found[ordinal], found[into]
    if gone.audience is not stays.audience:
        raise Conflict(VisitReason.NOT_ONE_AUDIENCE)
    people = gone.expected_pupils + gone.expected_parents + stays.expected_pupils + stays.expected_parents
    if people > opened.visit.programme.group_size:
        raise Conflict(RequestReason.OVER_GROUP_SIZE)
    return gone, stays


def _release(act: Act, opened: OpenVisit, gone: Presentation, stays: Presentation) -> list[Assignment]:
    """End the seats of the merged presentation, minors first; those whose presenter has no seat in the other one."""
    leaving = [row for row in reversed(opened.in_state(*TO_COME)) if row.presentation_id == gone.id]
    there = {row.presenter_id for row in opened.in_state(*TO_COME) if row.presentation_id == stays.id}
    told = [row for row in leaving if row.state in PROMISED and row.presenter_id not in there]
    for row in leaving:
        transitions.move_assignment(act, row, AssignmentState.WITHDRAWN, reason=JOINED_REASON)
    opened.assignments = [row for row in opened.assignments if row not in leaving]
    return told


def _go_on(act: Act, opened: OpenVisit, gone: Presentation) -> None:
    """The visit goes on without the merged presentation: nobody may be left in an offer that nobody holds."""
    opened.presentations = [row for row in opened.presentations if row is not gone]
    act.session.flush()
    transitions.step_back_if_short(act, opened, reason=JOINED_REASON)
