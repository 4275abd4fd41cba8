"""Statements that are sent at once: in their order, in the fate of their transaction, and told as everywhere."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from scheduler.core.db import db, transaction
from scheduler.core.form_keys import FormKey, answer_of, remember
from scheduler.core.gathered import deliver, together
from scheduler.core.quick_write import QuickWrite
from tests.counting import asked_and_written
from tests.factories import MONDAY

TABLE = FormKey.__table__
FORGET = QuickWrite(sa.delete(TABLE).where(TABLE.c.key == sa.bindparam("gone")))


def keys(session):
    session.rollback()
    return session.execute(sa.select(TABLE.c.key, TABLE.c.answer).order_by(TABLE.c.id)).all()


@pytest.mark.both_databases
def test_what_waits_goes_before_a_question_and_at_the_end_in_its_order(session):
    with transaction() as writing, together(writing):
        remember("one", "1", at=MONDAY, also=["other"])
        FORGET.gather(writing, {"gone": "one"})
        remember("one", "2", at=MONDAY)
        assert answer_of("other") == "1"
        FORGET.gather(writing, {"gone": "other"})
        deliver(writing)
        assert writing.scalars(sa.select(TABLE.c.key)).all() == ["one"]
        remember("last", "3", at=MONDAY)

    assert keys(session) == [("one", "2"), ("last", "3")]


@pytest.mark.both_databases
def test_what_waits_shares_the_fate_of_its_transaction(session):
    with pytest.raises(ZeroDivisionError), transaction() as writing, together(writing):
        remember("one", "1", at=MONDAY)
        raise ZeroDivisionError
    assert keys(session) == []
    with transaction():
        remember("one", "2", at=MONDAY)  # nothing waits any more
    assert keys(session) == [("one", "2")]


@pytest.mark.both_databases
def test_what_the_database_refuses_is_told_as_everywhere(session):
    with pytest.raises(IntegrityError), transaction() as writing, together(writing):
        remember("one", "1", at=MONDAY)
        FORGET.gather(writing, {"gone": "nobody"})
        remember("one", "2", at=MONDAY)
        remember("three", "3", at=MONDAY)
    assert keys(session) == []
    with pytest.raises(IntegrityError), transaction():
        remember("one", "1", at=MONDAY, also=["one"])
    assert keys(session) == []


@pytest.mark.both_databases
def test_whoever_counts_statements_sees_each_of_them(session):
    with asked_and_written() as made, transaction() as writing, together(writing):
        remember("one", "1", at=MONDAY)
        FORGET.gather(writing, {"gone": "one"})
        remember("two", "2", at=MONDAY)
    assert [text.split()[0] for text in made.writes] == ["INSERT", "DELETE", "INSERT"]


@pytest.mark.both_databases
def test_a_connection_that_is_gone_is_told_and_taken_from_the_pool(session):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no server that ends a connection")
    with pytest.raises(DBAPIError) as told, transaction() as writing, together(writing):
        mine = writing.scalar(sa.text("SELECT pg_backend_pid()"))
        with db.engine.connect() as other:
            other.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": mine})
        remember("one", "1", at=MONDAY)
    assert told.value.connection_invalidated

    with transaction():
        remember("one", "2", at=MONDAY)
    assert keys(session) == [("one", "2")]
