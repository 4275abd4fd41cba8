"""What a person can do with counts: say them, countersign them, lock them, correct them, name adults."""

import datetime as dt
import logging
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.attendance import queries, rules
from scheduler.attendance.models import Attendance, HeadCount, NamedAdult
from scheduler.attendance.terms import (
    ATTENDANCE_MACHINE,
    COUNTS_FOR_REPORTS,
    AttendanceState,
    CountDraft,
    Counts,
    CountSource,
)
from scheduler.config import settings
from scheduler.core import audit, states
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.core.language import pick
from scheduler.core.text import name_key
from scheduler.messages.service import queue_message
from scheduler.messages.terms import LinkWish, MessageDraft
from scheduler.places.models import Host
from scheduler.planning import service as planning
from scheduler.planning.models import Presentation, Visit
from scheduler.planning.terms import PresentationState, VisitState
from scheduler.policy import SYSTEM, Actor
from scheduler.requests import service as requests
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms import RequestState

log = logging.getLogger(__name__)

_COUNTABLE = (PresentationState.CONFIRMED, PresentationState.DELIVERED, PresentationState.PART_DELIVERED)


def submit_counts(actor: Actor, presentation_id: int, draft: CountDraft, *, now: dt.datetime) -> None:
    """Store the educator's numbers; the last presentation of a visit makes the visit delivered and asks the school.

    Until the school has answered the educator may say other numbers: the new ones count, the old ones are kept. The
    same numbers sent again (a double click, a phone that comes back from the cellar) change nothing.
    Raises: NotAllowed, NotFound; Rejected with {field: reason}; Conflict("already_countersigned", "not_confirmed").
    """
    with transaction() as session:
        presentation, visit = _presentation(session, presentation_id)
        policy.require(actor, "create", "attendance", centre=visit.centre_id, presenters=queries.crew_of(visit.id))
        if problems := rules.problems_with(draft, starts_at=presentation.starts_at, now=now):
            raise Rejected(problems)
        if presentation.state not in _COUNTABLE:
            raise Conflict("not_confirmed")
        attendance = _attendance_or_none(session, presentation_id)
        if attendance is not None and _says_the_same(session, attendance, draft):
            return
        attendance = _opened(session, attendance, presentation, actor, now)
        attendance.teacher_present = draft.teacher_present
        attendance.minutes_given = draft.minutes_given
        attendance.same_pupils = draft.same_pupils
        attendance.turned_away = draft.turned_away
        attendance.submitted_by_id = actor.user_id
        attendance.submitted_at = now
        _store(session, attendance, CountSource.EDUCATOR, draft.counts, now)
        _let_count(session, attendance, CountSource.EDUCATOR)
        states.move(ATTENDANCE_MACHINE, attendance, AttendanceState.SUBMITTED, actor=actor, at=now)
        planning.note_held(SYSTEM, presentation_id, minutes=draft.minutes_given, absent=draft.absent, now=now)
        if _all_said(session, visit.id) and visit.state is not VisitState.DELIVERED:
            planning.mark_delivered(SYSTEM, visit.id, now=now)
            write_to_school(session, visit, "countersign", now=now)
    log.info("counts submitted", extra={"presentation_id": presentation_id})


def countersign(actor: Actor, visit_id: int, said: Mapping[int, Counts], *, now: dt.datetime) -> bool:
    """The school says its own numbers for each presentation; where both agree the attendance is locked at once.

    Returns whether all agreed: a difference waits for the coordinator, who sees both. The same numbers sent again
    change nothing. Raises: NotAllowed, NotFound; Rejected with {"counts": reason}; Conflict("not_submitted") when
    there is nothing (more) to sign.
    """
    with transaction() as session:
        visit = _visit(session, visit_id)
        policy.require(actor, "countersign", "attendance", request=visit.school_request_id)
        rows = _attendances(session, visit_id)
        waiting = [row for row in rows if row.state in rules.TO_BE_SIGNED]
        if not waiting and (answers := _signed_already(session, rows, said)):
            return all(answers)
        if not waiting:
            raise Conflict("not_submitted")
        if problem := rules.problem_with_signature(said, {row.presentation_id for row in waiting}):
            raise Rejected({"counts": problem})
        agreed = [_sign(session, row, said[row.presentation_id], actor, now) for row in waiting]
        _report_when_locked(session, visit, now)
    log.info("attendance countersigned", extra={"visit_id": visit_id, "agreed": all(agreed)})
    return all(agreed)


