"""What was held with young presenters, from kept figures of crews: the numbers of the indicator, and of each of them.

A young presenter is an influencer who was there (assignment *present*). Where figures are old, or the question is of an
audience, the same is put together of counted rows.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, false, func, select, union_all

from scheduler.attendance.crew_models import THE_YOUNG
from scheduler.core.db import db
from scheduler.people.models import Presenter
from scheduler.places.models import Municipality
from scheduler.programmes.terms import Audience
from scheduler.reports.queries.attendance import counts_of
from scheduler.reports.queries.kept_parts import crew_parts, is_stale, mark_alone
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
    """Of all together (presenter `THE_YOUNG`) and of each, by month: `last_day`, presentations, minutes, listeners."""
    rows = _months(filters, counted=not _is_kept(filters))
    if rows[-1].stale:
        rows = _months(filters, counted=True)
    return [row for row in rows if row.presenter is not None]


def _is_kept(filters: Filters) -> bool:
    return can_be_kept(replace(filters, young=True), ())


def _cells(filters: Filters, *, counted: bool) -> Subquery:
    """What all of them were at, each presentation once, and what each of them was at."""
    together = crew_parts(replace(filters, young=True), counted=counted)
    each = crew_parts(replace(filters, young=None), influencers=True, counted=counted)
    rows = (select(*(one.cells[name] for name in _CELL)).where(*one.where) for one in (*together, *each))
    return union_all(*rows).subquery("cells")


def _stale(filters: Filters, *, counted: bool) -> ColumnElement[bool]:
    return false() if counted else is_stale(filters)


def _whole(filters: Filters, *, counted: bool) -> Any:
    cells = _cells(filters, counted=counted)
    together = cells.c.presenter == THE_YOUNG
    sums = (
        func.coalesce(func.sum(case((together, cells.c[name]), else_=0)), 0).label(name)
        for name in (*_NUMBERS, "minutes")
    )
    wanted: Select[Any] = select(
        *sums,
        func.count(Municipality.city_sr_cyrl.distinct()).label("cities"),
        func.count(case((cells.c.presenter != THE_YOUNG, cells.c.presenter)).distinct()).label("presenters"),
        _stale(filters, counted=counted).label("stale"),
    )
    return db.session().execute(wanted.outerjoin(Municipality, Municipality.id == cells.c.town)).one()


def _months(filters: Filters, *, counted: bool) -> Sequence[Any]:
    cells = _cells(filters, counted=counted)
    stale = _stale(filters, counted=counted)
    key = cells.c.presenter, Presenter.birth_date, cells.c.year, cells.c.month
    wanted: Select[Any] = select(
        *key,
        func.max(cells.c.last_day).label("last_day"),
        func.sum(cells.c.presentations).label("presentations"),
        func.sum(cells.c.minutes).label("minutes"),
        func.sum(reduce(add, (cells.c[name] for name in _HEADS))).label("listeners"),
        stale.label("stale"),
    )
    wanted = wanted.outerjoin(Presenter, Presenter.id == cells.c.presenter).group_by(*key)
    return db.session().execute(union_all(wanted, mark_alone(wanted, stale))).all()
