"""What coordinators decide: which numbers count, and what is corrected afterwards."""

import datetime as dt
import logging
from collections.abc import Mapping

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.attendance import rules
from scheduler.attendance.models import Attendance
from scheduler.attendance.service.figures import add_up
from scheduler.attendance.service.locked_numbers import (
    attendances_of,
    counts_of,
    let_count,
    let_papers_wait,
    lock_numbers,
    report_when_locked,
    store_counts,
)
from scheduler.attendance.terms import (
    ATTENDANCE_MACHINE,
    COUNTS_FOR_REPORTS,
    AttendanceReason,
    AttendanceState,
    CountDraft,
    CountSource,
    HeadCounts,
    mark_of,
)
from scheduler.core.errors import Conflict, GroundReason, Rejected
from scheduler.policy import Actor
from scheduler.visits.service.locked_visit import OpenVisit, open_visit_of

log = logging.getLogger(__name__)


def lock_counts(
    actor: Actor, sources: Mapping[int, CountSource], *, now: dt.datetime, seen: Mapping[int, str] | None = None
) -> None:
    """Lock presentations of a visit in one act, each with the numbers that the coordinator chose: all or none.

    `seen` is {presentation: mark of the numbers that the actor looked at} (`mark_of`); None where nobody looked at a
    page. Raises: NotAllowed, NotFound; Conflict("wrong_state"), also when none is left to lock;
    Conflict("counted_meanwhile") when somebody has said other numbers since; Conflict("count_missing") when that
    source said nothing.
    """
    if not sources:
        raise Conflict(GroundReason.WRONG_STATE)
    with change(actor, now) as act:
        opened, rows = _to_decide(act, "lock", next(iter(sources)))
        for presentation_id, source in sources.items():
            attendance = _of(rows, presentation_id)
            if attendance.state in COUNTS_FOR_REPORTS:
                raise Conflict(GroundReason.WRONG_STATE)
            if seen is not None and seen.get(presentation_id) != mark_of(attendance.state, attendance.version):
                raise Conflict(AttendanceReason.COUNTED_MEANWHILE)
            _lock(act, attendance, source)
        report_when_locked(act, opened, rows)
        add_up(act, opened.visit)
    log.info("attendance locked", extra={"presentation_ids": sorted(sources)})


def lock_assumed(actor: Actor, seen: Mapping[int, int], *, now: dt.datetime) -> int:
    """Lock the presenter's numbers of many silent schools, as a coordinator saw them: {presentation: version}.

    One transaction for each; what was answered, counted anew or locked meanwhile is left alone. Returns how many were
    locked. Raises: NotAllowed, NotFound for one outside the actor's centre.
    """
    locked = 0
    for presentation_id, version in sorted(seen.items()):
        with change(actor, now) as act:
            opened, rows = _to_decide(act, "lock", presentation_id)
            attendance = _of(rows, presentation_id)
            if attendance.state is AttendanceState.ASSUMED and attendance.version == version:
                _lock(act, attendance, CountSource.EDUCATOR)
                report_when_locked(act, opened, rows)
                add_up(act, opened.visit)
                locked += 1
    return locked


def _to_decide(act: Act, verb: str, presentation_id: int) -> tuple[OpenVisit, dict[int, Attendance]]:
    opened = open_visit_of(act, presentation_id)
    policy.require(act.actor, verb, "attendance", centre=policy.spot(opened.visit))
    return opened, attendances_of(act, opened)


def _of(rows: Mapping[int, Attendance], presentation_id: int) -> Attendance:
    if presentation_id not in rows:
        raise Conflict(GroundReason.WRONG_STATE)
    return rows[presentation_id]


def _lock(act: Act, attendance: Attendance, source: CountSource) -> None:
    let_count(act, attendance, source)
    lock_numbers(act, attendance)


def correct_counts(
    actor: Actor, presentation_id: int, counts: HeadCounts, reason: str, *, now: dt.datetime, seen: int | None = None
) -> None:
    """Numbers that were locked become other numbers, with a reason; the old ones are kept and shown.

    `seen` is the version whose numbers the actor looked at; None where nobody looked at a page.
    Raises: NotAllowed, NotFound; Rejected; Conflict("wrong_state") when they are not locked yet;
    Conflict("corrected_meanwhile") when somebody else has corrected them since.
    """
    draft = CountDraft(counts, teacher_present=True, minutes_given=1)
    problems = rules.problems_with(draft, starts_at=now, now=now)
    if not reason:
        problems["reason"] = GroundReason.REASON_MISSING
    if problems:
        raise Rejected(problems)
    with change(actor, now) as act:
        opened, rows = _to_decide(act, "correct", presentation_id)
        attendance = _of(rows, presentation_id)
        if attendance.state not in COUNTS_FOR_REPORTS:
            raise Conflict(GroundReason.WRONG_STATE)
        said = counts_of(act, attendance, CountSource.COORDINATOR)
        if attendance.state is AttendanceState.CORRECTED and said == counts and attendance.reason == reason:
            return  # the second press of a double click: one correction, one version
        if seen is not None and attendance.version != seen:
            raise Conflict(AttendanceReason.CORRECTED_MEANWHILE)
        attendance.version += 1
        attendance.reason = reason
        act.move(ATTENDANCE_MACHINE, attendance, AttendanceState.CORRECTED, reason=reason)  # all three at once
        store_counts(act, attendance, CountSource.COORDINATOR, counts)
        let_count(act, attendance, CountSource.COORDINATOR)
        let_papers_wait(act.session, opened.visit.id)
        add_up(act, opened.visit)
    log.info("attendance corrected", extra={"presentation_id": presentation_id})
