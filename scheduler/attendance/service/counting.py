"""What educators and schools say: numbers, a signature, the names of adults who want a certificate."""

import datetime as dt
import logging
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.attendance import rules
from scheduler.attendance.models import Attendance, NamedAdult
from scheduler.attendance.queries.counting import adults_counted, crew_at, crew_of
from scheduler.attendance.service.rows import (
    COUNTABLE,
    all_said,
    attendance_or_none,
    attendances_of,
    let_count,
    lock,
    presentation_of,
    report_when_locked,
    said_by,
    store_counts,
    visit_of,
    write_to_school,
)
from scheduler.attendance.terms import (
    ATTENDANCE_MACHINE,
    AttendanceReason,
    AttendanceState,
    CountDraft,
    Counts,
    CountSource,
)
from scheduler.config import settings
from scheduler.core import audit, states
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, Rejected
from scheduler.core.text import name_key
from scheduler.policy import SYSTEM, Actor
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.service.confirm import mark_delivered
from scheduler.visits.service.outcome import note_held
from scheduler.visits.terms.states import VisitState

log = logging.getLogger(__name__)


def submit_counts(actor: Actor, presentation_id: int, draft: CountDraft, *, now: dt.datetime) -> None:
    """Store the educator's numbers; the last presentation of a visit makes the visit delivered and asks the school.

    Until the school has answered the educator may say other numbers: the new ones count, the old ones are kept. The
    same numbers sent again (a double click, a phone that comes back from the cellar) change nothing.
    Raises: NotAllowed, NotFound; Rejected with {field: reason}; Conflict("already_countersigned", "not_confirmed").
    """
    with transaction() as session:
        presentation, visit = presentation_of(session, presentation_id)
        policy.require(actor, "create", "attendance", centre=visit.centre_id, presenters=crew_of(visit.id))
        if problems := rules.problems_with(draft, starts_at=presentation.starts_at, now=now):
            raise Rejected(problems)
        if presentation.state not in COUNTABLE:
            raise Conflict(AttendanceReason.NOT_CONFIRMED)
        attendance = attendance_or_none(session, presentation_id)
        if attendance is not None and _says_the_same(session, attendance, draft):
            return
        attendance = _opened(session, attendance, presentation, actor, now)
        attendance.teacher_present = draft.teacher_present
        attendance.minutes_given = draft.minutes_given
        attendance.same_pupils = draft.same_pupils
        attendance.turned_away = draft.turned_away
        attendance.submitted_by_id = actor.user_id
        attendance.submitted_at = now
        store_counts(session, attendance, CountSource.EDUCATOR, draft.counts, now)
        let_count(session, attendance, CountSource.EDUCATOR)
        states.move(ATTENDANCE_MACHINE, attendance, AttendanceState.SUBMITTED, actor=actor, at=now)
        note_held(SYSTEM, presentation_id, minutes=draft.minutes_given, absent=draft.absent, now=now)
        if all_said(session, visit.id) and visit.state is not VisitState.DELIVERED:
            mark_delivered(SYSTEM, visit.id, now=now)
            write_to_school(session, visit, "countersign", now=now)
    log.info("counts submitted", extra={"presentation_id": presentation_id})


def countersign(actor: Actor, visit_id: int, said: Mapping[int, Counts], *, now: dt.datetime) -> bool:
    """The school says its own numbers for each presentation; where both agree the attendance is locked at once.

    Returns whether all agreed: a difference waits for the coordinator, who sees both. The same numbers sent again
    change nothing. Raises: NotAllowed, NotFound; Rejected with {"counts": reason}; Conflict("not_submitted") when
    there is nothing (more) to sign.
    """
    with transaction() as session:
        visit = visit_of(session, visit_id)
        policy.require(actor, "countersign", "attendance", request=visit.school_request_id)
        rows = attendances_of(session, visit_id)
        waiting = [row for row in rows if row.state in rules.TO_BE_SIGNED]
        if not waiting and (answers := _signed_already(session, rows, said)):
            return all(answers)
        if not waiting:
            raise Conflict(AttendanceReason.NOT_SUBMITTED)
        if problem := rules.problem_with_signature(said, {row.presentation_id for row in waiting}):
            raise Rejected({"counts": problem})
        agreed = [_sign(session, row, said[row.presentation_id], actor, now) for row in waiting]
        report_when_locked(session, visit, now)
    log.info("attendance countersigned", extra={"visit_id": visit_id, "agreed": all(agreed)})
    return all(agreed)


