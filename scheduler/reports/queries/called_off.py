"""Visits that were called off, by whose doing and for which cause."""

from sqlalchemy import String, case, cast, func, literal

from scheduler.core.db import db
from scheduler.readiness.models import Cancellation
from scheduler.reports.queries.not_held import called_off_visits, of_visits
from scheduler.reports.terms.counting import Filters
from scheduler.reports.terms.not_held import OffByCause, OffCause
from scheduler.visits.models.visits import Visit


def called_off(filters: Filters) -> tuple[OffByCause, ...]:
    """How many visits of the period school or centre called off, by cause; what a closure stopped is not among them."""
    absent = [(Visit.reason == one, literal(one.value)) for one in (OffCause.NO_SHOW_HOST, OffCause.NO_SHOW_PRESENTER)]
    chosen = cast(Cancellation.cause, String)
    cause = func.coalesce(chosen, case(*absent, else_=literal(OffCause.NOT_SAID.value))).label("why")
    wanted = of_visits(filters, Visit.cancelled_by.expression, cause, func.count().label("visits"))
    rows = db.session().execute(
        wanted.outerjoin(Cancellation, Cancellation.visit_id == Visit.id)
        .where(called_off_visits())
        .group_by(Visit.cancelled_by, cause)
        .order_by(Visit.cancelled_by, cause)
    )
    return tuple(OffByCause(row.cancelled_by, OffCause(row.why), row.visits) for row in rows)
