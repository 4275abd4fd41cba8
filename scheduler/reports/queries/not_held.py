"""What stands beside a report: visits that were not held, by whose doing, and people who found no room."""

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, extract, func, select

from scheduler.attendance.models import Attendance
from scheduler.closures.models import Disruption
from scheduler.core.db import db
from scheduler.places.models import District, Host, Municipality
from scheduler.programmes.models import Campaign, Programme
from scheduler.reports.queries.counted_rows import conditions
from scheduler.reports.queries.kept_figures import kept_beside
from scheduler.reports.rules.spans import can_be_kept
from scheduler.reports.terms.counting import Filters
from scheduler.visits.models.late_notice import LateNotice
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.terms.states import CancelledBy, VisitState

NOT_HELD_STATES = (VisitState.DISRUPTED, VisitState.REPLANNED, VisitState.CANCELLED)


def not_held(filters: Filters) -> dict[str, int]:
    """Visits of the period that a closure stopped, and that school or centre called off; each counted once: what a
    closure stopped is nobody's cancellation, also when it is called off later. People turned away at the door of what
    was held, and what was driven for visits called off late. Whom a presentation was for and who went there narrows
    only who was turned away."""
    stopped, off = _was_stopped(), called_off_visits()
    row = (
        db.session()
        .execute(
            of_visits(
                func.count().filter(stopped, Visit.state.in_(NOT_HELD_STATES)),
                func.count().filter(off, Visit.cancelled_by == CancelledBy.SCHOOL),
                func.count().filter(off, Visit.cancelled_by == CancelledBy.CENTRE),
            ).where(*visits_in(filters))
        )
        .one()
    )
    driven = of_visits(func.coalesce(func.sum(LateNotice.kilometres), 0))
    driven = driven.join(LateNotice, LateNotice.visit_id == Visit.id)
    for_nothing = db.session().scalar(driven.where(Visit.state == VisitState.CANCELLED, *visits_in(filters)))
    return {
        "stopped": row[0],
        "cancelled_by_school": row[1],
        "cancelled_by_centre": row[2],
        "turned_away": _turned_away(filters),
        "kilometres_called_off": for_nothing or 0,
    }


def _was_stopped() -> ColumnElement[bool]:
    return exists().where(Disruption.visit_id == Visit.id)


def called_off_visits() -> ColumnElement[bool]:
    """Those that school or centre called off: what a closure stopped is nobody's cancellation."""
    return (Visit.state == VisitState.CANCELLED) & ~_was_stopped()


def _turned_away(filters: Filters) -> int:
    """People who found no room, where numbers are locked: kept beside what is counted."""
    kept = kept_beside(filters) if can_be_kept(filters, ()) else None
    if kept is not None:
        return kept["turned_away"]
    of_presentations = of_visits(func.coalesce(func.sum(Attendance.turned_away), 0)).join(
        Presentation, Presentation.visit_id == Visit.id
    )
    turned = of_presentations.join(Attendance, Attendance.presentation_id == Presentation.id)
    return db.session().scalar(turned.where(*conditions(filters))) or 0


def of_visits(*columns: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Visit)
        .join(Programme, Programme.id == Visit.programme_id)
        .join(Host, Host.id == Visit.host_id)
        .outerjoin(Municipality, Municipality.id == Host.municipality_id)
        .outerjoin(District, District.id == Municipality.district_id)
    )


def visits_in(filters: Filters) -> list[ColumnElement[bool]]:
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
