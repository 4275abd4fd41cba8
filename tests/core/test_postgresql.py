"""What the product asks of PostgreSQL alone: settings of a connection, locks, programs, a server that ends."""

from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from scheduler.core import postgresql_programs
from scheduler.core.db import advisory_lock, beside_commit, db, prepare, transaction
from scheduler.core.form_keys import FormKey, remember
from tests.counting import statements
from tests.factories import MONDAY

ONLY_POSTGRESQL = pytest.mark.parametrize(
    "database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


@ONLY_POSTGRESQL
def test_no_question_is_compiled(session):
    """Also not after a transaction was rolled back, which takes back what was set in it."""
    for _ in range(2):
        assert session.scalar(sa.text("SHOW jit")) == "off"
        session.rollback()
        session.close()


@ONLY_POSTGRESQL
def test_an_index_is_dear_only_where_the_server_says_so(session):
    """Nobody has moved a head for it: but who has told the server what it costs there is believed."""
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
