"""What was erased or revoked after a backup was made stays so when it is restored (TRUST R24)."""

import datetime as dt
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from scheduler.attendance.service.sheets import keep_sheet, open_sheet, remove_sheet
from scheduler.attendance.sheet_models import SheetScan
from scheduler.certificates.models import Certificate
from scheduler.certificates.service.issuing import issue_certificates, revoke_certificate
from scheduler.config import settings
from scheduler.core import age, audit, ledger, tokens
from scheduler.core.db import db, transaction
from scheduler.core.tokens import SecretLink
from scheduler.feeds.models import FeedToken
from scheduler.jobs import invariants
from scheduler.keys.models import CodeApp, Passkey, RecoveryCode
from scheduler.keys.service import keeping, passing, resetting
from scheduler.messages.models import OutboxMessage
from scheduler.messages.service import deliver
from scheduler.messages.terms import MessageState
from scheduler.people.models import User
from scheduler.policy import SYSTEM, Role
from scheduler.privacy.service.erasure import erase_subject
from scheduler.privacy.service.ledger import keep_ledger
from scheduler.safeguarding.models import GuardianConsent
from tests.cli.backups import digest, encrypt_to, put_together, taken_apart
from tests.factories import MONDAY
from tests.factories.counting import LEAVING, a_locked_visit
from tests.factories.feeds import make_feed
from tests.factories.keys import RECOVERY, a_browser, make_app, make_passkey, make_recovery_code
from tests.factories.messages import make_message
from tests.factories.people import make_centre, make_user
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, a_scan, note_proofs
from tests.factories.staffing import a_confirmed_visit, a_held_visit

pytestmark = pytest.mark.both_databases

BEFORE, MADE, AFTER = (LEAVING + dt.timedelta(days=days) for days in (1, 2, 3))


@pytest.fixture
def run(run, newest_schema, the_clock):
    """The commands of backups; the ledger of this test is its own."""
    path = settings().instance / ledger.FILE
    path.unlink(missing_ok=True)
    the_clock.stands_at(MADE)
    yield partial(run, "backup")
    path.unlink(missing_ok=True)


def a_backup(run, folder: Path) -> Path:
    assert run("create", folder / "b.zip").exit_code == 0
    return folder / "b.zip"


def restored(run, file: Path, the_clock, *options: str) -> str:
    the_clock.stands_at(AFTER + dt.timedelta(hours=1))
    answer = run("restore", file, "--replace", *options)
    assert (answer.exit_code, answer.stderr) == (0, ""), answer.output
    db.session.rollback()
    return answer.stdout


def not_ended() -> list[list[int]]:
    """Calendar addresses, recovery codes and secret links that still open something."""
    db.session.rollback()
    wanted = (FeedToken.revoked_at, RecoveryCode.used_at, SecretLink.ended_at)
    return [list(db.session.scalars(select(end.class_.id).where(end.is_(None)))) for end in wanted]


def test_trust_r24_who_was_erased_is_erased_again_before_the_first_request(run, tmp_path, the_clock):
    centre = make_centre()
    adult = a_cleared_educator(centre_id=centre.id, given_name="Dragana", email="d@centre.example")
    minor = a_cleared_minor(centre_id=centre.id, given_name="Lenka", family_name="Lukovac", email="l@young.example")
    a_held_visit(adult, minor, programme=make_programme(centre_id=centre.id))
    note_proofs()
    keep_ledger(now=BEFORE)
    file = a_backup(run, tmp_path)
    for email in ("d@centre.example", "l@young.example"):
        erase_subject(SYSTEM, email, centre_id=None, now=AFTER)

    assert "2 person" in restored(run, file, the_clock)
    assert db.session.scalars(select(User.given_name).where(User.given_name.in_(("Dragana", "Lenka")))).all() == []
    assert invariants.violations() == []


