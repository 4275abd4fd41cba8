"""A page of the board reads what stands on it, and says what it would say of a board that reads everything."""

import datetime as dt
from random import Random

import pytest
import sqlalchemy as sa

from scheduler.board.queries import week as board_week
from scheduler.board.queries.sittings import everything
from scheduler.board.terms import BoardWish
from scheduler.core.paging import PER_PAGE
from scheduler.people.models import Centre, Presenter
from scheduler.programmes.models import Programme
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.visits import m_scale
from tests.visits.defences import take_defences_away

pytestmark = pytest.mark.both_databases
FIRST = MONDAY.date() + dt.timedelta(days=5)


@pytest.fixture
def busy(session):
    """A centre with a thousand visits: some off, some held, some without a crew, and people who left."""
    m_scale.write()
    for table in ("assignment", "presentation", "visit", "presenter"):
        take_defences_away(session, table)
    dice = Random(3)

    def some(table: type, share: float, **values: object) -> None:
        drawn = [one for one in session.scalars(sa.select(table.id).order_by(table.id)) if dice.random() < share]
        session.execute(sa.update(table).where(table.id.in_(drawn)).values(**values))

    some(Assignment, 0.1, state=AssignmentState.ABSENT)
    some(Assignment, 0.3, state=AssignmentState.WITHDRAWN)
    left = sa.select(Presentation.id).where(Presentation.visit_id % 7 == 0)
    session.execute(
        sa.update(Assignment).where(Assignment.presentation_id.in_(left)).values(state=AssignmentState.WITHDRAWN)
    )
    some(Visit, 0.1, state=VisitState.DELIVERED)
    some(Visit, 0.1, state=VisitState.CANCELLED, cancelled_by="school")
    first = sa.select(sa.func.min(Presentation.id).label("id"), Presentation.visit_id).group_by(Presentation.visit_id)
    into = {visit: number for number, visit in session.execute(first.limit(100))}
    for one in session.scalars(
        sa.select(Presentation).where(Presentation.visit_id.in_(into)).order_by(Presentation.id)
    ):
        if one.id != into[one.visit_id]:
            one.merged_into_id, one.state = into[one.visit_id], PresentationState.MERGED_INTO
    some(Presenter, 0.2, suspended_at=MONDAY)
    seats = sa.select(Assignment).where(Assignment.state == AssignmentState.ABSENT).order_by(Assignment.id).limit(30)
    for seat in session.scalars(seats).all():  # asked once more, and declined: the last word counts
        columns = {name: getattr(seat, name) for name in ("presentation_id", "presenter_id", "on_day")}
        times = {"busy_from": seat.busy_from, "busy_until": seat.busy_until, "state_since": MONDAY}
        session.add(Assignment(**columns, **times, state=AssignmentState.DECLINED))
    session.commit()
    return an_actor(centre_id=session.scalar(sa.select(Centre.id)))


@pytest.mark.deep
@pytest.mark.parametrize("rows", [slice(0, PER_PAGE), slice(10, 25)])
def test_a_page_of_presenters_says_the_same_as_if_all_visits_had_been_read(busy, session, monkeypatch, rows):
    monkeypatch.setattr(board_week, "_rows_of", lambda _wish: rows)
    programme = session.scalar(sa.select(Programme.id))
    for days, asked in ((6, None), (27, None), (6, programme), (6, programme + 999)):
        wish = BoardWish(FIRST, FIRST + dt.timedelta(days=days), programme_id=asked)
        with statements() as few:
            found = board_week.board(busy, wish, now=MONDAY)
        with monkeypatch.context() as whole, statements() as many:
            whole.setattr(board_week, "of_people", lambda _ids, _wish: everything())
            expected = board_week.board(busy, wish, now=MONDAY)

        assert found == expected
        assert len(few) == len(many)
        hidden = asked not in (None, programme)
        assert (not hidden, not hidden) == (bool(found.unassigned.visits), any(one.visits for one in found.rows))


def test_whoever_goes_stands_on_the_board_of_those_who_go_alone(busy):
    days = FIRST, FIRST + dt.timedelta(days=6)
    everybody = board_week.board(busy, BoardWish(*days), now=MONDAY)
    going = board_week.board(busy, BoardWish(*days, busy_only=True), now=MONDAY)

    assert [row for row in everybody.rows if row.visits] == list(going.rows)
    assert (everybody.days, everybody.unassigned) == (going.days, going.unassigned)
    assert 0 < going.total < everybody.total < m_scale.EDUCATORS + m_scale.INFLUENCERS


@pytest.mark.deep
def test_who_goes_is_looked_up_visit_by_visit_and_never_of_all_there_ever_were(busy, session):
    """PostgreSQL would make a table of every seat of ten years to answer `NOT EXISTS` beside an OR."""
    asked: list[tuple[str, object]] = []
    wish = BoardWish(FIRST, FIRST + dt.timedelta(days=27))
    engine = session.get_bind()

    def note(_connection, _cursor, statement, given, *_rest):
        asked.append((statement, given))

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        board_week.board(busy, wish, now=MONDAY)
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    (question,) = ((text, given) for text, given in asked if "FROM visit JOIN host" in text and "visit.version" in text)
    if engine.dialect.name == "postgresql":
        session.execute(sa.text("ANALYZE"))
        plan = session.connection().exec_driver_sql(f"EXPLAIN {question[0]}", question[1]).scalars().all()
        assert not [line for line in plan if "NOT (hashed" in line], plan
