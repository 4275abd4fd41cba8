"""Reports and public pages from kept figures: whole years and months as they are kept, the days beside them counted.

Where a mark says that figures are old (`StaleFigure`), nothing is answered here: whoever asks counts the rows.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from scheduler.attendance.models import KeptFigure, StaleFigure
from scheduler.attendance.queries.figures import KEY, NUMBERS, counted_cells
from scheduler.core.db import db
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.places.models import District, Host, Municipality
from scheduler.programmes.models import Campaign, Programme
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.reports.models import CREWS, CampaignCrew, FigureVersion
from scheduler.reports.queries.splits import GROUP_COLUMNS, key_names
from scheduler.reports.rules.spans import Spans, spans_of
from scheduler.reports.terms.counting import Filters, Group, Period
from scheduler.visits.models.visits import Presentation, Visit

BEGINNING = dt.date(2000, 1, 1)
SIDE_NUMBERS = ("pupils_once", "with_influencer", "without_influencer", "turned_away")
ALL = (*KEY, "first_day", "last_day", *NUMBERS)


@dataclass(frozen=True)
class _Place:
    """The columns that narrow a report: of kept figures, or of the rows that they count."""

    centre: ColumnElement[Any]
    programme: ColumnElement[Any]
    campaign: ColumnElement[Any]
    town: ColumnElement[Any]
    audience: ColumnElement[Any]
    level: ColumnElement[Any]


FIGURE_COLUMNS = _Place(
    *(one.expression for one in (KeptFigure.centre_id, KeptFigure.programme_id, KeptFigure.campaign)),
    *(one.expression for one in (KeptFigure.town, KeptFigure.audience, KeptFigure.level)),
)
ROW_COLUMNS = _Place(
    Visit.centre_id.expression,
    Visit.programme_id.expression,
    func.coalesce(Visit.campaign_id, 0),
    func.coalesce(Host.municipality_id, 0),
    Presentation.audience.expression,
    Presentation.level.expression,
)


def kept_answer(filters: Filters, groups: tuple[Group, ...]) -> tuple[Any, Sequence[Any]] | None:
    """The totals and the rows of a report, with the names that counted rows have; None: figures are old."""
    session = db.session()
    totals = session.execute(_summed(filters, ()).add_columns(_is_stale(filters).label("stale"))).one()
    if totals.stale:
        return None
    return totals, session.execute(_summed(filters, groups)).all() if groups else ()


def kept_periods(centre_id: int, periods: Mapping[int, Period]) -> Sequence[Any] | None:
    """Totals of several periods of a centre, each under its key; None: figures are old, or a period cuts a month."""
    days = list(periods.values())
    filters = Filters(Period(min(one.first for one in days), max(one.last for one in days)), centre_id)
    cut = any(spans_of(one, by_month=True).days for one in days)
    session = db.session()
    if cut or session.scalar(select(_is_stale(filters))):
        return None
    cells = _cells(filters, (Group.MONTH,)).subquery()
    place = cells.c.year * 12 + cells.c.month
    within = [(place.between(_month(one.first), _month(one.last)), key) for key, one in periods.items()]
    period = case(*within, else_=None)
    wanted = _summed_over(cells, (), of_kind=False).add_columns(period.label("period")).where(period.is_not(None))
    return session.execute(wanted.group_by(period)).all()


def _month(day: dt.date) -> int:
    return day.year * 12 + day.month


def kept_beside(filters: Filters) -> dict[str, int] | None:
    """What stands beside a report: pupils once, with and without a young presenter, turned away; None: old."""
    cells = _cells(filters, ()).subquery()
    sums = [func.coalesce(func.sum(cells.c[name]), 0).label(name) for name in SIDE_NUMBERS]
    row: Any = db.session().execute(select(*sums, _is_stale(filters).label("stale"))).one()
    return None if row.stale else {name: int(getattr(row, name)) for name in SIDE_NUMBERS}


def _is_stale(filters: Filters) -> ColumnElement[bool]:
    old: list[ColumnElement[bool]] = [StaleFigure.year.between(filters.period.first.year, filters.period.last.year)]
    if filters.centre_id is not None:
        old.append(StaleFigure.centre_id == filters.centre_id)
    return exists(select(StaleFigure.year).where(*old))


def _summed(filters: Filters, groups: Sequence[Group]) -> Select[Any]:
    of_kind = Group.AUDIENCE in groups or filters.audience is not None
    return _summed_over(_cells(filters, groups).subquery(), groups, of_kind=of_kind)


def _summed_over(cells: Subquery, groups: Sequence[Group], *, of_kind: bool) -> Select[Any]:
    sums = {name: name for name in ("presentations", *(audience.value for audience in Audience))}
    sums |= {name: name if of_kind else f"first_{name}" for name in ("visits", "kilometres")}
    own = {
        Group.MONTH: (cells.c.year, cells.c.month),
        Group.AUDIENCE: (cells.c.audience, cells.c.level),
    }
    keys = [column for group in groups for column in own.get(group, GROUP_COLUMNS[group])]
    wanted: Select[Any] = select(
        *(func.coalesce(func.sum(cells.c[column]), 0).label(name) for name, column in sums.items()),
        func.count(Municipality.city_sr_cyrl.distinct()).label("cities"),
        func.max(cells.c.last_day).label("last_day"),
        *(key.label(name) for key, name in zip(keys, key_names(groups), strict=True)),
    )
    wanted = wanted.select_from(cells).outerjoin(Municipality, Municipality.id == cells.c.town)
    if Group.DISTRICT in groups:
        wanted = wanted.outerjoin(District, District.id == Municipality.district_id)
    if Group.PROGRAMME in groups:
        wanted = wanted.join(Programme, Programme.id == cells.c.programme_id)
    return wanted.group_by(*keys)


def _cells(filters: Filters, groups: Sequence[Group]) -> Any:
    """Kept figures, and counted days beside them, that hold each presentation asked for once."""
    period = _within_month(filters)
    spans = spans_of(period, by_month=Group.MONTH in groups) if period else Spans()
    kept: Select[Any] = select(*(getattr(KeptFigure, name) for name in ALL)).where(*_narrowed(filters, FIGURE_COLUMNS))
    parts = [kept.where(which) for which in _kept_spans(spans)]
    if spans.days:
        days = or_(*(Presentation.on_day.between(one.first, one.last) for one in spans.days))
        parts.append(counted_cells(*_narrowed(filters, ROW_COLUMNS), days=days))
    if not parts:
        return kept.where(false())
    return parts[0] if len(parts) == 1 else union_all(*parts)


def _within_month(filters: Filters) -> Period | None:
    """The days asked for, also where a report is narrowed to one month; None when that month holds none of them."""
    if filters.month is None:
        return filters.period
    year, month = map(int, filters.month.split("-"))
    after = dt.date(year + month // 12, month % 12 + 1, 1)
    first, last = dt.date(year, month, 1), after - dt.timedelta(days=1)
    both = Period(max(first, filters.period.first), min(last, filters.period.last))
    return both if both.first <= both.last else None


def _kept_spans(spans: Spans) -> list[ColumnElement[bool]]:
    found = []
    if spans.years:
        found.append(and_(KeptFigure.year.in_(spans.years), KeptFigure.month == 0))
    runs = [
        and_(
            KeptFigure.year.between(one.first_year, one.last_year)
            if one.first_year != one.last_year
            else KeptFigure.year == one.first_year,
            KeptFigure.month.between(one.first_month, one.last_month),
        )
        for one in spans.months
    ]
    return [*found, *runs]


def _narrowed(filters: Filters, place: _Place) -> list[ColumnElement[bool]]:
    plain = ((place.centre, filters.centre_id), (place.audience, filters.audience), (place.level, filters.level))
    wanted: list[ColumnElement[bool]] = [column == value for column, value in plain if value is not None]
    for column, kind, slug in (
        (place.programme, Programme, filters.programme),
        (place.campaign, Campaign, filters.campaign),
    ):
        if slug is not None:
            wanted.append(column == select(kind.id).where(kind.slug == slug).scalar_subquery())
    towns = select(Municipality.id).outerjoin(District, District.id == Municipality.district_id)
    named: ColumnElement[Any]
    for named, value in (
        (Municipality.city_sr_cyrl.expression, filters.city),
        (District.iso.expression, filters.district),
    ):
        if value is not None:
            wanted.append(place.town == 0 if value == "" else place.town.in_(towns.where(named == value)))
    return wanted


def cells_of_year(year: int) -> tuple[Any, ...]:
    """A year by centre, district, city and campaign (0: for none)."""
    return tuple(db.session().execute(_CELLS_OF_YEAR, {"year": year}))


def campaign_cells(campaign_id: int, centre_id: int, years: Iterable[int]) -> tuple[Any, ...]:
    """What was held in whole years, by city: for a campaign, with its first and last day; and by its centre in all."""
    asked = {"campaign": campaign_id, "centre": centre_id, "years": list(years)}
    return tuple(db.session().execute(_CAMPAIGN_CELLS, asked))


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


def _cells_of_year() -> Select[Any]:
    high = case((KeptFigure.level == SchoolLevel.SECONDARY, KeptFigure.pupils), else_=0)
    sums = [func.sum(getattr(KeptFigure, name)).label(name) for name in ("presentations", *map(str, Audience))]
    keys = (KeptFigure.centre_id, District.iso, Municipality.city_sr_cyrl, KeptFigure.campaign)
    return (
        select(*keys, *sums, func.sum(high).label("high_school"))
        .outerjoin(Municipality, Municipality.id == KeptFigure.town)
        .outerjoin(District, District.id == Municipality.district_id)
        .where(KeptFigure.year == bindparam("year", type_=Integer), KeptFigure.month == 0)
        .group_by(*keys)
    )


def _campaign_cells() -> Select[Any]:
    ours = KeptFigure.campaign == bindparam("campaign", type_=Integer)
    own = KeptFigure.centre_id == bindparam("centre", type_=Integer)
    sums = [
        func.sum(case((which, getattr(KeptFigure, name)), else_=0)).label(f"{part}{name}")
        for part, which in (("", ours), ("all_", own))
        for name in ("presentations", *map(str, Audience))
    ]
    days = (func.min(case((ours, KeptFigure.first_day))), func.max(case((ours, KeptFigure.last_day))))
    city = (Municipality.city_sr_cyrl.expression, Municipality.city_sr_latn.expression)
    years: BindParameter[Any] = bindparam("years", expanding=True)
    columns: list[ColumnElement[Any]] = [*city, *sums, days[0].label("first_day"), days[1].label("last_day")]
    wanted: Select[Any] = select(*columns)
    return (
        wanted.outerjoin(Municipality, Municipality.id == KeptFigure.town)
        .where(KeptFigure.year.in_(years), KeptFigure.month == 0, or_(ours, own))
        .group_by(*city)
    )


_CELLS_OF_YEAR, _CAMPAIGN_CELLS = _cells_of_year(), _campaign_cells()
_CREW = (
    select(Presenter.kind, func.count(CampaignCrew.presenter_id))
    .join(CampaignCrew, CampaignCrew.presenter_id == Presenter.id)
    .where(CampaignCrew.campaign_id == bindparam("campaign", type_=Integer), CampaignCrew.seats > 0)
    .group_by(Presenter.kind)
)


def violations() -> list[str]:
    """Kept crews that are not those of the assignments."""
    session = db.session()
    stored = select(CampaignCrew.campaign_id, CampaignCrew.presenter_id, CampaignCrew.seats)
    kept = {tuple(row) for row in session.execute(stored.where(CampaignCrew.seats > 0))}
    wrong = sorted({int(row[0]) for row in kept ^ {tuple(row) for row in session.execute(CREWS)} if row[0]})
    return [f"campaign {campaign_id}: its kept crew is not that of its assignments" for campaign_id in wrong]
