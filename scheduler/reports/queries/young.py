"""What was held with young presenters, from kept figures of crews: the numbers of the indicator, and of each of them.

A young presenter is an influencer who was there (assignment *present*). Where figures are old, or the question is of an
audience, the same is put together of counted rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, false, func, select, union_all

from scheduler.core.db import db
from scheduler.people.models import Presenter
from scheduler.places.models import Municipality
from scheduler.programmes.terms import Audience
from scheduler.reports.queries.attendance import counts_of
from scheduler.reports.queries.kept_parts import FigurePart, crew_parts, is_stale, mark_alone
from scheduler.reports.rules.spans import can_be_kept
from scheduler.reports.terms.counting import Filters, YoungShare

_HEADS = tuple(audience.value for audience in Audience)
_NUMBERS = ("visits", "presentations", *_HEADS, "kilometres")
_CELL = ("presenter", "year", "month", "town", "last_day", *_NUMBERS, "minutes")


def young_share(filters: Filters) -> YoungShare:
    """Of what a report counts, what a young presenter was at: counts, minutes as given, and how many they were."""
    row = _whole(filters, counted=not _is_kept(filters))
    if row.stale:
        row = _whole(filters, counted=True)
    return YoungShare(counts_of(row), int(row.minutes), row.presenters) if row.presentations else YoungShare()


def young_by_month(filters: Filters) -> Sequence[Any]:
    """Of all together (presenter `THE_YOUNG`) and of each, by month: `last_day`, presentations, minutes, listeners.

    Each piece of the question says its own: who asks adds up what several say of one month.
    """
    rows = _months(filters, counted=not _is_kept(filters))
    if rows[-1].stale:
        rows = _months(filters, counted=True)
    return [row for row in rows if row.presenter is not None]


def _is_kept(filters: Filters) -> bool:
    return can_be_kept(replace(filters, young=True), ())


def _together(filters: Filters, *, counted: bool) -> list[FigurePart]:
    """What all of them were at, each presentation once."""
    return crew_parts(replace(filters, young=True), counted=counted)


def _each(filters: Filters, *, counted: bool) -> list[FigurePart]:
    """What each of them was at."""
    return crew_parts(replace(filters, young=None), influencers=True, counted=counted)


def _cells(parts: Iterable[FigurePart], columns: Iterable[str] = _CELL) -> Subquery:
    names = list(columns)
    return union_all(*(select(*(one.cells[name] for name in names)).where(*one.where) for one in parts)).subquery()


def _stale(filters: Filters, *, counted: bool) -> ColumnElement[bool]:
    return false() if counted else is_stale(filters)


def _whole(filters: Filters, *, counted: bool) -> Any:
    """Numbers are of all together; of each it is only looked up whether anything is: they are hundreds."""
    cells = _cells(_together(filters, counted=counted))
    each = _cells(_each(filters, counted=counted), ["presenter"])
    sums = (func.coalesce(func.sum(cells.c[name]), 0).label(name) for name in (*_NUMBERS, "minutes"))
    wanted: Select[Any] = select(
        *sums,
        func.count(Municipality.city_sr_cyrl.distinct()).label("cities"),
        select(func.count(each.c.presenter.distinct())).scalar_subquery().label("presenters"),
        _stale(filters, counted=counted).label("stale"),
    )
    return db.session().execute(wanted.outerjoin(Municipality, Municipality.id == cells.c.town)).one()


def _months(filters: Filters, *, counted: bool) -> Sequence[Any]:
    """Each piece is added up as its key lies in the index: of all together everything would be sorted once more."""
    pieces = [*_together(filters, counted=counted), *_each(filters, counted=counted)]
    sums = union_all(*(_sums(one) for one in pieces)).subquery().c
    stale = _stale(filters, counted=counted)
    told = (sums[name] for name in ("year", "month", "last_day", "presentations", "minutes", "listeners"))
    wanted: Select[Any] = select(sums.presenter, Presenter.birth_date, *told, stale.label("stale"))
    wanted = wanted.outerjoin_from(sums.presenter.table, Presenter, Presenter.id == sums.presenter)
    return db.session().execute(union_all(wanted, mark_alone(wanted, stale))).all()


def _sums(piece: FigurePart) -> Select[Any]:
    """What a piece says of each presenter, and of all together, by month."""
    cells = piece.cells
    key = cells["presenter"], cells["year"], cells["month"]
    return (
        select(
            *key,
            func.max(cells["last_day"]).label("last_day"),
            func.sum(cells["presentations"]).label("presentations"),
            func.sum(cells["minutes"]).label("minutes"),
            func.sum(reduce(add, (cells[name] for name in _HEADS))).label("listeners"),
        )
        .where(*piece.where)
        .group_by(*key)
    )
