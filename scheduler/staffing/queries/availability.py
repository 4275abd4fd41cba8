"""When presenters can usually come, and on which days not: one question for both."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Date, Integer, Select, Time, case, cast, null, select, union_all

from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.people.models import AvailabilityException, AvailableHours, Presenter
from scheduler.people.queries import presenters_by_id
from scheduler.people.terms import ExceptionRow, Hours, PresenterName, PresenterPage
from scheduler.staffing.queries.by_name import NAME_COLUMNS, presenter_name

Availability = tuple[dict[int, tuple[Hours, ...]], dict[int, tuple[ExceptionRow, ...]]]


def availability_of(presenter_ids: Sequence[int], first_day: dt.date, last_day: dt.date) -> Availability:
    """The weekly hours of each of these presenters, and the exceptions that touch the days, both in order."""
    both = union_all(*_days(presenter_ids, first_day, last_day))
    return _in_order(presenter_ids, db.session().execute(both).all() if presenter_ids else ())


def names_and_availability(
    presenter_ids: Sequence[int], first_day: dt.date, last_day: dt.date
) -> tuple[list[PresenterName], Availability]:
    """The names of these presenters besides, in the order they are given: a third table under the two."""
    names = select(Presenter.id, *[null()] * 6, *NAME_COLUMNS[1:]).join(Presenter.user).join(Presenter.home)
    days = _days(presenter_ids, first_day, last_day, *(cast(null(), column.type) for column in NAME_COLUMNS[1:]))
    every: CompoundSelect[Any] = union_all(*days, names.where(Presenter.id.in_(presenter_ids)))
    rows = db.session().execute(every).all() if presenter_ids else ()
    named = {row[0]: presenter_name((row[0], *row[7:])) for row in rows if row[2] is None}
    times = [row[:7] for row in rows if row[2] is not None]
    here = [named[who] for who in presenter_ids if who in named]  # who was deleted a moment ago is not
    return here, _in_order(presenter_ids, times)


def _days(
    presenter_ids: Sequence[int], first_day: dt.date, last_day: dt.date, *beside: ColumnElement[Any]
) -> tuple[Select[Any], Select[Any]]:
    """Two tables under each other: where hours have their weekday, an exception says whether she is available."""
    week, away, day, time = AvailableHours, AvailabilityException, cast(null(), Date), cast(null(), Time)
    hours = select(week.presenter_id, cast(null(), Integer), week.weekday, week.from_local, week.until_local, day, day)
    said = case((away.available.is_(True), 1), else_=0)
    exceptions = select(away.presenter_id, away.id, said, time, time, away.first_day, away.last_day)
    touching = away.last_day >= first_day, away.first_day <= last_day
    return (
        hours.where(week.presenter_id.in_(presenter_ids)).add_columns(*beside),
        exceptions.where(away.presenter_id.in_(presenter_ids), *touching).add_columns(*beside),
    )


def _in_order(presenter_ids: Sequence[int], rows: Iterable[Any]) -> Availability:
    usual: dict[int, list[Hours]] = {who: [] for who in presenter_ids}
    differs: dict[int, list[ExceptionRow]] = {who: [] for who in presenter_ids}
    for who, exception_id, number, begins, ends, first, last in rows:
        if exception_id is None:
            usual[who].append(Hours(number, begins, ends))
        else:
            differs[who].append(ExceptionRow(exception_id, first, last, number == 1))
    return (
        {who: tuple(sorted(rows, key=lambda row: (row.weekday, row.from_local))) for who, rows in usual.items()},
        {who: tuple(sorted(rows, key=lambda row: (row.first_day, row.id))) for who, rows in differs.items()},
    )


def presenter_page(presenter_id: int, *, from_day: dt.date) -> PresenterPage:
    """One presenter with her week and the exceptions that are not over on `from_day`. Raises: NotFound."""
    row = presenters_by_id([presenter_id]).get(presenter_id)
    if row is None:
        raise NotFound("presenter")
    hours, exceptions = availability_of([presenter_id], from_day, dt.date.max)
    return PresenterPage(row, hours[presenter_id], exceptions[presenter_id])