def assume_silent(*, now: dt.datetime) -> int:
    """Take schools that were silent for seven days to agree, flagged as assumed; returns how many presentations.

    A school is asked when the last presentation of its visit has been counted, so its silence begins then.
    """
    with transaction() as session:
        rows = session.execute(
            select(Attendance, Visit.state_since)
            .join(Presentation, Presentation.id == Attendance.presentation_id)
            .join(Visit, Visit.id == Presentation.visit_id)
            .where(Attendance.state == AttendanceState.SUBMITTED, Visit.state == VisitState.DELIVERED)
            .order_by(Attendance.id)
            .with_for_update(skip_locked=True, of=Attendance)  # a school that answers at this moment is not silent
        ).all()
        silent = [
            attendance
            for attendance, asked_at in rows
            if attendance.submitted_at and rules.is_silence_long_enough(max(attendance.submitted_at, asked_at), now)
        ]
        for attendance in silent:
            states.move(ATTENDANCE_MACHINE, attendance, AttendanceState.ASSUMED, actor=SYSTEM, at=now)
    return len(silent)


def name_adults(actor: Actor, visit_id: int, names: tuple[str, ...], *, now: dt.datetime) -> None:
    """The school names teachers and other adults who want a certificate: this list replaces the earlier one.

    Raises: NotAllowed, NotFound; Rejected({"names": reason}), also for more names than adults were counted.
    """
    keyed = {key: name for name in names if (key := name_key(name, settings().secret_key))}
    with transaction() as session:
        visit = visit_of(session, visit_id)
        policy.require(actor, "name", "attendance", request=visit.school_request_id)
        if problem := rules.problem_with_names(tuple(keyed.values()), adults_counted(visit_id)):
            raise Rejected({"names": problem})
        known = {
            row.name_key: row for row in session.scalars(select(NamedAdult).where(NamedAdult.visit_id == visit_id))
        }
        for key in known.keys() - keyed.keys():
            session.delete(known[key])
        for key, name in keyed.items():
            if key in known:
                known[key].name = name
            else:
                session.add(NamedAdult(visit_id=visit_id, name=name, name_key=key, entered_at=now))
        audit.record(actor, "visit named adults", visit, at=now, details={"adults": len(keyed)})


def _says_the_same(session: Session, attendance: Attendance, draft: CountDraft) -> bool:
    said = said_by(session, attendance, CountSource.EDUCATOR)
    return attendance.state is not AttendanceState.OPEN and draft == CountDraft(
        said or Counts(),
        teacher_present=bool(attendance.teacher_present),
        minutes_given=attendance.minutes_given or 0,
        same_pupils=attendance.same_pupils,
        turned_away=attendance.turned_away,
        absent=frozenset(one.presenter_id for one in crew_at(attendance.presentation_id) if one.absent),
    )


def _signed_already(session: Session, rows: list[Attendance], said: Mapping[int, Counts]) -> list[bool]:
    """Whether both said the same, by presentation, when the school sends again what it has signed; else nothing."""
    signed = [row for row in rows if row.countersigned_at]
    if any(said_by(session, row, CountSource.SCHOOL) != said.get(row.presentation_id) for row in signed):
        return []
    return [said_by(session, row, CountSource.EDUCATOR) == said[row.presentation_id] for row in signed]


def _opened(
    session: Session, attendance: Attendance | None, presentation: Presentation, actor: Actor, now: dt.datetime
) -> Attendance:
    """The presentation's attendance, open: a new one, or a submitted one opened again under a new version."""
    if attendance is None:
        attendance = Attendance(presentation_id=presentation.id, state_since=now)
        session.add(attendance)
        session.flush()
        audit.record(actor, "attendance open", attendance, at=now)
        return attendance
    if not rules.may_be_counted(attendance.state):
        raise Conflict(AttendanceReason.ALREADY_COUNTERSIGNED)
    if attendance.state is AttendanceState.SUBMITTED:
        states.move(ATTENDANCE_MACHINE, attendance, AttendanceState.OPEN, actor=actor, at=now)
        attendance.version += 1
    return attendance


def _sign(session: Session, attendance: Attendance, counts: Counts, actor: Actor, now: dt.datetime) -> bool:
    said = said_by(session, attendance, CountSource.EDUCATOR)
    store_counts(session, attendance, CountSource.SCHOOL, counts, now)
    attendance.countersigned_at = now
    states.move(ATTENDANCE_MACHINE, attendance, AttendanceState.COUNTERSIGNED, actor=actor, at=now)
    agreed = said == counts  # a difference is shown to the coordinator, never added up
    if agreed:
        lock(attendance, actor, now)
    return agreed
