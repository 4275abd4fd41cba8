"""What was counted by who was there, added up from the counted rows: as kept figures of crews must be.

Heads are added up by presentation first, and then joined to its crew.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    Subquery,
    case,
    cast,
    extract,
    func,
    insert,
    literal_column,
    select,
    union_all,
)

from scheduler.attendance.crew_models import CREW_KEY, THE_YOUNG, CrewFigure
from scheduler.attendance.models import Attendance, StaleFigure
from scheduler.attendance.queries.figures import IS_COUNTED, MOST_TOLD, heads, heads_here, young
from scheduler.core.db import db
from scheduler.places.models import Host
from scheduler.programmes.terms import Audience
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState

_COLUMNS = tuple(CrewFigure.__table__.columns.keys())
_NUMBERS = [name for name in _COLUMNS if name not in (*CREW_KEY, "last_day")]


def counted_crews(
    *where: ColumnElement[bool], days: ColumnElement[bool] | None = None, of_the_young: bool = False
) -> Select[Any]:
    """Rows as `crew_figure` has them, of the presentations that meet the conditions: of each presenter, or of the
    young together."""
    one = _seats(where, days, of_the_young=of_the_young)
    first = case((one.c.place == 1, 1), else_=0)
    sums: dict[str, ColumnElement[Any]] = {
        "visits": func.sum(first),
        "presentations": func.count(),
        "kilometres": func.sum(first * one.c.there_and_back),
    }
    keys = [one.c[name] for name in CREW_KEY]
    added = [cast(sums.get(name, func.sum(one.c.get(name))), Integer).label(name) for name in _NUMBERS]
    return select(*keys, func.max(one.c.on_day).label("last_day"), *added).group_by(*keys)


def _seats(where: tuple[ColumnElement[bool], ...], days: ColumnElement[bool] | None, *, of_the_young: bool) -> Subquery:
    """Each presentation with each of its crew, and where it lies among those of its visit."""
    said = None if of_the_young else heads(days)
    wanted: Select[Any] = select(*_columns(said))
    wanted = (
        wanted.select_from(Presentation)
        .join(Attendance, Attendance.presentation_id == Presentation.id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .join(Host, Host.id == Visit.host_id)
        .where(*IS_COUNTED, *where, *(() if days is None else (days,)))
    )
    if said is None:
        return wanted.where(young(AssignmentState.PRESENT)).subquery()
    came = (Assignment.presentation_id == Presentation.id) & (Assignment.state == AssignmentState.PRESENT)
    return wanted.join(Assignment, came).outerjoin(said, said.c.presentation_id == Presentation.id).subquery()


def _columns(said: Subquery | None) -> list[ColumnElement[Any]]:
    """`said`: the heads of all; None for the few of the young, of which they are looked up."""
    people = heads_here() if said is None else {one.value: func.coalesce(said.c[one.value], 0) for one in Audience}
    presenter = literal_column(str(THE_YOUNG), Integer) if said is None else Assignment.presenter_id.expression
    return [
        Visit.centre_id.expression,
        presenter.label("presenter"),
        *(cast(extract(part, Presentation.on_day), Integer).label(part) for part in ("year", "month")),
        func.coalesce(Host.municipality_id, 0).label("town"),
        Visit.programme_id.expression,
        func.coalesce(Visit.campaign_id, 0).label("campaign"),
        Presentation.on_day.expression,
        *(number.label(name) for name, number in people.items()),
        Visit.kilometres.label("there_and_back"),
        func.coalesce(Presentation.minutes_given, Presentation.minutes).label("minutes"),
        func.row_number().over(partition_by=[Visit.id, presenter], order_by=Presentation.id).label("place"),
    ]


def _all_crews() -> CompoundSelect[Any]:
    return union_all(counted_crews(), counted_crews(of_the_young=True))


FILL_CREW_FIGURES = insert(CrewFigure).from_select(list(_COLUMNS), _all_crews())  # for the migration
_MARKED = select(StaleFigure.year, StaleFigure.centre_id, StaleFigure.town)
_KEPT = select(CrewFigure.year, CrewFigure.centre_id, CrewFigure.town)  # also where nothing is counted any more
MARK_CREWS = insert(StaleFigure).from_select(["year", "centre_id", "town"], _KEPT.except_(_MARKED))


def violations() -> list[str]:
    """Kept figures of crews that are not what the counted rows add up to; those of a marked place nobody reads."""
    session = db.session()
    stale = {tuple(row) for row in session.execute(select(StaleFigure.year, StaleFigure.centre_id, StaleFigure.town))}
    kept, counted = (
        {row for row in map(tuple, session.execute(wanted)) if (row[2], row[0], row[4]) not in stale}
        for wanted in (select(*(getattr(CrewFigure, name) for name in _COLUMNS)), _all_crews())
    )
    wrong = sorted({(row[2], row[3], row[0], row[4]) for row in kept ^ counted})
    return [
        f"figures of crews of {year}-{month:02d}, centre {centre}, municipality {town}: kept is not what is counted"
        for year, month, centre, town in wrong
    ][:MOST_TOLD]
