"""Reports and public pages from kept figures, put together of pieces (`kept_parts`).

Where a mark says that figures are old (`StaleFigure`), nothing is answered here: whoever asks counts the rows.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    null,
    select,
    union_all,
)

from scheduler.attendance.models import KeptFigure, StaleFigure
from scheduler.core.db import db
from scheduler.core.distinct_numbers import DistinctNumbers, numbers_in
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.places.models import District, Municipality
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.reports.models import FigureVersion, PublicFigure
from scheduler.reports.queries.kept_parts import FigurePart, figure_parts, is_stale, mark_alone
from scheduler.reports.queries.splits import GROUP_COLUMNS, key_names
from scheduler.reports.rules.spans import can_be_kept, spans_of
from scheduler.reports.terms.counting import Filters, Group, Period, ReportCounts
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState

BEGINNING = dt.date(2000, 1, 1)
SIDE_NUMBERS = ("pupils_once", "with_influencer", "without_influencer", "turned_away")
_KEYS = {  # what of a cell says which row of a report it belongs to
    Group.CITY: ("town",),
    Group.DISTRICT: ("town",),
    Group.MONTH: ("year", "month"),
    Group.PROGRAMME: ("programme_id",),
    Group.AUDIENCE: ("audience", "level"),
}
_NAMED = (Group.CITY, Group.DISTRICT)
_NAMES = dict(zip(key_names(_NAMED), (column for group in _NAMED for column in GROUP_COLUMNS[group]), strict=True))
_NAMES_IN = attrgetter(*_NAMES)
_ABROAD = (None,) * len(_NAMES)


@dataclass(frozen=True)
class ReportLine:
    """One row of a report: the columns of its groups, and what is counted of it."""

    values: tuple[Any, ...]
    counts: ReportCounts
    last_day: dt.date | None = None  # that it counts; only presenters are told by it


def kept_answer(filters: Filters, groups: tuple[Group, ...]) -> tuple[ReportCounts, list[ReportLine]] | None:
    """The totals and the rows of a report, from one pass over its figures; None: figures are old.

    They are added up by municipality and by numbers alone: the names of each, and its city, come in a row of their own.
    """
    names = tuple(dict.fromkeys(name for group in groups for name in _KEYS[group]))
    of_rows = _numbers(of_kind=Group.AUDIENCE in groups or filters.audience is not None)
    of_all = _numbers(of_kind=filters.audience is not None)
    sums = tuple(dict.fromkeys((*of_rows, *of_all)))
    rows = _rows_of(filters, groups, names, sums)
    if any(row.stale for row in rows):
        return None
    found = [row for row in rows if row.presentations is not None]
    places = _places_in(rows)
    programmes = _programmes(groups, found)
    lines = defaultdict[tuple[Any, ...], _Sums](lambda: _Sums(len(sums)))
    for row in found:
        values = tuple(value for group in groups for value in _values(group, row, places, programmes))
        lines[values].add(row, len(names), numbers_in(row.towns))
    whole = _Sums(len(sums))
    for line in lines.values():
        whole.add_all(line)
    told = [ReportLine(values, line.counts(sums, of_rows, places), line.last_day) for values, line in lines.items()]
    return whole.counts(sums, of_all, places), told if groups else []


def _rows_of(filters: Filters, groups: tuple[Group, ...], names: Sequence[str], sums: Sequence[str]) -> Sequence[Any]:
    """What is added up of each piece; then whether figures are old; then the municipalities."""
    return db.session().execute(_question(filters, groups, tuple(names), tuple(sums))).all()


@lru_cache(maxsize=24)  # putting it together costs more than asking it: the words of it, and nothing of its answer
def _question(filters: Filters, groups: tuple[Group, ...], names: tuple[str, ...], sums: tuple[str, ...]) -> Any:
    parts = figure_parts(filters, by_month=Group.MONTH in groups)
    wanted = [_added(part, [part.cells[name] for name in names], sums, false()) for part in parts]
    return union_all(*_with_places([*wanted, mark_alone(wanted[0], is_stale(filters))]))


def _with_places(parts: Sequence[Select[Any]]) -> list[Select[Any]]:
    """These rows, and of each municipality one in which nothing is said but its names."""
    named = [Municipality.id.label("place"), *(column.label(name) for name, column in _NAMES.items())]
    unnamed = [cast(null(), column.type).label(column.name) for column in named]
    nothing = [cast(null(), column.type).label(column.name) for column in parts[0].selected_columns]
    places: Select[Any] = select(*nothing, *named).join(District, District.id == Municipality.district_id)
    return [*(part.add_columns(*unnamed) for part in parts), places]


def kept_periods(centre_id: int, periods: Mapping[int, Period]) -> dict[int, ReportCounts] | None:
    """Totals of several periods of a centre, each under its key; None: figures are old, or a period cuts a month."""
    days = list(periods.values())
    filters = Filters(Period(min(one.first for one in days), max(one.last for one in days)), centre_id)
    cut = any(spans_of(one, by_month=True).days for one in days)
    if cut or db.session().scalar(select(is_stale(filters))):
        return None
    sums = _numbers(of_kind=False)
    wanted = []
    for part in figure_parts(filters, by_month=True):
        place = part.cells.year * 12 + part.cells.month
        within = [(place.between(_month(one.first), _month(one.last)), key) for key, one in periods.items()]
        period = case(*within, else_=None)
        wanted.append(_added(part, [period.label("period")], sums, false()).where(period.is_not(None)))
    lines: dict[int, _Sums] = {}
    rows = _asked(_with_places(wanted))
    for row in rows:
        if row.place is None:
            lines.setdefault(row[0], _Sums(len(sums))).add(row, 1, numbers_in(row.towns))
    places = _places_in(rows)
    return {key: line.counts(sums, sums, places) for key, line in lines.items()}


class _Sums:
    """Numbers of rows that belong together, and the municipalities that they lie in."""

    def __init__(self, numbers: int) -> None:
        self.numbers, self.towns = [0] * numbers, set[int]()
        self.last_day = dt.date.min

    def add(self, row: Any, begins: int, towns: set[int]) -> None:
        """`begins`: where in the row its numbers stand; `towns`: that it names."""
        numbers = row[begins : begins + len(self.numbers)]
        self.numbers = [mine + int(more or 0) for mine, more in zip(self.numbers, numbers, strict=True)]
        self.towns |= towns
        self.last_day = max(self.last_day, row.last_day)

    def add_all(self, other: "_Sums") -> None:
        self.numbers = [mine + more for mine, more in zip(self.numbers, other.numbers, strict=True)]
        self.towns |= other.towns
        self.last_day = max(self.last_day, other.last_day)

    def counts(self, sums: Sequence[str], wanted: Sequence[str], places: Mapping[int, Any]) -> ReportCounts:
        """Those of the sums that are wanted; several municipalities may be one city, and abroad is none."""
        of = dict(zip(sums, self.numbers, strict=True))
        said = {name.removeprefix("first_"): of[name] for name in wanted}
        return ReportCounts(**said, cities=len({places[town][0] for town in self.towns if town in places}))


def _numbers(*, of_kind: bool) -> tuple[str, ...]:
    """Sums of a report. A visit counts once in all, or once in each kind where one is asked for."""
    once = ("visits", "kilometres") if of_kind else ("first_visits", "first_kilometres")
    return ("presentations", *(audience.value for audience in Audience), *once)


def _added(
    part: FigurePart, keys: Sequence[ColumnElement[Any]], sums: Sequence[str], stale: ColumnElement[bool]
) -> Select[Any]:
    numbers = [func.sum(part.cells[name]).label(name) for name in sums]  # of nothing: NULL
    towns = DistinctNumbers(part.cells.town).label("towns")
    last = func.max(part.cells.last_day).label("last_day")
    wanted: Select[Any] = select(*keys, *numbers, towns, last, stale.label("stale"))
    return wanted.where(*part.where).group_by(*keys)


def _asked(parts: Sequence[Select[Any]]) -> Sequence[Any]:
    return db.session().execute(parts[0] if len(parts) == 1 else union_all(*parts)).all()


def _places_in(rows: Sequence[Any]) -> dict[int, tuple[str, ...]]:
    """Of each municipality its city and its district, as the columns of these groups."""
    return {row.place: _NAMES_IN(row) for row in rows if row.place is not None}


def _programmes(groups: Sequence[Group], found: Sequence[Any]) -> dict[int, tuple[str, ...]]:
    if Group.PROGRAMME not in groups:
        return {}
    wanted: Select[Any] = select(Programme.id, *GROUP_COLUMNS[Group.PROGRAMME])
    wanted = wanted.where(Programme.id.in_({row.programme_id for row in found}))
    return {programme_id: tuple(names) for programme_id, *names in db.session().execute(wanted)}


def _values(group: Group, row: Any, places: Mapping[int, Any], programmes: Mapping[int, Any]) -> tuple[Any, ...]:
    if group is Group.PROGRAMME:
        return tuple(programmes[row.programme_id])
    if group in (Group.CITY, Group.DISTRICT):
        cities, place = len(GROUP_COLUMNS[Group.CITY]), places.get(row.town, _ABROAD)
        return tuple(place[:cities] if group is Group.CITY else place[cities:])
    return tuple(getattr(row, name) for name in _KEYS[group])


def _month(day: dt.date) -> int:
    return day.year * 12 + day.month


def kept_beside(filters: Filters) -> dict[str, int] | None:
    """What stands beside a report: pupils once, with and without a young presenter, turned away; None: unknown."""
    if not can_be_kept(filters, ()):
        return None
    stale = is_stale(filters)
    found = _asked([_added(part, [], SIDE_NUMBERS, stale) for part in figure_parts(filters, by_month=False)])
    if found[0].stale:
        return None
    return {name: sum(int(getattr(row, name) or 0) for row in found) for name in SIDE_NUMBERS}


def cells_of_years(years: Iterable[int], *, published: bool = True) -> tuple[Any, ...]:
    """What was held in whole years by year, centre, district, city and campaign (0: for none), with its days.

    Of a year of which figures are published, as the public reads them; `published` False: as they are kept.
    """
    wanted = _PUBLIC_CELLS if published else _CELLS_OF_YEARS
    return tuple(db.session().execute(wanted, {"years": list(years)}))


def published_cells(years: Iterable[int]) -> tuple[Any, ...]:
    """The same of the years of which figures are published, and nothing of the others."""
    return tuple(db.session().execute(_PUBLISHED_IN, {"years": list(years)}))


def crew_of(campaign_id: int) -> dict[PresenterKind, int]:
    """How many different presenters of each kind went into schools for a campaign, or have promised to."""
    return {row[0]: row[1] for row in db.session().execute(_CREW, {"campaign": campaign_id})}


def figure_versions() -> dict[int, int | None]:
    """{year: what becomes another number with its figures}, None for a year of which some are old."""
    old = exists().where(StaleFigure.year == FigureVersion.year)
    kept = select(FigureVersion.year, case((old, None), else_=FigureVersion.version))
    rows = db.session().execute(union_all(kept, select(StaleFigure.year, cast(null(), BigInteger)).distinct()))
    return {row[0]: row[1] for row in rows}


def years_kept(today: ColumnElement[Any], this_year: ColumnElement[Any]) -> Select[Any]:
    """Years up to this one of which something is kept that was held by today: a look into each, not at its rows."""
    years = select(literal(BEGINNING.year).label("year")).cte("years", recursive=True)
    years = years.union_all(select(years.c.year + 1).where(years.c.year < this_year))
    held = (KeptFigure.year == years.c.year, KeptFigure.month == 0, KeptFigure.first_day <= today)
    version = FigureVersion.version
    wanted = select(years.c.year, version).join(FigureVersion, FigureVersion.year == years.c.year)
    return wanted.where(exists(select(KeptFigure.year).where(*held)))


# Statements of pages that everybody opens are put together once: that costs as much as asking them.


def _cells_of_years() -> Select[Any]:
    high = case((KeptFigure.level == SchoolLevel.SECONDARY, KeptFigure.pupils), else_=0)
    sums = [func.sum(getattr(KeptFigure, name)).label(name) for name in ("presentations", *map(str, Audience))]
    latn = func.max(Municipality.city_sr_latn).label("city_sr_latn")  # one row for each city, however it is spelled
    keys = (KeptFigure.year, KeptFigure.centre_id, District.iso, Municipality.city_sr_cyrl, KeptFigure.campaign)
    days = (func.min(KeptFigure.first_day).label("first_day"), func.max(KeptFigure.last_day).label("last_day"))
    years: BindParameter[Any] = bindparam("years", expanding=True)
    wanted: Select[Any] = select(*keys, latn, *sums, func.sum(high).label("high_school"), *days)
    return (
        wanted.outerjoin(Municipality, Municipality.id == KeptFigure.town)
        .outerjoin(District, District.id == Municipality.district_id)
        .where(KeptFigure.year.in_(years), KeptFigure.month == 0)
        .group_by(*keys)
    )


_CELLS_OF_YEARS = _cells_of_years()
_PUBLISHED = select(*(PublicFigure.__table__.c[column.name] for column in _CELLS_OF_YEARS.selected_columns))
_PUBLISHED_IN = _PUBLISHED.where(PublicFigure.year.in_(bindparam("years", expanding=True)))
_PUBLIC_CELLS = union_all(
    _PUBLISHED_IN, _CELLS_OF_YEARS.where(~exists().where(PublicFigure.year == KeptFigure.year).correlate(KeptFigure))
)
_CREW = (
    select(Presenter.kind, func.count(Presenter.id.distinct()))
    .select_from(Visit)
    .join(Presentation, Presentation.visit_id == Visit.id)
    .join(Assignment, Assignment.presentation_id == Presentation.id)
    .join(Presenter, Presenter.id == Assignment.presenter_id)
    .where(
        Visit.campaign_id == bindparam("campaign", type_=Integer),
        Assignment.state.in_((AssignmentState.ACCEPTED, AssignmentState.PRESENT)),
    )
    .group_by(Presenter.kind)
)
