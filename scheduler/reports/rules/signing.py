"""Pure rules of signed-off periods: what may be signed, and how what changed later appears once, in the next one."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from scheduler.core.errors import Reason
from scheduler.reports.rules.attendance import as_document, numbers_of, period_of
from scheduler.reports.terms.counting import (
    COUNT_FIELDS,
    BadPeriod,
    Books,
    Correction,
    Period,
    Report,
    ReportCounts,
    SignedTotals,
)
from scheduler.reports.terms.reasons import ReportReason

LONGEST_REASON = 300


def difference(later: ReportCounts, earlier: ReportCounts) -> ReportCounts:
    """What was added, with its sign."""
    return ReportCounts(**{name: getattr(later, name) - getattr(earlier, name) for name in COUNT_FIELDS})


def plus(*parts: ReportCounts) -> ReportCounts:
    """Differences put together."""
    return ReportCounts(**{name: sum(getattr(one, name) for one in parts) for name in COUNT_FIELDS})


def period_or_none(first: dt.date | None, last: dt.date | None) -> Period | None:
    """The period of two days; None when one is missing or they are none."""
    if first is None or last is None:
        return None
    try:
        return period_of(first, last)
    except BadPeriod:
        return None


def shares_a_day(one: Period, other: Period) -> bool:
    return one.first <= other.last and other.first <= one.last


def problems_with_signing(period: Period, living: Iterable[SignedTotals], today: dt.date) -> dict[str, Reason]:
    """{field: reason} why these days cannot be signed off; empty when they can. `living` are not taken back."""
    if period.last >= today:
        return {"last": ReportReason.PERIOD_NOT_OVER}
    if any(shares_a_day(period, one.period) for one in living):
        return {"first": ReportReason.SIGNED_ALREADY}
    return {}


def outstanding(
    earlier: Sequence[SignedTotals], carried: Iterable[Correction], today: Mapping[int, ReportCounts]
) -> list[Correction]:
    """What differs today from what was signed and no living period carries yet, of each of the `earlier` periods."""
    told: dict[int, ReportCounts] = {}
    for carrying in carried:
        told[carrying.of_period] = plus(told.get(carrying.of_period, ReportCounts()), carrying.counts)
    found = []
    for one in earlier:
        said = plus(one.totals, told.get(one.id, ReportCounts()))
        left = difference(today.get(one.id, ReportCounts()), said)
        if left != ReportCounts():
            found.append(Correction(one.id, one.period, left))
    return found


def before(period: Period, living: Iterable[SignedTotals]) -> list[SignedTotals]:
    """The signed-off periods that were over when this one began: their differences appear in it."""
    return [one for one in living if one.period.last < period.first]


def seen_of(totals: ReportCounts, corrections: Sequence[Correction]) -> str:
    """What a person saw when signing: hidden in the form, so that numbers which moved meanwhile are not signed."""
    rows = [totals, *(one.counts for one in corrections)]
    return ";".join(",".join(str(getattr(row, name)) for name in COUNT_FIELDS) for row in rows)


def figures_of(report: Report) -> ReportCounts:
    """The totals at the head of a report: those that were signed, else today's."""
    return report.books.signed.totals if report.books and report.books.signed else report.totals


def as_keys(books: Books | None) -> dict[str, object]:
    """What the JSON document of a centre says of signed-off periods: new keys beside the old ones."""
    if books is None:
        return {}
    signed = books.signed and {
        "at": books.signed.at.isoformat(timespec="seconds"),
        "by": books.signed.by,
        "totals": numbers_of(books.signed.totals),
        "changed_since": numbers_of(books.since),
    }
    return {
        "signed": signed,
        "corrections": [
            {"period": {"from": one.period.first.isoformat(), "to": one.period.last.isoformat()}}
            | numbers_of(one.counts)
            for one in books.corrections
        ],
    }


def document_of(report: Report) -> dict[str, object]:
    """The JSON document of `reports attendance`, with what signed-off periods say of these days.

    Its totals are those that were signed, where somebody signed just these days: what changed since stands beside them.
    """
    return as_document(report) | as_keys(report.books) | {"totals": numbers_of(figures_of(report))}
