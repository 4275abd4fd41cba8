"""What coordinators decide: which numbers count, and what is corrected afterwards."""

import datetime as dt
import logging
from collections.abc import Mapping

from scheduler import policy
from scheduler.attendance import rules
from scheduler.attendance.service.rows import (
    attendance_of,
    let_count,
    lock,
    presentation_of,
    report_when_locked,
    said_by,
    store_counts,
)
from scheduler.attendance.terms import (
    ATTENDANCE_MACHINE,
    COUNTS_FOR_REPORTS,
    AttendanceState,
    CountDraft,
    Counts,
    CountSource,
)
from scheduler.core import states
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, GroundReason, Rejected
from scheduler.policy import Actor

log = logging.getLogger(__name__)


def lock_attendance(actor: Actor, presentation_id: int, source: CountSource, *, now: dt.datetime) -> None:
    """A coordinator decides whose numbers count and locks them.

    Raises: NotAllowed, NotFound; Conflict("wrong_state"); Conflict("count_missing") when that source said nothing.
    """
    with transaction() as session:
        presentation, visit = presentation_of(session, presentation_id)
        policy.require(actor, "lock", "attendance", centre=visit.centre_id)
        attendance = attendance_of(session, presentation.id)
        let_count(session, attendance, source)
        lock(attendance, actor, now)
        report_when_locked(session, visit, now)
    log.info("attendance locked", extra={"presentation_id": presentation_id})


def lock_visit(actor: Actor, sources: Mapping[int, CountSource], *, now: dt.datetime) -> None:
    """Lock several presentations of a visit in one act, each with the numbers that the coordinator chose: all or none.

    Raises: as `lock_attendance`; Conflict("wrong_state") when none is left to lock.
    """
    if not sources:
        raise Conflict(GroundReason.WRONG_STATE)
    with transaction():
        for presentation_id, source in sources.items():
            lock_attendance(actor, presentation_id, source, now=now)


def lock_assumed(actor: Actor, seen: Mapping[int, int], *, now: dt.datetime) -> int:
    """Lock the presenter's numbers of many silent schools, as a coordinator saw them: {presentation: version}.

    One transaction for each; what was answered, counted anew or locked meanwhile is left alone. Returns how many were
    locked. Raises: NotAllowed, NotFound for one outside the actor's centre.
    """
    locked = 0
    for presentation_id, version in sorted(seen.items()):
        with transaction() as session:
            presentation, visit = presentation_of(session, presentation_id)
            policy.require(actor, "lock", "attendance", centre=visit.centre_id)
            attendance = attendance_of(session, presentation.id)
            if attendance.state is AttendanceState.ASSUMED and attendance.version == version:
                lock_attendance(actor, presentation_id, CountSource.EDUCATOR, now=now)
                locked += 1
    return locked


def correct_counts(actor: Actor, presentation_id: int, counts: Counts, reason: str, *, now: dt.datetime) -> None:
    """Numbers that were locked become other numbers, with a reason; the old ones are kept and shown.

    Raises: NotAllowed, NotFound; Rejected; Conflict("wrong_state") when they are not locked yet.
    """
    draft = CountDraft(counts, teacher_present=True, minutes_given=1)
    problems = rules.problems_with(draft, starts_at=now, now=now)
    if not reason:
        problems["reason"] = GroundReason.REASON_MISSING
    if problems:
        raise Rejected(problems)
    with transaction() as session:
        _, visit = presentation_of(session, presentation_id)
        policy.require(actor, "correct", "attendance", centre=visit.centre_id)
        attendance = attendance_of(session, presentation_id)
        if attendance.state not in COUNTS_FOR_REPORTS:
            raise Conflict(GroundReason.WRONG_STATE)
        said = said_by(session, attendance, CountSource.COORDINATOR)
        if attendance.state is AttendanceState.CORRECTED and said == counts and attendance.reason == reason:
            return  # the second press of a double click: one correction, one version
        attendance.version += 1
        attendance.reason = reason
        store_counts(session, attendance, CountSource.COORDINATOR, counts, now)
        let_count(session, attendance, CountSource.COORDINATOR)
        states.move(ATTENDANCE_MACHINE, attendance, AttendanceState.CORRECTED, actor=actor, at=now, reason=reason)
    log.info("attendance corrected", extra={"presentation_id": presentation_id})
