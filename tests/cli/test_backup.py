"""`backup create` and `backup restore`: whole or not at all, also while somebody writes (TRUST R4)."""

import os
import stat
import threading
import time
import zipfile
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from scheduler.backup import archive as backup
from scheduler.config import settings
from scheduler.core import audit, seals
from scheduler.core.db import db, transaction
from scheduler.feeds import queries, service
from scheduler.imports import batches, laid_aside, staging
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import MessageState
from scheduler.people.models import Centre, SignIn
from scheduler.places.imports.registers import read_hosts
from scheduler.places.models import Host
from scheduler.places.service.hosts import import_hosts
from scheduler.policy import SYSTEM
from tests.cli.backups import digest, put_together, refused_in_one_line, taken_apart
from tests.factories import MONDAY
from tests.factories.feeds import make_entry_for, make_feed
from tests.factories.messages import make_message
from tests.factories.people import make_centre, make_user
from tests.factories.places import make_municipality
from tests.factories.safeguarding import a_cleared_educator
from tests.full_disk import a_full_database, raising_of

pytestmark = pytest.mark.both_databases


@pytest.fixture
def run(run, newest_schema):
    """The commands of backups, in an installation in which somebody has done something."""
    centre = make_centre(name_sr_cyrl="Центар „Дрвенград“")
    with transaction():
        audit.record(SYSTEM, "centre opened", centre, at=MONDAY)
    return partial(run, "backup")


def names_stored() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Centre.name_sr_cyrl).order_by(Centre.id)))


def test_a_backup_brings_back_rows_and_files(run, tmp_path):
    instance, file = settings().instance, tmp_path / "b.zip"
    (instance / "uploads").mkdir(exist_ok=True)
    (instance / "uploads" / "letter.pdf").write_bytes(b"%PDF letter")
    made = run("create", file)
    assert (made.exit_code, made.stderr) == (0, "")

    make_centre(slug="later", name_sr_cyrl="Касније")
    (instance / "uploads" / "letter.pdf").unlink()
    back = run("restore", file, "--replace")

    assert (back.exit_code, back.stderr) == (0, "")
    assert names_stored() == ["Центар „Дрвенград“"]
    assert (instance / "uploads" / "letter.pdf").read_bytes() == b"%PDF letter"
    make_centre(slug="new", name_sr_cyrl="Нови")  # ids go on after the restored ones
    assert names_stored() == ["Центар „Дрвенград“", "Нови"]


def test_no_backup_holds_what_is_kept_for_calendars_and_after_a_restore_it_is_made_anew(run, tmp_path):
    """A copy would lie where nothing takes it out when somebody is suspended, leaves or is erased."""
    presenter = a_cleared_educator()
    make_entry_for(presenter)
    feed = service.renewed_body(token := make_feed(presenter), now=MONDAY)
    assert len(feed.packed) > 400
    assert run("create", tmp_path / "b.zip").exit_code == 0

    told, members = taken_apart(tmp_path / "b.zip")
    rows, held = told["rows"], b"".join(members.values())
    assert (rows["feed_token"], rows["feed_body"]) == (1, 0)
    assert [one for one in (feed.packed, feed.packed.hex().encode()) if one in held] == []
    assert queries.kept_feed(token, now=MONDAY) is not None
    assert run("restore", tmp_path / "b.zip", "--replace").exit_code == 0
    assert queries.kept_feed(token, now=MONDAY) is None
    with db.engine.begin() as connection:  # no ledger: every address has ended, this one too
        connection.exec_driver_sql("UPDATE feed_token SET revoked_at = NULL")
    assert (service.renewed_body(token, now=MONDAY).packed, queries.violations()) == (feed.packed, [])


def test_only_the_owner_reads_a_backup_and_it_holds_no_key(run, tmp_path):
    instance, file = settings().instance, tmp_path / "b.zip"
    (instance / "mail").mkdir(exist_ok=True)
    (instance / "mail" / "1.eml").write_text("https://x/status/a-usable-link")
    (instance / "secret_key").write_text("the key of this installation")

    run("create", file)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    held = b"".join(taken_apart(file)[1].values())
    assert b"a-usable-link" not in held
    assert b"the key of this installation" not in held
    assert [path.name for path in tmp_path.iterdir()] == ["b.zip"]
    (instance / "secret_key").unlink()


def test_an_earlier_backup_or_a_place_in_use_is_written_over_only_when_told(run, tmp_path):
    file = tmp_path / "b.zip"
    file.write_text("earlier")

    assert (run("create", file).exit_code, file.read_text()) == (2, "earlier")
    assert run("create", file, "--replace").exit_code == 0

    file = tmp_path / "b.zip"
    run("create", file)
    make_centre(slug="later", name_sr_cyrl="Касније")

    answer = run("restore", file)

    assert (answer.exit_code, answer.stdout) == (2, "")
    why = "this installation is in use: --replace puts the backup in place of what it holds"
    assert answer.stderr == f"Error: {file}: {why}\n"
    assert names_stored() == ["Центар „Дрвенград“", "Касније"]


