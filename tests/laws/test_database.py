"""The stored data defends itself: names, foreign keys, and a migrated database that equals the models."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import Migrate, downgrade, upgrade
from sqlalchemy import Engine, ForeignKeyConstraint

from scheduler import all_models
from scheduler.config import ROOT, name_secret
from scheduler.core.db import Base, db, prepare
from scheduler.core.text import name_key
from scheduler.core.triggers import mend_triggers, wrong_triggers

assert all_models  # fills the metadata


def test_every_constraint_has_a_name() -> None:
    nameless = [
        f"{table.name}: {constraint}"
        for table in Base.metadata.sorted_tables
        for constraint in table.constraints
        if not constraint.name
    ]
    assert nameless == []


def test_every_foreign_key_says_what_happens_on_delete() -> None:
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
    return said


@pytest.mark.slow
@pytest.mark.postgres_decides
def test_migrations_make_what_the_models_say_also_after_down_and_up(two_urls: tuple[str, str]) -> None:
    migrated, made = two_urls
    with _bare_app(made).app_context():
        db.create_all()
        wanted = _said_by_the_database(db.engine)
        db.engine.dispose()

    with _bare_app(migrated).app_context():
        upgrade()
        after_up = _said_by_the_database(db.engine)
        downgrade(revision="base")
        after_down = _said_by_the_database(db.engine)
        upgrade()
        after_up_again = _said_by_the_database(db.engine)
        db.session.remove()
        db.engine.dispose()

    assert len(wanted) > 300
    assert after_up ^ wanted == set()
    assert after_down == set()
    assert after_up_again ^ wanted == set()


@pytest.mark.slow
@pytest.mark.postgres_decides
def test_at_any_schema_a_restore_takes_no_trigger_of_ours_for_a_foreign_one(two_urls: tuple[str, str]) -> None:
    """And migrations from there on end with all of them, and with no other."""
    taken: dict[str, list[str]] = {}
    with _bare_app(two_urls[0]).app_context():
        for revision in ("0001_first_tables", "0017_holds", "0030_database_law", "0032_facts_stay", "0034_second_step"):
            upgrade(revision=revision)
            with db.engine.execution_options(writes=True).begin() as connection:
                taken[revision] = [str(one) for one in mend_triggers(connection, whole=False)]
        upgrade()
        with db.engine.begin() as connection:
            left = wrong_triggers(connection)
        db.session.remove()
        db.engine.dispose()

    assert {revision: gone for revision, gone in taken.items() if gone} == {}
    assert left == []


@pytest.mark.postgres_decides
def test_names_behind_certificates_become_keyed_hashes_and_come_back_only_where_the_name_is_kept(
    two_urls: tuple[str, str], app: Flask
) -> None:
    kept = {"holder_key": "ana petrovic", "holder_name": "Ана Петровић", "kind": "teacher"}
    gone = {"holder_key": "mira savic", "holder_name": None, "kind": "teacher"}
    school = {"holder_key": "host", "holder_name": None, "kind": "school"}
    secret = app.config["SECRET_KEY"]
    with _bare_app(two_urls[0]).app_context():
        upgrade(revision="0001_first_tables")
        _put_certificates(kept, gone, school)
        upgrade(revision="0002_warnings_promises_hashes")
        hashed = _holder_keys()
        downgrade(revision="0001_first_tables")
        back = _holder_keys()
        db.session.remove()
        db.engine.dispose()

    assert hashed == [name_key("Ана Петровић", secret), name_key("Mira Savić", secret), "host"]
    assert back == ["ana petrovic", name_key("Mira Savić", secret), "host"]


@pytest.mark.postgres_decides
def test_names_that_are_still_stored_are_hashed_again_under_their_own_key(
    two_urls: tuple[str, str], app: Flask
) -> None:
    kept = {"holder_key": "ana petrovic", "holder_name": "Ана Петровић", "kind": "teacher"}
    gone = {"holder_key": "mira savic", "holder_name": None, "kind": "teacher"}
    school = {"holder_key": "host", "holder_name": None, "kind": "school"}
    of_old = [name_key(name, app.config["SECRET_KEY"]) for name in ("Ана Петровић", "Mira Savić")]
    with _bare_app(two_urls[0]).app_context():
        upgrade(revision="0001_first_tables")
        _put_certificates(kept, gone, school)
        upgrade(revision="0090_repairs")
        with db.engine.begin() as connection:
            before = wrong_triggers(connection)
        upgrade(revision="0093_name_key")
        again, of_new = _holder_keys(), name_key("Ана Петровић", name_secret())
        with db.engine.begin() as connection:
            after = wrong_triggers(connection)
        downgrade(revision="0090_repairs")
        back = _holder_keys()
        db.session.remove()
        db.engine.dispose()

    assert again == [of_new, of_old[1], "host"]
    assert back == [*of_old, "host"]
    assert set(after) <= set(before), "later ones are missing before and after, and no others"


def _put_certificates(*rows: dict[str, str | None]) -> None:
    fair = {
        "visit_id": 1, "language": "en", "printed": "{}", "state": "issued", "reason": "",
        "state_since": "2026-01-01 00:00:00", "issued_at": "2026-01-01 00:00:00",
    }  # fmt: skip
    numbered = (
        {"id": number, "number": f"{number:016d}", "running_number": f"U-{number}"}
        for number in range(1, len(rows) + 1)
    )
    _put_alone(*(("certificate", fair | numbers | row) for numbers, row in zip(numbered, rows, strict=True)))


def _put_alone(*rows: tuple[str, Mapping[str, object]]) -> None:
    """Rows of tables alone, without what they belong to: a migration looks at nothing else."""
    sqlite = db.engine.dialect.name == "sqlite"
    alone = ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON")
    if not sqlite:
        alone = ("SET session_replication_role = replica", "SET session_replication_role = origin")
    raw = db.engine.raw_connection()
    cursor = raw.cursor()
    cursor.execute(alone[0])
    for table, row in rows:
        values = ", ".join("NULL" if value is None else f"'{value}'" for value in row.values())
        cursor.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values})")
    raw.commit()
    cursor.execute(alone[1])
    raw.commit()
    raw.close()


def _holder_keys() -> list[str]:
    return [key for (key,) in _told("SELECT holder_key FROM certificate ORDER BY id")]


def _told(question: str) -> list[tuple[object, ...]]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(question))]


_THEN = "2026-01-01 00:00:00"
_VISIT = {
    "centre_id": 1, "host_id": 1, "programme_id": 1, "on_day": "2026-01-01", "zone": "Europe/Belgrade",
    "state": "offered", "state_since": _THEN, "reason": "", "clock_wrong": "", "teacher_stays": False,
    "safeguarding_contact": "", "goes_short": False, "online_link": "", "kilometres": 0, "version": 1,
}  # fmt: skip
_SITTING = {
    "visit_id": 1, "sequence": 0, "edited_at": _THEN, "on_day": "2026-01-01", "starts_local": "10:00:00", "minutes": 45,
    "zone": "Europe/Belgrade", "starts_at": _THEN, "ends_at": "2026-01-01 00:45:00", "busy_from": _THEN,
    "busy_until": "2026-01-01 00:45:00", "audience": "pupils", "level": "secondary", "classes": "", "room": "",
    "outside_shift": False, "expected_pupils": 0, "expected_parents": 0, "expected_teachers": 0, "state_since": _THEN,
}  # fmt: skip
_SAID = {
    1: ["visit confirmed"],
    2: ["visit confirmed", "visit moved"],
    3: ["visit confirmed", "visit moved", "visit confirmed", "visit offered"],
}


def _old_visits() -> Iterator[tuple[str, dict[str, object]]]:
    """As migration 0026 left them: what is known stands in the audit log, or in a sentence."""
    for visit, said in _SAID.items():
        yield "visit", _VISIT | {"id": visit, "number": f"P-{visit}"}
        for place, action in enumerate(said):
            at = f"2026-01-0{place + 1} 00:00:00"
            yield "audit_entry", {"at": at, "actor": "system", "action": action, "thing": "visit", "thing_id": visit,
                                  "details": "{}"}  # fmt: skip
    sentences = [("part_delivered", "30 min"), ("cancelled", "late: 47 h"), ("cancelled", "early: 48 h"),
                 ("cancelled", "Снег: 5 h"), ("delivered", "")]  # fmt: skip
    for ordinal, (state, reason) in enumerate(sentences, 1):
        yield "presentation", _SITTING | {"id": ordinal, "ordinal": ordinal, "uid": ordinal, "state": state,
                                          "reason": reason}  # fmt: skip


@pytest.mark.slow
@pytest.mark.postgres_decides
def test_what_stood_in_the_audit_log_and_in_sentences_becomes_columns_and_comes_back(two_urls: tuple[str, str]) -> None:
    sentences = "SELECT reason FROM presentation ORDER BY id"
    with _bare_app(two_urls[0]).app_context():
        upgrade(revision="0026_phones_and_short_messages")
        _put_alone(*_old_visits())
        before = _told(sentences)
        upgrade(revision="0027_facts_in_columns")
        days = _told("SELECT substr(CAST(confirmed_at AS VARCHAR), 1, 10), substr(CAST(moved_at AS VARCHAR), 1, 10)"
                     " FROM visit ORDER BY id")  # fmt: skip
        numbers = _told("SELECT minutes_given, notice_hours, reason FROM presentation ORDER BY id")
        downgrade(revision="0026_phones_and_short_messages")
        after = _told(sentences)
        db.session.remove()
        db.engine.dispose()

    assert days == [("2026-01-01", None), (None, "2026-01-02"), ("2026-01-03", "2026-01-02")]
    assert numbers == [(30, None, ""), (None, 47, ""), (None, 48, ""), (None, None, "Снег: 5 h"), (None, None, "")]
    assert after == before


_FOUND = [("clock", "2 7b too_early"), ("closed", "2026-01-01"), ("away", "7"), ("away", "8")]  # nobody is 8


@pytest.mark.slow
@pytest.mark.postgres_decides
def test_findings_and_ticks_become_columns_and_come_back(two_urls: tuple[str, str]) -> None:
    rows: list[tuple[str, dict[str, object]]] = [
        ("visit", _VISIT | {"id": 1, "number": "P-1", "clock_wrong": "too_early"}),
        ("visit", _VISIT | {"id": 2, "number": "P-2"}),
        ("presenter", {"id": 7, "user_id": 1, "centre_id": 1, "home_id": 1, "kind": "educator"}),
        ("readiness", {"visit_id": 1, "ticked": "room teacher", "changed_at": _THEN}),
        ("readiness", {"visit_id": 2, "ticked": "", "changed_at": _THEN}),
        *(("finding", {"visit_id": 1, "kind": kind, "about": about, "found_at": _THEN}) for kind, about in _FOUND),
    ]
    before = ("SELECT kind, about FROM finding ORDER BY id", "SELECT ticked FROM readiness ORDER BY visit_id",
              "SELECT clock_wrong FROM visit ORDER BY id")  # fmt: skip
    with _bare_app(two_urls[0]).app_context():
        upgrade(revision="0027_facts_in_columns")
        _put_alone(*rows)
        upgrade(revision="0028_findings_in_columns")
        found = _told("SELECT kind, ordinal, class_name, why, presenter_id FROM finding ORDER BY id")
        ticked = _told("SELECT visit_id FROM readiness WHERE room AND teacher AND NOT (equipment OR parents OR door)")
        clocks = _told(before[2])
        downgrade(revision="0027_facts_in_columns")
        after = [_told(question) for question in before]
        db.session.remove()
        db.engine.dispose()

    assert found == [
        ("clock", 2, "7b", "too_early", None),
        ("closed", None, None, "closed", None),
        ("away", None, None, None, 7),
    ]
    assert (ticked, clocks) == ([(1,)], [("too_early",), (None,)])
    assert after == [_FOUND[:3], [("room teacher",), ("",)], [("too_early",), ("",)]]


_AGREED = {
    "presenter_id": 7, "guardian_name": "Vesna", "guardian_email": "vesna@family.example", "guardian_phone": "",
    "takes_part": True, "travels": False, "photo": False, "name_on_the_web": False, "method": "paper",
    "text_version": "2026-01", "given_on": "2026-01-01", "valid_until": "2027-01-01", "recorded_at": _THEN,
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.postgres_decides
def test_consents_of_before_stand_and_the_newest_names_the_guardian(two_urls: tuple[str, str]) -> None:
    withdrawn = _AGREED | {"guardian_email": "old@family.example", "given_on": "2026-02-01", "withdrawn_at": _THEN}
    rows = [
        ("presenter", {"id": 7, "user_id": 1, "centre_id": 1, "home_id": 1, "kind": "educator"}),
        ("guardian_consent", withdrawn),
        ("guardian_consent", _AGREED),
    ]
    before = "SELECT guardian_email, method, valid_until FROM guardian_consent ORDER BY id"
    with _bare_app(two_urls[0]).app_context():
        upgrade(revision="0028_findings_in_columns")
        _put_alone(*rows)
        told = _told(before)
        upgrade(revision="0029_consent_of_the_guardian")
        guardians = _told("SELECT presenter_id, name, email FROM guardian")
        stand = _told(
            "SELECT count(*) FROM guardian_consent WHERE earlier AND (withdrawn_by IS NULL OR guardian_id IS NULL)"
        )
        ended = _told("SELECT withdrawn_by FROM guardian_consent WHERE withdrawn_at IS NOT NULL")
        downgrade(revision="0028_findings_in_columns")
        after = _told(before)
        db.session.remove()
        db.engine.dispose()

    assert guardians == [(7, "Vesna", "vesna@family.example")]
    assert (stand, ended, after) == ([(2,)], [("staff",)], told)
