"""Everything leaves in one file: readable, of one centre only, and without what opens anything."""

import csv
import io
import json
import stat
import zipfile

import pytest
from sqlalchemy import select

from scheduler.core import tokens
from scheduler.core.audit import AuditEntry
from scheduler.core.db import Base, transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.people.models import SignIn
from scheduler.policy import Role
from scheduler.privacy.queries.tables import exported_tables
from scheduler.privacy.service import everything
from scheduler.privacy.terms import LEFT_OUT
from tests.factories import MONDAY
from tests.factories.feeds import make_feed
from tests.factories.people import an_actor, make_presenter, make_user
from tests.factories.visits import make_presentation, make_visit


def exported(actor, centre_id):
    stream = io.BytesIO()
    everything.export_everything(actor, stream, centre_id=centre_id, now=MONDAY)
    with zipfile.ZipFile(stream) as archive:
        return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}


@pytest.fixture
def actor(session):
    return an_actor(Role.ADMINISTRATOR)


@pytest.mark.both_databases
def test_csv_and_json_hold_the_same_rows_of_the_centre_and_no_other(actor, session):
    own = make_visit(centre_id=actor.centre_id)
    make_presentation(own)
    foreign = make_user(given_name="Туђа")
    make_visit(centre_id=foreign.centre_id)

    files = exported(actor, actor.centre_id)

    assert [row["id"] for row in json.loads(files["json/visit.json"])] == [own.id]
    assert [row["number"] for row in csv.DictReader(io.StringIO(files["csv/visit.csv"]))] == [own.number]
    assert len(json.loads(files["json/presentation.json"])) == 1
    assert "Туђа" not in files["json/user_account.json"]
    assert len(json.loads(files["json/host.json"])) == 2  # hosts are shared
    assert json.loads(files["json/certificate.json"]) == []


@pytest.mark.both_databases
def test_nothing_that_opens_anything_leaves(actor, session):
    make_user(centre_id=actor.centre_id, password_hash="argon2-of-her-password")
    presenter = make_presenter(centre_id=actor.centre_id)
    feed = make_feed(presenter)
    with transaction() as writing:
        link = tokens.mint("status", 1, lasts=MONDAY - MONDAY.replace(day=1), now=MONDAY)
        writing.add(
            SignIn(token_hash="of-a-sign-in", user_id=actor.user_id, created_at=MONDAY, last_seen_at=MONDAY,
                   expires_at=MONDAY)
        )  # fmt: skip

    everything = "".join(exported(actor, actor.centre_id).values())

    for secret in (
        "argon2-of-her-password",
        "of-a-sign-in",
        feed,
        link,
        tokens.token_hash(feed),
        tokens.token_hash(link),
    ):
        assert secret not in everything


def test_every_table_leaves_or_is_left_out_by_name():
    leaving = {one.table.name for one in exported_tables(None)}
    assert leaving | LEFT_OUT == set(Base.metadata.tables)
    assert leaving & LEFT_OUT == set()


def test_an_administrator_takes_her_own_centre_only_which_is_written_down_and_no_cell_is_a_formula(actor, session):
    exported(actor, actor.centre_id)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "everything exported")).one()
    assert (entry.actor, entry.thing, entry.thing_id) == (actor.label, "centre", actor.centre_id)

    make_user(centre_id=actor.centre_id, given_name="=1+1")
    files = exported(actor, actor.centre_id)
    assert ",'=1+1," in files["csv/user_account.csv"]
    assert '"=1+1"' in files["json/user_account.json"]

    for centre_id in (make_user().centre_id, None):
        with pytest.raises(NotFound):
            exported(actor, centre_id)
    with pytest.raises(NotAllowed):
        exported(an_actor(Role.COORDINATOR), actor.centre_id)


def test_the_command_writes_a_private_file_once(app, actor, tmp_path):
    file = tmp_path / "all.zip"
    run = app.test_cli_runner().invoke

    done = run(args=["export", "everything", str(file)])

    assert (done.exit_code, done.stderr) == (0, "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "json/user_account.json" in zipfile.ZipFile(file).namelist()
    again = run(args=["export", "everything", str(file)])
    assert (again.exit_code, again.stdout, [path.name for path in tmp_path.iterdir()]) == (2, "", ["all.zip"])
