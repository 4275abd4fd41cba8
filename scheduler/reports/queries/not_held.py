"""What stands beside a report: visits that were not held, by whose doing, and people who found no room."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, extract, func, select

from scheduler.attendance.models import Attendance
from scheduler.closures.models import Disruption
from scheduler.core.db import db, written_out
from scheduler.places.models import District, Host, Municipality
from scheduler.programmes.models import Campaign, Programme
from scheduler.reports.queries.counted_rows import narrowed
from scheduler.reports.queries.kept_figures import kept_beside
from scheduler.reports.terms.counting import Filters
from scheduler.visits.models.late_notice import LateNotice
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import NOT_HELD_VISITS, CancelledBy, VisitState


def not_held(filters: Filters, kept: Mapping[str, int] | None = None) -> dict[str, int]:
    """Visits of the period that a closure stopped, and that school or centre called off; each counted once: what a
    closure stopped is nobody's cancellation, also when it is called off later. People turned away at the door of what
    was held, and what was driven for visits called off late. Whom a presentation was for and who went there narrows
    only who was turned away."""
    stopped, off = _was_stopped(), called_off_visits()
    late = case((Visit.state == VisitState.CANCELLED, LateNotice.kilometres), else_=0)
    asked = of_visits(
        filters,
        func.count().filter(stopped),
        func.count().filter(off, Visit.cancelled_by == CancelledBy.SCHOOL),
        func.count().filter(off, Visit.cancelled_by == CancelledBy.CENTRE),
        func.coalesce(func.sum(late), 0),
    ).outerjoin(LateNotice, LateNotice.visit_id == Visit.id)
    row = db.session().execute(asked).one()
    return {
        "stopped": row[0],
        "cancelled_by_school": row[1],
        "cancelled_by_centre": row[2],
        "turned_away": _turned_away(filters, kept),
        "kilometres_called_off": int(row[3]),
    }


def _was_stopped() -> ColumnElement[bool]:
    return exists().where(Disruption.visit_id == Visit.id)


def called_off_visits() -> ColumnElement[bool]:
    """Those that school or centre called off: what a closure stopped is nobody's cancellation."""
    return (Visit.state == VisitState.CANCELLED) & ~_was_stopped()


def _turned_away(filters: Filters, kept: Mapping[str, int] | None) -> int:
    """People who found no room, where numbers are locked: kept beside what is counted."""
    kept = kept or kept_beside(filters)
    if kept is not None:
        return kept["turned_away"]
    turned = narrowed(select(func.coalesce(func.sum(Attendance.turned_away), 0)), filters)
    return db.session().scalar(turned) or 0


def of_visits(filters: Filters, *columns: ColumnElement[Any]) -> Select[Any]:
    """Of visits of the period that were not held."""
    return (
        select(*columns)
        .select_from(Visit)
        .join(Programme, Programme.id == Visit.programme_id)
        .join(Host, Host.id == Visit.host_id)
        .outerjoin(Municipality, Municipality.id == Host.municipality_id)
        .outerjoin(District, District.id == Municipality.district_id)
        .where(written_out(Visit.state, NOT_HELD_VISITS), *_visits_in(filters))
    )


def _visits_in(filters: Filters) -> list[ColumnElement[bool]]:
    plain: tuple[tuple[ColumnElement[Any], object], ...] = (
        (Visit.centre_id.expression, filters.centre_id),
        (Programme.slug.expression, filters.programme),
        (func.coalesce(Municipality.city_sr_cyrl, ""), filters.city),
        (func.coalesce(District.iso, ""), filters.district),
    )
    wanted: list[ColumnElement[bool]] = [Visit.on_day.between(filters.period.first, filters.period.last)]
    wanted += [column == value for column, value in plain if value is not None]
    if filters.campaign is not None:
        wanted.append(Visit.campaign_id.in_(select(Campaign.id).where(Campaign.slug == filters.campaign)))
    if filters.month is not None:
        year, month = map(int, filters.month.split("-"))
        wanted += [extract("year", Visit.on_day) == year, extract("month", Visit.on_day) == month]
    return wanted
