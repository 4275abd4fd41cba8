"""Presentations that count, row by row: for lists of visits, and for what no figure says."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, select

from scheduler.attendance.models import Attendance
from scheduler.attendance.queries.figures import IS_COUNTED, heads, heads_here
from scheduler.places.models import Host, Municipality
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience
from scheduler.reports.queries.figures import CITY, of_presentation, of_visit, within_days
from scheduler.reports.terms.counting import Filters
from scheduler.visits.models.visits import Presentation, Visit


def summed(each: Subquery) -> Select[Any]:
    """Counts over aggregated presentations; kilometres of each visit once."""
    numbers = [func.coalesce(func.sum(each.c[audience.value]), 0).label(audience.value) for audience in Audience]
    return select(
        func.count(each.c.visit_id.distinct()).label("visits"),
        func.count(each.c.presentation_id).label("presentations"),
        *numbers,
        func.count(each.c.city_sr_cyrl.distinct()).label("cities"),
        func.coalesce(func.sum(case((each.c.place_in_visit == 1, each.c.kilometres), else_=0)), 0).label("kilometres"),
    ).select_from(each)


def counted_presentations(filters: Filters, visits: Sequence[int] | None = None) -> Subquery:
    """One row for each presentation that counts, with its place in its visit, by which what is of the visit counts
    once. `visits`: of these alone.
    """
    among = [] if visits is None else [Presentation.visit_id.in_(visits)]
    people, said = heads_here(), None
    if not filters.young:  # a few presentations look their heads up, of many they are added up first
        said = heads(and_(within_days(filters, Presentation.on_day), *among))
        people = {audience.value: func.coalesce(said.c[audience.value], 0) for audience in Audience}
    wanted: Any = select(
        Presentation.id.label("presentation_id"),
        Visit.id.label("visit_id"),
        Visit.kilometres.expression,
        Presentation.on_day.expression,
        *CITY,
        *(number.label(name) for name, number in people.items()),
        func.row_number().over(partition_by=Visit.id, order_by=Presentation.id).label("place_in_visit"),
    )
    wanted = narrowed(wanted, filters).where(*among)
    if said is not None:
        wanted = wanted.outerjoin(said, said.c.presentation_id == Presentation.id)
    each: Subquery = wanted.subquery()
    return each


def narrowed(wanted: Select[Any], filters: Filters) -> Select[Any]:
    """Columns over presentations that count, joined with all that they are told by."""
    return (
        wanted.select_from(Presentation)
        .join(Attendance, Attendance.presentation_id == Presentation.id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .join(Programme, Programme.id == Visit.programme_id)
        .join(Host, Host.id == Visit.host_id)
        .outerjoin(Municipality, Municipality.id == Host.municipality_id)
        .where(*_counts(filters), *of_visit(filters))
    )


def _counts(filters: Filters) -> list[ColumnElement[bool]]:
    return [within_days(filters, Presentation.on_day), *IS_COUNTED, *of_presentation(filters)]


def visits_with(
    filters: Filters, among: Sequence[ColumnElement[bool]] = (), held: Sequence[ColumnElement[bool]] = ()
) -> Select[int]:
    """The visits with a presentation that counts, each once: in the order of their days one index gives them.

    A visit lies on one day, so its own day is that of its presentations. `among`: these visits; `held`: with such a
    presentation.
    """
    here = select(Presentation.id).join(Attendance, Attendance.presentation_id == Presentation.id)
    here = here.where(Presentation.visit_id == Visit.id, *_counts(filters), *held)
    return (
        select(Visit.id)
        .outerjoin(Programme, Programme.id == Visit.programme_id)
        .outerjoin(Host, Host.id == Visit.host_id)
        .where(within_days(filters, Visit.on_day), *of_visit(filters), *among, here.correlate(Visit).exists())
    )