def test_trust_r24_who_stands_in_visits_to_come_again_is_erased_all_the_same(run, tmp_path, the_clock):
    the_clock.stands_at(MONDAY)
    centre = make_centre()
    adult = a_cleared_educator(centre_id=centre.id, given_name="Dragana", email="d@centre.example")
    minor = a_cleared_minor(centre_id=centre.id)
    a_confirmed_visit(adult, minor, programme=make_programme(centre_id=centre.id))
    note_proofs()
    keep_ledger(now=MONDAY - dt.timedelta(days=1))
    file = a_backup(run, tmp_path)
    later = MONDAY + dt.timedelta(hours=2)
    erase_subject(SYSTEM, "d@centre.example", centre_id=None, now=later, again=True)

    the_clock.stands_at(later + dt.timedelta(hours=1))
    answer = run("restore", file, "--replace")

    assert (answer.exit_code, answer.stderr) == (0, "")
    db.session.rollback()
    assert db.session.scalars(select(User.id).where(User.email == "d@centre.example")).all() == []
    assert invariants.violations() == []


def test_trust_r24_feeds_links_accounts_consents_and_certificates_stay_revoked(run, tmp_path, the_clock):
    begun = a_locked_visit(names=("Милица Јовановић",))
    asked = begun.request.id
    issue_certificates(SYSTEM, begun.visit.id, now=LEAVING)
    minor = a_cleared_minor()
    make_feed(minor, name="phone")
    make_feed(minor, name="tablet")
    make_user(email="gone@centre.example")
    with transaction():
        tokens.mint("status", asked, lasts=dt.timedelta(days=90), now=BEFORE)
        tokens.mint("status", asked + 1, lasts=dt.timedelta(days=90), now=BEFORE)
    keep_ledger(now=BEFORE)
    file = a_backup(run, tmp_path)
    certificate = db.session.scalars(select(Certificate).order_by(Certificate.id)).first()
    number = certificate.number
    revoke_certificate(SYSTEM, certificate.id, "wrong", now=AFTER)
    with transaction() as session:
        session.scalars(select(FeedToken).where(FeedToken.name == "phone")).one().revoked_at = AFTER
        session.scalars(select(User).where(User.email == "gone@centre.example")).one().suspended_at = AFTER
        session.scalars(select(GuardianConsent)).one().withdrawn_at = AFTER
        tokens.end_links("status", asked, now=AFTER)
    keep_ledger(now=AFTER)

    assert "1 account, 1 feed, 1 link, 1 certificate, 1 consent" in restored(run, file, the_clock)
    feeds = select(FeedToken.name, FeedToken.revoked_at.is_not(None))
    assert dict(db.session.execute(feeds).all()) == {"phone": True, "tablet": False}
    ended = select(SecretLink.subject_id, SecretLink.ended_at.is_not(None)).where(SecretLink.purpose == "status")
    assert dict(db.session.execute(ended).all()) == {asked: True, asked + 1: False}
    assert db.session.scalar(select(Certificate.state).where(Certificate.number == number)) == "revoked"
    assert db.session.scalars(select(User.suspended_at).where(User.email == "gone@centre.example")).one() is not None
    assert db.session.scalars(select(GuardianConsent.withdrawn_at)).one() is not None


def test_trust_r24_a_filled_sheet_comes_back_byte_by_byte_and_one_that_was_erased_does_not(run, tmp_path, the_clock):
    begun, other = (a_locked_visit(contact_email=f"{name}@school.example") for name in ("mira", "ana"))
    who, kept = begun.teacher, keep_sheet(begun.teacher, begun.first, a_scan("jpeg"), now=LEAVING)
    keep_sheet(other.teacher, other.first, a_scan("jpeg"), now=LEAVING)
    was = open_sheet(who, kept, now=LEAVING)
    keep_ledger(now=BEFORE)
    file = a_backup(run, tmp_path)
    remove_sheet(SYSTEM, kept, now=AFTER)
    erase_subject(SYSTEM, "ana@school.example", centre_id=None, now=AFTER)

    assert "1 person" in restored(run, file, the_clock)

    [row] = db.session.scalars(select(SheetScan).order_by(SheetScan.id))
    assert (row.id, row.sha256, row.added_by_id) == (kept, digest(was[0]), who.user_id)
    assert open_sheet(who, kept, now=AFTER) == was


