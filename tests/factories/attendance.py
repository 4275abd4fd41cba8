"""Attendance with its head counts, written straight into the tables (services have their own rules)."""

import datetime as dt
import hashlib
from typing import Any

import sqlalchemy as sa

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.service.figures import add_up_marked
from scheduler.attendance.sheet_models import SheetScan
from scheduler.attendance.terms import AttendanceState, CountSource, HeadCounts
from scheduler.core.db import transaction
from scheduler.core.scans import ScanKind
from scheduler.programmes.terms import Audience
from scheduler.visits.models.visits import Presentation, Visit
from tests.factories.safeguarding import a_scan

A_CLASS = HeadCounts(pupils=60, teachers=2)


def make_attendance(
    presentation: Presentation,
    counts: HeadCounts | None = A_CLASS,
    state: AttendanceState = AttendanceState.LOCKED,
    **given: Any,
) -> Attendance:
    """Attendance of a presentation, locked unless said otherwise, with the educator's four numbers (or none)."""
    with transaction() as session:
        over = presentation.ends_at
        locked = state in (AttendanceState.LOCKED, AttendanceState.CORRECTED)
        fair: dict[str, Any] = {
            "presentation_id": presentation.id, "state": state, "state_since": over, "teacher_present": True,
            "minutes_given": presentation.minutes, "submitted_at": None if state is AttendanceState.OPEN else over,
            "locked_at": over + dt.timedelta(days=8) if locked else None,
        }  # fmt: skip
        attendance = Attendance(**(fair | given))
        session.add(attendance)
        session.flush()
        if counts is not None:
            session.add_all(
                HeadCount(
                    presentation_id=presentation.id,
                    audience=audience,
                    source=CountSource.EDUCATOR,
                    version=1,
                    people=getattr(counts, audience.value),
                    counts=True,
                    entered_at=over,
                )
                for audience in Audience
            )
        session.flush()
        add_up_marked()
    return attendance


def make_sheet(number: str) -> str:
    """A filled sheet, as if read from a photo, beside the first presentation of a visit; the path of its page."""
    content = a_scan("jpeg")
    with transaction() as session:
        talks = sa.select(Presentation).join(Visit, Visit.id == Presentation.visit_id).where(Visit.number == number)
        first = session.scalars(talks.order_by(Presentation.ordinal)).first()
        row = SheetScan(
            presentation_id=first.id, kind=ScanKind.JPEG, sha256=hashlib.sha256(content).hexdigest(),
            size=len(content), added_by_id=None, added_at=first.ends_at, content=content,
        )  # fmt: skip
        session.add(row)
        session.flush()
    return f"/visits/{number}/sheets/{row.id}"


def make_correction(attendance: Attendance, **people: int) -> None:
    """Other numbers count for these audiences, by the one way that the database leaves: a version more, and why."""
    with transaction() as session:
        row = session.get_one(Attendance, attendance.id)
        row.state, row.version, row.reason = AttendanceState.CORRECTED, row.version + 1, "The school called."
        session.flush()
        of_it = HeadCount.presentation_id == row.presentation_id
        said = {one.audience: one for one in session.scalars(sa.select(HeadCount).where(of_it, HeadCount.counts))}
        for one in said.values():
            one.counts = False
        session.flush()
        session.add_all(
            HeadCount(
                presentation_id=row.presentation_id, audience=audience, source=CountSource.COORDINATOR,
                version=row.version, people=people.get(audience.value, old.people), counts=True,
                entered_at=old.entered_at,
            )
            for audience, old in said.items()
        )  # fmt: skip
        session.flush()
        add_up_marked()
