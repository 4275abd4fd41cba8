"""Ways to try the defences of the tables of visits: by the ORM, by plain SQL, by the cascade."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler.core.db import db, transaction
from scheduler.core.defences import DEFENCES
from scheduler.core.refusals import refused_by
from scheduler.core.ways import NamedWay, opened_way
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.terms.states import AssignmentState
from tests.clean_tables import defend_again
from tests.factories.visits import VISIT_DAY, make_presentation, make_visit


def refusal_of(change: Callable[[], object]) -> str:
    """The name of the defence that refuses a change; the test fails when nothing refuses."""
    with pytest.raises(IntegrityError) as refusal:
        change()
    return refused_by(refusal.value)


@contextmanager
def undefended(table: sa.Table, constraint: str, *triggers: str) -> Iterator[None]:
    """A table without what defends it, and without SQLite's write lock: each statement stands alone.

    `constraint` and `triggers` are those of PostgreSQL; of SQLite all triggers of the table go.
    """
    assert table.name in {defence.table for defence in DEFENCES}
    sqlite = db.engine.dialect.name == "sqlite"
    with db.engine.begin() as connection:
        if sqlite:
            query = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
            for name in connection.scalars(query, {"table": table.name}).all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql(f"ALTER TABLE {table.name} DROP CONSTRAINT {constraint}")
            for name in triggers:
                connection.exec_driver_sql(f"DROP TRIGGER {name} ON {table.name}")

    def unlock(connection: sa.Connection) -> None:
        connection.exec_driver_sql("COMMIT")

    if sqlite:
        sa.event.listen(db.engine, "begin", unlock)
    yield
    if sqlite:
        sa.event.remove(db.engine, "begin", unlock)
    db.session.remove()
    if not sqlite:  # SQLite's whole file is put back before the next test
        with db.engine.begin() as connection:
            connection.execute(sa.delete(table))
            defend_again(connection, table.name)


def by_sql(statement: str, **values: object) -> None:
    with transaction() as session:
        session.execute(sa.text(statement), values)


def a_presentation(*, at: dt.time = dt.time(10, 0), day: dt.date = VISIT_DAY, minutes: int = 45) -> Presentation:
    return make_presentation(make_visit(on_day=day), at, minutes=minutes)


def move(presentation: Presentation, *, minutes: int = 0, days: int = 0) -> None:
    """Move a presentation as a careless script would: its row only; the assignments follow by cascade."""
    step = dt.timedelta(days=days, minutes=minutes)
    with transaction() as session:
        session.execute(
            sa.update(Presentation)
            .where(Presentation.id == presentation.id)
            .values(
                on_day=presentation.on_day + dt.timedelta(days=days),
                starts_at=presentation.starts_at + step,
                ends_at=presentation.ends_at + step,
                busy_from=presentation.busy_from + step,
                busy_until=presentation.busy_until + step,
            )
        )


def put(assignment: Assignment, state: AssignmentState) -> None:
    """Who is present has been so since it was over."""
    since = "busy_until" if state is AssignmentState.PRESENT else "state_since"
    by_sql(f"UPDATE assignment SET state = :state, state_since = {since} WHERE id = :id",
           state=state.value, id=assignment.id)  # fmt: skip


def give_seat(assignment: Assignment, presenter_id: int) -> None:
    """Hand a seat to somebody else by rewriting its row, as no service does."""
    by_sql("UPDATE assignment SET presenter_id = :other WHERE id = :id", other=presenter_id, id=assignment.id)


def take_defences_away(session: Session, *tables: str) -> None:
    """What a broken disk or a superuser leaves: these tables refuse and free nothing, on SQLite in the whole test."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SET LOCAL session_replication_role = replica"))
        return
    for table in tables:
        named = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
        for name in session.scalars(named, {"table": table}).all():
            session.execute(sa.text(f"DROP TRIGGER {name}"))


@contextmanager
def ended_past_the_law() -> Iterator[Session]:
    """A proof ends and nobody is freed: as a service does it that is about to free by itself."""
    with transaction() as session, opened_way(session, NamedWay.RELEASE):
        yield session
