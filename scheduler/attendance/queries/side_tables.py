"""What there is beside a visit: one question instead of one of each table, of which most know nothing of it."""

from typing import Any

from sqlalchemy import exists, select

from scheduler.attendance.models import VisitFeedback, VisitSurvey
from scheduler.core.db import db
from scheduler.readiness.models import NumbersAsked, ToldNote
from scheduler.staffing.models.open_calls import OpenCall, RaisedHand
from scheduler.visits.models.drive import Drive
from scheduler.visits.models.finding import Finding
from scheduler.visits.models.substitution import SubstituteSearch
from scheduler.visits.models.visits import DateWish, Readiness

TABLES: tuple[Any, ...] = (
    DateWish,
    Drive,
    Finding,
    NumbersAsked,
    OpenCall,
    RaisedHand,
    Readiness,
    SubstituteSearch,
    ToldNote,
    VisitFeedback,
    VisitSurvey,
)


def tables_beside(visit_id: int) -> frozenset[str]:
    """The names of those of TABLES that have a row of the visit. The caller has checked the right."""
    row = db.session().execute(select(*(exists().where(table.visit_id == visit_id) for table in TABLES))).one()
    return frozenset(table.__tablename__ for table, has in zip(TABLES, row, strict=True) if has)
