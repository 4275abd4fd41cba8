"""The stored data defends itself: names, foreign keys, and a migrated database that equals the models.

What must stay possible past the database's law has one named way each; and who meets that law reads its name.
Elsewhere, on both databases: a correction (attendance/test_locking.py), a reissue (certificates/test_service.py), an
import taken back (attendance/test_past_visits.py), the demo (below), a restore (cli/test_backup.py), a downgrade
(laws/test_database.py); and each test begins by emptying the tables (clean_tables.py).
"""

import datetime as dt
import logging
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import Migrate, upgrade
from sqlalchemy import Engine, ForeignKeyConstraint
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler import all_models
from scheduler.acts import change
from scheduler.certificates.models import Certificate
from scheduler.cli.refusals import CommandGroup
from scheduler.config import ROOT
from scheduler.core.db import Base, db, prepare, transaction
from scheduler.core.errors import Conflict
from scheduler.core.triggers import wrong_triggers
from scheduler.core.ways import NamedWay, OpenWay, opened_way, violations
from scheduler.demo import load as demo
from scheduler.jobs.invariants import tell_what_is_broken
from scheduler.jobs.staffing import release_not_cleared
from scheduler.messages.models import OutboxMessage
from scheduler.policy import SYSTEM, Role
from scheduler.visits.models.visits import Assignment
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.factories import MONDAY
from tests.factories.certificates import make_certificate
from tests.factories.counting import LEAVING, a_locked_visit
from tests.factories.people import make_user
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.visits import make_assignment
from tests.visits.defences import a_presentation, by_sql, put, refusal_of
from tests.visits.scene import Scene, mails, states, visit_of

assert all_models  # fills the metadata


def test_every_constraint_has_a_name_and_every_foreign_key_says_what_happens_on_delete() -> None:
    nameless = [
        f"{table.name}: {constraint}"
        for table in Base.metadata.sorted_tables
        for constraint in table.constraints
        if not constraint.name
    ]
    assert nameless == []

    silent = [
        f"{table.name}.{constraint.column_keys}"
        for table in Base.metadata.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, ForeignKeyConstraint) and not constraint.ondelete
    ]
    assert silent == []


def test_the_product_waits_for_the_disk_and_keeps_foreign_keys_on_every_connection(tmp_path: Path) -> None:
    """Tests themselves do not wait (`tests/clean_tables.py`)."""
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'own.sqlite3'}")
    prepare(engine)
    wanted = {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 10_000}
    with engine.connect() as first, engine.connect() as second:
        for connection in (first, second):
            said = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
            assert said == wanted
    engine.dispose()


def _bare_app(url: str) -> Flask:
    """An application with a database and nothing else."""
    app = Flask("migrations")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)
    return app