def lock_attendance(actor: Actor, presentation_id: int, source: CountSource, *, now: dt.datetime) -> None:
    """A coordinator decides whose numbers count and locks them.

    Raises: NotAllowed, NotFound; Conflict("wrong_state"); Conflict("count_missing") when that source said nothing.
    """
    with transaction() as session:
        presentation, visit = _presentation(session, presentation_id)
        policy.require(actor, "lock", "attendance", centre=visit.centre_id)
        attendance = _attendance(session, presentation.id)
        _let_count(session, attendance, source)
        _lock(attendance, actor, now)
        _report_when_locked(session, visit, now)
    log.info("attendance locked", extra={"presentation_id": presentation_id})


def lock_visit(actor: Actor, sources: Mapping[int, CountSource], *, now: dt.datetime) -> None:
    """Lock several presentations of a visit in one act, each with the numbers that the coordinator chose: all or none.

    Raises: as `lock_attendance`; Conflict("wrong_state") when none is left to lock.
    """
    if not sources:
        raise Conflict("wrong_state")
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
            presentation, visit = _presentation(session, presentation_id)
            policy.require(actor, "lock", "attendance", centre=visit.centre_id)
            attendance = _attendance(session, presentation.id)
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
        problems["reason"] = "reason_missing"
    if problems:
        raise Rejected(problems)
    with transaction() as session:
        _, visit = _presentation(session, presentation_id)
        policy.require(actor, "correct", "attendance", centre=visit.centre_id)
        attendance = _attendance(session, presentation_id)
        if attendance.state not in COUNTS_FOR_REPORTS:
            raise Conflict("wrong_state")
        attendance.version += 1
        attendance.reason = reason
        _store(session, attendance, CountSource.COORDINATOR, counts, now)
        _let_count(session, attendance, CountSource.COORDINATOR)
        states.move(ATTENDANCE_MACHINE, attendance, AttendanceState.CORRECTED, actor=actor, at=now, reason=reason)
    log.info("attendance corrected", extra={"presentation_id": presentation_id})


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
        visit = _visit(session, visit_id)
        policy.require(actor, "name", "attendance", request=visit.school_request_id)
        if problem := rules.problem_with_names(tuple(keyed.values()), queries.adults_counted(visit_id)):
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


def _presentation(session: Session, presentation_id: int) -> tuple[Presentation, Visit]:
    """A presentation under the lock of its visit. The visit comes first: what is read after it is what holds."""
    visit_id = session.scalar(select(Presentation.visit_id).where(Presentation.id == presentation_id))
    if visit_id is None:
        raise NotFound("presentation")
    visit = _visit(session, visit_id)
    return session.get_one(Presentation, presentation_id), visit


def _visit(session: Session, visit_id: int) -> Visit:
    """The visit, locked: one after the other, whoever counts, signs or corrects the same visit."""
    visit = session.get(Visit, visit_id, with_for_update=True)
    if visit is None:
        raise NotFound("visit")
    return visit


def _attendance_or_none(session: Session, presentation_id: int) -> Attendance | None:
    return session.scalar(
        select(Attendance)
        .where(Attendance.presentation_id == presentation_id)
        .with_for_update()  # the job takes it too
    )


def _attendance(session: Session, presentation_id: int) -> Attendance:
    attendance = _attendance_or_none(session, presentation_id)
    if attendance is None:
        raise Conflict("wrong_state")
    return attendance


def _attendances(session: Session, visit_id: int) -> list[Attendance]:
    rows = session.scalars(
        select(Attendance)
        .join(Presentation, Presentation.id == Attendance.presentation_id)
        .where(Presentation.visit_id == visit_id)
        .order_by(Presentation.ordinal)
        .with_for_update(of=Attendance)
    )
    return list(rows)


def _said(session: Session, attendance: Attendance, source: CountSource) -> Counts | None:
    """What one source said in the present version."""
    rows = session.execute(
        select(HeadCount.audience, HeadCount.people).where(
            HeadCount.presentation_id == attendance.presentation_id,
            HeadCount.source == source,
            HeadCount.version == attendance.version,
        )
    ).all()
    return Counts(**{audience.value: people for audience, people in rows}) if rows else None


def _says_the_same(session: Session, attendance: Attendance, draft: CountDraft) -> bool:
    said = _said(session, attendance, CountSource.EDUCATOR)
    return attendance.state is not AttendanceState.OPEN and draft == CountDraft(
        said or Counts(),
        teacher_present=bool(attendance.teacher_present),
        minutes_given=attendance.minutes_given or 0,
        same_pupils=attendance.same_pupils,
        turned_away=attendance.turned_away,
        absent=frozenset(one.presenter_id for one in queries.crew_at(attendance.presentation_id) if one.absent),
    )


