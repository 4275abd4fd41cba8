"""The one way to write, and how each database is asked, so that it finds its rows by the way that is meant."""

import datetime as dt
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError

from scheduler.attendance.models import Attendance
from scheduler.attendance.queries.figures import IS_COUNTED
from scheduler.attendance.terms import WAITS_FOR_A_LOCK
from scheduler.core import db as database_module
from scheduler.core import postgresql_programs, row_counts
from scheduler.core.db import WHERE, advisory_lock, beside_commit, db, part_index, prepare, transaction, written_out
from scheduler.core.distinct_numbers import DistinctNumbers, numbers_in
from scheduler.core.form_keys import FormKey, remember
from scheduler.core.query_hints import by_no_index, no_row, some_row, with_implied
from scheduler.jobs.database import count_rows
from scheduler.jobs.queue import attach
from scheduler.places.models import Host, Municipality
from scheduler.places.terms.hosts import HostKind
from scheduler.requests.models import BookingAnswers
from scheduler.requests.service.answers import keep_answers
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import NOT_HELD_VISITS
from tests.at_once import all_at_once
from tests.counting import statements
from tests.factories import MONDAY, a_number
from tests.factories.places import make_host, make_municipality


def typed(room):
    return {"you": {"room": [room]}}


@pytest.mark.both_databases
def test_answers_that_are_kept_inside_a_transaction_share_its_fate(session):
    token = keep_answers(None, typed("1"), now=MONDAY)
    with pytest.raises(ZeroDivisionError), transaction():
        keep_answers(token, typed("2"), now=MONDAY)
        raise ZeroDivisionError
    assert [text.count('"1"') for text in session.scalars(sa.select(BookingAnswers.answers))] == [1]


@pytest.mark.both_databases
def test_answers_are_kept_under_their_token_while_the_page_reads(session):
    token = keep_answers(None, typed("1"), now=MONDAY)
    session.execute(sa.select(BookingAnswers.id)).all()
    assert keep_answers(token, typed("2"), now=MONDAY) == token
    session.rollback()
    assert [text.count('"2"') for text in session.scalars(sa.select(BookingAnswers.answers))] == [1]


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


@pytest.mark.parametrize(("patience_s", "begun"), [(60, 1), (0, 2)])
def test_threads_queue_for_the_write_lock_of_sqlite_and_after_a_while_sqlite_decides(
    app, session, monkeypatch, patience_s, begun
):
    monkeypatch.setattr(database_module, "WRITES_WITHIN_S", patience_s)
    first_writes, second_comes, asked = threading.Event(), threading.Event(), []

    def note(_connection, _cursor, statement, *_more):
        if statement == "BEGIN IMMEDIATE":
            asked.append(statement)

    def first():
        with transaction():
            first_writes.set()
            assert second_comes.wait(60)
            until = time.monotonic() + (60 if begun > 1 else 0.1)
            while len(asked) < 2 and time.monotonic() < until:
                time.sleep(0.01)
            assert len(asked) == begun

    def second():
        assert first_writes.wait(60)
        second_comes.set()
        with transaction():
            pass

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert all_at_once(app, [first, second]) == [None, None]
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    assert len(asked) == 2


# What the product asks of PostgreSQL alone: settings of a connection, locks, programs, a server that ends.

