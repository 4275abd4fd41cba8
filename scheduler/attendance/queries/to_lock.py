"""The lists of numbers that wait for a lock: all are put in order by the few columns that decide, a page is loaded."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, FromClause, Integer, Select, and_, case, func, literal, or_, select

from scheduler import policy
from scheduler.attendance import rules
from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.queries.counting import TO_BE_HELD, Pair, Row, rows_of
from scheduler.attendance.terms import WAITS_FOR_A_LOCK, AttendanceState, CountSource
from scheduler.core.db import db, written_out
from scheduler.core.paging import PER_PAGE, Page, first_row
from scheduler.core.query_hints import with_implied
from scheduler.core.sorting import Columns, Sort, in_order, ordered_by
from scheduler.core.text import fold
from scheduler.places.models import Host
from scheduler.policy import Actor, in_reach
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience
from scheduler.visits.models.visits import Presentation, Visit

_TO_LOCK = written_out(Attendance.state, WAITS_FOR_A_LOCK)
_OF_PRESENTATION = Attendance.presentation_id == Presentation.id
# PostgreSQL would look through the presentations of all years for them: it is told that none is older than the oldest.
_OLDEST = select(func.min(Attendance.presentation_id)).where(_TO_LOCK).correlate(None).scalar_subquery()
_WAITING = (  # the visits of which some numbers wait for a lock
    select(Presentation.visit_id)
    .join(Attendance, with_implied(_OF_PRESENTATION, Presentation.id >= _OLDEST))
    .where(_TO_LOCK, Attendance.presentation_id > 0)  # which all are: else SQLite goes state by state, row by row
)
_SILENT = written_out(Attendance.state, (AttendanceState.ASSUMED,))
_URGENCY = case(  # of one presentation
    *((Attendance.state == state, place) for place, state in enumerate(rules.URGENT_FIRST)),
    else_=len(rules.URGENT_FIRST),
)
_URGENT_FIRST = func.min(_URGENCY), Visit.on_day, Visit.id
SORTS: Columns = {
    "visit": (),  # as people read names: in Python
    "day": (Visit.on_day, Visit.id),
    "state": (func.min(_URGENCY),),
}


def waiting_attendance(
    actor: Actor, sort: Sort | None = None, page: int = 1, per_page: int = PER_PAGE
) -> tuple[Page[Pair], int]:
    """A page of visits whose numbers wait for a lock, differences first or as asked, each with all its presentations.

    And how many presentations of all are silent. Visits come in order, the presentations of a page's visits follow, and
    `rows_of` loads them: two questions. Raises: NotAllowed.
    """
    policy.require(actor, "list", "attendance", centre=policy.own_part(actor))
    by_host = sort is not None and sort.name == "visit"  # else no host is looked up for thousands that are not shown
    named: list[Any] = [Host.name_sr_latn] if by_host else []
    wanted = (
        select(Visit.id, func.sum(case((_SILENT, 1), else_=0)), *named)
        .select_from(Visit.__table__.join(Host, Host.id == Visit.host_id) if by_host else Visit)
        .join(Presentation, Presentation.visit_id == Visit.id)
        .outerjoin(Attendance, with_implied(_OF_PRESENTATION, _TO_LOCK))  # other numbers weigh as none do
        .where(in_reach(actor, Visit), Visit.id.in_(_WAITING), TO_BE_HELD)
        .group_by(Visit.id, Visit.on_day, *named)
        .order_by(*ordered_by(sort, SORTS), *_URGENT_FIRST)
    )
    found = db.session.connection().execute(wanted).all()  # plain rows: of thousands a page is cut, and no more
    visits = in_order(found, sort, {"visit": lambda row: fold(row.name_sr_latn)})
    begins = first_row(page, per_page)
    place = {row[0]: at for at, row in enumerate(visits[begins : begins + per_page])}
    of_page = db.session.execute(
        select(Presentation.visit_id, Presentation.id)
        .where(Presentation.visit_id.in_(place), TO_BE_HELD)
        .order_by(Presentation.visit_id, Presentation.ordinal)
    )
    pairs = sorted(((row[0], row[1]) for row in of_page), key=lambda pair: place[pair[0]])
    return Page(pairs, page, len(visits), per_page), sum(row[1] for row in visits)


def assumed_attendance(actor: Actor, page: int, per_page: int = PER_PAGE) -> Page[Row]:
    """A page of the presentations of the centre whose school stayed silent, those to look at twice last.

    They come by their days: of those up to the end of the page, and some more, it is asked which are to be looked at
    twice; of all only where too many are, or on the last pages. Raises: NotAllowed.
    """
    policy.require(actor, "list", "attendance", centre=policy.own_part(actor))
    begins, ends = first_row(page, per_page), first_row(page, per_page) + per_page
    found, many = _silent_ones(actor, ends + per_page)
    if len(found) < many and sum(not one.odd for one in found) < ends:
        found, many = _silent_ones(actor, many)
    pairs = [(one.visit_id, one.presentation_id) for one in sorted(found, key=lambda one: one.odd)[begins:ends]]
    return rows_of(Page(pairs, page, many, per_page))


def _silent_ones(actor: Actor, most: int) -> tuple[Sequence[Any], int]:
    """The first of them by day, each with whether it is to be looked at twice (`odd`); and how many all are."""
    silent = select(Attendance.presentation_id).where(_SILENT).cte("silent").prefix_with("MATERIALIZED")
    waiting = (
        select(
            *(Visit.id.label("visit_id"), Visit.on_day, Visit.programme_id),
            *(Presentation.id.label("presentation_id"), Presentation.ordinal),
        )
        .select_from(silent)
        .join(Presentation, Presentation.id == silent.c.presentation_id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .where(in_reach(actor, Visit), TO_BE_HELD)
        .cte("waiting")
        .prefix_with("MATERIALIZED")
    )
    order = waiting.c.on_day, waiting.c.visit_id, waiting.c.ordinal
    first = select(waiting).order_by(*order).limit(most).cte("first").prefix_with("MATERIALIZED")
    said, many = _said(first).subquery(), select(func.count()).select_from(waiting)
    far = case((is_far_off(said.c.total, said.c.teachers), 1), else_=0)
    rows = db.session.execute(
        select(first.c.visit_id, first.c.presentation_id, far.label("odd"), many.scalar_subquery().label("many"))
        .select_from(first)
        .join(said, said.c.presentation_id == first.c.presentation_id)
        .join(Presentation, Presentation.id == first.c.presentation_id)
        .join(Programme, Programme.id == first.c.programme_id)
        .order_by(first.c.on_day, first.c.visit_id, first.c.ordinal)
    ).all()
    return rows, rows[0].many if rows else 0


def _said(these: FromClause) -> Select[Any]:
    """What the educator said last, of each of these presentations: found by these few, one by one."""
    hers = HeadCount.source == CountSource.EDUCATOR, HeadCount.presentation_id == these.c.presentation_id
    newest = select(func.max(HeadCount.version)).where(*hers).correlate(these).scalar_subquery()
    teachers = case((HeadCount.audience == Audience.TEACHERS, HeadCount.people), else_=0)
    told = func.sum(HeadCount.people).label("total"), func.sum(teachers).label("teachers")
    wanted: Any = select(these.c.presentation_id, *told).select_from(these)
    joined = wanted.outerjoin(HeadCount, and_(*hers, HeadCount.version == newest))
    return cast(Select[Any], joined.group_by(these.c.presentation_id))


def is_far_off(total: ColumnElement[int], teachers: ColumnElement[int]) -> ColumnElement[bool]:
    """The same question as rules.far_off, of a presentation and its programme; of no counts it says nothing."""
    hall, times = Programme.group_size, literal(rules.FAR_TIMES, Integer)
    announced = Presentation.expected_pupils + Presentation.expected_parents + Presentation.expected_teachers
    far = and_(announced > 0, or_(total * times <= announced, total >= announced * times))
    return or_(teachers > hall, total - teachers > hall, far)
