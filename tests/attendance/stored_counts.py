"""What stands in the tables about a presentation's counting, read afresh."""

from sqlalchemy import select

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.terms import HeadCounts
from scheduler.core.db import db
from scheduler.programmes.terms import Audience
from scheduler.requests.models import SchoolRequest


def state_of(presentation_id):
    db.session.rollback()
    return db.session.scalar(select(Attendance.state).where(Attendance.presentation_id == presentation_id))


def counting(presentation_id):
    """The numbers that count, by audience: what reports read."""
    db.session.rollback()
    rows = db.session.execute(
        select(HeadCount.audience, HeadCount.people).where(
            HeadCount.presentation_id == presentation_id, HeadCount.counts.is_(True)
        )
    ).all()
    assert len(rows) in (0, len(Audience))
    return HeadCounts(**{audience.value: people for audience, people in rows}) if rows else None


def request_state(begun):
    db.session.rollback()
    return db.session.get(SchoolRequest, begun.request.id).state
