"""What stands beside a report: indicators, visits that were not held, by whose doing and why, and posts."""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, exists, func, literal, select

from scheduler.closures.models import Disruption
from scheduler.core.db import db, written_out
from scheduler.places.models import Host
from scheduler.posts.queries import posts_of_campaign
from scheduler.readiness.models import Cancellation
from scheduler.reports.queries.figures import of_visit, side_numbers, within_days
from scheduler.reports.terms.counting import Filters, Report
from scheduler.reports.terms.not_held import OffByCause, OffCause
from scheduler.visits.models.late_notice import LateNotice
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import NOT_HELD_VISITS, CancelledBy, VisitState


def with_beside(report: Report) -> Report:
    """The report, with its indicators, what was not held, and the posts of the campaign to which it is narrowed."""
    filters, indicators = report.filters, side_numbers(report.filters)
    turned_away = {"turned_away": indicators.pop("turned_away")}
    days = filters.period
    return replace(
        report,
        not_held=not_held(filters) | turned_away,
        called_off=called_off(filters),
        indicators=indicators,
        posts=tuple(posts_of_campaign(filters.campaign, days.first, days.last)) if filters.campaign is not None else (),
    )


def not_held(filters: Filters) -> dict[str, int]:
    """Visits of the period that a closure stopped, and that school or centre called off; each counted once: what a
    closure stopped is nobody's cancellation, also when it is called off later. What was driven for visits called off
    late. Whom a presentation was for and who went there does not narrow them."""
    late = case((Visit.state == VisitState.CANCELLED, LateNotice.kilometres), else_=0)
    asked = _visits_not_held(
        filters,
        func.count().filter(_STOPPED).label("stopped"),
        func.count().filter(_CALLED_OFF, Visit.cancelled_by == CancelledBy.SCHOOL).label("cancelled_by_school"),
        func.count().filter(_CALLED_OFF, Visit.cancelled_by == CancelledBy.CENTRE).label("cancelled_by_centre"),
        func.coalesce(func.sum(late), 0).label("kilometres_called_off"),
    ).outerjoin(LateNotice, LateNotice.visit_id == Visit.id)
    row = db.session().execute(asked).one()
    return {name: int(number) for name, number in row._mapping.items()}


def called_off(filters: Filters) -> tuple[OffByCause, ...]:
    """How many visits of the period school or centre called off, by cause; what a closure stopped is not among them."""
    absent = [(Visit.reason == one, literal(one.value)) for one in (OffCause.NO_SHOW_HOST, OffCause.NO_SHOW_PRESENTER)]
    chosen = cast(Cancellation.cause, String)
    cause = func.coalesce(chosen, case(*absent, else_=literal(OffCause.NOT_SAID.value))).label("why")
    wanted = _visits_not_held(filters, Visit.cancelled_by.expression, cause, func.count().label("visits"))
    rows = db.session().execute(
        wanted.outerjoin(Cancellation, Cancellation.visit_id == Visit.id)
        .where(_CALLED_OFF)
        .group_by(Visit.cancelled_by, cause)
        .order_by(Visit.cancelled_by, cause)
    )
    return tuple(OffByCause(row.cancelled_by, OffCause(row.why), row.visits) for row in rows)


_STOPPED = exists().where(Disruption.visit_id == Visit.id)
_CALLED_OFF = (Visit.state == VisitState.CANCELLED) & ~_STOPPED


def _visits_not_held(filters: Filters, *columns: ColumnElement[Any]) -> Select[Any]:
    wanted = select(*columns).select_from(Visit).join(Host, Host.id == Visit.host_id)
    return wanted.where(
        written_out(Visit.state, NOT_HELD_VISITS), within_days(filters, Visit.on_day), *of_visit(filters)
    )