def test_trust_r24_keys_that_were_taken_away_and_codes_that_were_used_stay_gone(run, tmp_path, the_clock):
    user, reset = make_user(Role.COORDINATOR, email="m@centre.example"), make_user(Role.COORDINATOR)
    for owner in (user, reset):
        make_app(owner)
    lost, kept = make_passkey(user), make_passkey(user, name="kept")
    used, spare = make_recovery_code(user), make_recovery_code(user, "ZZZZ-EFGH-JKMN-PQRS")
    make_recovery_code(reset)
    ids = (kept.id, used.id, spare.id)
    keep_ledger(now=BEFORE)
    file = a_backup(run, tmp_path)
    browser = a_browser(user, now=AFTER)
    token = passing.pass_code(browser, RECOVERY, network="", now=AFTER)
    token = keeping.remove_passkey(replace(browser, token=token, waits=False), lost.id, now=AFTER).token
    keeping.remove_app(replace(browser, token=token, waits=False), now=AFTER)
    resetting.reset_on_the_host(reset.email, now=AFTER)
    keep_ledger(now=AFTER)

    assert "2 app, 1 passkey, 2 code" in restored(run, file, the_clock)
    assert db.session.scalars(select(CodeApp.id)).all() == []
    assert db.session.scalars(select(Passkey.id)).all() == [ids[0]]
    assert db.session.scalars(select(RecoveryCode.id).where(RecoveryCode.used_at.is_(None))).all() == [ids[2]]


