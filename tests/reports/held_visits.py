"""Visits that were held, with what was counted there."""

import datetime as dt

import sqlalchemy as sa

from scheduler.attendance.models import Attendance
from scheduler.attendance.terms import AttendanceState, HeadCounts
from scheduler.core.db import transaction
from scheduler.programmes.terms import SchoolLevel
from scheduler.visits.models.visits import Presentation
from scheduler.visits.terms.states import PresentationState, VisitState
from tests.factories.attendance import make_attendance, make_correction
from tests.factories.visits import make_presentation, make_visit

DAY = dt.date(2026, 10, 6)


def a_held_visit(*counts, on_day=DAY, state=AttendanceState.LOCKED, level=SchoolLevel.PRIMARY, **given):
    """A delivered visit with one presentation for each of the counts."""
    visit = make_visit(VisitState.DELIVERED, on_day=on_day, **given)
    for hour, one in enumerate(counts or [HeadCounts(pupils=60, teachers=2)], 8):
        presentation = make_presentation(visit, dt.time(hour, 0), PresentationState.DELIVERED, minutes=30, level=level)
        make_attendance(presentation, one, state)
    return visit


def held(programme, year, pupils=30, **given):
    return a_held_visit(HeadCounts(pupils=pupils), programme=programme, on_day=dt.date(year, 5, 5), **given)


def recount(visit, pupils):
    """What a correction comes to: another number of the visit counts."""
    of_visit = Attendance.presentation_id.in_(sa.select(Presentation.id).where(Presentation.visit_id == visit.id))
    with transaction() as session:
        for row in session.scalars(sa.select(Attendance).where(of_visit).order_by(Attendance.id)).all():
            make_correction(row, pupils=pupils)
