"""What a school said after its visit, and whether it wants letters about it. Who may read is checked by the caller."""

from sqlalchemy import select

from scheduler.attendance.models import FollowUpNote, VisitFeedback, VisitSurvey
from scheduler.attendance.terms import Feedback, FollowUp, Survey
from scheduler.core.db import db


def feedback_of(visit_id: int) -> Feedback | None:
    """What the school thought of a visit; None until it has said so."""
    row = db.session.scalar(select(VisitFeedback).where(VisitFeedback.visit_id == visit_id))
    return Feedback(row.useful, row.clear, row.again, row.words) if row else None


def survey_of(visit_id: int) -> Survey | None:
    """What a school said three months after a visit; None until it has."""
    row = db.session.scalar(select(VisitSurvey).where(VisitSurvey.visit_id == visit_id))
    return Survey(row.spoken_of, row.changed, row.knows_whom_to_call, row.words) if row else None


def is_followed_up(visit_id: int) -> bool:
    """Whether the school of a visit still wants letters about it."""
    stopped = select(FollowUpNote.id).where(FollowUpNote.visit_id == visit_id, FollowUpNote.kind == FollowUp.STOPPED)
    return db.session.scalar(stopped) is None
