"""A backup is somebody's file: it plants nothing, fills no disk, and comes encrypted where backups are."""

import json
import sqlite3
import zipfile
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, text

from scheduler.backup import unpack as backup_unpack
from scheduler.config import settings
from scheduler.core import age, audit, triggers
from scheduler.core.db import db, transaction
from scheduler.jobs import invariants
from scheduler.jobs.health import known_revisions
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Centre, User
from scheduler.policy import SYSTEM
from tests.cli.backups import digest, encrypt_to, put_together, refused_in_one_line, taken_apart
from tests.factories import MONDAY
from tests.factories.messages import make_message
from tests.factories.people import make_centre, make_user


@pytest.fixture
def run(run, newest_schema):
    """The commands of backups, in an installation in which somebody has done something."""
    centre = make_centre(name_en="Kept")
    with transaction():
        audit.record(SYSTEM, "centre opened", centre, at=MONDAY)
    return partial(run, "backup")


def names_stored() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Centre.name_en).order_by(Centre.id)))


def refusal_of(run, file: Path) -> str:
    """One line, and nothing has changed."""
    make_centre(slug="later", name_en="Later")
    answer = run("restore", file, "--replace")
    assert refused_in_one_line(answer), answer.output
    assert names_stored() == ["Kept", "Later"]
    assert list(settings().instance.glob(".backup-*")) == []
    return answer.stderr


def rewritten(file: Path, *statements: str, **told: object) -> None:
    """The same archive with another database in it, and honest about that."""
    manifest, members = taken_apart(file)
    place = file.with_suffix(".sqlite3")
    place.write_bytes(members["database.sqlite3"])
    connection = sqlite3.connect(place)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    members["database.sqlite3"] = place.read_bytes()
    place.unlink()
    manifest["digests"]["database.sqlite3"] = digest(members["database.sqlite3"])
    put_together(file, manifest | told, members)


def details_of_restore() -> dict[str, object]:
    db.session.rollback()
    said = db.session.scalars(select(audit.AuditEntry.details).where(audit.AuditEntry.action == "backup restored"))
    return json.loads(said.first())


# --- triggers ---


def test_trust_r24_a_planted_trigger_runs_neither_in_a_restore_nor_after_it(run, tmp_path):
    """It would run at the first message that the restore holds."""
    make_user(email="marija@centre.example", password_hash="hers")
    make_message("waits@school.example")
    run("create", tmp_path / "b.zip")
    rewritten(
        tmp_path / "b.zip",
        "CREATE TRIGGER planted AFTER UPDATE ON outbox_message BEGIN UPDATE user_account SET password_hash = 'x'; END",
        'CREATE TRIGGER "it""s;\x1b[2J planted" AFTER INSERT ON audit_entry BEGIN DELETE FROM centre; END',
        "DROP TRIGGER audit_entry_keeps",
        "DROP TRIGGER visit_state_follows_update",
        "CREATE TRIGGER visit_state_follows_update BEFORE UPDATE OF state ON visit BEGIN SELECT 1; END",
    )

    answer = run("restore", tmp_path / "b.zip", "--replace")

    assert (answer.exit_code, answer.stderr.count("\n")) == (0, 1), answer.stderr
    names = (
        'it"s;?[2J planted on audit_entry (foreign)',
        "audit_entry_keeps on audit_entry (missing)",
        "planted on outbox_message (foreign)",
        "visit_state_follows_update on visit (changed)",
    )
    assert [name for name in names if name not in answer.stderr] == []
    assert sorted(details_of_restore()["triggers"]) == sorted(names)
    assert db.session.scalars(select(User.password_hash)).all() == ["hers"]
    assert db.session.scalars(select(OutboxMessage.failure)).all() == ["restored"]
    assert "Kept" in names_stored()
    assert invariants.violations() == []


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_trust_r24_where_postgresql_is_filled_its_own_triggers_are_looked_at(run, tmp_path):
    run("create", tmp_path / "b.zip")
    with db.engine.begin() as connection:
        for statement in (
            "CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql"
            " AS $$BEGIN DELETE FROM centre; RETURN NEW; END$$",
            "CREATE TRIGGER planted AFTER INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION planted()",
            "DROP TRIGGER audit_entry_keeps ON audit_entry",
            "ALTER TABLE visit DISABLE TRIGGER visit_state_follows_update",
        ):
            connection.execute(text(statement))

    answer = run("restore", tmp_path / "b.zip", "--replace")

    with db.engine.begin() as connection:
        connection.execute(text("DROP FUNCTION planted()"))
    assert (answer.exit_code, answer.stderr.count("\n")) == (0, 1)
    assert "planted on audit_entry (foreign)" in answer.stderr
    assert len(details_of_restore()["triggers"]) == 3
    assert invariants.violations() == []


def test_a_backup_of_an_older_schema_brings_no_trigger_that_we_do_not_know_and_settle_makes_ours(
    run, tmp_path, monkeypatch
):
    run("create", tmp_path / "b.zip")
    rewritten(
        tmp_path / "b.zip",
        "CREATE TRIGGER planted AFTER UPDATE ON sign_in BEGIN DELETE FROM centre; END",
        "DROP TRIGGER audit_entry_keeps",
    )
    known = known_revisions()
    monkeypatch.setattr("scheduler.cli.backup.known_revisions", lambda: ["9999_later", *known])

    answer = run("restore", tmp_path / "b.zip", "--replace")
    early = run("settle", "--since", "2026-11-24T02:15:00+00:00")
    with db.engine.execution_options(writes=True).begin() as connection:
        left = triggers.wrong_triggers(connection)
    db.session.rollback()
    monkeypatch.undo()
    settled = run("settle", "--since", "2026-11-24T02:15:00+00:00")

    assert (answer.exit_code, "planted on sign_in (foreign)" in answer.stderr) == (0, True)
    assert [str(one) for one in left] == ["audit_entry_keeps on audit_entry (missing)"]
    assert (early.exit_code, "run `db upgrade` first" in early.stderr) == (2, True)
    assert (settled.exit_code, "audit_entry_keeps on audit_entry (missing)" in settled.stderr) == (0, True)
    assert invariants.violations() == []


