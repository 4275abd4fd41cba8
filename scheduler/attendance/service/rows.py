"""Attendance and its numbers under the lock of their visit, inside the caller's transaction."""

import datetime as dt
import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.terms import ATTENDANCE_MACHINE, COUNTS_FOR_REPORTS, AttendanceState, Counts, CountSource
from scheduler.core import states
from scheduler.core.errors import Conflict, NotFound
from scheduler.core.language import pick
from scheduler.places.models import Host
from scheduler.policy import SYSTEM, Actor
from scheduler.requests.models import SchoolRequest
from scheduler.requests.service.desk import follow_visit
from scheduler.requests.service.rows import SchoolLetter, request_of_visit, write_to_contacts
from scheduler.requests.terms.asked import RequestState
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.terms.states import PresentationState

log = logging.getLogger(__name__)
PAGE_OF_NUMBERS = "/status/{token}/attendance"
LINK_HOURS = 24 * 365
COUNTABLE = (PresentationState.CONFIRMED, PresentationState.DELIVERED, PresentationState.PART_DELIVERED)


def presentation_of(session: Session, presentation_id: int) -> tuple[Presentation, Visit]:
    """A presentation under the lock of its visit. The visit comes first: what is read after it is what holds."""
    visit_id = session.scalar(select(Presentation.visit_id).where(Presentation.id == presentation_id))
    if visit_id is None:
        raise NotFound("presentation")
    visit = visit_of(session, visit_id)
    return session.get_one(Presentation, presentation_id), visit


def visit_of(session: Session, visit_id: int) -> Visit:
    """The visit, locked: one after the other, whoever counts, signs or corrects the same visit."""
    visit = session.get(Visit, visit_id, with_for_update=True)
    if visit is None:
        raise NotFound("visit")
    return visit


def visit_of_school(session: Session, actor: Actor, visit_id: int) -> Visit:
    """The visit, locked, for what its school says afterwards. Raises: NotAllowed, NotFound."""
    visit = visit_of(session, visit_id)
    policy.require(actor, "create", "feedback", centre=visit.centre_id, request=visit.school_request_id)
    return visit


def attendance_or_none(session: Session, presentation_id: int) -> Attendance | None:
    return session.scalar(
        select(Attendance)
        .where(Attendance.presentation_id == presentation_id)
        .with_for_update()  # the job takes it too
    )


def attendance_of(session: Session, presentation_id: int) -> Attendance:
    attendance = attendance_or_none(session, presentation_id)
    if attendance is None:
        raise Conflict("wrong_state")
    return attendance


def attendances_of(session: Session, visit_id: int) -> list[Attendance]:
    rows = session.scalars(
        select(Attendance)
        .join(Presentation, Presentation.id == Attendance.presentation_id)
        .where(Presentation.visit_id == visit_id)
        .order_by(Presentation.ordinal)
        .with_for_update(of=Attendance)
    )
    return list(rows)


def said_by(session: Session, attendance: Attendance, source: CountSource) -> Counts | None:
    """What one source said in the present version."""
    rows = session.execute(
        select(HeadCount.audience, HeadCount.people).where(
            HeadCount.presentation_id == attendance.presentation_id,
            HeadCount.source == source,
            HeadCount.version == attendance.version,
        )
    ).all()
    return Counts(**{audience.value: people for audience, people in rows}) if rows else None


def store_counts(
    session: Session, attendance: Attendance, source: CountSource, counts: Counts, now: dt.datetime
) -> None:
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


def let_count(session: Session, attendance: Attendance, source: CountSource) -> None:
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


def lock(attendance: Attendance, actor: Actor, now: dt.datetime) -> None:
    states.move(ATTENDANCE_MACHINE, attendance, AttendanceState.LOCKED, actor=actor, at=now)
    attendance.locked_at = now


def all_said(session: Session, visit_id: int) -> bool:
    """Whether every presentation of the visit that was to be held has been counted."""
    uncounted = session.scalars(
        select(Presentation.id)
        .outerjoin(Attendance, Attendance.presentation_id == Presentation.id)
        .where(
            Presentation.visit_id == visit_id,
            Presentation.state.in_((PresentationState.PLANNED, *COUNTABLE)),
            (Attendance.id.is_(None)) | (Attendance.state == AttendanceState.OPEN),
        )
        .limit(1)
    ).first()
    return uncounted is None


def report_when_locked(session: Session, visit: Visit, now: dt.datetime) -> None:
    """When the last presentation of a visit is locked, its school request is reported."""
    rows = attendances_of(session, visit.id)
    if not rows or any(row.state not in COUNTS_FOR_REPORTS for row in rows) or not all_said(session, visit.id):
        return
    school_request = request_of_visit(session, visit.school_request_id)
    if school_request is not None and school_request.state is RequestState.DELIVERED:
        follow_visit(SYSTEM, school_request, RequestState.REPORTED, now=now)


def write_to_school(
    session: Session, visit: Visit, kind: str, *, now: dt.datetime, page: str = PAGE_OF_NUMBERS
) -> None:
    """Mail each contact of a visit's school a secret link, to the numbers and the certificates, in this transaction.

    Nobody is written to where no request, or no address, stands behind the visit.
    """
    school_request = session.get(SchoolRequest, visit.school_request_id or 0)
    if school_request is None:
        return
    host = session.get_one(Host, visit.host_id)
    facts = {"number": school_request.number, "day": visit.on_day}
    write_to_contacts(
        school_request,
        SchoolLetter(kind, ("visit", visit.id), visit.centre_id, LINK_HOURS, page),
        lambda language: facts | {"host": pick(language, host.name_sr_cyrl, host.name_sr_latn)},
        now=now,
    )
