"""Which visits a board shows, where they are and when: of a page of presenters theirs, and those nobody goes to."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    and_,
    cast,
    exists,
    func,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from scheduler.board.terms import BoardWish
from scheduler.core.db import db
from scheduler.core.query_hints import no_row, some_row
from scheduler.people.models import Presenter
from scheduler.places.models import District, Host, Municipality
from scheduler.places.terms.hosts import DistrictRow, Point, SchoolCalendar
from scheduler.policy import Actor, in_reach
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.plans import Stop
from scheduler.visits.terms.rows import CrewRow, VisitRow
from scheduler.visits.terms.states import GONE_VISITS, LIVING, AssignmentState, PresentationState, VisitState

BLOCK_STATES = (*LIVING, AssignmentState.ABSENT)
A_DAY_AND_MORE = dt.timedelta(days=2)  # a local day is none of UTC


@dataclass(frozen=True)
class Ground:
    """Where a visit is, and under which school calendar."""

    programme_id: int
    point: Point | None
    district: DistrictRow | None  # none abroad
    calendar: SchoolCalendar | None


@dataclass(frozen=True)
class CountedDays:
    """Of all visits of the days, shown or not: presentations by day, and when anything of them changed last."""

    presentations: Mapping[dt.date, int]  # of the programme that is asked for; a day is named where a visit is
    edited_at: dt.datetime | None


def has_part(visit: VisitRow, member: CrewRow) -> bool:
    """Whether somebody of a crew stands on the board with that visit."""
    return any(state in BLOCK_STATES for state in member.states.values())


def everything() -> ColumnElement[bool]:
    """Visits of every row."""
    return true()


def of_people(presenter_ids: Collection[int], wish: BoardWish) -> ColumnElement[bool]:
    """Visits that stand on the rows of these presenters, and open ones to which nobody goes."""
    seats = select(Assignment.id).where(
        Presentation.visit_id == Visit.id,
        Assignment.presentation_id == Presentation.id,
        Assignment.state.in_(BLOCK_STATES),
        _is_last(),
    )
    theirs = (
        select(Presentation.visit_id)
        .join(Assignment, Assignment.presentation_id == Presentation.id)
        .where(Assignment.presenter_id.in_(presenter_ids), Assignment.state.in_(BLOCK_STATES), _in_days(wish))
    )
    return Visit.id.in_(theirs) | and_(Visit.state != VisitState.DELIVERED, no_row(seats))


def _is_last() -> ColumnElement[bool]:
    """Of several times that somebody was asked to one presentation, the last one counts."""
    later = aliased(Assignment)
    same = later.presentation_id == Assignment.presentation_id, later.presenter_id == Assignment.presenter_id
    return ~exists().where(*same, later.id > Assignment.id)


def goes(actor: Actor, wish: BoardWish) -> ColumnElement[bool]:
    """That a presenter has something on the days of a board."""
    seats = select(Assignment.id).where(
        Assignment.presenter_id == Presenter.id,
        Assignment.state.in_(BLOCK_STATES),
        _is_last(),
        _in_days(wish),
        Presentation.id == Assignment.presentation_id,
        Visit.id == Presentation.visit_id,
        *_living(actor, wish),
    )
    return some_row(seats)


def _in_days(wish: BoardWish) -> ColumnElement[bool]:
    """As the index of whose time is taken has it; the day itself is the visit's."""
    first, last = (dt.datetime.combine(day, dt.time(0), dt.UTC) for day in (wish.first_day, wish.last_day))
    return Assignment.busy_from.between(first - A_DAY_AND_MORE, last + A_DAY_AND_MORE)


def _living(actor: Actor, wish: BoardWish) -> tuple[ColumnElement[bool], ...]:
    return (
        in_reach(actor, Visit),
        Visit.on_day.between(wish.first_day, wish.last_day),
        Visit.state.not_in(GONE_VISITS),
    )


def sittings_of(
    actor: Actor, wish: BoardWish, visit_ids: Sequence[int]
) -> tuple[dict[int, Ground], dict[int, list[Stop]], CountedDays]:
    """Where these visits are, when their crews are busy, and what is counted of all: one question."""
    rows = db.session().execute(union_all(_sittings(visit_ids), _counts(actor, wish))).all()
    counted = [row for row in rows if row.day is not None]
    sat = [row for row in rows if row.day is None]
    grounds: dict[int, Ground] = {}
    stops: dict[int, list[Stop]] = {number: [] for number in visit_ids}
    for row in sorted(sat, key=lambda row: (row.busy_from or dt.datetime.min.replace(tzinfo=dt.UTC), row.sitting or 0)):
        ground = grounds[row.id] = grounds.get(row.id) or _ground(row)
        if row.sitting is not None:
            stops[row.id].append(Stop(row.id, row.sitting, row.busy_from, row.busy_until, ground.point))
    of_day = {row.day: row.sitting for row in counted if row.id}
    edited = max((row.edited_at for row in counted if row.edited_at), default=None)
    return grounds, stops, CountedDays(of_day, edited)


def _sittings(visit_ids: Sequence[int]) -> Any:
    return (
        select(
            *(Visit.id.label("id"), Visit.programme_id, Presentation.id.label("sitting")),
            *(Presentation.busy_from, Presentation.busy_until, Host.lat, Host.lon),
            *(Municipality.lat.label("town_lat"), Municipality.lon.label("town_lon")),
            *(
                District.id.label("district_id"),
                District.name_sr_cyrl,
                District.name_sr_latn,
                District.name_en,
                District.iso,
            ),
            *(District.school_calendar, cast(null(), Date).label("day"), _NEVER.label("edited_at")),
        )
        .join(Visit.host)
        .outerjoin(Host.municipality)
        .outerjoin(Municipality.district)
        .outerjoin(Presentation, Presentation.visit_id == Visit.id)
        .where(Visit.id.in_(visit_ids))
    )


def _counts(actor: Actor, wish: BoardWish) -> Any:
    """By day, in the same columns: how many visits and presentations of the programme, and the last change of any."""
    asked = true() if wish.programme_id is None else Visit.programme_id == wish.programme_id
    counts = and_(asked, Presentation.state != PresentationState.MERGED_INTO)
    return (
        select(
            *(func.count(Visit.id.distinct()).filter(asked), null(), func.count(Presentation.id).filter(counts)),
            *[null()] * 12,
            *(Visit.on_day, func.max(Presentation.edited_at)),
        )
        .outerjoin(Presentation, Presentation.visit_id == Visit.id)
        .where(*_living(actor, wish))
        .group_by(Visit.on_day)
    )


_NEVER = cast(null(), Presentation.edited_at.type)


def _ground(row: Any) -> Ground:
    """Of one row of the same question: a host abroad has no district, and may have no point."""
    own, town = (row.lat, row.lon), (row.town_lat, row.town_lon)
    place = own if None not in own else town
    names = row.district_id, row.name_sr_cyrl, row.name_sr_latn, row.name_en, row.iso
    named = DistrictRow(*names) if row.district_id else None
    return Ground(row.programme_id, Point(*place) if None not in place else None, named, row.school_calendar)