@pytest.fixture
def two_urls(database: str, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Two empty databases of one kind: one for migrations, one for create_all."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path / 'migrated.sqlite3'}", f"sqlite:///{tmp_path / 'made.sqlite3'}"
        return
    server = sa.make_url(os.environ["TEST_POSTGRES_URL"])
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    names = [f"law_{worker}_migrated", f"law_{worker}_made"]
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in names:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    first, second = (server.set(database=name).render_as_string(hide_password=False) for name in names)
    yield first, second
    with engine.connect() as connection:
        for name in names:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()


_ON_POSTGRESQL = """
SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
  WHERE connamespace = 'public'::regnamespace AND contype <> 'n' AND conrelid <> 0
UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT proname || prosrc FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE l.lanname = 'plpgsql'
UNION ALL SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
  FROM information_schema.columns WHERE table_schema = 'public'
"""


def _said_by_the_database(engine: Engine) -> set[str]:
    """All that a database says of its own: columns, constraints, indexes, triggers, functions."""
    inspector = sa.inspect(engine)
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            rows = connection.exec_driver_sql(_ON_POSTGRESQL).scalars().all()
        return {row for row in rows if "alembic_version" not in row}
    said = set()
    for table in set(inspector.get_table_names()) - {"alembic_version"}:
        said |= {
            f"{table}.{column['name']} {column['type']} {column['nullable']}" for column in inspector.get_columns(table)
        }
        said |= {f"{table} {check}" for check in inspector.get_check_constraints(table)}
        said |= {f"{table} {unique}" for unique in inspector.get_unique_constraints(table)}
        said |= {f"{table} {key}" for key in inspector.get_foreign_keys(table)}
    with engine.connect() as connection:
        written = "SELECT sql FROM sqlite_master WHERE type IN ('trigger', 'index') AND sql IS NOT NULL"
        said |= set(connection.exec_driver_sql(written).scalars())
        once = "SELECT name || ' gives no id twice' FROM sqlite_master WHERE sql LIKE '% AUTOINCREMENT, %'"
        said |= set(connection.exec_driver_sql(once).scalars())
    return said


@pytest.mark.slow
@pytest.mark.postgres_decides
def test_migrations_make_what_the_models_say(two_urls: tuple[str, str]) -> None:
    migrated, made = two_urls
    with _bare_app(made).app_context():
        db.create_all()
        wanted = _said_by_the_database(db.engine)
        db.engine.dispose()

    with _bare_app(migrated).app_context():
        upgrade()
        after_up = _said_by_the_database(db.engine)
        with db.engine.begin() as connection:
            wrong = wrong_triggers(connection)
        db.session.remove()
        db.engine.dispose()

    assert len(wanted) > 300
    assert after_up ^ wanted == set()
    assert wrong == []


@pytest.mark.postgres_decides
def test_a_database_of_before_the_first_release_is_refused_in_one_line_and_left_as_it_is(
    two_urls: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with _bare_app(two_urls[0]).app_context():
        with db.engine.execution_options(writes=True).begin() as connection:
            connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
            connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('0002_less_to_keep')")

        with pytest.raises(SystemExit) as stopped:
            upgrade()

        with db.engine.connect() as connection:
            tables = sa.inspect(connection).get_table_names()
            stands = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
        db.session.remove()
        db.engine.dispose()

    assert stopped.value.code == 1
    assert (tables, stands) == (["alembic_version"], ["0002_less_to_keep"])
    assert caplog.messages[-1] == (
        "Error: this version does not know the schema 0002_less_to_keep: see docs/upgrade.md"
    )


@pytest.mark.slow
@pytest.mark.postgres_decides
@pytest.mark.parametrize("statements", [2, 60, 500])
def test_trust_r21_a_migration_that_is_killed_leaves_nothing_and_runs_again(
    two_urls: tuple[str, str], statements: int
) -> None:
    if (child := os.fork()) == 0:
        _upgrade_and_die(two_urls[0], statements)
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL

    with _bare_app(two_urls[0]).app_context():
        with db.engine.connect() as connection:
            left = sa.inspect(connection).get_table_names()
        upgrade()
        with db.engine.begin() as connection:
            wrong = wrong_triggers(connection)
            missing = Base.metadata.tables.keys() - set(sa.inspect(connection).get_table_names())
        db.session.remove()
        db.engine.dispose()

    assert left == []
    assert (wrong, missing) == ([], set())


def _upgrade_and_die(url: str, after: int) -> None:
    """In a process of its own: killed while its migration runs, after so many statements that change something."""
    seen = 0

    def die(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        nonlocal seen
        seen += statement.startswith("CREATE")
        if seen == after:
            os.kill(os.getpid(), signal.SIGKILL)

    with _bare_app(url).app_context():
        sa.event.listen(db.engine, "before_cursor_execute", die)
        upgrade()
    os._exit(0)


DELETE_PAPERS = "DELETE FROM certificate"


def a_paper(session: Session) -> Certificate:
    begun = a_locked_visit()
    return make_certificate(begun.visit, issued_at=LEAVING)


@pytest.mark.both_databases
@pytest.mark.parametrize("way", [NamedWay.RETENTION, NamedWay.ERASURE])
def test_what_is_forgotten_goes_on_its_way_only(session: Session, way: NamedWay) -> None:
    a_paper(session)
    assert refusal_of(lambda: by_sql(DELETE_PAPERS)) == "certificate_stays"
    assert refusal_of(lambda: by_sql("DELETE FROM head_count")) == "locked_counts_stay"

    with transaction() as inside, opened_way(inside, way):
        for table in ("certificate", "head_count", "attendance"):
            inside.execute(sa.text(f"DELETE FROM {table}"))

    session.rollback()
    assert session.scalars(sa.select(Certificate)).all() == []
    assert session.scalars(sa.select(OpenWay)).all() == []


@pytest.mark.both_databases
def test_a_name_is_forgotten_without_any_way_and_an_error_closes_one(session: Session) -> None:
    a_paper(session)
    with transaction() as inside:
        with pytest.raises(ZeroDivisionError), opened_way(inside, NamedWay.ERASURE):
            raise ZeroDivisionError

        assert inside.scalars(sa.select(OpenWay)).all() == []
        with pytest.raises(IntegrityError), inside.begin_nested():
            inside.execute(sa.text(DELETE_PAPERS))

    by_sql("UPDATE certificate SET holder_name = NULL")

    session.rollback()
    assert session.scalars(sa.select(Certificate.holder_name)).all() == [None]


@pytest.mark.both_databases
def test_a_way_that_stands_open_is_named(session: Session) -> None:
    by_sql("INSERT INTO open_way (way) VALUES ('erasure')")
    assert violations() == ["the way erasure stands open: the database does not defend what it guards"]


@pytest.mark.slow
@pytest.mark.both_databases
def test_the_demo_comes_and_goes_on_its_way(session: Session) -> None:
    assert demo.load(MONDAY)
    assert demo.remove()
    session.rollback()
    assert session.scalars(sa.select(Assignment)).all() == []
    assert session.scalars(sa.select(OpenWay)).all() == []


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "ending",
    [
        "UPDATE guardian_consent SET withdrawn_at = '2026-10-06 18:00:00+00:00'",
        "INSERT INTO vetting (presenter_id, result, checked_on, valid_until, recorded_at) SELECT presenter_id,"
        " 'refused', '2026-10-06', '2026-10-06', '2026-10-06 18:00:00+00:00' FROM vetting",
    ],
)
def test_what_ended_after_a_visit_does_not_keep_its_heads_from_being_counted(session: Session, ending: str) -> None:
    presentation = a_presentation()
    adult = make_assignment(presentation, a_cleared_educator().id)
    minor = make_assignment(presentation, a_cleared_minor().id)
    by_sql(ending)

    put(minor, AssignmentState.PRESENT)
    put(adult, AssignmentState.PRESENT)

    session.expire_all()
    assert set(session.scalars(sa.select(Assignment.state))) == {AssignmentState.PRESENT}


@pytest.mark.both_databases
def test_the_job_writes_to_everybody_whom_the_database_has_freed(session: Session) -> None:
    scene = Scene(educators=1, influencers=1)
    make_user(Role.COORDINATOR, email="desk@ncc.example", centre_id=scene.centre_id, password_hash="set")
    adult, minor = scene.educator(), scene.minor()
    scene.confirm(adult, minor)
    by_sql("UPDATE guardian_consent SET withdrawn_at = '2026-10-05 08:00:00+00:00'")
    assert states(session, scene)[minor.id] == [AssignmentState.WITHDRAWN]
    assert mails(session, "visit_released") == []

    release_not_cleared.call_local()
    release_not_cleared.call_local()

    assert visit_of(session, scene).state is VisitState.OFFERED
    assert [mail.address for mail in mails(session, "crew_not_cleared")] == ["desk@ncc.example"]
    assert len(mails(session, "visit_released")) == 2  # hers, and her guardian's copy
    assert set(session.scalars(sa.select(Assignment.reason).where(Assignment.presenter_id == minor.id))) == {
        "not_cleared"
    }


def test_what_is_broken_is_mailed_to_every_administrator_once_a_night(session: Session) -> None:
    for name, role in (("one", Role.ADMINISTRATOR), ("other", Role.ADMINISTRATOR), ("desk", Role.COORDINATOR)):
        make_user(role, email=f"{name}@centre.example", password_hash="set")
    tell_what_is_broken.call_local()
    assert session.scalars(sa.select(OutboxMessage)).all() == []
    session.rollback()
    by_sql("INSERT INTO open_way (way) VALUES ('demo')")

    tell_what_is_broken.call_local()
    tell_what_is_broken.call_local()

    session.rollback()
    told = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.address)).all()
    assert [(one.kind, one.address) for one in told] == [
        ("law_broken", "one@centre.example"),
        ("law_broken", "other@centre.example"),
    ]
    assert "the way demo stands open" in told[0].text


