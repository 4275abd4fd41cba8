"""A question that names states as an index does: letter by letter, or no database takes the index."""

import datetime as dt
import sqlite3
from contextlib import closing

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from scheduler.attendance.models import Attendance
from scheduler.attendance.terms import WAITS_FOR_A_LOCK
from scheduler.booking.queries.holds import OPENED_BOOKING
from scheduler.core.db import WHERE, written_out
from scheduler.core.quick_read import Compiled, QuickRead
from scheduler.core.quick_write import QuickWrite
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import NOT_HELD_VISITS, VisitState
from tests.factories.visits import make_visit

WHEN = dt.datetime(2026, 11, 3, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("model", "states", "name"),
    [(Visit, NOT_HELD_VISITS, "visits_not_held"), (Attendance, WAITS_FOR_A_LOCK, "counts_to_lock")],
)
@pytest.mark.parametrize("dialect", [sqlite, postgresql])
def test_the_states_are_those_of_the_index_in_its_order(model, states, name, dialect):
    asked = sa.select(model.id).where(written_out(model.state, states))
    (index,) = (one for one in model.__table__.indexes if one.name == name)

    said = str(asked.compile(dialect=dialect.dialect(), compile_kwargs={"render_postcompile": True}))

    held = index.info[WHERE] if dialect is postgresql else index.dialect_options["sqlite"]["where"]
    assert said.endswith(f"WHERE {model.__tablename__}.{held}")


def test_sqlite_may_take_the_index_of_the_few(session):
    """Whether it does is a matter of what it has counted; of a question said otherwise it would refuse to."""
    asked = sa.select(Visit.id).where(Visit.centre_id == 1, written_out(Visit.state, NOT_HELD_VISITS))
    text = str(asked.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
    text = text.replace("FROM visit", "FROM visit INDEXED BY visits_not_held")

    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()

    assert "visits_not_held" in str(plan)


BY_STATES = sa.select(Visit.id, Visit.state).where(
    Visit.state != VisitState.DELIVERED, Visit.state.in_(NOT_HELD_VISITS), Visit.number == sa.bindparam("number")
)


@pytest.mark.parametrize("dialect", [sqlite, postgresql])
def test_a_prepared_question_says_its_own_states_in_words_and_asks_with_the_rest(dialect):
    compiled = Compiled(BY_STATES, dialect.dialect())

    assert f"visit.state != '{VisitState.DELIVERED}'" in compiled.text
    assert all(f"'{one}'" in compiled.text for one in NOT_HELD_VISITS)
    asked = compiled.parameters({"number": "P-1"})
    assert list(asked.values() if isinstance(asked, dict) else asked) == ["P-1"]


@pytest.mark.parametrize("dialect", [sqlite, postgresql])
def test_a_state_that_is_given_at_each_asking_is_no_word_of_the_question(dialect):
    moved = sa.update(Visit.__table__).where(Visit.state == VisitState.DELIVERED).values(state=sa.bindparam("next"))
    compiled = Compiled(moved, dialect.dialect())

    assert f"visit.state = '{VisitState.DELIVERED}'" in compiled.text
    asked = compiled.parameters({"next": VisitState.CANCELLED})
    assert list(asked.values() if isinstance(asked, dict) else asked) == [VisitState.CANCELLED]


@pytest.mark.both_databases
def test_a_state_that_has_a_name_and_a_usual_value_is_the_one_that_is_given(session):
    make_visit()
    usual = sa.bindparam("state", VisitState.DELIVERED, type_=Visit.__table__.c.state.type)
    read = QuickRead(sa.select(Visit.state).where(Visit.state == usual))

    assert read.all(session.connection(), {}) == []
    assert read.all(session.connection(), {"state": VisitState.PLANNED}) == [(VisitState.PLANNED,)]


@pytest.mark.both_databases
def test_the_words_of_a_prepared_question_find_the_rows_that_its_parameters_found(session):
    given = {"number": "P-1"}

    assert QuickRead(BY_STATES).on_page(session, given) == session.execute(BY_STATES, given).all()
    none = sa.delete(Visit.__table__).where(Visit.state == VisitState.DELIVERED, Visit.id == sa.bindparam("visit"))
    assert QuickWrite(none).send(session, {"visit": 1}) == []


def test_sqlite_plans_a_prepared_question_once(session):
    """Of a state that is given it would plan anew at each asking, for an index of some rows may do for one alone."""
    given = {"token": "t", "since": WHEN, "now": WHEN}
    with closing(sqlite3.connect(":memory:")) as raw:
        if ("ENABLE_STMTVTAB",) not in raw.execute("PRAGMA compile_options").fetchall():
            pytest.skip("this SQLite does not tell how often it plans")
    for _ in range(3):
        OPENED_BOOKING.all(session.connection(), given)

    raw = session.connection().connection
    asked = "SELECT reprep, run FROM sqlite_stmt WHERE sql LIKE 'SELECT booking_answers.answers, %'"
    assert raw.execute(asked).fetchall() == [(0, 3)]