@pytest.mark.parametrize("spoil", ["cut", "bit", "foreign", "absent"])
def test_a_damaged_or_foreign_backup_changes_nothing(run, tmp_path, spoil):
    file = tmp_path / "b.zip"
    run("create", file)
    if spoil == "absent":
        file.unlink()
    elif spoil == "cut":
        os.truncate(file, file.stat().st_size // 2)
    elif spoil == "foreign":
        file.write_text("no archive")
    else:
        told, members = taken_apart(file)
        name = next(name for name in members if name.startswith(("database", "tables/centre")))
        put_together(file, told, members | {name: members[name][:-1] + b"?"})

    assert refused(run, file)


def refused(run, file: Path) -> bool:
    """In one line, and nothing has changed."""
    make_centre(slug="later", name_sr_cyrl="Касније")
    answer = run("restore", file, "--replace")
    return refused_in_one_line(answer) and names_stored() == ["Центар „Дрвенград“", "Касније"]


@pytest.mark.parametrize("planted", [
    *("secret_key", "secret_key-old", "queue.sqlite3", "raspored.sqlite3", "raspored.sqlite3-wal", "lock"),
    *("mail/1.eml", "uploads/../../evil", "../evil", "/tmp/evil", "uploads", "outside/evil"),
])  # fmt: skip
def test_a_foreign_backup_plants_no_key_no_queue_and_nothing_in_place_of_the_database(run, tmp_path, planted):
    """Whoever could hand over a backup with a key in it would sign everybody's papers and sessions."""
    instance, file = settings().instance, tmp_path / "b.zip"
    (instance / "uploads").mkdir(exist_ok=True)
    (tmp_path / "elsewhere").mkdir()
    (instance / "outside").symlink_to(tmp_path / "elsewhere")
    (instance / "secret_key").write_text("ours")
    in_a_file = db.engine.dialect.name == "sqlite"
    name = Path(str(db.engine.url.database)).name if planted == "raspored.sqlite3" and in_a_file else planted
    run("create", file)
    told, members = taken_apart(file)
    told["files"].append(name)
    told["digests"][f"files/{name}"] = digest(b"planted")
    put_together(file, told, members | {f"files/{name}": b"planted"})
    try:
        is_refused = refused(run, file)
    finally:
        (instance / "outside").unlink()
        key = (instance / "secret_key").read_text()
        (instance / "secret_key").unlink()

    assert is_refused or (planted == "raspored.sqlite3" and not in_a_file)  # PostgreSQL lies elsewhere
    assert (key, list((tmp_path / "elsewhere").iterdir())) == ("ours", [])
    assert not (instance.parent / "evil").exists()


@pytest.mark.parametrize("changed", [
    *({"files": files} for files in (["uploads/promised.pdf"], [7], None, ["a\0b"], [""], ["."])),
    *({"rows": rows} for rows in ([1, 2], None)),
    *({"digests": digests} for digests in ({"database.sqlite3": None}, [], "x")),
    *({"revision": revision} for revision in (None, {}, "9999_from_the_future")),
    *({"at": at} for at in ("yesterday", "2026-11-24T02:15:00")), {"version": 2}, {"dialect": "oracle"},
], ids=str)  # fmt: skip
def test_a_backup_whose_own_words_are_wrong_is_refused_in_one_line_before_anything_changes(run, tmp_path, changed):
    file = tmp_path / "b.zip"
    run("create", file)
    told, members = taken_apart(file)
    put_together(file, told | changed, members)
    assert refused(run, file)


@pytest.mark.parametrize("written", ["[]", "7", "{}", "", "[" * 100_000, '{"format": "raspored backup", "version": 1}'])
def test_a_backup_that_says_something_else_of_itself_is_refused_in_one_line(run, tmp_path, written):
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("manifest.json", written)
    assert refused_in_one_line(run("restore", tmp_path / "b.zip", "--replace"))


def test_after_a_restore_everybody_signs_in_anew_and_mails_are_held(run, tmp_path):
    make_user(email="jelena@centre.example", password_hash=None)
    with transaction() as session:
        user_id = session.execute(text("SELECT id FROM user_account")).scalar_one()
        session.add(SignIn(token_hash="h", user_id=user_id, created_at=MONDAY, last_seen_at=MONDAY, expires_at=MONDAY))
    make_message("a@b.example")
    run("create", tmp_path / "b.zip")

    assert run("restore", tmp_path / "b.zip", "--replace").exit_code == 0

    db.session.rollback()
    assert db.session.scalars(select(SignIn.ended_at)).one() is not None
    mail = db.session.scalars(select(OutboxMessage)).one()
    assert (mail.state, mail.failure) == (MessageState.FAILED, "restored")


@pytest.mark.deep
def test_a_backup_while_somebody_writes_is_one_moment_and_holds_what_was_acknowledged(run, app, tmp_path):
    """Each commit writes a centre and its audit row: a backup that tears them apart would show it."""
    stop, done = threading.Event(), []

    def write() -> None:
        with app.app_context():
            while not stop.is_set():
                with transaction() as session:
                    slug = f"c{len(done)}"
                    centre = Centre(slug=slug, name_sr_cyrl=slug, name_sr_latn=slug, name_en=slug, created_at=MONDAY)
                    session.add(centre)
                    session.flush()
                    time.sleep(0.002)
                    audit.record(SYSTEM, "written meanwhile", centre, at=MONDAY)
                done.append(slug)
            db.session.remove()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        files = []
        for number in range(4):
            before = len(done) + 10
            while len(done) < before:
                time.sleep(0.005)
            acknowledged = len(done)
            answer = run("create", tmp_path / f"{number}.zip")
            assert (answer.exit_code, answer.stderr) == (0, "")
            files.append((tmp_path / f"{number}.zip", acknowledged))
    finally:
        stop.set()
        writer.join()
    for file, acknowledged in files:
        assert run("restore", file, "--replace").exit_code == 0
        db.session.rollback()
        centres = db.session.scalar(select(func.count()).select_from(Centre)) - 1
        told = db.session.scalar(select(func.count()).where(audit.AuditEntry.action == "written meanwhile"))
        assert centres == told >= acknowledged


def test_a_backup_amid_an_import_holds_none_of_it_and_the_import_goes_on(run, app, tmp_path, monkeypatch):
    """Pieces that are laid aside may be in it; they are swept later, and nobody sees them."""
    monkeypatch.setattr(staging, "PIECE_ROWS", 10)
    make_municipality("Ниш")
    lines = "\n".join(f"{number};Школа {number};osnovna škola;Ниш" for number in range(1, 41))
    sheet = read_hosts(f"id;naziv;vrsta;opština\n{lines}".encode())
    answers = []

    def amid(done: int, _total: int) -> None:
        if done == 20:
            other = threading.Thread(target=lambda: answers.append(run("create", tmp_path / "b.zip")))
            other.start()
            other.join(30)

    assert import_hosts(SYSTEM, sheet, staging.Filing(MONDAY, tell=amid)).new == 40
    assert [(one.exit_code, one.stderr) for one in answers] == [(0, "")]

    assert run("restore", tmp_path / "b.zip", "--replace").exit_code == 0

    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Host)) == 0
    assert db.session.scalar(select(func.count()).select_from(batches.ImportBatch)) == 0
    assert laid_aside.forget_old(MONDAY + laid_aside.FILES_FORGOTTEN_AFTER) == 2
    assert import_hosts(SYSTEM, sheet, staging.Filing(MONDAY)).new == 40


