"""PostgreSQL's backup by pg_dump where it is there, and by COPY where it is not: the same rows, the same promises."""

import shutil
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from scheduler.config import settings
from scheduler.core import audit, postgresql_programs
from scheduler.core.db import db, transaction
from scheduler.jobs import invariants
from scheduler.messages.models import OutboxMessage
from scheduler.messages.service import deliver
from scheduler.people.models import Centre
from scheduler.policy import SYSTEM
from tests.cli.backups import digest, put_together, refused_in_one_line, taken_apart
from tests.factories import MONDAY
from tests.factories.messages import make_message
from tests.factories.people import make_centre

pytestmark = [pytest.mark.postgres, pytest.mark.parametrize("database", ["postgresql"], indirect=True)]
NAME = "Центар\t„Дрвенград“\\.\nи \\N"
PG_DUMP = shutil.which("pg_dump") or "/usr/bin/pg_dump"


@pytest.fixture
def run(run, newest_schema):
    centre = make_centre(name_en=NAME)
    with transaction():
        audit.record(SYSTEM, "centre opened", centre, at=MONDAY)
    return partial(run, "backup")


@pytest.fixture
def programs(tmp_path_factory, monkeypatch):
    """Where programs are looked for, and nowhere else: empty until a test puts one there."""
    folder = tmp_path_factory.mktemp("programs")
    monkeypatch.setenv("PATH", str(folder))

    def put(name: str, script: str) -> None:
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o700)

    return put


def names_now() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Centre.name_en).order_by(Centre.id)))


def test_trust_s38_pg_dump_writes_all_but_what_was_sent(run, tmp_path):
    sent, waits = make_message("sent@school.example").id, make_message("waits@school.example").id
    deliver(sent, now=MONDAY)

    answer = run("create", tmp_path / "b.zip")

    told, members = taken_apart(tmp_path / "b.zip")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert (str(told["by"]).startswith("pg_dump "), told["why"]) == (True, "")
    assert f"by {told['by']}" in answer.stdout
    apart = {name for name in members if not name.startswith("files/")}
    empty = {f"tables/{name}" for name in ("outbox_message", "feed_body", "work_file")}
    assert apart == {"database.dump", *empty}
    held = b"".join(members.values())
    assert (b"sent@school.example" in held, b"waits@school.example" in held) == (False, True)
    assert NAME.split("\t")[0].encode() in members["database.dump"]
    make_centre(slug="later", name_en="Later")
    assert run("restore", tmp_path / "b.zip", "--replace").exit_code == 0
    assert names_now() == [NAME]
    messages = select(OutboxMessage.id, OutboxMessage.address, OutboxMessage.failure).order_by(OutboxMessage.id)
    assert [tuple(row) for row in db.session.execute(messages)] == [
        (sent, "", None),
        (waits, "waits@school.example", "restored"),
    ]
    assert invariants.violations() == []
    make_centre(slug="new", name_en="New")  # ids go on after the restored ones
    assert names_now() == [NAME, "New"]


@pytest.mark.parametrize(("script", "said"), [
    (None, "there is no pg_dump here"),
    ("echo 'pg_dump (PostgreSQL) 9.6.24'", "pg_dump is of version 9, the server of version"),
    ("echo 'another program 99'", "pg_dump does not say its version"),
    ('[ "$1" = --version ] && echo "(PostgreSQL) 99.1" && exit; echo pg_dump: error: full >&2; exit 1', ": full"),
    ("exec /bin/sleep 60", "pg_dump was not done within 1 seconds"),
    ("exit 3", "pg_dump: ended without a word"),
])  # fmt: skip
def test_without_a_pg_dump_that_fits_copy_holds_the_same_and_it_is_said(
    run, tmp_path, programs, monkeypatch, script, said
):
    if script:
        programs("pg_dump", script)
        if "sleep" in script:
            monkeypatch.setattr(postgresql_programs, "ASKED_WITHIN_S", 1)

    answer = run("create", tmp_path / "b.zip")

    told, members = taken_apart(tmp_path / "b.zip")
    assert (answer.exit_code, answer.stderr.count("\n"), said in answer.stderr) == (0, 1, True)
    assert answer.stderr.startswith("Copied by COPY, as whole as by pg_dump: ")
    assert (told["by"], said in str(told["why"]), "database.dump" in members) == ("COPY", True, False)
    assert [path.name for path in tmp_path.iterdir()] == ["b.zip"]
    make_centre(slug="later", name_en="Later")
    back = run("restore", tmp_path / "b.zip", "--replace")  # there is no pg_restore either
    assert (back.exit_code, back.stderr, names_now()) == (0, "", [NAME])


@pytest.mark.parametrize(("script", "said"), [
    (None, "there is no pg_restore here (Debian: apt-get install postgresql-client)"),
    ("echo 'pg_restore: error: unsupported version (1.16)' >&2; exit 1", "unsupported version (1.16)"),
    ("exit 0", "the backup is damaged: "),
    ("echo 'COPY public.centre (id) FROM stdin;'; echo 1", "centre is cut off"),
])  # fmt: skip
def test_where_pg_restore_does_not_read_a_dump_one_line_says_so_and_nothing_changes(
    run, tmp_path, programs, monkeypatch, script, said
):
    with monkeypatch.context() as usual:
        usual.setenv("PATH", str(Path(PG_DUMP).parent))
        assert run("create", tmp_path / "b.zip").stderr == ""
    make_centre(slug="later", name_en="Later")
    if script:
        programs("pg_restore", script)

    answer = run("restore", tmp_path / "b.zip", "--replace")

    assert refused_in_one_line(answer)
    assert said in answer.stderr
    assert names_now() == [NAME, "Later"]
    assert list(settings().instance.glob(".backup-*")) == []


@pytest.mark.parametrize("spoil", ["cut", "rows", "twice", "no dump"])
def test_a_dump_that_holds_something_else_than_is_said_changes_nothing(run, tmp_path, spoil):
    run("create", tmp_path / "b.zip")
    told, members = taken_apart(tmp_path / "b.zip")
    if spoil == "cut":
        members["database.dump"] = members["database.dump"][: -len(members["database.dump"]) // 3]
    elif spoil == "rows":
        told["rows"] |= {"centre": 7}
    elif spoil == "twice":
        members["tables/centre"] = b'["id"]\n'
    else:
        del members["database.dump"]
    told["digests"] = {name: digest(content) for name, content in members.items()}
    put_together(tmp_path / "spoilt.zip", told, members)
    make_centre(slug="later", name_en="Later")

    assert refused_in_one_line(run("restore", tmp_path / "spoilt.zip", "--replace"))
    assert names_now() == [NAME, "Later"]


def test_no_password_stands_on_a_command_line_and_no_key_is_handed_on(run, tmp_path, programs, monkeypatch):
    seen = tmp_path / "seen"
    seen.mkdir()
    monkeypatch.setenv("SECRET_KEY", "the-key-of-this-installation")
    programs("pg_dump", f'echo "$@" >> {seen}/line; /usr/bin/env > {seen}/surroundings; exec {PG_DUMP} "$@"')

    answer = run("create", tmp_path / "b.zip")

    password = str(db.engine.url.password)
    line, surroundings = (seen / "line").read_text(), (seen / "surroundings").read_text()
    assert (answer.stderr, "--snapshot=" in line, password in line) == ("", True, False)
    assert f"PGPASSWORD={password}" in surroundings
    assert "the-key-of-this-installation" not in surroundings
    assert password.encode() not in b"".join(taken_apart(tmp_path / "b.zip")[1].values())
