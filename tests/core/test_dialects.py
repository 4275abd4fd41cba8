"""How a question, or an index, is written for each database, so that it finds its rows by the way that is meant."""

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from scheduler.attendance.models import Attendance
from scheduler.attendance.queries.figures import IS_COUNTED
from scheduler.attendance.terms import WAITS_FOR_A_LOCK
from scheduler.core.db import WHERE, part_index, written_out
from scheduler.core.distinct_numbers import DistinctNumbers, numbers_in
from scheduler.core.query_hints import by_no_index, no_row, some_row, with_implied
from scheduler.places.models import Host, Municipality
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import NOT_HELD_VISITS
from tests.factories.places import make_host, make_municipality

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
    counts = str(IS_COUNTED[-1].compile(dialect=dialect))

    assert counts.split(" IN ")[0].strip("()") == column


@pytest.mark.both_databases
def test_a_column_by_no_index_is_the_same_column(session):
    towns = [make_municipality(name).id for name in ("Ниш", "Врање", "Лесковац")]
    wanted = select(Municipality.id).where(by_no_index(Municipality.id).in_(towns[1:])).order_by(Municipality.id)

    assert list(session.scalars(wanted)) == sorted(towns[1:])


# --- what follows from a condition ---


OF_TOWN = Host.municipality_id == Municipality.id


@pytest.mark.parametrize(
    ("dialect", "said"),
    [
        (sqlite.dialect(), "host.municipality_id = municipality.id"),
        (postgresql.dialect(), "(host.municipality_id = municipality.id AND municipality.id >= 1)"),
    ],
)
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
