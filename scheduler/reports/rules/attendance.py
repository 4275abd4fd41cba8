"""Pure rules of reports: periods, and a report as the data that files are made of."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from scheduler.places.rules.hosts import first_year_of, school_year_days
from scheduler.posts.terms import PostRow
from scheduler.reports.rules.called_off import whose_doing
from scheduler.reports.terms.counting import (
    COUNT_FIELDS,
    BadPeriod,
    CountRow,
    DistrictLine,
    Group,
    Key,
    Period,
    Report,
    ReportCounts,
)

LONGEST_YEARS = 30


def read_period(first: str, last: str) -> Period:
    """The period that two typed days mean, ISO 8601 ("2023-01-31").

    Raises: BadPeriod with the field ("from" or "to") and the reason.
    """
    return period_of(_day("from", first), _day("to", last))


def period_of(begins: dt.date, ends: dt.date) -> Period:
    """The period of two days. Raises: BadPeriod for its last day ("to")."""
    if ends < begins:
        raise BadPeriod("to", "last_before_first")
    if ends.year - begins.year > LONGEST_YEARS:
        raise BadPeriod("to", "too_long")
    return Period(begins, ends)


def _day(field: str, typed: str) -> dt.date:
    try:
        if len(typed) != len("2023-01-31"):  # fromisoformat also takes 20230131 and 2023-W05-2
            raise ValueError(typed)
        return dt.date.fromisoformat(typed)
    except ValueError:
        raise BadPeriod(field, "not_a_day") from None


def year_of(year: int) -> Period:
    """A calendar year."""
    return Period(dt.date(year, 1, 1), dt.date(year, 12, 31))


def school_year_of(day: dt.date) -> Period:
    """The school year that a day lies in, September to August."""
    return Period(*school_year_days(first_year_of(day)))


def months_up_to(day: dt.date) -> Period:
    """The month of a day and the eleven before it, up to that day."""
    begins = dt.date(day.year, day.month + 1, 1) if day.month < 12 else dt.date(day.year + 1, 1, 1)
    return Period(begins.replace(year=begins.year - 1), day)


def in_whole_months(period: Period) -> Period:
    """The same to the end of its last month. Nothing is locked before it was held, so it counts no more by today."""
    last = period.last
    after = dt.date(last.year + last.month // 12, last.month % 12 + 1, 1)
    return Period(period.first, after - dt.timedelta(days=1))


def presets(today: dt.date) -> dict[str, Period]:
    """Periods that people ask for most: {name: period}, for the filter form."""
    return {
        "this_year": year_of(today.year),
        "last_year": year_of(today.year - 1),
        "school_year": school_year_of(today),
        "year_2023": year_of(2023),
    }


def adds_up(by: Sequence[Group]) -> bool:
    """Whether people and presentations of the rows sum to the totals: a crew of two stands in two rows."""
    return Group.PRESENTER not in by


def as_document(report: Report) -> dict[str, Any]:
    """The JSON document of `reports attendance`; its keys stay as they are."""
    return {
        "period": {"from": report.filters.period.first.isoformat(), "to": report.filters.period.last.isoformat()},
        "filters": {"centre": report.centre, "campaign": None, "programme": None} | report.filters.narrowing(),
        "totals": numbers_of(report.totals),
        "rows": [_names(row.keys) | numbers_of(row.counts) for row in report.rows],
        "not_held": dict(report.not_held),
        "called_off": [{"by": whose_doing(one), "cause": one.cause, "visits": one.visits} for one in report.called_off],
        "indicators": dict(report.indicators),
    } | ({"posts": [_post(one) for one in report.posts]} if report.posts else {})


def _post(one: PostRow) -> dict[str, Any]:
    """None where nobody has said yet what came of it."""
    told = {"on_day": one.draft.on_day.isoformat(), "channel": one.draft.channel.value}
    return told | {"reached": one.reached, "reacted": one.reacted}


HEADINGS = {
    Group.CITY: ("city",),
    Group.DISTRICT: ("district", "district_iso"),
    Group.MONTH: ("month",),
    Group.PROGRAMME: ("programme", "programme_name"),
    Group.AUDIENCE: ("audience", "level"),
    Group.PRESENTER: ("presenter", "presenter_id"),
}


def _names(keys: Sequence[Key]) -> dict[str, Any]:
    return {name: value for key in keys for name, value in zip(HEADINGS[key.group], _values(key), strict=True)}


def _values(key: Key) -> tuple[Any, ...]:
    if key.group is Group.CITY:
        return (key.label,)
    if key.group is Group.MONTH:
        return (key.value,)
    if key.group is Group.PROGRAMME:
        return (key.value, key.label)
    if key.group is Group.AUDIENCE:
        return (key.value, key.level.value if key.level else "")
    return (key.label, int(key.value) if key.group is Group.PRESENTER else key.value)


def numbers_of(counts: ReportCounts) -> dict[str, int]:
    """Each count by its name, as documents and tables hold them."""
    return {name: getattr(counts, name) for name in COUNT_FIELDS}


def each_month(report: Report) -> list[tuple[Key, ReportCounts]]:
    """Every month of the period of a report by month, also those of which nothing is counted."""
    held = {row.keys[0].value: row.counts for row in report.rows}
    first, last = report.filters.period.first, report.filters.period.last
    places = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    names = [f"{place // 12:04d}-{place % 12 + 1:02d}" for place in places]
    return [(Key(Group.MONTH, name, name), held.get(name, ReportCounts())) for name in names]


def split_again(report: Report, group: Group, since: dt.date) -> Report:
    """A report by months and by another group as one by a single of the two, from a month on. Cities are not told."""
    place, month = report.by.index(group), report.by.index(Group.MONTH)
    sums: dict[Key, ReportCounts] = {}
    for row in report.rows:
        if row.keys[month].value >= f"{since:%Y-%m}":
            key = row.keys[place]
            sums[key] = _added(sums.get(key, ReportCounts()), row.counts)
    totals = ReportCounts()
    for counts in sums.values():
        totals = _added(totals, counts)
    filters = replace(report.filters, period=Period(since, report.filters.period.last))
    return Report(filters, (group,), totals, tuple(CountRow((key,), counts) for key, counts in sums.items()))


def within_districts(report: Report, isos: Collection[str]) -> Report:
    """The rows of a report split by districts that lie in some of these; its totals are still of all: `split_again`."""
    place = report.by.index(Group.DISTRICT)
    return replace(report, rows=tuple(row for row in report.rows if row.keys[place].value in isos))


def _added(one: ReportCounts, other: ReportCounts) -> ReportCounts:
    added = {name: getattr(one, name) + getattr(other, name) for name in COUNT_FIELDS}
    return ReportCounts(**added | {"cities": 0})


def districts_of(report: Report) -> tuple[DistrictLine, ...]:
    """The lines of a map, when the report is split by districts and by nothing else; staff see every number."""
    if report.by != (Group.DISTRICT,):
        return ()
    return tuple(
        DistrictLine(row.keys[0].value, row.keys[0].label, row.counts.presentations, row.counts.people)
        for row in report.rows
    )
