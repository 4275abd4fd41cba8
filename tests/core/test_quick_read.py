"""One row asked of the driver itself: it waits for nobody, and a connection that fails is not asked again."""

import datetime as dt
import gc
import sqlite3
import weakref
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError

from scheduler.core import quick_read
from scheduler.core.db import UtcDateTime, db, transaction
from scheduler.core.quick_read import Compiled, QuickRead, QuickTables, _standby_of, one_moment
from scheduler.places.models import District, Host, Municipality
from scheduler.places.terms.hosts import SchoolCalendar

THING = sa.table("thing", sa.column("id", sa.Integer), sa.column("word", sa.Text))
WORD = QuickRead(sa.select(THING.c.word).where(THING.c.id == sa.bindparam("id")))

MOMENTS = (  # as we write them, then as a hand may have
    "'2026-06-23 12:00:00.000000'", "'2026-06-23 12:00:00.000005'", "'2026-06-23T12:00:00'",
    "'2026-06-23 14:00:00+02:00'", "NULL",
)  # fmt: skip


def file_with(path: Path, word: str) -> None:
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE thing (id INTEGER PRIMARY KEY, word TEXT)")
        connection.execute(sa.text("INSERT INTO thing VALUES (1, :word)"), {"word": word})
    engine.dispose()


def a_district() -> District:
    named = {"name_sr_cyrl": "Негде", "name_sr_latn": "Negde", "region_sr_cyrl": "Негде", "region_sr_latn": "Negde"}
    return District(iso="RS-99", name_en="Somewhere", school_calendar=next(iter(SchoolCalendar)), **named)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    file_with(tmp_path / "one.sqlite3", "first")
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'one.sqlite3'}", pool_size=1, max_overflow=0, pool_timeout=0.1)
    yield engine
    engine.dispose()


@pytest.fixture
def opened(engine: Engine) -> list[object]:
    """Each connection that the engine has opened."""
    seen: list[object] = []
    event.listen(engine, "connect", lambda raw, _record: seen.append(raw))
    return seen


def test_it_holds_nothing_between_two_questions(engine):
    WORD.one(engine, {"id": 1})

    with engine.begin() as writer:
        writer.execute(THING.update().values(word="second"))

    assert WORD.one(engine, {"id": 1}) == ("second",)


def test_a_file_that_took_the_place_of_another_is_asked_after_the_engine_let_go(engine, tmp_path):
    WORD.one(engine, {"id": 1})
    file_with(tmp_path / "two.sqlite3", "restored")

    engine.dispose()
    (tmp_path / "two.sqlite3").replace(tmp_path / "one.sqlite3")

    assert WORD.one(engine, {"id": 1}) == ("restored",)


def test_a_question_that_fails_finds_nothing_and_the_next_is_asked_anew(engine, opened):
    WORD.one(engine, {"id": 1})
    with engine.begin() as writer:
        writer.exec_driver_sql("ALTER TABLE thing RENAME TO gone")
    assert WORD.one(engine, {"id": 1}) is None

    with engine.begin() as writer:
        writer.exec_driver_sql("ALTER TABLE gone RENAME TO thing")
    assert WORD.one(engine, {"id": 1}) == ("first",)
    assert opened[0] is not opened[-1]


def test_one_connection_serves_one_question_after_the_other_beside_the_pool(engine, opened):
    with engine.connect():
        pass
    WORD.one(engine, {"id": 1})
    with engine.connect() as the_only_one:
        answers = [WORD.one(engine, {"id": number}) for number in (1, 2, 1)]
        the_only_one.execute(sa.select(THING.c.word))

    assert answers == [("first",), None, ("first",)]
    assert len(opened) == 2  # the pool opened its own again


def test_what_the_engine_lets_go_is_closed_also_when_it_is_in_use(engine, opened, monkeypatch):
    WORD.one(engine, {"id": 1})
    asked = Compiled.asked

    def asked_while_others_let_go(compiled, *given):
        engine.dispose()
        return asked(compiled, *given)

    monkeypatch.setattr(Compiled, "asked", asked_while_others_let_go)
    assert WORD.one(engine, {"id": 1}) == ("first",)
    monkeypatch.undo()
    assert WORD.one(engine, {"id": 1}) == ("first",)

    assert len(opened) == 2
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        opened[0].execute("SELECT 1")