def _signed_already(session: Session, rows: list[Attendance], said: Mapping[int, Counts]) -> list[bool]:
    """Whether both said the same, by presentation, when the school sends again what it has signed; else nothing."""
    signed = [row for row in rows if row.countersigned_at]
    if any(_said(session, row, CountSource.SCHOOL) != said.get(row.presentation_id) for row in signed):
        return []
    return [_said(session, row, CountSource.EDUCATOR) == said[row.presentation_id] for row in signed]


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
        raise Conflict("already_countersigned")
    if attendance.state is AttendanceState.SUBMITTED:
        states.move(ATTENDANCE_MACHINE, attendance, AttendanceState.OPEN, actor=actor, at=now)
        attendance.version += 1
    return attendance


def _store(session: Session, attendance: Attendance, source: CountSource, counts: Counts, now: dt.datetime) -> None:
    """The four numbers of one source, in the attendance's version."""
    for audience, people in counts.by_audience().items():
        session.add(
            HeadCount(
                presentation_id=attendance.presentation_id,
                audience=audience,
                source=source,
                version=attendance.version,
                people=people,
                counts=False,
                entered_at=now,
            )
        )
    session.flush()


def _let_count(session: Session, attendance: Attendance, source: CountSource) -> None:
    """Of all numbers said, let this source's newest count; the others first stop, so that the index never sees two."""
    rows = session.scalars(
        select(HeadCount).where(HeadCount.presentation_id == attendance.presentation_id).order_by(HeadCount.id)
    ).all()
    chosen = [row for row in rows if row.source is source and row.version == attendance.version]
    if not chosen:
        raise Conflict("count_missing")
    for row in rows:
        row.counts = False
    session.flush()
    for row in chosen:
        row.counts = True
    session.flush()


def _sign(session: Session, attendance: Attendance, counts: Counts, actor: Actor, now: dt.datetime) -> bool:
    said = _said(session, attendance, CountSource.EDUCATOR)
    _store(session, attendance, CountSource.SCHOOL, counts, now)
    attendance.countersigned_at = now
    states.move(ATTENDANCE_MACHINE, attendance, AttendanceState.COUNTERSIGNED, actor=actor, at=now)
    agreed = said == counts  # a difference is shown to the coordinator, never added up
    if agreed:
        _lock(attendance, actor, now)
    return agreed


def _lock(attendance: Attendance, actor: Actor, now: dt.datetime) -> None:
    states.move(ATTENDANCE_MACHINE, attendance, AttendanceState.LOCKED, actor=actor, at=now)
    attendance.locked_at = now


def _all_said(session: Session, visit_id: int) -> bool:
    """Whether every presentation of the visit that was to be held has been counted."""
    uncounted = session.scalars(
        select(Presentation.id)
        .outerjoin(Attendance, Attendance.presentation_id == Presentation.id)
        .where(
            Presentation.visit_id == visit_id,
            Presentation.state.in_((PresentationState.PLANNED, *_COUNTABLE)),
            (Attendance.id.is_(None)) | (Attendance.state == AttendanceState.OPEN),
        )
        .limit(1)
    ).first()
    return uncounted is None


def _report_when_locked(session: Session, visit: Visit, now: dt.datetime) -> None:
    """When the last presentation of a visit is locked, its school request is reported."""
    rows = _attendances(session, visit.id)
    if not rows or any(row.state not in COUNTS_FOR_REPORTS for row in rows) or not _all_said(session, visit.id):
        return
    school_request = requests.request_of_visit(session, visit.school_request_id)
    if school_request is not None and school_request.state is RequestState.DELIVERED:
        requests.follow_visit(SYSTEM, school_request, RequestState.REPORTED, now=now)


def write_to_school(session: Session, visit: Visit, kind: str, *, now: dt.datetime) -> None:
    """Mail the school of a visit its secret link to the numbers and the certificates, in the caller's transaction.

    Nobody is written to where no request, or no address, stands behind the visit.
    """
    school_request = session.get(SchoolRequest, visit.school_request_id or 0)
    if school_request is None or not school_request.contact_email:
        return
    host = session.get_one(Host, visit.host_id)
    queue_message(
        MessageDraft(
            kind=kind,
            address=school_request.contact_email,
            language=school_request.language,
            values={
                "number": school_request.number,
                "day": visit.on_day,
                "host": pick(school_request.language, host.name_sr_cyrl, host.name_sr_latn),
            },
            link=LinkWish("status", school_request.id, "/status/{token}/attendance", hours=24 * 365),
            about=("visit", visit.id),
            centre_id=visit.centre_id,
        ),
        now=now,
    )
