"""`audit verify` says it in one sentence, and the jobs keep and mail what a database cannot change (TRUST S34)."""

import datetime as dt
import json

import pytest
from sqlalchemy import text

from scheduler.config import settings
from scheduler.core import audit, seals
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.jobs.audit import seal_audit, verify_audit
from scheduler.messages.models import OutboxMessage
from scheduler.policy import SYSTEM, Role
from tests.factories import MONDAY
from tests.factories.people import make_centre, make_user
from tests.visits.defences import take_defences_away


@pytest.fixture
def written(app):
    """Three records; no head is kept in the instance's folder yet."""
    (settings().instance / seals.HEADS).unlink(missing_ok=True)
    with transaction():
        centre = make_centre()
        for number in range(3):
            audit.record(SYSTEM, "changed", centre, at=MONDAY, details={"n": number})
    yield [row.id for row in db.session.query(AuditEntry).order_by(AuditEntry.id)]
    (settings().instance / seals.HEADS).unlink(missing_ok=True)


@pytest.fixture
def sealed(written):
    seal_audit.call_local()
    return written


@pytest.fixture
def unreadable(written):
    """The second record has no moment; none is sealed."""
    with transaction() as session:
        take_defences_away(session, "audit_entry")
        session.execute(text("UPDATE audit_entry SET at = 'no moment' WHERE id = :id"), {"id": written[1]})
    return written


def cut_the_tail(ids: list[int]) -> None:
    """Past the triggers, as who writes to the file of the database can."""
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        (sql,) = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'audit_entry_keeps'")).one()
        connection.execute(text("DROP TRIGGER audit_entry_keeps"))
        connection.execute(text("DELETE FROM audit_entry WHERE id = :id"), {"id": ids[-1]})
        connection.execute(text(sql))


def test_a_whole_chain_is_told_with_its_head_and_compared_with_one_out_of_a_mail(run, sealed):
    answer = run("audit", "verify")

    (head,) = seals.heads_in(settings().instance)
    assert (answer.exit_code, f"the head is {head.record_id}:{head.chain}" in answer.output) == (0, True)
    assert run("audit", "verify", "--head", f"{head.record_id}:{head.chain}").exit_code == 0
    assert run("audit", "verify", "--head", f"{sealed[0]}:{'0' * 64}").exit_code == 1
    refused = run("audit", "verify", "--head", "yesterday's")
    assert (refused.exit_code, "NUMBER:CHAIN" in refused.output) == (2, True)
    assert run("audit", "seal").output == "nothing to seal\n"


def test_a_cut_tail_is_told_by_the_file_of_heads_and_mailed_to_all_staff_in_the_night(run, sealed):
    roles = (Role.COORDINATOR, Role.SAFEGUARDING, Role.ADMINISTRATOR, Role.EDUCATOR)
    readers = [make_user(role, password_hash="set") for role in roles]
    make_user(Role.COORDINATOR)  # invited; she has never signed in
    make_user(Role.COORDINATOR, password_hash="set", suspended_at=MONDAY)
    cut_the_tail(sealed)

    answer = run("audit", "verify")

    assert answer.exit_code == 1
    assert f"Record {sealed[-1]} is not there" in answer.output
    assert f"the last one that fits is {sealed[-2]}." in answer.output
    told = json.loads(run("audit", "verify", "--json").output)
    assert (told["well"], told["broken"]["record_id"], told["broken"]["fault"]) == (False, sealed[-1], "gone")
    verify_audit.call_local()
    letters = mails("audit_broken")
    assert {mail.address for mail in letters} == {reader.email for reader in readers[:3]}
    assert all(str(sealed[-1]) in mail.text for mail in letters)


def test_a_record_that_cannot_be_read_stops_the_seals_and_is_named(run, unreadable):
    first, second, _third = unreadable

    for _again in range(2):
        answer = run("audit", "seal")
        assert answer.exit_code == 1
        assert answer.output.startswith(f"Record {second} cannot be read")
        assert answer.output.endswith(f"the last one that fits is {first}. Nothing after that is sealed.\n")
        assert answer.output.count("\n") == 1

    sealed = db.session.execute(text("SELECT id FROM audit_entry WHERE seal IS NOT NULL")).scalars().all()
    assert sealed == [first]
    assert [head.record_id for head in seals.heads_in(settings().instance)] == [first]


def test_the_job_mails_once_what_stops_it_and_the_night_once_more(unreadable, the_clock):
    reader = make_user(Role.COORDINATOR, password_hash="set")

    for minute in range(3):
        the_clock.stands_at(MONDAY + dt.timedelta(minutes=minute))
        seal_audit.call_local()
    assert [mail.address for mail in mails("audit_broken")] == [reader.email]

    for hours in (18, 24):  # in the night, and the minutes of the next day
        the_clock.stands_at(MONDAY + dt.timedelta(hours=hours))
        verify_audit.call_local() if hours == 18 else seal_audit.call_local()
    assert len(mails("audit_broken")) == 2
    assert all(str(unreadable[1]) in mail.text for mail in mails("audit_broken"))


def test_trust_r27_an_alarm_of_a_clock_that_was_ahead_keeps_no_later_one_silent(unreadable, the_clock):
    make_user(Role.COORDINATOR, password_hash="set")
    for days in (400, 0, 0):
        the_clock.stands_at(MONDAY + dt.timedelta(days=days))
        seal_audit.call_local()
    assert len(mails("audit_broken")) == 2


def mails(kind: str) -> list[OutboxMessage]:
    db.session.rollback()
    return db.session.query(OutboxMessage).filter_by(kind=kind).order_by(OutboxMessage.address).all()


def test_the_head_is_mailed_to_administrators_on_mondays_only(sealed, the_clock):
    reader = make_user(Role.ADMINISTRATOR, password_hash="set")
    make_user(Role.ADMINISTRATOR)  # invited; she has never signed in
    make_user(Role.COORDINATOR, password_hash="set")
    the_clock.stands_at(MONDAY.replace(day=MONDAY.day + 1))
    verify_audit.call_local()
    assert mails("audit_head") == []

    the_clock.stands_at(MONDAY)
    verify_audit.call_local()

    (mail,) = mails("audit_head")
    (head,) = seals.heads_in(settings().instance)
    assert mail.address == reader.email
    assert f"{head.record_id}:{head.chain}" in mail.text