def test_trust_r27_what_was_mailed_by_a_clock_that_was_ahead_is_mailed_again(session: Session, the_clock) -> None:
    make_user(Role.ADMINISTRATOR, password_hash="set")
    session.rollback()
    by_sql("INSERT INTO open_way (way) VALUES ('demo')")
    for days in (400, 0, 0):
        the_clock.stands_at(MONDAY + dt.timedelta(days=days))
        tell_what_is_broken.call_local()
    session.rollback()
    assert len(session.scalars(sa.select(OutboxMessage)).all()) == 2


# --- whoever meets the law reads its name ---


@pytest.mark.both_databases
@pytest.mark.parametrize("through", ["a service", "plain SQL"])
def test_a_page_says_which_law_of_the_database_refused(
    app: Flask, session: Session, caplog: pytest.LogCaptureFixture, through: str
) -> None:
    a_paper(session)
    session.rollback()
    with app.test_request_context("/?lang=en"), caplog.at_level(logging.WARNING):
        with pytest.raises((IntegrityError, Conflict)) as refusal:
            if through == "a service":
                with change(SYSTEM, MONDAY) as act:
                    act.session.execute(sa.text(DELETE_PAPERS))
            else:
                by_sql(DELETE_PAPERS)
        answer = app.make_response(app.handle_user_exception(refusal.value))

    assert answer.status_code == 409
    assert "A certificate stays as it was printed" in answer.get_data(as_text=True)
    assert {record.constraint for record in caplog.records if record.message == "refused by the database"} == {
        "certificate_stays"
    }


@pytest.mark.both_databases
def test_a_command_says_which_law_of_the_database_refused(app: Flask, session: Session) -> None:
    a_paper(session)
    session.rollback()
    group = CommandGroup("forget")

    @group.command("papers")
    def papers() -> None:
        by_sql(DELETE_PAPERS)

    answer = app.test_cli_runner().invoke(group, ["papers"])

    assert answer.exit_code == 2
    assert "Refused by the database, nothing was stored: certificate_stays." in answer.stderr
