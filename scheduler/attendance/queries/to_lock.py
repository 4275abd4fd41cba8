"""The lists of numbers that wait for a lock: all are put in order by the few columns that decide, a page is loaded."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Integer, Select, and_, case, func, literal, or_, select, true

from scheduler import policy
from scheduler.attendance import rules
from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.queries.counting import TO_BE_HELD, Pair, Row, rows_of
from scheduler.attendance.terms import WAITS_FOR_A_LOCK, AttendanceState, CountSource
from scheduler.core.db import db, written_out
from scheduler.core.paging import PER_PAGE, Page, first_row, heaps_of_page
from scheduler.core.sorting import Sort, in_order
from scheduler.core.text import fold
from scheduler.places.models import Host
from scheduler.policy import Actor, in_reach
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience
from scheduler.visits.models.visits import Presentation, Visit

_TO_LOCK = written_out(Attendance.state, WAITS_FOR_A_LOCK)
_WAITING = (  # the visits of which some numbers wait for a lock
    select(Presentation.visit_id).join(Attendance, Attendance.presentation_id == Presentation.id).where(_TO_LOCK)
)
_SILENT = written_out(Attendance.state, (AttendanceState.ASSUMED,))
_URGENCY = case(  # rules.urgency of one presentation
    *((Attendance.state == state, place) for place, state in enumerate(rules.URGENT_FIRST)),
    else_=len(rules.URGENT_FIRST),
)


class _Waits(NamedTuple):
    """A visit some of whose numbers wait for a lock, with what the list is sorted by."""

    visit_id: int
    on_day: dt.date
    host_name: str
    urgency: int
    many: int  # its presentations in the list
    silent: int


SORTS: Mapping[str, Callable[[_Waits], Any]] = {
    "visit": lambda one: fold(one.host_name),
    "day": lambda one: (one.on_day, one.visit_id),
    "state": lambda one: one.urgency,
}


def waiting_attendance(
    actor: Actor, sort: Sort | None = None, page: int = 1, per_page: int = PER_PAGE
) -> tuple[Page[Pair], int]:
    """A page of the presentations of visits whose numbers wait for a lock, differences first or as asked.

    And how many of all are silent. Visits are sorted by the few columns that decide, with how many presentations each
    has; those of the page follow, and `rows_of` loads them: two questions. Raises: NotAllowed.
    """
    policy.require(actor, "list", "attendance", centre=policy.own_part(actor))
    found = db.session.execute(
        select(
            *(Visit.id, Visit.on_day, Host.name_sr_latn, func.min(_URGENCY)),
            *(func.count(), func.sum(case((_SILENT, 1), else_=0))),
        )
        .select_from(Visit)
        .join(Host, Host.id == Visit.host_id)
        .join(Presentation, Presentation.visit_id == Visit.id)
        .outerjoin(Attendance, Attendance.presentation_id == Presentation.id)
        .where(in_reach(actor, Visit), Visit.id.in_(_WAITING), TO_BE_HELD)
        .group_by(Visit.id, Visit.on_day, Host.name_sr_latn)
        .order_by(func.min(_URGENCY), Visit.on_day, Visit.id)
    )
    visits = in_order([_Waits(*row) for row in found], sort, SORTS)
    return _page_of(visits, page, per_page), sum(one.silent for one in visits)


def _page_of(visits: Sequence[_Waits], page: int, per_page: int) -> Page[Pair]:
    """The presentations of a page, by their visits."""
    ids, skipped, total = heaps_of_page(((one.visit_id, one.many) for one in visits), page, per_page)
    place = {visit_id: at for at, visit_id in enumerate(ids)}
    found = db.session.execute(
        select(Presentation.visit_id, Presentation.id)
        .where(Presentation.visit_id.in_(ids), TO_BE_HELD)
        .order_by(Presentation.visit_id, Presentation.ordinal)
    )
    pairs = sorted(((row[0], row[1]) for row in found), key=lambda pair: place[pair[0]])
    return Page(pairs[skipped : skipped + per_page], page, total, per_page)


def assumed_attendance(actor: Actor, page: int, per_page: int = PER_PAGE) -> Page[Row]:
    """A page of the presentations of the centre whose school stayed silent, those to look at twice last.

    The database puts them in order, and says how many they are; a page is loaded. Raises: NotAllowed.
    """
    policy.require(actor, "list", "attendance", centre=policy.own_part(actor))
    found = _silent_ones(actor).cte("found").prefix_with("MATERIALIZED")
    many = select(func.count().label("many")).select_from(found).subquery()
    order = found.c.odd, found.c.on_day, found.c.visit_id, found.c.ordinal
    some = select(found).order_by(*order).limit(per_page).offset(first_row(page, per_page)).subquery()
    wanted = select(many.c.many, some.c.visit_id, some.c.presentation_id).select_from(many.outerjoin(some, true()))
    rows = db.session.execute(wanted.order_by(some.c.odd, some.c.on_day, some.c.visit_id, some.c.ordinal)).all()
    pairs = [(row[1], row[2]) for row in rows if row[1] is not None]
    return rows_of(Page(pairs, page, rows[0].many, per_page))


def _silent_ones(actor: Actor) -> Select[Any]:
    """What stands in the list and by what it is put in order, a row for each presentation."""
    said = _said().subquery()
    return (
        select(
            *(Visit.id.label("visit_id"), Visit.on_day, Presentation.id.label("presentation_id")),
            *(Presentation.ordinal, case((is_far_off(said.c.total, said.c.teachers), 1), else_=0).label("odd")),
        )
        .select_from(said)
        .join(Presentation, Presentation.id == said.c.presentation_id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .join(Programme, Programme.id == Visit.programme_id)
        .where(in_reach(actor, Visit), TO_BE_HELD)
    )


def _said() -> Select[Any]:
    """What the educator said last, of each presentation whose school stays silent: found by these few, one by one."""
    hers = HeadCount.source == CountSource.EDUCATOR, HeadCount.presentation_id == Attendance.presentation_id
    newest = select(func.max(HeadCount.version)).where(*hers).correlate(Attendance).scalar_subquery()
    teachers = case((HeadCount.audience == Audience.TEACHERS, HeadCount.people), else_=0)
    told = func.sum(HeadCount.people).label("total"), func.sum(teachers).label("teachers")
    wanted: Any = select(Attendance.presentation_id, *told).where(_SILENT).group_by(Attendance.presentation_id)
    return cast(Select[Any], wanted.outerjoin(HeadCount, and_(*hers, HeadCount.version == newest)))


def is_far_off(total: ColumnElement[int], teachers: ColumnElement[int]) -> ColumnElement[bool]:
    """The same question as rules.far_off, of a presentation and its programme; of no counts it says nothing."""
    hall, times = Programme.group_size, literal(rules.FAR_TIMES, Integer)
    announced = Presentation.expected_pupils + Presentation.expected_parents + Presentation.expected_teachers
    far = and_(announced > 0, or_(total * times <= announced, total >= announced * times))
    return or_(teachers > hall, total - teachers > hall, far)
