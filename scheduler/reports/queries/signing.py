"""Signed-off periods of a centre, and what changed since: one query for the rows, one for today's numbers of all."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import aliased

from scheduler.core.db import db
from scheduler.people.models import User
from scheduler.reports.models import CarriedDifference, SignedPeriod
from scheduler.reports.queries.figures import counted_by_period
from scheduler.reports.rules import signing
from scheduler.reports.terms.counting import (
    COUNT_FIELDS,
    Books,
    Correction,
    Period,
    Report,
    ReportCounts,
    SignedTotals,
)


def signed_periods(centre_id: int, *, with_taken_back: bool = False) -> list[SignedTotals]:
    """The signed-off periods of a centre by their first day, each with the differences that it carries."""
    earlier = aliased(SignedPeriod)
    wanted = (
        select(SignedPeriod, User, CarriedDifference, earlier.first_day, earlier.last_day)
        .outerjoin(User, User.id == SignedPeriod.signed_by_id)
        .outerjoin(CarriedDifference, CarriedDifference.carried_in_id == SignedPeriod.id)
        .outerjoin(earlier, earlier.id == CarriedDifference.of_period_id)
        .where(SignedPeriod.centre_id == centre_id)
        .order_by(SignedPeriod.first_day, SignedPeriod.id, earlier.first_day, CarriedDifference.id)
    )
    if not with_taken_back:
        wanted = wanted.where(SignedPeriod.taken_back_at.is_(None))
    found: dict[int, SignedTotals] = {}
    for row, user, one, first, last in db.session().execute(wanted):
        before = found.get(row.id) or _totals(row, user)
        carried = () if one is None else (Correction(one.of_period_id, Period(first, last), _counts(one)),)
        found[row.id] = replace(before, carried=(*before.carried, *carried))
    return list(found.values())


def _totals(row: SignedPeriod, user: User | None) -> SignedTotals:
    return SignedTotals(
        row.id,
        Period(row.first_day, row.last_day),
        _counts(row),
        row.signed_at,
        user.full_name if user else "",
        (),
        row.taken_back_at,
        row.taken_back_why or "",
    )


def books_of(report: Report) -> Books | None:
    """What signed-off periods say about a report; None of one that is narrowed, or of all centres together."""
    filters = report.filters
    if filters.centre_id is None or filters.narrowing():
        return None
    living = signed_periods(filters.centre_id)
    exact = next((one for one in living if one.period == filters.period), None)
    if exact:
        return Books(exact, signing.difference(report.totals, exact.totals), exact.carried)
    crossed = tuple(one for one in living if signing.shares_a_day(one.period, filters.period))
    corrections = () if crossed else tuple(_outstanding(filters.centre_id, filters.period, living))
    return Books(corrections=corrections, crossed=crossed)


def with_books(report: Report) -> Report:
    """The report, with what signed-off periods say about its days."""
    return replace(report, books=books_of(report))


def carried_elsewhere(period_id: int) -> bool:
    """Whether a period that is signed off carries a difference of this one."""
    wanted = (
        select(CarriedDifference.id)
        .join(SignedPeriod, SignedPeriod.id == CarriedDifference.carried_in_id)
        .where(CarriedDifference.of_period_id == period_id, SignedPeriod.taken_back_at.is_(None))
    )
    return db.session().scalar(wanted.limit(1)) is not None


def _outstanding(centre_id: int, period: Period, living: Sequence[SignedTotals]) -> list[Correction]:
    earlier = signing.before(period, living)
    carried = [correction for one in living for correction in one.carried]
    today = counted_by_period(centre_id, {one.id: one.period for one in earlier}) if earlier else {}
    return signing.outstanding(earlier, carried, today)


def _counts(row: SignedPeriod | CarriedDifference) -> ReportCounts:
    return ReportCounts(**{name: getattr(row, name) for name in COUNT_FIELDS})
