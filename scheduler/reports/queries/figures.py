"""One reading of what a report counts: cells of kept figures, and cells counted from rows where no figure answers.

Both have the columns of `kept_figure`. Where a mark says that figures are old (`StaleFigure`), or they do not hold what
is asked (presenters), every cell is counted; else only the days beside whole months are.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    null,
    or_,
    select,
    tuple_,
    union_all,
)

from scheduler.attendance.models import KeptFigure, StaleFigure
from scheduler.attendance.queries.figures import counted_cells, young
from scheduler.core.alphabet import alphabet_key
from scheduler.core.db import db
from scheduler.core.distinct_numbers import DistinctNumbers, numbers_in
from scheduler.people.models import Presenter, User
from scheduler.places.models import District, Host, Municipality
from scheduler.programmes.models import Campaign, Programme
from scheduler.programmes.terms import Audience, SchoolLevel, Text
from scheduler.reports.rules.spans import Spans, can_be_kept, spans_of
from scheduler.reports.terms.counting import CampaignHeld, Filters, Group, Period, ReportCounts
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState

CITY = (Municipality.city_sr_cyrl, Municipality.city_sr_latn)
DISTRICT = (District.iso, District.name_sr_cyrl, District.name_sr_latn, District.name_en)
PRESENTER = (
    *(User.given_name, User.family_name, User.other_given_name, User.other_family_name),
    Presenter.adult_on,
)
KEYS = {  # what of a cell says which row of a report it belongs to
    Group.CITY: ("town",),
    Group.DISTRICT: ("town",),
    Group.MONTH: ("year", "month"),
    Group.PROGRAMME: ("programme_id",),
    Group.AUDIENCE: ("audience", "level"),
    Group.PRESENTER: ("presenter_id",),
}
ONCE = {"first_visits": "visits", "first_kilometres": "kilometres"}  # once in all, whatever its audiences were
SUMS = ("presentations", *map(str, Audience), *ONCE)
SUMS_OF_LINES = (*SUMS, *ONCE.values())
SIDE_NUMBERS = ("pupils_once", "with_influencer", "without_influencer", "turned_away")


# --- What narrows a report ---


def took_part() -> ColumnElement[bool]:
    """Whether an assignment is of this presentation, and its presenter was there."""
    return and_(Assignment.presentation_id == Presentation.id, Assignment.state == AssignmentState.PRESENT)


def was_there(presenter_id: int) -> ColumnElement[bool]:
    """Whether this presenter was at a presentation; also in a question that asks for the crew itself."""
    seat = select(Assignment.id).where(took_part(), Assignment.presenter_id == presenter_id)
    return seat.correlate(Presentation).exists()


def of_presentation(filters: Filters) -> list[ColumnElement[bool]]:
    """What rows of a presentation must meet to be asked for, its days apart."""
    plain = ((Presentation.audience, filters.audience), (Presentation.level, filters.level))
    wanted: list[ColumnElement[bool]] = [column == value for column, value in plain if value is not None]
    if filters.presenter is not None:
        wanted.append(was_there(filters.presenter))
    if filters.young:
        wanted.append(young(AssignmentState.PRESENT))
    return wanted


def of_visit(filters: Filters, cells: Any = None) -> list[ColumnElement[bool]]:
    """What a visit with its host must meet to be asked for, its days apart; `cells`: the same of kept figures."""
    centre, programme, campaign, town = (
        (Visit.centre_id, Visit.programme_id, Visit.campaign_id, func.coalesce(Host.municipality_id, 0))
        if cells is None
        else (cells.centre_id, cells.programme_id, cells.campaign, cells.town)
    )
    wanted: list[ColumnElement[bool]] = [] if filters.centre_id is None else [centre == filters.centre_id]
    for column, kind, slug in ((programme, Programme, filters.programme), (campaign, Campaign, filters.campaign)):
        if slug is not None:
            wanted.append(column == select(kind.id).where(kind.slug == slug).scalar_subquery())
    towns = select(Municipality.id).outerjoin(District, District.id == Municipality.district_id)
    for name, value in ((CITY[0], filters.city), (DISTRICT[0], filters.district)):
        if value is not None:
            wanted.append(town == 0 if value == "" else town.in_(towns.where(name == value)))
    return wanted


def days_of(filters: Filters) -> Period | None:
    """The days asked for, also where a report is narrowed to one month; None when that month holds none of them."""
    if filters.month is None:
        return filters.period
    year, month = map(int, filters.month.split("-"))
    after = dt.date(year + month // 12, month % 12 + 1, 1)
    first, last = dt.date(year, month, 1), after - dt.timedelta(days=1)
    both = Period(max(first, filters.period.first), min(last, filters.period.last))
    return both if both.first <= both.last else None


def within_days(filters: Filters, day: Any) -> ColumnElement[bool]:
    """Whether a day is asked for. None: asked of the column, for a bare false() loses the joins of its table."""
    period = days_of(filters)
    asked: ColumnElement[bool] = day.between(period.first, period.last) if period else day.is_(None)
    return asked


# --- Cells ---


@dataclass(frozen=True)
class FigurePart:
    """Cells that hold some of the presentations asked for, each once: kept figures, or rows counted beside them."""

    cells: Any  # columns by their names
    where: tuple[ColumnElement[bool], ...] = ()


def is_stale(filters: Filters) -> ColumnElement[bool]:
    """Whether a figure that may be asked for is old."""
    old: list[ColumnElement[bool]] = [StaleFigure.year.between(filters.period.first.year, filters.period.last.year)]
    if filters.centre_id is not None:
        old.append(StaleFigure.centre_id == filters.centre_id)
    return exists(select(StaleFigure.year).where(*old))


def figure_parts(
    filters: Filters, *, by_month: bool, counted: bool, keys: Mapping[str, ColumnElement[Any]] | None = None
) -> list[FigurePart]:
    """The pieces of a report. `counted`: of rows alone, told apart by these keys too."""
    if counted:
        return [_counted_part(filters, within_days(filters, Presentation.on_day), keys or {})]
    kept, period = KeptFigure.__table__.c, days_of(filters)
    spans = spans_of(period, by_month=by_month) if period else Spans()
    named = ((kept.audience, filters.audience), (kept.level, filters.level))
    narrowed = [*of_visit(filters, kept), *(column == value for column, value in named if value is not None)]
    parts = [FigurePart(kept, (*narrowed, one)) for one in _kept_spans(spans, kept, by_month=by_month)]
    if spans.days:
        days = or_(*(Presentation.on_day.between(one.first, one.last) for one in spans.days))
        parts.append(_counted_part(filters, days, {}))
    return parts or [FigurePart(kept, (false(),))]


def _counted_part(filters: Filters, days: ColumnElement[bool], keys: Mapping[str, ColumnElement[Any]]) -> FigurePart:
    crew = [took_part()] if "presenter_id" in keys else []
    where = (*of_visit(filters), *of_presentation(filters), *crew)
    return FigurePart(counted_cells(*where, days=days, **keys).subquery().c)


def _kept_spans(spans: Spans, kept: Any, *, by_month: bool) -> list[ColumnElement[bool]]:
    """Where no year is asked for as a whole, the months of a period follow each other, so they are one piece."""
    if by_month and spans.months:
        first = min((one.first_year, one.first_month) for one in spans.months)
        last = max((one.last_year, one.last_month) for one in spans.months)
        if first[0] == last[0]:
            return [and_(kept.year == first[0], kept.month.between(first[1], last[1]))]
        place = tuple_(kept.year, kept.month)
        return [and_(place >= tuple_(*first), place <= tuple_(*last), kept.month > 0)]
    whole = [and_(kept.year.in_(spans.years), kept.month == 0)] if spans.years else []
    return whole + [
        and_(kept.year == one.first_year, kept.month.between(one.first_month, one.last_month)) for one in spans.months
    ]


def _rows(filters: Filters, groups: tuple[Group, ...], question: Callable[[bool], Any]) -> Sequence[Any]:
    """What a question answers from kept figures; from counted rows where these are old or hold nothing of it."""
    if can_be_kept(filters, groups):
        rows = db.session().execute(question(False)).all()
        if not any(row.stale for row in rows):
            return rows
    return db.session().execute(question(True)).all()


def _added(
    part: FigurePart, keys: Sequence[ColumnElement[Any]], sums: Sequence[str], stale: ColumnElement[bool]
) -> Select[Any]:
    numbers = [func.sum(part.cells[name]).label(name) for name in sums]  # of nothing: NULL
    towns = DistinctNumbers(part.cells.town).label("towns")
    last = func.max(part.cells.last_day).label("last_day")
    wanted: Select[Any] = select(*keys, *numbers, towns, last, stale.label("stale"))
    return wanted.where(*part.where).group_by(*keys)


def _mark_alone(like: Select[Any], stale: ColumnElement[bool]) -> Select[Any]:
    """A row that says whether figures are old, also where no figure is found; that is the last column."""
    nothing = (cast(null(), column.type).label(column.name) for column in [*like.selected_columns][:-1])
    return select(*nothing, stale.label("stale"))


def _with_places(parts: Sequence[Select[Any]]) -> Any:
    """These rows, and of each municipality one in which nothing is said but its names."""
    named: list[Any] = [Municipality.id.label("place"), *(column.label(column.key) for column in (*CITY, *DISTRICT))]
    unnamed = [cast(null(), column.type).label(column.name) for column in named]
    nothing = [cast(null(), column.type).label(column.name) for column in parts[0].selected_columns]
    places: Select[Any] = select(*nothing, *named).join(District, District.id == Municipality.district_id)
    return union_all(*(part.add_columns(*unnamed) for part in parts), places)


def _places_in(rows: Sequence[Any]) -> dict[int, Any]:
    return {row.place: row for row in rows if row.place is not None}


# --- Totals and rows of a report ---


@dataclass(frozen=True)
class ReportLine:
    """One row of a report: the columns of each of its groups, and what is counted of it."""

    keys: tuple[tuple[Any, ...], ...]
    counts: ReportCounts
    last_day: dt.date  # that it counts; only presenters are told by it


def totals_and_lines(filters: Filters, groups: tuple[Group, ...] = ()) -> tuple[ReportCounts, list[ReportLine]]:
    """The totals and the rows of a report, from one pass over its cells.

    They are added up by municipality and by numbers alone: the names of each, and its city, come in a row of their own.
    A crew of two stands in two rows: beside a split by presenters the totals are a question of their own.
    """
    if Group.PRESENTER in groups:
        return totals_and_lines(filters)[0], lines_of(filters, groups)
    lines, whole, places = _sums_of(filters, groups)
    of_kind = filters.audience is not None and filters.level is not None
    return whole.counts(places, of_kind=of_kind), lines if groups else []


def lines_of(filters: Filters, groups: tuple[Group, ...]) -> list[ReportLine]:
    """The rows alone."""
    return _sums_of(filters, groups)[0]


def _sums_of(filters: Filters, groups: tuple[Group, ...]) -> tuple[list[ReportLine], "_Sums", dict[int, Any]]:
    rows = _rows(filters, groups, lambda counted: _question(filters, groups, counted))
    places = _places_in(rows)
    found = [row for row in rows if row.presentations is not None]
    programmes = {}
    if Group.PROGRAMME in groups:
        named = select(Programme.id, Programme.slug, Programme.name_sr_cyrl, Programme.name_en)
        wanted = named.where(Programme.id.in_({row.programme_id for row in found}))
        programmes = {ident: tuple(names) for ident, *names in db.session().execute(wanted)}
    values: dict[Group, Callable[[Any], tuple[Any, ...]]] = {
        Group.CITY: lambda row: _named(places.get(row.town), CITY),
        Group.DISTRICT: lambda row: _named(places.get(row.town), DISTRICT),
        Group.MONTH: attrgetter("year", "month"),
        Group.PROGRAMME: lambda row: programmes[row.programme_id],
        Group.AUDIENCE: attrgetter("audience", "level"),
        Group.PRESENTER: attrgetter("presenter_id", *(column.key for column in PRESENTER)),
    }
    lines, whole = defaultdict[tuple[Any, ...], _Sums](_Sums), _Sums()
    for row in found:
        for sums in (lines[tuple(values[group](row) for group in groups)], whole):
            sums.add(row)
    of_kind = Group.AUDIENCE in groups or (filters.audience is not None and filters.level is not None)
    told = [ReportLine(keys, one.counts(places, of_kind=of_kind), one.last_day) for keys, one in lines.items()]
    return told, whole, places


@lru_cache(maxsize=24)  # putting it together costs more than asking it: the words of it, and nothing of its answer
def _question(filters: Filters, groups: tuple[Group, ...], counted: bool) -> Any:
    crew = {"presenter_id": Assignment.presenter_id.expression} if Group.PRESENTER in groups else {}
    names = dict.fromkeys(name for group in groups for name in KEYS[group])
    wanted = []
    for part in figure_parts(filters, by_month=Group.MONTH in groups, counted=counted, keys=crew):
        own = [part.cells[name] for name in names]
        one = _added(part, [*own, *(PRESENTER if crew else ())], SUMS_OF_LINES, false())
        if crew:
            one = one.join(Presenter, Presenter.id == part.cells.presenter_id).join(User, User.id == Presenter.user_id)
        wanted.append(one)
    return _with_places([*wanted, _mark_alone(wanted[0], false() if counted else is_stale(filters))])


def _named(place: Any, columns: Sequence[Any]) -> tuple[Any, ...]:
    """Names of a municipality; None of each for a host abroad."""
    return tuple(getattr(place, column.key, None) for column in columns)


class _Sums:
    """Numbers of rows that belong together, and the municipalities that they lie in."""

    def __init__(self) -> None:
        self.numbers, self.towns = dict.fromkeys(SUMS_OF_LINES, 0), set[int]()
        self.last_day = dt.date.min

    def add(self, row: Any) -> None:
        for name in self.numbers:
            self.numbers[name] += int(getattr(row, name) or 0)
        self.towns |= numbers_in(row.towns)
        self.last_day = max(self.last_day, row.last_day)

    def counts(self, places: Mapping[int, Any], *, of_kind: bool) -> ReportCounts:
        """A visit counts once in all, or once in each kind where one is asked for. Several municipalities may be one
        city, and abroad is none.
        """
        said = {name: number for name, number in self.numbers.items() if name not in ONCE}
        if not of_kind:
            said |= {name: self.numbers[first] for first, name in ONCE.items()}
        cities = {places[town].city_sr_cyrl for town in self.towns if town in places}
        return ReportCounts(**said, cities=len(cities))


def counted_by_period(centre_id: int, periods: Mapping[int, Period]) -> dict[int, ReportCounts]:
    """Today's totals of several periods of a centre, each by its key, in one question; none are asked for nothing."""
    days = list(periods.values())
    filters = Filters(Period(min(one.first for one in days), max(one.last for one in days)), centre_id)
    cut = any(spans_of(one, by_month=True).days for one in days)
    counted = cut or bool(db.session().scalar(select(is_stale(filters))))
    by_day = case(*((Presentation.on_day.between(one.first, one.last), key) for key, one in periods.items()))
    wanted = []
    for part in figure_parts(filters, by_month=True, counted=counted, keys={"period": by_day}):
        month = part.cells.year * 12 + part.cells.month
        by_month = case(*((month.between(_month(one.first), _month(one.last)), key) for key, one in periods.items()))
        period = part.cells.period if counted else by_month
        wanted.append(_added(part, [period.label("period")], SUMS_OF_LINES, false()).where(period.is_not(None)))
    lines = defaultdict[int, _Sums](_Sums)
    rows = db.session().execute(_with_places(wanted)).all()
    for row in rows:
        if row.place is None:
            lines[row.period].add(row)
    places = _places_in(rows)
    return {key: line.counts(places, of_kind=False) for key, line in lines.items()}


