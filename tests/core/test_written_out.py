"""A question that names states as an index does: letter by letter, or no database takes the index."""

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from scheduler.attendance.models import Attendance
from scheduler.attendance.terms import WAITS_FOR_A_LOCK
from scheduler.core.db import WHERE, written_out
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import NOT_HELD_VISITS


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