@pytest.mark.both_databases
def test_questions_of_one_moment_see_the_same_and_the_next_moment_is_another(app, session):
    with transaction():
        session.add(a_district())
    named = QuickRead(sa.select(District.name_en).where(District.iso == "RS-99"))
    with one_moment(db.engine) as moment:
        before = named.all(moment, {})
        with db.engine.begin() as other:
            other.execute(sa.update(District).where(District.iso == "RS-99").values(name_en="Elsewhere"))
        after = named.all(moment, {})

    assert before == after == [("Somewhere",)]
    assert named.one(db.engine, {}) == ("Elsewhere",)
    with one_moment(db.engine) as moment:
        assert named.all(moment, {}) == [("Elsewhere",)]


@pytest.mark.both_databases
def test_a_connection_that_stands_ready_answers_by_one_cursor_where_it_is_dear_to_make(app, session):
    session.rollback()
    numbers = QuickRead(sa.select(sa.func.abs(sa.bindparam("number", type_=sa.Integer))))
    with one_moment(db.engine) as moment:
        before = moment.connection.cursor()
        answers = [numbers.all(moment, {"number": number}) for number in range(-9, 0)]
    with one_moment(db.engine) as moment:
        same = moment.connection.cursor() is before

    assert answers == [[(number,)] for number in range(9, 0, -1)]
    assert [numbers.one(db.engine, {"number": number}) for number in (-1, -2)] == [(1,), (2,)]
    assert same == (db.engine.dialect.name == "postgresql")


@pytest.mark.both_databases
def test_a_moment_in_which_somebody_fails_ends_and_the_next_is_whole(app, session):
    session.rollback()
    before = len(_standby_of(db.engine)._idle)
    with pytest.raises(DBAPIError) as told, one_moment(db.engine) as moment:
        QuickRead(sa.select(sa.column("no_such_column"))).all(moment, {})
    with pytest.raises(LookupError), one_moment(db.engine) as moment:
        raise LookupError

    with one_moment(db.engine) as moment:
        assert QuickRead(sa.select(sa.literal(1))).all(moment, {}) == [(1,)]
    assert "no_such_column" in str(told.value.orig)
    assert len(_standby_of(db.engine)._idle) == max(before, 1)


@pytest.mark.both_databases
def test_a_moment_on_a_connection_that_is_gone_is_told_and_the_next_gets_another(app, session):
    session.rollback()
    with one_moment(db.engine) as moment:
        pass
    moment.connection.close()

    with pytest.raises(DBAPIError), one_moment(db.engine):
        pass
    with one_moment(db.engine) as moment:
        assert QuickRead(sa.select(sa.literal(1))).all(moment, {}) == [(1,)]


@pytest.mark.deep
def test_an_engine_that_nobody_has_any_more_is_not_kept_alive(tmp_path):
    file_with(tmp_path / "one.sqlite3", "first")
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'one.sqlite3'}")
    WORD.one(engine, {"id": 1})
    gone = weakref.ref(engine)

    engine.dispose()
    del engine
    gc.collect()

    assert gone() is None


def test_a_moment_is_written_as_the_library_writes_it(engine):
    noon = dt.datetime(2026, 6, 23, 12, tzinfo=dt.UTC)
    moments = [noon, noon + dt.timedelta(microseconds=5), noon.astimezone(dt.timezone(dt.timedelta(hours=2))), None]
    library = sa.DateTime().dialect_impl(engine.dialect).bind_processor(engine.dialect)
    ours = UtcDateTime().bind_processor(engine.dialect)

    utc = [moment and moment.astimezone(dt.UTC).replace(tzinfo=None) for moment in moments]
    assert [ours(moment) for moment in moments] == [library(moment) for moment in utc]
    with pytest.raises(ValueError, match="without a time zone"):
        ours(dt.datetime(2026, 6, 23))  # noqa: DTZ001


def test_all_rows_are_those_of_the_transaction_that_asks(engine):
    words = QuickRead(sa.select(THING.c.id, THING.c.word).where(THING.c.id >= sa.bindparam("id")).order_by(THING.c.id))
    with engine.connect() as connection:
        connection.execute(THING.insert().values(id=2, word="not committed"))

        assert words.all(connection, {"id": 1}) == [(1, "first"), (2, "not committed")]
        assert words.all(connection, {"id": 3}) == []


def test_rows_are_in_the_types_of_their_columns(engine):
    moments = QuickRead(sa.select(*(sa.literal_column(text, UtcDateTime) for text in MOMENTS)))

    with engine.connect() as connection:
        [row] = moments.all(connection, {})

    noon = dt.datetime(2026, 6, 23, 12, tzinfo=dt.UTC)
    assert row == (noon, noon + dt.timedelta(microseconds=5), noon, noon, None)
    assert {moment.tzinfo for moment in row if moment} == {dt.UTC}


