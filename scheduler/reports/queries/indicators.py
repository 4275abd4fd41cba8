"""Indicators beside the counts: people instead of contacts, and what was held with and without a young presenter."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, select

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.core.db import db
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.programmes.terms import Audience
from scheduler.reports.queries.attendance import conditions, with_heads
from scheduler.reports.terms.counting import Filters
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.terms.states import AssignmentState


def indicators(filters: Filters) -> dict[str, int]:
    """Of what a report counts: pupils each once, and presentations with a young presenter, or without who was to come.

    The same class at a second presentation is left out of the first.
    """
    first_time = and_(HeadCount.audience == Audience.PUPILS, ~Attendance.same_pupils)
    came = _young_presenter(AssignmentState.PRESENT)
    missing = and_(_young_presenter(AssignmentState.ABSENT), ~came)
    each = (
        with_heads(
            func.coalesce(func.sum(case((first_time, HeadCount.people), else_=0)), 0).label("pupils"),
            case((came, 1), else_=0).label("came"),
            case((missing, 1), else_=0).label("missing"),
        )
        .where(*conditions(filters))
        .group_by(Presentation.id)
        .subquery()
    )
    sums = [func.coalesce(func.sum(each.c[name]), 0) for name in ("pupils", "came", "missing")]
    row: Any = db.session().execute(select(*sums)).one()
    return {"pupils_once": int(row[0]), "with_influencer": int(row[1]), "without_influencer": int(row[2])}


def _young_presenter(state: AssignmentState) -> ColumnElement[bool]:
    return exists().where(
        Assignment.presentation_id == Presentation.id,
        Assignment.state == state,
        Presenter.id == Assignment.presenter_id,
        Presenter.kind == PresenterKind.INFLUENCER,
    )
