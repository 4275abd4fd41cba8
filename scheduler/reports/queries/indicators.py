"""Indicators beside the counts: people instead of contacts, and what was held with and without a young presenter."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, and_, case, func, select

from scheduler.attendance.models import Attendance
from scheduler.attendance.queries.figures import heads, young
from scheduler.core.db import db
from scheduler.programmes.terms import Audience
from scheduler.reports.queries.counted_rows import narrowed
from scheduler.reports.queries.kept_figures import kept_beside
from scheduler.reports.terms.counting import Filters
from scheduler.visits.models.visits import Presentation
from scheduler.visits.terms.states import AssignmentState

INDICATORS = ("pupils_once", "with_influencer", "without_influencer")


def indicators(filters: Filters, kept: Mapping[str, int] | None = None) -> dict[str, int]:
    """Of what a report counts: pupils each once, and presentations with a young presenter, or without who was to come.

    The same class at a second presentation is left out of the first.
    """
    kept = kept or kept_beside(filters)
    return {name: kept[name] for name in INDICATORS} if kept else _counted(filters)


def _counted(filters: Filters) -> dict[str, int]:
    said = heads(Presentation.on_day.between(filters.period.first, filters.period.last))
    came, missing = young(AssignmentState.PRESENT), young(AssignmentState.ABSENT)
    numbers = (
        case((Attendance.same_pupils, 0), else_=func.coalesce(said.c[Audience.PUPILS.value], 0)),
        case((came, 1), else_=0),
        case((and_(missing, ~came), 1), else_=0),
    )
    wanted: Select[Any] = select(*(func.coalesce(func.sum(number), 0) for number in numbers))
    wanted = narrowed(wanted, filters).outerjoin(said, said.c.presentation_id == Presentation.id)
    row = db.session().execute(wanted).one()
    return {name: int(number) for name, number in zip(INDICATORS, row, strict=True)}