def _month(day: dt.date) -> int:
    return day.year * 12 + day.month


def side_numbers(filters: Filters) -> dict[str, int]:
    """What stands beside a report: pupils each once, presentations with a young presenter or without who was to come,
    and people turned away.

    The same class at a second presentation is left out of the first.
    """

    def question(counted: bool) -> Any:
        stale = false() if counted else is_stale(filters)
        parts = figure_parts(filters, by_month=False, counted=counted)
        return union_all(*(_added(part, [], SIDE_NUMBERS, stale) for part in parts))

    rows = _rows(filters, (), question)
    return {name: sum(int(getattr(row, name) or 0) for row in rows) for name in SIDE_NUMBERS}


# --- Campaigns of a report ---


def held_by_campaign(filters: Filters) -> list[CampaignHeld]:
    """Campaigns that run in these days and of which something was held in them, by their first day."""

    def question(counted: bool) -> Any:
        names = ("campaign", "town", "level", *SUMS)
        parts = figure_parts(filters, by_month=False, counted=counted)
        cells = union_all(*(select(*(one.cells[name] for name in names)).where(*one.where) for one in parts)).subquery()
        key = (Campaign.first_day, Campaign.id, Campaign.slug, Campaign.name_sr_cyrl, Campaign.name_en)
        sums = (func.sum(cells.c[name]).label(name) for name in SUMS)
        stale = false() if counted else is_stale(filters)
        wanted: Select[Any] = select(*key, *CITY, cells.c.level, *sums, stale.label("stale"))
        wanted = (
            wanted.join(Campaign, Campaign.id == cells.c.campaign)
            .outerjoin(Municipality, Municipality.id == cells.c.town)
            .where(Campaign.first_day <= filters.period.last, Campaign.last_day >= filters.period.first)
            .group_by(*key, *CITY, cells.c.level)
        )
        return union_all(wanted, _mark_alone(wanted, stale))

    found = defaultdict[tuple[dt.date, int], list[Any]](list)
    for row in _rows(filters, (), question):
        if row.id is not None:
            found[row.first_day, row.id].append(row)
    return [_held(rows) for _key, rows in sorted(found.items(), key=lambda one: one[0])]


def _held(rows: Sequence[Any]) -> CampaignHeld:
    sums = {ONCE.get(name, name): sum(int(getattr(row, name)) for row in rows) for name in SUMS}
    cities = {(row.city_sr_cyrl, row.city_sr_latn) for row in rows if row.city_sr_cyrl is not None}
    return CampaignHeld(
        rows[0].slug,
        Text(rows[0].name_sr_cyrl, rows[0].name_en),
        ReportCounts(**sums, cities=len({cyrl for cyrl, _latn in cities})),
        sum(int(row.pupils) for row in rows if row.level is SchoolLevel.SECONDARY),
        tuple(sorted(cities, key=lambda one: (alphabet_key(one[1]), one[0]))),
    )
