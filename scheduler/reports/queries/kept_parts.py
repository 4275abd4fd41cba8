"""Of which pieces an answer from kept figures is put together: whole months as they are kept, the days beside them
counted.
"""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, cast, exists, false, func, null, or_, select, tuple_

from scheduler.attendance.models import KeptFigure, StaleFigure
from scheduler.attendance.queries.figures import counted_cells
from scheduler.places.models import District, Host, Municipality
from scheduler.programmes.models import Campaign, Programme
from scheduler.reports.rules.spans import Spans, spans_of
from scheduler.reports.terms.counting import Filters, Period
from scheduler.visits.models.visits import Presentation, Visit


@dataclass(frozen=True)
class _Place:
    """The columns that narrow a report: of kept figures, or of the rows that they count."""

    centre: ColumnElement[Any]
    town: ColumnElement[Any]
    programme: ColumnElement[Any]
    campaign: ColumnElement[Any]
    audience: ColumnElement[Any]
    level: ColumnElement[Any]


_FIGURES = _Place(
    *(one.expression for one in (KeptFigure.centre_id, KeptFigure.town, KeptFigure.programme_id, KeptFigure.campaign)),
    *(one.expression for one in (KeptFigure.audience, KeptFigure.level)),
)
_ROWS = _Place(
    Visit.centre_id.expression,
    func.coalesce(Host.municipality_id, 0),
    Visit.programme_id.expression,
    func.coalesce(Visit.campaign_id, 0),
    Presentation.audience.expression,
    Presentation.level.expression,
)


@dataclass(frozen=True)
class FigurePart:
    """Cells that hold some of the presentations asked for, each once: kept figures, or days counted beside them."""

    cells: Any  # columns by their names
    where: tuple[ColumnElement[bool], ...] = ()


def is_stale(filters: Filters) -> ColumnElement[bool]:
    """Whether a figure that may be asked for is old."""
    old: list[ColumnElement[bool]] = [StaleFigure.year.between(filters.period.first.year, filters.period.last.year)]
    if filters.centre_id is not None:
        old.append(StaleFigure.centre_id == filters.centre_id)
    return exists(select(StaleFigure.year).where(*old))


def figure_parts(filters: Filters, *, by_month: bool, counted: bool = False) -> list[FigurePart]:
    """The pieces of a report that knows no presenter. `counted`: what is kept is old."""
    kept, spans = KeptFigure.__table__.c, _spans(filters, by_month=by_month, counted=counted)
    narrowed = _narrowed(filters, _FIGURES)
    which = _months_kept(spans, kept) if by_month else _kept_spans(spans, kept)
    parts = [FigurePart(kept, (*narrowed, one)) for one in which]
    if spans.days:
        parts.append(_days_beside(filters, spans))
    return parts or [FigurePart(kept, (false(),))]


@lru_cache(maxsize=8)  # a page asks of the same days for several of its numbers
def _days_beside(filters: Filters, spans: Spans) -> FigurePart:
    """The question for the days of which no whole month is asked for: the words of it, and nothing of its answer."""
    return FigurePart(counted_cells(*_narrowed(filters, _ROWS), days=_days(spans)).subquery().c)


def mark_alone(like: Select[Any], stale: ColumnElement[bool]) -> Select[Any]:
    """A row that says whether figures are old, also where no figure is found; that is the last column."""
    nothing = (cast(null(), column.type).label(column.name) for column in [*like.selected_columns][:-1])
    return select(*nothing, stale.label("stale"))


def _days(spans: Spans) -> ColumnElement[bool]:
    return or_(*(Presentation.on_day.between(one.first, one.last) for one in spans.days))


def _spans(filters: Filters, *, by_month: bool, counted: bool) -> Spans:
    period = _within_month(filters)
    if period and counted:
        return Spans(days=(period,))
    return spans_of(period, by_month=by_month) if period else Spans()


def _within_month(filters: Filters) -> Period | None:
    """The days asked for, also where a report is narrowed to one month; None when that month holds none of them."""
    if filters.month is None:
        return filters.period
    year, month = map(int, filters.month.split("-"))
    after = dt.date(year + month // 12, month % 12 + 1, 1)
    first, last = dt.date(year, month, 1), after - dt.timedelta(days=1)
    both = Period(max(first, filters.period.first), min(last, filters.period.last))
    return both if both.first <= both.last else None


def _kept_spans(spans: Spans, kept: Any) -> list[ColumnElement[bool]]:
    found = []
    if spans.years:
        found.append(and_(kept.year.in_(spans.years), kept.month == 0))
    runs = [
        and_(
            kept.year.between(one.first_year, one.last_year)
            if one.first_year != one.last_year
            else kept.year == one.first_year,
            kept.month.between(one.first_month, one.last_month),
        )
        for one in spans.months
    ]
    return [*found, *runs]


def _months_kept(spans: Spans, kept: Any) -> list[ColumnElement[bool]]:
    """The same where no year is asked for as a whole: the months of a period follow each other, so it is one piece."""
    if not spans.months:
        return []
    first = min((one.first_year, one.first_month) for one in spans.months)
    last = max((one.last_year, one.last_month) for one in spans.months)
    if first[0] == last[0]:
        return [and_(kept.year == first[0], kept.month.between(first[1], last[1]))]
    place = tuple_(kept.year, kept.month)
    return [and_(place >= tuple_(*first), place <= tuple_(*last), kept.month > 0)]


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
