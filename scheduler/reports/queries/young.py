"""What was held with young presenters: the numbers of the indicator, and of each of them by month.

A young presenter is an influencer who was there (assignment *present*). Two of them at one presentation are one.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import Date, Integer, Select, cast, extract, func, literal, null, select, union_all

from scheduler.attendance.queries.figures import heads_here
from scheduler.core.db import db
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.reports.queries.attendance import counts_of
from scheduler.reports.queries.counted_rows import counted_presentations, narrowed, summed, took_part
from scheduler.reports.terms.counting import Filters, YoungShare
from scheduler.visits.models.visits import Assignment, Presentation

_MINUTES = func.coalesce(func.sum(func.coalesce(Presentation.minutes_given, Presentation.minutes)), 0)


def young_share(filters: Filters) -> YoungShare:
    """Of what a report counts, what a young presenter was at: counts, minutes as given, and how many they were."""
    each = counted_presentations(replace(filters, young=True), ())
    people = _crew(filters, select(func.count(Assignment.presenter_id.distinct())))
    wanted: Select[Any] = summed(each).add_columns(
        _MINUTES.label("minutes"), people.scalar_subquery().label("presenters")
    )
    row = db.session().execute(wanted.join(Presentation, Presentation.id == each.c.presentation_id)).one()
    return YoungShare(counts_of(row), int(row.minutes), row.presenters) if row.presentations else YoungShare()


def young_by_month(filters: Filters) -> Sequence[Any]:
    """Of all together (`presenter` is None) and of each, by month: `last_day`, presentations, minutes, listeners."""
    year, month = (cast(extract(part, Presentation.on_day), Integer) for part in ("year", "month"))
    numbers = year.label("year"), month.label("month"), func.max(Presentation.on_day).label("last_day"), func.count()
    who = Presenter.id, Presenter.birth_date
    nobody = cast(null(), Integer), cast(null(), Date)
    listeners = func.sum(reduce(add, heads_here().values()))
    together: Any = select(*nobody, *numbers, _MINUTES.label("minutes"), listeners.label("listeners"))
    alone: Any = select(*who, *numbers, _MINUTES.label("minutes"), literal(0).label("listeners"))
    return (
        db.session()
        .execute(
            union_all(
                narrowed(together, replace(filters, young=True)).group_by(year, month),
                _crew(filters, alone).group_by(*who, year, month),
            )
        )
        .all()
    )


def _crew(filters: Filters, wanted: Select[Any]) -> Select[Any]:
    """Columns over each young presenter at each presentation that counts."""
    return (
        narrowed(wanted, replace(filters, young=True))
        .join(Assignment, took_part())
        .join(Presenter, Presenter.id == Assignment.presenter_id)
        .where(Presenter.kind == PresenterKind.INFLUENCER)
    )
