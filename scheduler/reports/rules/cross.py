"""A report split by city and month as one table: a city in each line, a month in each column. Pure."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.reports.terms.counting import Group, Key, Report, ReportCounts

CITY_BY_MONTH = (Group.CITY, Group.MONTH)


@dataclass(frozen=True)
class CrossTable:
    """The months of the period, and each city with what was held in which of them."""

    months: tuple[Key, ...]
    cities: tuple[tuple[Key, Mapping[str, ReportCounts]], ...]  # by the value of the month


def cross_of(report: Report) -> CrossTable | None:
    """The table of a report that is split so; None of every other one, and of one in which nothing was held."""
    if report.by != CITY_BY_MONTH or not report.rows:
        return None
    cities: dict[Key, dict[str, ReportCounts]] = defaultdict(dict)
    for row in report.rows:
        city, month = row.keys
        cities[city][month.value] = row.counts
    months = {row.keys[1].value: row.keys[1] for row in report.rows}
    return CrossTable(tuple(months[name] for name in sorted(months)), tuple(cities.items()))
