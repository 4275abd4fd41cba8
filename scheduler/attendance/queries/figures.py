"""What is counted, added up from the counted rows themselves: as kept figures must be, and where they do not answer.

Heads are added up by presentation first, through the covering index, and then joined: a fraction of the other way.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Subquery, and_, case, cast, exists, extract, func, insert, select

from scheduler.attendance.models import Attendance, HeadCount, KeptFigure, StaleFigure
from scheduler.attendance.terms import COUNTS_FOR_REPORTS
from scheduler.core.db import db
from scheduler.core.query_hints import by_no_index
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.places.models import Host
from scheduler.programmes.terms import Audience
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import HELD_STATES, AssignmentState

# Nearly every attendance is locked: SQLite is kept from the index of states, PostgreSQL has counted them itself.
IS_COUNTED = (
    Presentation.state.in_(HELD_STATES),
    by_no_index(Attendance.state).in_(COUNTS_FOR_REPORTS),
)
KEY = ("year", "month", "centre_id", "town", "programme_id", "campaign", "audience", "level")
NUMBERS = tuple(one.name for one in KeptFigure.__table__.columns if one.name not in (*KEY, "first_day", "last_day"))
MOST_TOLD = 20  # wrong figures that one check names


def heads(days: ColumnElement[bool] | None = None) -> Subquery:
    """The four numbers of each presentation that counts; `days`: what its presentation must meet."""
    wanted = (
        select(HeadCount.presentation_id, *(_people(audience).label(audience.value) for audience in Audience))
        .where(HeadCount.counts)
        .group_by(HeadCount.presentation_id)
    )
    if days is not None:
        wanted = wanted.where(HeadCount.presentation_id.in_(select(Presentation.id).where(days)))
    return wanted.subquery("heads")


def heads_here() -> dict[str, ColumnElement[int]]:
    """The same of a presentation that a question reads, by four looks into the index: where it reads few of many."""
    return {audience.value: _said_here(audience) for audience in Audience}


def _said_here(audience: Audience) -> ColumnElement[int]:
    own = (HeadCount.presentation_id == Presentation.id, HeadCount.audience == audience, HeadCount.counts)
    return func.coalesce(select(HeadCount.people).where(*own).correlate(Presentation).scalar_subquery(), 0)


def _people(audience: Audience) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((HeadCount.audience == audience, HeadCount.people), else_=0)), 0)


def counted_cells(
    *where: ColumnElement[bool], days: ColumnElement[bool] | None = None, **more: ColumnElement[Any]
) -> Select[Any]:
    """Rows as `kept_figure` has them for months, of the presentations that meet the conditions; `more`: other keys."""
    one = _each(where, days, more).subquery()
    first, here = (case((one.c[name] == 1, 1), else_=0) for name in ("place", "place_here"))
    sums: dict[str, ColumnElement[Any]] = {
        "visits": func.sum(here),
        "first_visits": func.sum(first),
        "presentations": func.count(),
        "kilometres": func.sum(here * one.c.kilometres),
        "first_kilometres": func.sum(first * one.c.kilometres),
        "pupils_once": func.sum(case((one.c.same_pupils, 0), else_=one.c.pupils)),
        "with_influencer": func.sum(case((one.c.came, 1), else_=0)),
        "without_influencer": func.sum(case((and_(one.c.missed, ~one.c.came), 1), else_=0)),
    }
    keys = [one.c[name] for name in (*KEY, *more)]
    added = [cast(sums.get(name, func.sum(one.c.get(name))), Integer).label(name) for name in NUMBERS]
    days_of = (func.min(one.c.on_day).label("first_day"), func.max(one.c.on_day).label("last_day"))
    return select(*keys, *days_of, *added).group_by(*keys)


def _each(
    where: Sequence[ColumnElement[bool]], days: ColumnElement[bool] | None, more: Mapping[str, ColumnElement[Any]]
) -> Select[Any]:
    said = heads(days)
    wanted: Select[Any] = select(*_columns(said, more))
    return (
        wanted.select_from(Presentation)
        .join(Attendance, Attendance.presentation_id == Presentation.id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .join(Host, Host.id == Visit.host_id)
        .outerjoin(said, said.c.presentation_id == Presentation.id)
        .where(*IS_COUNTED, *where, *(() if days is None else (days,)))
    )


def _columns(said: Subquery, more: Mapping[str, ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    own = (Visit.id, *more.values())
    kind = (*own, Presentation.audience, Presentation.level)
    year, month = (cast(extract(part, Presentation.on_day), Integer).label(part) for part in ("year", "month"))
    return [
        year,
        month,
        Visit.centre_id.expression,
        func.coalesce(Host.municipality_id, 0).label("town"),
        Visit.programme_id.expression,
        func.coalesce(Visit.campaign_id, 0).label("campaign"),
        *(one.expression for one in (Presentation.audience, Presentation.level, Presentation.on_day)),
        *(one.expression for one in (Visit.kilometres, Attendance.same_pupils, Attendance.turned_away)),
        *(func.coalesce(said.c[audience.value], 0).label(audience.value) for audience in Audience),
        func.row_number().over(partition_by=own, order_by=Presentation.id).label("place"),
        func.row_number().over(partition_by=kind, order_by=Presentation.id).label("place_here"),
        young(AssignmentState.PRESENT).label("came"),
        young(AssignmentState.ABSENT).label("missed"),
        *(column.label(name) for name, column in more.items()),
    ]


def young(state: AssignmentState) -> ColumnElement[bool]:
    """Whether a presentation has a young presenter in this state."""
    seat = exists().where(
        Assignment.presentation_id == Presentation.id,
        Assignment.state == state,
        Presenter.id == Assignment.presenter_id,
        Presenter.kind == PresenterKind.INFLUENCER,
    )
    return seat.correlate(Presentation)  # also in a question that asks for the crew itself


def violations() -> list[str]:
    """Kept figures that are not what the counted rows add up to; those that a mark calls stale nobody reads."""
    session = db.session()
    stale = {tuple(row) for row in session.execute(select(StaleFigure.year, StaleFigure.centre_id, StaleFigure.town))}
    names = (*KEY, "first_day", "last_day", *NUMBERS)
    kept = select(*(getattr(KeptFigure, name) for name in names))
    counted = _as_cells(session.execute(counted_cells()), stale)
    months = _as_cells(session.execute(kept.where(KeptFigure.month > 0)), stale)
    years = _as_cells(session.execute(kept.where(KeptFigure.month == 0)), stale)
    return [*_differences(months, counted), *_differences(years, _by_year(counted))][:MOST_TOLD]


def _as_cells(rows: Any, stale: set[tuple[Any, ...]]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    keys = len(KEY)
    cells = {tuple(row[:keys]): tuple(row[keys:]) for row in rows}
    return {key: numbers for key, numbers in cells.items() if (key[0], *key[2:4]) not in stale}


def _by_year(months: dict[tuple[Any, ...], tuple[Any, ...]]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    years: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for key, numbers in months.items():
        year = (key[0], 0, *key[2:])
        before = years.get(year, numbers[:2] + (0,) * len(NUMBERS))
        sums = (old + new for old, new in zip(before[2:], numbers[2:], strict=True))
        years[year] = (min(before[0], numbers[0]), max(before[1], numbers[1]), *sums)
    return years


def _differences(
    kept: dict[tuple[Any, ...], tuple[Any, ...]], counted: dict[tuple[Any, ...], tuple[Any, ...]]
) -> list[str]:
    wrong = sorted({key[:4] for key in kept.keys() | counted.keys() if kept.get(key) != counted.get(key)})
    return [
        f"figures of {year}-{month:02d}, centre {centre}, municipality {town}: kept is not what is counted"
        for year, month, centre, town in wrong
    ]


# For the migration, and to add up all of it again: one for each place where anything is counted and none stands yet.
_PLACES = (
    select(extract("year", Presentation.on_day), Visit.centre_id, func.coalesce(Host.municipality_id, 0))
    .join(Visit, Visit.id == Presentation.visit_id)
    .join(Host, Host.id == Visit.host_id)
    .join(Attendance, Attendance.presentation_id == Presentation.id)
    .where(Attendance.state.in_(COUNTS_FOR_REPORTS))
    .union(select(KeptFigure.year, KeptFigure.centre_id, KeptFigure.town))
)
_MARKED = select(StaleFigure.year, StaleFigure.centre_id, StaleFigure.town)
MARK_ALL = insert(StaleFigure).from_select(["year", "centre_id", "town"], select(_PLACES.subquery()).except_(_MARKED))
