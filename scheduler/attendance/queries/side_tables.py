"""What there is beside a visit: one question instead of one of each table, of which most know nothing of it."""

from typing import Any

from sqlalchemy import ColumnElement, exists, select

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


def tables_beside(visit_id: int, **also: ColumnElement[bool]) -> frozenset[str]:
    """The names of those of TABLES that have a row of the visit, and of the other facts that are so.

    The caller has checked the right.
    """
    facts = {table.__tablename__: exists().where(table.visit_id == visit_id) for table in TABLES} | also
    row = db.session().execute(select(*facts.values())).one()
    return frozenset(name for name, so in zip(facts, row, strict=True) if so)