@pytest.mark.both_databases
def test_a_page_reads_what_its_transaction_has_changed_and_not_written_yet(session):
    name = QuickRead(sa.select(District.name_en, District.id).where(District.iso == sa.bindparam("iso")))
    row = a_district()
    session.add(row)

    assert name.on_page(session, {"iso": row.iso}) == [("Somewhere", row.id)]
    row.name_en = "Elsewhere"
    assert name.on_page(session, {"iso": row.iso}) == [("Elsewhere", row.id)]
    assert name.on_page(session, {"iso": "RS-ZZ"}) == []


@pytest.mark.both_databases
@pytest.mark.parametrize("by_page", [True, False])
def test_what_fails_is_told_in_the_usual_way(session, by_page):
    """On PostgreSQL a transaction in which something failed says of all that follows only that."""
    wanted = sa.select(sa.column("no_such_column"))
    with pytest.raises(DBAPIError) as usual:
        session.execute(wanted)
    session.rollback()

    asked = QuickRead(wanted)
    with pytest.raises(DBAPIError) as told:
        asked.on_page(session, {}) if by_page else asked.all(session.connection(), {})
    session.rollback()

    assert type(told.value) is type(usual.value)
    assert type(told.value.orig) is type(usual.value.orig)
    assert str(told.value.orig) == str(usual.value.orig)
    assert told.value.hide_parameters


@pytest.mark.both_databases
def test_a_connection_that_is_gone_is_told_and_the_next_page_gets_another(app, session):
    session.rollback()
    connection = session.connection()
    connection.connection.dbapi_connection.close()

    with pytest.raises(DBAPIError):
        QuickRead(sa.select(sa.literal(1))).on_page(session, {})
    session.rollback()

    assert QuickRead(sa.select(sa.literal(1))).on_page(session, {}) == [(1,)]


def test_who_lets_go_while_another_takes_the_last_one_lets_go_all_the_same(engine):
    class TakenMeanwhile(deque):
        def pop(self):
            self.clear()
            raise IndexError

    WORD.one(engine, {"id": 1})
    standby = _standby_of(engine)
    [raw] = standby._idle
    standby._idle = TakenMeanwhile([raw])

    engine.dispose()

    assert not standby._idle
    raw.close()


def test_two_who_ask_first_at_the_same_moment_use_one_and_the_same(tmp_path, monkeypatch):
    """It learns from its first answer how to read rows: whoever is given another one afterwards would not know."""
    file_with(tmp_path / "one.sqlite3", "both")
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'one.sqlite3'}")
    word = QuickRead(sa.select(THING.c.word).where(THING.c.id == sa.bindparam("id")))
    of_the_other: list[Compiled] = []

    def made_meanwhile(*said) -> Compiled:
        monkeypatch.setattr(quick_read, "Compiled", Compiled)
        of_the_other.append(word._compiled(engine.dialect))
        return Compiled(*said)

    monkeypatch.setattr(quick_read, "Compiled", made_meanwhile)

    assert word._compiled(engine.dialect) is word._compiled(engine.dialect) is of_the_other[0]
    assert word.one(engine, {"id": 1}) == ("both",)
    engine.dispose()


@pytest.mark.both_databases
def test_joined_tables_are_read_in_parts_with_their_types(session):
    district = a_district()
    session.add(district)
    session.flush()
    town = {"name_sr_cyrl": "Град", "name_sr_latn": "Grad", "city_sr_cyrl": "Град", "city_sr_latn": "Grad"}
    session.add(Municipality(**town, district_id=district.id, postcode="11000", lat=44.5, lon=20.25, search_key="grad"))

    def joined(wanted):
        whole = wanted.select_from(District).join(Municipality, Municipality.district_id == District.id)
        return whole.outerjoin(Host, Host.municipality_id == Municipality.id).where(District.id == sa.bindparam("id"))

    tables = QuickTables([District.__table__, Municipality.__table__, Host.__table__], joined)
    [(read, beside, nobody)] = tables.rows(session, {"id": district.id})

    assert (read.name_en, read.school_calendar) == ("Somewhere", district.school_calendar)
    assert (beside.lat, beside.lon, beside.name_sr_cyrl) == (44.5, 20.25, "Град")
    assert nobody is None


@pytest.mark.both_databases
@pytest.mark.parametrize("fails", [False, True])
def test_the_next_who_gets_its_connection_can_take_back_what_he_wrote(app, session, fails):
    session.rollback()
    asked = QuickRead(sa.select(sa.literal(1) if not fails else sa.column("no_such_column")))

    assert asked.one(db.engine, {}) == (None if fails else (1,))
    with db.engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE left_over (id INTEGER)")
        connection.rollback()

    assert not sa.inspect(db.engine).has_table("left_over")
