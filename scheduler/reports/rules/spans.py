"""Pure rule of kept figures: of which whole years and months a period consists, and which days are left over."""

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from scheduler.reports.terms.counting import Filters, Group, Period


@dataclass(frozen=True)
class MonthRun:
    """The same months, both included, of each of these years, both included."""

    first_year: int
    last_year: int
    first_month: int = 1
    last_month: int = 12


@dataclass(frozen=True)
class Spans:
    """A period in pieces: whole years, whole months beside them, and days of months that it holds in part."""

    years: tuple[int, ...] = ()
    months: tuple[MonthRun, ...] = ()
    days: tuple[Period, ...] = ()


def can_be_kept(filters: Filters, by: tuple[Group, ...]) -> bool:
    """Whether kept figures hold what is asked: no presenter, and a level only within an audience.

    A visit for two levels would be two visits where only the level is asked.
    """
    of_presenters = filters.presenter is not None or filters.young or Group.PRESENTER in by
    return not of_presenters and (filters.audience is None) == (filters.level is None)


def spans_of(period: Period, *, by_month: bool) -> Spans:
    """The pieces of a period; `by_month` because months are asked for, also of whole years."""
    years: list[int] = []
    months: list[MonthRun] = []
    days: list[Period] = []
    for year in range(period.first.year, period.last.year + 1):
        within = Period(max(period.first, dt.date(year, 1, 1)), min(period.last, dt.date(year, 12, 31)))
        whole = [month for month in range(1, 13) if _is_whole(year, month, within)]
        if len(whole) == 12:
            years.append(year)
            continue
        if whole:
            months.append(MonthRun(year, year, whole[0], whole[-1]))
        days += _left_over(within, year, whole)
    if by_month and years:
        months.append(MonthRun(years[0], years[-1]))
        years = []
    return Spans(tuple(years), tuple(months), tuple(days))


def _is_whole(year: int, month: int, within: Period) -> bool:
    return within.first <= dt.date(year, month, 1) and _last_day(year, month) <= within.last


def _last_day(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _left_over(within: Period, year: int, whole: list[int]) -> Iterator[Period]:
    if not whole:
        yield within
        return
    begins, ends = dt.date(year, whole[0], 1), _last_day(year, whole[-1])
    if within.first < begins:
        yield Period(within.first, begins - dt.timedelta(days=1))
    if ends < within.last:
        yield Period(ends + dt.timedelta(days=1), within.last)