def test_a_full_disk_leaves_no_half_backup(run, tmp_path, monkeypatch):
    def full(*_given, **_named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_files_in", full)

    answer = run("create", tmp_path / "b.zip")

    told = f"Error: {tmp_path / 'b.zip'}: No space left on device, nothing written\n"
    assert (answer.exit_code, answer.stderr) == (1, told)
    assert list(tmp_path.iterdir()) == []


def test_trust_r20_a_backup_on_another_disk_is_whole_though_its_run_cannot_be_noted(run, tmp_path, monkeypatch):
    monkeypatch.setattr("scheduler.cli.backup.write_run", raising_of(OperationalError("", {}, a_full_database())))
    assert run("create", tmp_path / "b.zip").exit_code == 0
    assert "manifest.json" in zipfile.ZipFile(tmp_path / "b.zip").namelist()


def test_trust_r20_whatever_a_command_stores_a_full_disk_is_told_in_one_line(app, monkeypatch):
    monkeypatch.setattr(
        "scheduler.cli.retention.run_retention", raising_of(OperationalError("", {}, a_full_database()))
    )
    answer = app.test_cli_runner().invoke(args=["retention", "run"])
    assert (answer.exit_code, answer.stderr) == (1, "Error: The disk is full. Make room on it, then try again.\n")


def test_trust_s34_a_restore_is_recorded_and_lays_the_heads_of_the_lost_audit_aside(run, tmp_path):
    instance = settings().instance
    run("create", tmp_path / "b.zip")
    seals.write_head(instance, seals.Head(999, "ab" * 32), now=MONDAY)

    assert run("restore", tmp_path / "b.zip", "--replace").exit_code == 0

    db.session.rollback()
    actions = list(db.session.scalars(select(audit.AuditEntry.action).order_by(audit.AuditEntry.id)))
    aside = list(instance.glob("audit-heads-before-*.txt"))
    for file in aside:
        file.unlink()
    assert actions == ["centre opened", "backup restored"]
    assert (seals.heads_in(instance), len(aside)) == ([], 1)
    seals.seal_records()
    assert seals.verify(now=MONDAY).well