def test_trust_r24_an_erasure_that_was_rolled_back_erases_nobody_upon_a_restore(run, tmp_path, the_clock, monkeypatch):
    make_user(email="stays@centre.example")
    make_user(email="goes@centre.example")
    keep_ledger(now=BEFORE)
    file = a_backup(run, tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(db.session(), "commit", lambda: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            erase_subject(SYSTEM, "stays@centre.example", centre_id=None, now=AFTER)
    erase_subject(SYSTEM, "goes@centre.example", centre_id=None, now=AFTER)

    assert "1 person" in restored(run, file, the_clock)
    emails = db.session.scalars(select(User.email)).all()
    assert [one for one in emails if one in ("stays@centre.example", "goes@centre.example")] == ["stays@centre.example"]


@pytest.mark.parametrize("how", ["line", "end"])
def test_trust_r24_a_ledger_out_of_which_something_was_taken_is_named_and_all_links_end(run, tmp_path, the_clock, how):
    make_feed(a_cleared_minor())
    user = make_user(Role.COORDINATOR)
    make_recovery_code(user)
    with transaction():
        for number in (1, 2):
            tokens.mint("status", number, lasts=dt.timedelta(days=90), now=BEFORE)
            tokens.end_links("status", number, now=BEFORE)
    keep_ledger(now=BEFORE)
    file = a_backup(run, tmp_path)
    path, away = settings().instance / ledger.FILE, tmp_path / "ledger.txt"
    lines = path.read_text().splitlines(keepends=True)
    away.write_text("".join([lines[0], *lines[2:]] if how == "line" else lines[:-1]))
    path.unlink()

    the_clock.stands_at(AFTER)
    answer = run("restore", file, "--replace", "--ledger", away)

    named = "line 2 does not follow" if how == "line" else "does not hold the line that was its last"
    assert (answer.exit_code, named in answer.stderr) == (0, True), answer.output
    assert "The ledger does not tell all: every secret link" in answer.stdout
    assert not_ended() == [[], [], []]


def test_trust_r24_without_a_ledger_every_link_and_feed_ends_and_it_is_said(run, tmp_path, the_clock):
    minor = a_cleared_minor()
    make_feed(minor)
    with transaction():
        tokens.mint("status", 1, lasts=dt.timedelta(days=90), now=BEFORE)
    file = a_backup(run, tmp_path)
    (settings().instance / ledger.FILE).unlink(missing_ok=True)

    told = restored(run, file, the_clock)

    assert "No ledger: every secret link and every calendar address has ended" in told
    assert not_ended() == [[], [], []]


def test_trust_r24_a_ledger_from_elsewhere_is_given_and_one_of_another_key_refused(run, tmp_path, the_clock):
    make_user(email="d@centre.example", given_name="Dragana")
    keep_ledger(now=BEFORE)
    file = a_backup(run, tmp_path)
    erase_subject(SYSTEM, "d@centre.example", centre_id=None, now=AFTER)
    own, away = settings().instance / ledger.FILE, tmp_path / "ledger.txt"
    away.write_bytes(own.read_bytes())
    own.unlink()
    strange = tmp_path / "strange.txt"
    lines = [ledger.LedgerLine(AFTER, ledger.Revoked.FEED, "ab" * 32)]
    ledger.append(tmp_path / "strange", lines, secret="another key")
    strange.write_bytes((tmp_path / "strange" / ledger.FILE).read_bytes())

    refused = run("restore", file, "--replace", "--ledger", strange)
    own.unlink(missing_ok=True)
    told = restored(run, file, the_clock, "--ledger", str(away))

    assert (refused.exit_code, "another SECRET_KEY" in refused.stderr, refused.stderr.count("\n")) == (2, True, 1)
    assert "1 person" in told
    assert db.session.scalars(select(User.id).where(User.given_name == "Dragana")).all() == []
    given, kept = (ledger.read(path, secret=settings().secret_key) for path in (away, own))
    assert set(given.lines) <= set(kept.lines)
    assert kept.wrong == ()


def test_trust_r24_a_backup_holds_unsent_messages_only_and_they_are_held(run, tmp_path, the_clock):
    sent, waits = make_message("sent@school.example").id, make_message("waits@school.example").id
    deliver(sent, now=MADE)
    with transaction() as session:
        audit.record(SYSTEM, "something", session.get(User, make_user().id), at=MADE)
    file = a_backup(run, tmp_path)
    held = b"".join(taken_apart(file)[1].values())

    restored(run, file, the_clock)

    assert (b"sent@school.example" in held, b"waits@school.example" in held) == (False, True)
    rows = {row.id: row for row in db.session.scalars(select(OutboxMessage))}
    assert (rows[sent].state, rows[sent].address, rows[sent].text) == (MessageState.SENT, "", "")
    assert (rows[waits].state, rows[waits].failure) == (MessageState.FAILED, "restored")


def test_trust_s38_an_encrypted_backup_is_restored_by_the_secret_key_only(run, tmp_path, the_clock, monkeypatch):
    make_user(email="kept@centre.example")
    made = run("key", tmp_path / "key.txt")
    encrypt_to(made.stdout.strip(), monkeypatch)
    file = tmp_path / "b.zip.age"

    answer = run("create", file)

    assert (answer.exit_code, answer.stderr) == (0, "")
    assert (age.is_sealed(file), b"kept@centre.example" in file.read_bytes()) == (True, False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.zip.age", "key.txt"]
    refused = run("restore", file, "--replace")
    assert (refused.exit_code, "--identity" in refused.stderr, refused.stderr.count("\n")) == (2, True, 1)
    restored(run, file, the_clock, "--identity", str(tmp_path / "key.txt"))
    assert db.session.scalars(select(User.email)).all() == ["kept@centre.example"]
    assert list(settings().instance.glob(".backup-*")) == []


def test_the_night_writes_a_backup_and_a_ledger_and_deletes_what_is_older_than_35_days(run, tmp_path, the_clock):
    make_user()
    folder = tmp_path / "backups"
    own = folder / "raspored-by-hand.zip"

    for days in (0, 34, 36):
        the_clock.stands_at(MADE + dt.timedelta(days=days))
        answer = run("nightly", folder)
        assert answer.exit_code == 0
        assert "BACKUP_RECIPIENT is not set" in answer.stderr
        own.write_text("mine")

    names = sorted(path.name for path in folder.iterdir())
    days = [f"{MADE + dt.timedelta(days=day):%Y%m%d-%H%M%S}" for day in (34, 36)]
    assert names == ["ledger.txt", *(f"raspored-{day}.zip" for day in days), "raspored-by-hand.zip"]


def test_trust_r27_a_clock_that_leaps_for_a_night_takes_no_backup_away(run, tmp_path, the_clock):
    make_user()
    kept = []
    for days in (0, 400, 401):
        the_clock.stands_at(MADE + dt.timedelta(days=days))
        assert run("nightly", tmp_path).exit_code == 0
        kept.append(len(list(tmp_path.glob("raspored-*.zip"))))
    assert kept == [1, 2, 2]


def test_a_backup_of_an_earlier_version_is_still_restored(run, tmp_path, the_clock):
    """Its manifest does not say when it was made."""
    make_user(email="kept@centre.example")
    file = a_backup(run, tmp_path)
    told, members = taken_apart(file)
    del told["at"]
    put_together(file, told, members)

    assert "No ledger" in restored(run, file, the_clock)
    assert db.session.scalars(select(User.email)).all() == ["kept@centre.example"]


def test_a_torn_ledger_is_mended_and_said(run, tmp_path):
    """A disk was full for a moment: what the torn line said is written again."""
    with transaction():
        tokens.mint("status", 1, lasts=dt.timedelta(days=90), now=BEFORE)
        tokens.end_links("status", 1, now=BEFORE)
    assert run("nightly", tmp_path / "made").exit_code == 0
    path = settings().instance / ledger.FILE
    copied = path.read_text()
    path.write_text(copied[:-20])

    answer = run("nightly", tmp_path / "again")

    assert (answer.exit_code, "its last line was torn" in answer.stderr) == (0, True)
    assert path.read_text() == copied == (tmp_path / "again" / ledger.FILE).read_text()


def test_a_ledger_that_somebody_changed_is_told_and_keeps_no_backup_back(run, tmp_path, the_clock):
    assert run("nightly", tmp_path / "made").exit_code == 0
    path = settings().instance / ledger.FILE
    copied = (tmp_path / "made" / ledger.FILE).read_text()
    ledger.append(settings().instance, [ledger.LedgerLine(MADE, ledger.Revoked.FEED, "ab" * 32)], secret="test " * 10)
    path.write_text(path.read_text().replace("abab", "cdcd"))
    the_clock.stands_at(AFTER)

    answer = run("nightly", tmp_path / "made")

    assert (answer.exit_code, "line 2 does not follow" in answer.stderr) == (1, True)
    assert len(list((tmp_path / "made").glob("raspored-*.zip*"))) == 2
    assert (tmp_path / "made" / ledger.FILE).read_text() == copied


def test_a_file_that_is_no_key_and_a_folder_that_takes_no_backup_are_told_in_one_line(
    run, tmp_path, the_clock, monkeypatch
):
    (tmp_path / "file").write_text("in the way")

    answer = run("nightly", tmp_path / "file" / "made")

    assert (answer.exit_code, answer.stderr.count("\n")) == (1, 1), answer.stderr

    key, none = tmp_path / "key.txt", tmp_path / "none.bin"
    encrypt_to(age.new_key(key), monkeypatch)
    none.write_bytes(b"\xff\xfe\x00")
    run("create", tmp_path / "made.zip")

    answer = run("restore", tmp_path / "made.zip", "--replace", "--identity", none)

    assert (answer.exit_code, answer.stderr.count("\n")) == (2, 1), answer.stderr
