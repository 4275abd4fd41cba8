"""A name is known again for years, also when SECRET_KEY has changed: its hash has a key of its own."""

import stat
import zipfile
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask_migrate import stamp

from scheduler import config
from scheduler.attendance.models import NamedAdult
from scheduler.attendance.terms import HeadCounts
from scheduler.certificates.kinds.every import who_earns
from scheduler.certificates.models import Certificate
from scheduler.certificates.queries.names import is_under_another_key
from scheduler.certificates.service import issuing as service
from scheduler.certificates.terms import CertificateKind
from scheduler.config import NAME_KEY, ROOT, name_secret, settings
from scheduler.core.db import db, transaction
from scheduler.core.text import name_key
from scheduler.jobs import fitness
from scheduler.policy import SYSTEM
from tests.factories import MONDAY
from tests.factories.counting import LEAVING, a_locked_visit

NAME = "Љубица Џунић-Њежић"


@pytest.fixture
def given(session):
    """A visit whose teacher got a paper."""
    begun = a_locked_visit(names=(NAME,))
    service.issue_certificates(SYSTEM, begun.visit.id, now=LEAVING)
    return begun.visit.id


@pytest.fixture
def another_secret(app):
    """What an operator does after a leak."""
    before = settings()

    def change():
        config.use(replace(before, secret_key="another one " * 5))

    yield change
    config.use(before)


@pytest.fixture
def another_name_key(app):
    """The file was lost, and another one made since."""
    file = settings().instance / NAME_KEY
    before = name_secret()

    def change():
        file.unlink()
        name_secret()

    yield change
    file.write_text(before)


def forget_the_name():
    with transaction() as session:
        session.execute(sa.update(Certificate).values(holder_name=None))
        session.execute(sa.delete(NamedAdult))
    db.session.expire_all()


def says(client, typed):
    number = db.session.scalar(sa.select(Certificate.number).where(Certificate.kind == CertificateKind.TEACHER))
    return client.post(f"/certificates/{number}?lang=en", data={"name": typed}).text


@pytest.mark.both_databases
def test_a_forgotten_name_is_known_after_a_change_of_secret_key(client, given, another_secret):
    forget_the_name()
    another_secret()
    assert "The name matches." in says(client, "ljubica džunić nježić")
    assert "The name does not match." in says(client, "Љубица Џунић")
    assert service.issue_for_locked_attendance(SYSTEM, [given], now=LEAVING).issued == 0


def test_a_name_that_was_hashed_under_secret_key_is_known_while_it_stays(client, given, another_secret):
    with db.engine.execution_options(writes=True).begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER certificate_refuses_update")
        connection.execute(sa.update(Certificate).values(holder_name=None))
        old = name_key(NAME, settings().secret_key)
        connection.execute(sa.update(Certificate).where(Certificate.kind == "teacher").values(holder_key=old))
    assert "The name matches." in says(client, NAME)
    another_secret()
    assert "The name does not match." in says(client, NAME)


def test_the_key_lies_in_a_file_of_the_owner_and_a_backup_brings_it_back(app, given, tmp_path, another_name_key):
    file, backup = settings().instance / NAME_KEY, tmp_path / "b.zip"
    kept = file.read_text()
    stamp(directory=str(ROOT / "migrations"))
    made = app.test_cli_runner().invoke(args=["backup", "create", str(backup)])
    assert made.exit_code == 0, made.output
    with zipfile.ZipFile(backup) as archive:
        database = archive.read("database.sqlite3")
        assert archive.read(f"files/{NAME_KEY}").decode() == kept
    another_name_key()
    assert is_under_another_key()

    back = app.test_cli_runner().invoke(args=["backup", "restore", str(backup), "--replace"])

    assert back.exit_code == 0, back.output
    assert file.read_text() == kept
    assert not is_under_another_key()
    assert len(kept) >= 64
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert kept.encode() not in database
    with db.engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE alembic_version"))


def test_a_lost_key_is_told_and_one_that_others_may_read_stops_production(app, given, another_name_key):
    file = settings().instance / NAME_KEY
    name_secret()
    file.chmod(0o640)
    assert file in config.open_to_others(settings())
    file.chmod(0o600)
    assert file not in config.open_to_others(settings())

    assert fitness._names(settings(), MONDAY).state == "good"

    another_name_key()

    told = fitness._names(settings(), MONDAY)
    assert told.state == "bad"
    assert NAME_KEY in told.told


@pytest.mark.parametrize("left", ["", "\n", "half of it"])
def test_a_key_that_is_cut_off_stops_production(app, left):
    """A disk was full, or a file half copied: hashes under what is left of it are guessed."""
    file, production = settings().instance / NAME_KEY, replace(settings(), mode="production")
    before = name_secret()
    told = f"{file} is not whole: bring it back of a backup, names were hashed under it"
    assert told not in config.problems_with(production)
    file.write_text(left)
    assert told in config.problems_with(production)
    file.write_text(before)


def test_who_was_hashed_under_either_key_earns_nothing_twice():
    had = {(CertificateKind.TEACHER, name_key(NAME, "old")): True}
    counts = HeadCounts(pupils=10, teachers=3)
    earned = who_earns(counts, (NAME, "Мира Савић"), had, secrets=["new", "old"])
    assert earned == [(CertificateKind.SCHOOL, ""), (CertificateKind.TEACHER, "Мира Савић")]
