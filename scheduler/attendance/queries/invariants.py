"""What must always hold of counting, and what breaks it."""

from sqlalchemy import func, select

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.core.db import db
from scheduler.programmes.terms import Audience


def violations() -> list[str]:
    """What must never be so: more or fewer than one count that counts, or a lock without counts."""
    found = []
    locked_without = db.session.scalars(
        select(Attendance.presentation_id)
        .outerjoin(HeadCount, (HeadCount.presentation_id == Attendance.presentation_id) & (HeadCount.counts.is_(True)))
        .where(Attendance.locked_at.is_not(None))
        .group_by(Attendance.presentation_id)
        .having(func.count(HeadCount.id) != len(Audience))
        .order_by(Attendance.presentation_id)
    )
    found += [f"presentation {row}: locked without exactly one count an audience" for row in locked_without]
    other_version = db.session.scalars(
        select(HeadCount.presentation_id)
        .join(Attendance, Attendance.presentation_id == HeadCount.presentation_id)
        .where(HeadCount.counts.is_(True), HeadCount.version != Attendance.version)
        .distinct()
        .order_by(HeadCount.presentation_id)
    )
    return found + [f"presentation {row}: an old version of the counts counts" for row in other_version]
