"""A row that is changed by one statement of its own, and questions of a page that need no transaction."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from scheduler.core.db import db, prepare, stands_alone, transaction
from scheduler.core.form_keys import FormKey, answer_of, remember
from scheduler.core.gathered import deliver, together
from scheduler.core.quick_read import BUSY_MS, QuickRead, one_moment
from scheduler.core.quick_write import QuickWrite
from scheduler.requests.models import BookingAnswers
from scheduler.requests.service.answers import keep_answers
from tests.counting import asked_and_written
from tests.factories import MONDAY

TABLE = BookingAnswers.__table__
STORE = QuickWrite(
    sa.update(TABLE)
    .where(TABLE.c.token_hash == sa.bindparam("token"))
    .values(answers=sa.bindparam("text"))
    .returning(TABLE.c.id)
)
READ = QuickRead(sa.select(TABLE.c.answers))


def kept(**typed):
    return {"you": {name: [value] for name, value in typed.items()}}


def texts(session):
    session.rollback()
    return [text for (text,) in READ.on_page(session, {})]


@pytest.mark.both_databases
def test_what_is_written_apart_stays_whatever_becomes_of_the_page(session):
    token = keep_answers(None, kept(room="1"), now=MONDAY)
    session.execute(sa.select(TABLE.c.id)).all()  # the page reads in a transaction of its own

    assert keep_answers(token, kept(room="2"), now=MONDAY) == token

    assert [text.count('"2"') for text in texts(session)] == [1]


@pytest.mark.both_databases
def test_what_is_written_apart_is_seen_by_all_whatever_the_last_user_of_the_connection_left(session):
    token = keep_answers(None, kept(room="1"), now=MONDAY)
    session.close()
    db.engine.dispose()  # so the one connection that is opened now is the next that is taken
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SELECT 1")

    assert keep_answers(token, kept(room="2"), now=MONDAY) == token

    assert ['"2"' in text for text in session.scalars(sa.select(TABLE.c.answers))] == [True]


@pytest.mark.both_databases
def test_who_finds_no_row_or_fails_says_so_and_leaves_the_connection_to_others(session):
    token = keep_answers(None, kept(room="1"), now=MONDAY)
    [stored] = session.scalars(sa.select(TABLE.c.token_hash)).all()
    session.rollback()
    missing = QuickWrite(sa.update(sa.table("no_such", sa.column("id"))).values(id=1).returning(sa.column("id")))

    assert not STORE.apart(db.engine, {"token": "nobody's", "text": "x"})
    assert not missing.apart(db.engine, {})
    assert STORE.apart(db.engine, {"token": stored, "text": "said"})
    assert texts(session) == ["said"]
    assert keep_answers(token, kept(room="3"), now=MONDAY) == token


def test_while_somebody_else_writes_a_page_waits_in_one_way_and_not_as_long_again_in_the_other(session):
    with one_moment(db.engine) as moment:
        [(apart,)] = moment.connection.execute("PRAGMA busy_timeout").fetchall()

    assert apart == BUSY_MS
    assert session.scalar(sa.text("PRAGMA busy_timeout")) > BUSY_MS


@pytest.mark.both_databases
def test_answers_that_are_kept_inside_a_transaction_share_its_fate(session):
    token = keep_answers(None, kept(room="1"), now=MONDAY)
    with pytest.raises(ZeroDivisionError), transaction():
        assert not stands_alone()
        keep_answers(token, kept(room="2"), now=MONDAY)
        raise ZeroDivisionError
    assert [text.count('"1"') for text in texts(session)] == [1]


def test_nothing_is_written_alone_while_a_form_waits_to_be_counted(session):
    assert stands_alone()
    session.info["claim"] = print
    assert not stands_alone()
    del session.info["claim"]


@pytest.mark.both_databases
def test_a_page_that_only_asks_prepared_questions_begins_no_transaction(session):
    keep_answers(None, kept(room="1"), now=MONDAY)

    assert len(texts(session)) == 1
    assert not session.in_transaction()

    session.execute(sa.delete(TABLE))
    assert READ.on_page(session, {}) == []  # in one that has begun, what it has changed is seen
    assert len(texts(session)) == 1


def test_a_lock_that_is_not_given_is_told_as_everywhere(tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'one.sqlite3'}")
    prepare(engine)
    sa.event.listen(engine, "connect", lambda raw, _record: raw.execute("PRAGMA busy_timeout=1"))
    writes = engine.execution_options(writes=True)
    with writes.connect() as holder, writes.connect() as other:
        holder.begin()
        with pytest.raises(OperationalError, match="database is locked"):
            other.begin()
        holder.rollback()
        other.begin()
    engine.dispose()


# --- statements that are sent at once: in their order, in the fate of their transaction ---


FORM_KEYS = FormKey.__table__
FORGET = QuickWrite(sa.delete(FORM_KEYS).where(FORM_KEYS.c.key == sa.bindparam("gone")))


def answers(session):
    session.rollback()
    return session.execute(sa.select(FORM_KEYS.c.key, FORM_KEYS.c.answer).order_by(FORM_KEYS.c.id)).all()


@pytest.mark.both_databases
def test_what_waits_goes_before_a_question_and_at_the_end_in_its_order(session):
    with transaction() as writing, together(writing):
        remember("one", "1", at=MONDAY, also=["other"])
        FORGET.gather(writing, {"gone": "one"})
        remember("one", "2", at=MONDAY)
        assert answer_of("other") == "1"
        FORGET.gather(writing, {"gone": "other"})
        deliver(writing)
        assert writing.scalars(sa.select(FORM_KEYS.c.key)).all() == ["one"]
        remember("last", "3", at=MONDAY)

    assert answers(session) == [("one", "2"), ("last", "3")]


@pytest.mark.both_databases
def test_what_waits_shares_the_fate_of_its_transaction(session):
    with pytest.raises(ZeroDivisionError), transaction() as writing, together(writing):
        remember("one", "1", at=MONDAY)
        raise ZeroDivisionError
    assert answers(session) == []
    with transaction():
        remember("one", "2", at=MONDAY)  # nothing waits any more
    assert answers(session) == [("one", "2")]


@pytest.mark.both_databases
def test_what_the_database_refuses_is_told_as_everywhere(session):
    with pytest.raises(IntegrityError), transaction() as writing, together(writing):
        remember("one", "1", at=MONDAY)
        FORGET.gather(writing, {"gone": "nobody"})
        remember("one", "2", at=MONDAY)
        remember("three", "3", at=MONDAY)
    assert answers(session) == []
    with pytest.raises(IntegrityError), transaction():
        remember("one", "1", at=MONDAY, also=["one"])
    assert answers(session) == []


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
    assert answers(session) == [("one", "2")]