@pytest.mark.parametrize(
    "planted", ["CREATE VIEW planted AS SELECT * FROM user_account", "CREATE VIRTUAL TABLE planted USING fts5(text)"]
)
def test_a_database_with_a_view_in_it_is_refused(run, tmp_path, planted):
    run("create", tmp_path / "b.zip")
    rewritten(tmp_path / "b.zip", planted)
    assert "the view planted" in refusal_of(run, tmp_path / "b.zip")


# --- encrypted ---


def test_trust_s38_where_backups_are_encrypted_a_plain_one_is_refused_unless_told(run, tmp_path, monkeypatch):
    file = tmp_path / "b.zip"
    run("create", file)
    encrypt_to(age.new_key(tmp_path / "key.txt"), monkeypatch)

    told = refusal_of(run, file)
    taken = run("restore", file, "--replace", "--plain")

    why = "it is not encrypted, though BACKUP_RECIPIENT is set; if you know who made it, say --plain"
    assert told == f"Error: {file}: {why}\n"
    assert taken.exit_code == 0
    assert details_of_restore() == {"encrypted": False}


# --- how much it unpacks to ---


@pytest.fixture
def room(monkeypatch):
    """Say how many bytes the disk has free; answers how many were let through while unpacking."""
    written: list[int] = []
    take, usage = backup_unpack.Room.take, backup_unpack.shutil.disk_usage(settings().instance)
    monkeypatch.setattr(backup_unpack.Room, "take", lambda room, size: (take(room, size), written.append(size))[0])

    def has(free: int) -> list[int]:
        monkeypatch.setattr(backup_unpack.shutil, "disk_usage", lambda _place: usage._replace(free=free))
        return written

    return has


def a_bomb(run, folder: Path, *, members: int = 1, size: int = 8 << 20) -> Path:
    """A few kilobytes that unpack to many megabytes, in words as a backup has them."""
    file, content = folder / "b.zip", b"\0" * size
    run("create", file)
    told, packed = taken_apart(file)
    for number in range(members):
        told["files"].append(f"uploads/{number}")
        told["digests"][f"files/uploads/{number}"] = digest(content)
        packed[f"files/uploads/{number}"] = content
    put_together(file, told, packed)
    return file


def test_trust_r20_a_bomb_is_refused_before_a_byte_of_it_is_written(run, tmp_path, monkeypatch, room):
    file = a_bomb(run, tmp_path, members=4)
    monkeypatch.setattr(backup_unpack, "STAYS_FREE", 0)
    written = room(30 << 20)
    assert "it unpacks to more than the 0.0 GiB that the disk has to spare" in refusal_of(run, file)
    assert written == []


def test_trust_r20_an_archive_that_lies_about_its_sizes_is_stopped_while_it_unpacks(run, tmp_path, monkeypatch, room):
    file = a_bomb(run, tmp_path, size=16 << 20)
    monkeypatch.setattr(backup_unpack, "_said", lambda _archive: {})
    written = room(backup_unpack.STAYS_FREE + (6 << 20))
    assert "it unpacks to more" in refusal_of(run, file)
    assert 0 < sum(written) <= 6 << 20


@pytest.mark.parametrize(("name", "value", "said"), [
    ("MEMBERS_AT_MOST", 3, "members, and no backup has more than 3"),
    ("MANIFEST_AT_MOST", 100, "its manifest.json is larger"),
    ("UNPACKED_IN_PIECES", (zipfile.ZIP_STORED,), "packed in a way that no backup is"),
])  # fmt: skip
def test_an_archive_of_too_many_members_or_of_a_strange_kind_is_refused(run, tmp_path, monkeypatch, name, value, said):
    file = a_bomb(run, tmp_path, members=3, size=10)
    monkeypatch.setattr(backup_unpack, name, value)
    assert said in refusal_of(run, file)


def test_more_than_a_backup_usually_has_wants_to_be_said(run, tmp_path, monkeypatch):
    file = a_bomb(run, tmp_path)
    for module in ("scheduler.backup.unpack", "scheduler.cli.backup"):
        monkeypatch.setattr(f"{module}.GIB", 1 << 20)

    few, enough = (run("restore", file, "--replace", "--up-to", most) for most in (5, 64))

    assert (few.exit_code, "more than 5 GiB" in few.stderr, "--up-to" in few.stderr) == (2, True, True)
    assert enough.exit_code == 0, enough.output
    (settings().instance / "uploads" / "0").unlink()


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_trust_r20_what_a_dump_unpacks_to_is_counted_too(run, tmp_path, room):
    """A dump may be packed inside, whatever the archive says of it."""
    for number in range(400):
        make_centre(slug=f"c{number}", name_en="x" * 200)
    run("create", tmp_path / "b.zip")
    members = taken_apart(tmp_path / "b.zip")[1]
    assert "database.dump" in members
    room(backup_unpack.STAYS_FREE + sum(map(len, members.values())) + (16 << 10))

    answer = run("restore", tmp_path / "b.zip", "--replace")

    assert (answer.exit_code, "it unpacks to more" in answer.stderr) == (2, True), answer.output
    assert list(settings().instance.glob(".backup-*")) == []