ONLY_POSTGRESQL = pytest.mark.parametrize(
    "database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


@ONLY_POSTGRESQL
def test_no_question_is_compiled_and_an_index_is_dear_only_where_the_server_says_so(session):
    """Also not after a transaction was rolled back, which takes back what was set in it."""
    for _ in range(2):
        assert session.scalar(sa.text("SHOW jit")) == "off"
        session.rollback()
        session.close()

    # Nobody has moved a head for it: but who has told the server what it costs there is believed.
    assert session.scalar(sa.text("SHOW random_page_cost")) == "1.1"
    name = session.scalar(sa.text("SELECT current_database()"))
    told, later = (sa.create_engine(session.get_bind().url, poolclass=sa.NullPool) for _ in "ab")
    prepare(later)
    with told.connect().execution_options(isolation_level="AUTOCOMMIT") as words:
        words.exec_driver_sql(f'ALTER DATABASE "{name}" SET random_page_cost = 2.5')
        try:
            with later.connect() as found:
                assert found.exec_driver_sql("SHOW random_page_cost").scalar() == "2.5"
                assert found.exec_driver_sql("SHOW jit").scalar() == "off"
        finally:
            words.exec_driver_sql(f'ALTER DATABASE "{name}" RESET random_page_cost')


@ONLY_POSTGRESQL
def test_many_things_are_held_by_one_statement(session):
    with statements() as asked, transaction() as held:
        advisory_lock(held, 7, [*range(300, 0, -1), 5])
        advisory_lock(held, 8, [])
        mine = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND classid = 7"
        assert held.scalar(sa.text(mine)) == 300
    assert sum("advisory_xact_lock" in one for one in asked) == 2


def test_pg_dump_reaches_the_very_server_that_the_connection_found(monkeypatch):
    """Of two hosts in DATABASE_URL the one that answered; what a service file said is said again, not looked up."""
    monkeypatch.setenv("PGSERVICE", "raspored")
    monkeypatch.setenv("PGSSLROOTCERT", "/etc/ours.pem")
    given = {
        "host": "one.example,two.example", "port": "5432,5433", "hostaddr": "10.0.0.1,10.0.0.2", "user": "raspored",
        "dbname": "centre", "sslmode": "verify-full", "service": "raspored", "keepalives": "1",
    }  # fmt: skip
    info = SimpleNamespace(
        get_parameters=lambda: dict(given), host="two.example", port=5433, hostaddr="10.0.0.2", password="p w"
    )

    surroundings = postgresql_programs._surroundings(info)

    assert {name: value for name, value in surroundings.items() if name.startswith("PG")} == {
        "PGHOST": "two.example", "PGPORT": "5433", "PGHOSTADDR": "10.0.0.2", "PGUSER": "raspored",
        "PGDATABASE": "centre", "PGSSLMODE": "verify-full", "PGSSLROOTCERT": "/etc/ours.pem", "PGPASSWORD": "p w",
    }  # fmt: skip


# --- a connection that goes away while somebody works ---


def end_connection_of(asking):
    mine = asking.scalar(sa.text("SELECT pg_backend_pid()"))
    with db.engine.connect() as other:
        other.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": mine})


@ONLY_POSTGRESQL
def test_what_was_answered_stays_answered_and_no_session_is_left_for_a_later_request(app):
    known = dict(db.session.registry.registry)
    with app.app_context():
        end_connection_of(db.session())
    assert db.session.registry.registry == known
    with app.app_context():
        assert db.session.scalar(sa.select(1)) == 1


@ONLY_POSTGRESQL
def test_what_was_written_beside_is_undone_though_nothing_can_be_rolled_back(session):
    beside = []

    def claim(_session):
        """A form that counts once, by the next transaction that commits."""

    def server_ends_and_disk_fails():
        end_connection_of(db.session())
        raise OSError

    session.info["claim"] = claim
    with pytest.raises(DBAPIError), transaction() as writing:
        remember("one", "1", at=MONDAY)
        beside_commit(writing, lambda: beside.append("written"), lambda: beside.append("undone"))
        beside_commit(writing, server_ends_and_disk_fails, lambda: None)

    assert beside == ["written", "undone"]
    assert session.info.pop("claim") is claim
    assert session.scalars(sa.select(FormKey.key)).all() == []


# A living installation searches where least is: after the night its database knows how much it holds.

WANTED = "SELECT id FROM host WHERE listed = 1 AND municipality_id = ?"


def _hosts(first: int, many: int, *, town: int, listed: bool) -> None:
    told = {"kind": HostKind.PRIMARY, "municipality_id": town, "listed": listed, "created_at": MONDAY}
    names = ("name_sr_cyrl", "name_sr_latn", "place_sr_cyrl", "place_sr_latn", "search_key")
    with transaction() as session:
        session.execute(
            sa.insert(Host), [told | dict.fromkeys(names, f"host {one}") for one in range(first, first + many)]
        )


def _plan(connection: sa.Connection, town: int) -> str:
    """How a question is answered now: asked first, for only a question sees that the schema has another number."""
    connection.exec_driver_sql(WANTED, (town,)).all()
    raw = connection.connection.cursor()
    plan = " ".join(row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN /* {a_number()} */ {WANTED}", (town,)))
    connection.rollback()
    return plan


def test_after_the_night_a_plan_goes_by_what_is_there_also_in_a_process_that_runs(app) -> None:
    towns = [make_municipality(name).id for name in ("Ниш", "Сомбор", "Вршац", "Бор")]
    _hosts(1, 100, town=towns[0], listed=False)
    _hosts(101, 100, town=towns[0], listed=True)
    attach(app)  # another test may have made the other application since
    count_rows.call_local()
    with db.engine.connect() as running:
        assert "listed=?" in _plan(running, towns[0]), "half of all are listed, and all lie in one town"

        for place, town in enumerate(towns[1:], 1):
            _hosts(3_000 * place, 3_000, town=town, listed=True)
        assert "listed=?" in _plan(running, towns[0])
        count_rows.call_local()

        assert "municipality_id=?" in _plan(running, towns[0]), "a quarter lies in each town"


@pytest.mark.both_databases
def test_what_has_not_grown_is_not_counted_again_nor_where_a_database_counts_by_itself(app) -> None:
    _hosts(1, 100, town=make_municipality().id, listed=True)
    grown = db.engine.dialect.name == "sqlite"
    assert [row_counts.count_anew() for _ in range(2)] == [grown, False]


# How a question, or an index, is written for each database, so that it finds its rows by the way that is meant.

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


def test_sqlite_may_take_the_index_of_the_few_and_none_of_a_column_by_no_index(session):
    """Whether it does is a matter of what it has counted; of a question said otherwise it would refuse to."""
    asked = sa.select(Visit.id).where(Visit.centre_id == 1, written_out(Visit.state, NOT_HELD_VISITS))
    text = str(asked.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
    text = text.replace("FROM visit", "FROM visit INDEXED BY visits_not_held")

    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()

    assert "visits_not_held" in str(plan)

    wanted = select(Attendance.id).where(by_no_index(Attendance.presentation_id) == 1)
    text = str(wanted.compile(dialect=session.get_bind().dialect, compile_kwargs={"literal_binds": True}))

    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()

    assert [row[3].split()[0] for row in plan] == ["SCAN"]


# --- a column by no index ---


@pytest.mark.parametrize(
    ("dialect", "column"), [(sqlite.dialect(), "+attendance.state"), (postgresql.dialect(), "attendance.state")]
)
def test_of_what_counts_postgresql_knows_how_many_there_are(dialect, column: str):
    assert str(IS_COUNTED[-1].compile(dialect=dialect)).split(" IN ")[0].strip("()") == column


@pytest.mark.both_databases
def test_a_column_by_no_index_is_the_same_column(session):
    towns = [make_municipality(name).id for name in ("Ниш", "Врање", "Лесковац")]
    wanted = select(Municipality.id).where(by_no_index(Municipality.id).in_(towns[1:])).order_by(Municipality.id)
    assert list(session.scalars(wanted)) == sorted(towns[1:])


# --- what follows from a condition ---


OF_TOWN = Host.municipality_id == Municipality.id


@pytest.mark.parametrize(("dialect", "said"), [
    (sqlite.dialect(), "host.municipality_id = municipality.id"),
    (postgresql.dialect(), "(host.municipality_id = municipality.id AND municipality.id >= 1)"),
])  # fmt: skip
def test_only_postgresql_is_told_what_follows(dialect, said: str):
    asked = select(Host.id).join(Municipality, with_implied(OF_TOWN, Municipality.id >= 1))
    text = str(asked.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    assert text.partition(" ON ")[2] == said


@pytest.mark.both_databases
def test_the_answer_is_that_of_the_condition(session):
    first, second = (make_municipality(name).id for name in ("Ниш", "Врање"))
    host = make_host(municipality_id=second)

    for known in (first, second):  # each value anew, though the question is written once
        joined = select(Host.id, Municipality.id).join(Municipality, with_implied(OF_TOWN, Municipality.id >= known))
        assert session.execute(joined).all() == [(host.id, second)]
    left = select(Municipality.id, Host.id).outerjoin(Host, with_implied(OF_TOWN, Host.id > 0))
    assert session.execute(left.order_by(Municipality.id)).all() == [(first, None), (second, host.id)]


# --- some row or none, told of each row ---


HOSTS = select(Host.id).where(Host.municipality_id == Municipality.id).correlate(Municipality)


@pytest.mark.both_databases
def test_it_tells_of_each_row_whether_there_is_one(session):
    with_hosts, without = (make_municipality(name).id for name in ("Ниш", "Врање"))
    for _host in range(2):
        make_host(municipality_id=with_hosts)

    asked = select(Municipality.id, some_row(HOSTS), no_row(HOSTS), ~no_row(HOSTS)).order_by(Municipality.id)

    assert session.execute(asked).all() == [(with_hosts, True, False, True), (without, False, True, False)]
    for wanted, found in ((some_row(HOSTS), with_hosts), (no_row(HOSTS), without)):
        assert session.scalars(select(Municipality.id).where(wanted | (Municipality.id == 0))).all() == [found]


def test_only_postgresql_is_asked_for_one_row():
    inner = "SELECT host.id FROM host WHERE host.municipality_id = municipality.id"
    told = {
        (dialect.__name__.rpartition(".")[2], how.__name__): " ".join(
            str(select(Municipality.id).where(how(HOSTS)).compile(dialect=dialect.dialect())).split()
        ).partition(" WHERE ")[2]
        for dialect in (sqlite, postgresql)
        for how in (some_row, no_row)
    }

    assert told == {
        ("sqlite", "some_row"): f"EXISTS ({inner})",
        ("sqlite", "no_row"): f"NOT (EXISTS ({inner}))",
        ("postgresql", "some_row"): f"(({inner} LIMIT 1) IS NOT NULL)",
        ("postgresql", "no_row"): f"NOT ((({inner} LIMIT 1) IS NOT NULL))",
    }


# --- the different numbers of a group in one text ---


def seen(*rows: tuple[str, int]) -> sa.Subquery:
    return sa.union_all(
        *(sa.select(sa.literal(kind).label("kind"), sa.literal(town).label("town")) for kind, town in rows)
    ).subquery()


@pytest.mark.postgres_decides
def test_each_number_of_a_group_is_told_once_and_of_an_empty_group_none(session):
    rows = seen(("a", 17), ("a", 3), ("a", 17), ("b", 0))
    wanted = sa.select(rows.c.kind, DistinctNumbers(rows.c.town)).group_by(rows.c.kind).order_by(rows.c.kind)
    assert [(kind, numbers_in(told)) for kind, told in session.execute(wanted)] == [("a", {3, 17}), ("b", {0})]
    rows = seen(("a", 1))
    assert numbers_in(session.scalar(sa.select(DistinctNumbers(rows.c.town)).where(rows.c.town > 1))) == set()


# --- an index of some rows ---


ROOT = Path(__file__).resolve().parents[2]


def _made_on(url: str) -> list[str]:
    """What is said to a database of that kind to make the table's indexes."""
    kept = sa.MetaData()
    sa.Table(
        "visit",
        kept,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("settled", sa.Boolean),
        sa.Column("host_id", sa.Integer),
        part_index("not_settled", "host_id", where="settled = 0", on_postgresql="NOT settled", unique=True),
        sa.Index("of_all", "host_id"),
        part_index("told", "host_id", where="host_id IS NOT NULL"),
    )
    said: list[str] = []
    engine = sa.create_mock_engine(
        url, lambda statement, *_: said.append(str(statement.compile(dialect=engine.dialect)))
    )
    kept.create_all(engine, checkfirst=False)
    return sorted(one.strip() for one in said if "INDEX" in one)


@pytest.mark.parametrize(
    ("url", "not_settled"), [("sqlite://", "settled = 0"), ("postgresql+psycopg://", "NOT settled")]
)
def test_each_database_is_told_of_which_rows(url, not_settled):
    assert _made_on(url) == [
        "CREATE INDEX of_all ON visit (host_id)",
        "CREATE INDEX told ON visit (host_id) WHERE host_id IS NOT NULL",
        f"CREATE UNIQUE INDEX not_settled ON visit (host_id) WHERE {not_settled}",
    ]


def test_to_declare_all_tables_nothing_is_read_of_postgresql():
    script = "import sys; from scheduler import all_models; print('sqlalchemy.dialects.postgresql' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
