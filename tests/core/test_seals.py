"""The audit's seals: which change is noticed, and which record is named (TRUST S34).

An attacker with SQL is played: the triggers that refuse such statements are dropped first.
"""

import datetime as dt
import hashlib
import stat
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from scheduler.config import settings
from scheduler.core import age, audit, ledger, seals
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.ledger import LedgerLine, Revoked
from scheduler.core.seals import Broken, Fault, Head
from scheduler.core.ways import NamedWay, opened_way
from scheduler.people.models import Centre
from scheduler.policy import SYSTEM
from tests.factories import MONDAY
from tests.factories.people import make_centre
from tests.visits.defences import take_defences_away

MINUTE = dt.timedelta(minutes=1)
HOUR = 60 * MINUTE
CONTENT = "actor, action, thing, thing_id, details"


def write(count: int) -> list[int]:
    """So many records, a minute apart, of one centre."""
    with transaction() as session:
        centre = session.query(Centre).first() or make_centre()
        begins = session.query(AuditEntry).count()
        for number in range(count):
            audit.record(SYSTEM, "changed", centre, at=MONDAY + (begins + number) * MINUTE, details={"n": number})
        session.flush()
        return [row.id for row in session.query(AuditEntry).order_by(AuditEntry.id)]


@pytest.fixture
def ids(app) -> list[int]:
    """Ten sealed records."""
    make_centre()
    numbers = write(10)
    seals.seal_records()
    return numbers


@pytest.fixture
def as_attacker(app):
    """What runs SQL past every trigger. Those of SQLite come back with the empty file of the next test."""
    postgresql = db.engine.dialect.name == "postgresql"
    with db.engine.begin() as connection:
        if postgresql:
            connection.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
        else:
            take_defences_away(Session(connection), "audit_entry")

    def run(statement: str, **given: object) -> None:
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            connection.execute(text(statement), given)

    yield run
    if postgresql:
        with db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE audit_entry ENABLE TRIGGER USER"))


def verified(heads: tuple[Head, ...] = ()) -> seals.Verified:
    db.session.rollback()
    return seals.verify(now=MONDAY + HOUR, heads=heads)


@pytest.mark.postgres_decides
def test_what_nobody_touched_is_well_twice_sealed_is_once_and_later_records_go_on(ids):
    found = verified()

    assert (found.well, found.sealed, found.unsealed) == (True, 10, 0)
    assert found.head is not None
    assert found.head.record_id == ids[-1]
    assert seals.seal_records() == seals.Sealed()
    numbers = write(3)
    seals.seal_records()
    assert (verified().well, verified().sealed) == (True, 13)
    assert verified().head.record_id == numbers[-1]


DELETE_4, DELETE_9 = ("DELETE FROM audit_entry WHERE id = " + place for place in (":r4", ":r9"))
INSERT = f"INSERT INTO audit_entry (id, at, {CONTENT}) SELECT %s, at, {CONTENT} FROM audit_entry WHERE id = :r3"
OF_ANOTHER = f"({CONTENT}) = (SELECT {CONTENT} FROM audit_entry WHERE id = :r7)"
SEALED = "the records are sealed meanwhile"
ATTACKS = {  # what runs, the first broken record, by how much its number is larger, and its fault
    "altered": (["UPDATE audit_entry SET action = 'nothing' WHERE id = :r4"], 4, 0, Fault.ALTERED),
    "another actor": (["UPDATE audit_entry SET actor = 'user:99' WHERE id = :r4"], 4, 0, Fault.ALTERED),
    "other details": (["""UPDATE audit_entry SET details = '{"n": 7}' WHERE id = :r4"""], 4, 0, Fault.ALTERED),
    "another record with the old seal": ([f"UPDATE audit_entry SET {OF_ANOTHER} WHERE id = :r4"], 4, 0, Fault.ALTERED),
    "deleted": ([DELETE_4], 5, 0, Fault.CUT),
    "the first deleted": (["DELETE FROM audit_entry WHERE id = :r0"], 1, 0, Fault.CUT),
    # as INSERT OR REPLACE does: the new record brings no seal
    "written over": ([DELETE_4, INSERT % ":r4"], 4, 0, Fault.INSERTED),
    # a gap between two numbers, as PostgreSQL leaves them, is filled later
    "put in between": ([DELETE_9, INSERT % ":r9 + 5", SEALED, INSERT % ":r9 + 2", SEALED], 9, 2, Fault.INSERTED),
    "two exchanged": (
        [
            f"UPDATE audit_entry SET id = {n} WHERE id = {m}"
            for n, m in ((999_999, ":r4"), (":r4", ":r5"), (":r5", 999_999))
        ],
        4,
        0,
        Fault.ALTERED,
    ),
}


@pytest.mark.postgres_decides
@pytest.mark.parametrize("attack", ATTACKS)
def test_trust_s34_the_first_broken_record_is_named(ids, as_attacker, attack):
    statements, place, further, fault = ATTACKS[attack]
    for statement in statements:
        if statement == SEALED:
            seals.seal_records()
        else:
            as_attacker(statement, **{f"r{place}": number for place, number in enumerate(ids)})

    broken = verified().broken

    record_id = ids[place] + further
    assert broken is not None
    assert (broken.record_id, broken.fault) == (record_id, fault)
    present = {row.id for row in db.session.query(AuditEntry)}
    assert broken.after_id == max((number for number in present if number < record_id), default=0)


@pytest.mark.parametrize("how", [
    "at = 'no moment'", "details = CAST(X'FF' AS TEXT)", "actor = CAST(X'C328' AS TEXT), at = 'no moment'",
    "action = X'FF'",
])  # fmt: skip
def test_trust_s34_a_record_that_cannot_be_read_is_named_instead_of_ending_the_walk(ids, as_attacker, how):
    """PostgreSQL takes no such value; SQLite takes any."""
    as_attacker(f"UPDATE audit_entry SET {how} WHERE id = :id", id=ids[4])
    assert verified().broken == Broken(ids[4], Fault.UNREADABLE, ids[3])


def test_trust_s34_what_was_altered_before_a_record_that_cannot_be_read_is_named_first(ids, as_attacker):
    as_attacker("UPDATE audit_entry SET at = 'no moment' WHERE id = :id", id=ids[7])
    as_attacker("UPDATE audit_entry SET action = 'nothing' WHERE id = :id", id=ids[2])
    assert verified().broken == Broken(ids[2], Fault.ALTERED, ids[1])


def head_of(record_id: int) -> Head:
    row = db.session.get_one(AuditEntry, record_id)
    return Head(record_id, row.seal.partition(".")[0])


@pytest.mark.postgres_decides
def test_trust_s34_a_cut_tail_is_noticed_by_a_head_that_was_kept_elsewhere_only(ids, as_attacker):
    kept = head_of(ids[-1])
    as_attacker("DELETE FROM audit_entry WHERE id > :id", id=ids[6])
    assert verified().well  # the chain alone cannot know what followed
    assert verified((kept,)).broken == Broken(ids[-1], Fault.GONE, ids[6])


@pytest.mark.postgres_decides
def test_trust_s34_a_chain_that_was_computed_anew_is_noticed_by_a_kept_head(ids, as_attacker):
    early, late = head_of(ids[2]), head_of(ids[-1])
    as_attacker("UPDATE audit_entry SET action = 'nothing' WHERE id = :id", id=ids[4])
    as_attacker("UPDATE audit_entry SET seal = NULL")
    seals.seal_records()
    assert verified().well
    assert verified((early, late)).broken == Broken(ids[-1], Fault.RESEALED, ids[8])


@pytest.mark.postgres_decides
def test_an_erasure_that_blanks_actor_or_details_breaks_nothing_and_is_counted(ids):
    with transaction() as session, opened_way(session, NamedWay.ERASURE):
        session.execute(
            text("UPDATE audit_entry SET actor = 'erased:1', details = '{}' WHERE id = :id"), {"id": ids[4]}
        )
    found = verified()
    assert (found.well, found.sealed, found.blanked) == (True, 10, 1)


def test_records_without_a_seal_for_five_minutes_are_told(app):
    make_centre()
    assert write(1)
    assert seals.verify(now=MONDAY + 5 * MINUTE).well
    late = seals.verify(now=MONDAY + 6 * MINUTE)
    assert (late.well, late.broken, late.late_since) == (False, None, MONDAY)


def test_the_file_of_heads_has_one_line_a_day_and_is_laid_aside_by_a_restore(tmp_path: Path):
    for hours, number in ((0, 1), (1, 2), (30, 3)):
        seals.write_head(tmp_path, Head(number, "ab" * 32), now=MONDAY + hours * HOUR)

    assert seals.heads_in(tmp_path) == [Head(2, "ab" * 32), Head(3, "ab" * 32)]
    aside = seals.lay_heads_aside(tmp_path, now=MONDAY)
    assert aside is not None
    assert (aside.exists(), seals.heads_in(tmp_path)) == (True, [])
    assert seals.lay_heads_aside(tmp_path, now=MONDAY) is None


# The ledger of what is not to come back: chained lines, written with the commit, mended where a disk tore them.

OURS, THEIRS = "a key of ours", "a key of theirs"


def a_line(number: int) -> LedgerLine:
    return LedgerLine(MONDAY + dt.timedelta(minutes=number), Revoked.LINK, f"{number:064x}")


@pytest.fixture
def path(tmp_path) -> Path:
    """A ledger of six lines: whose it is, and five links."""
    for number in range(1, 6):
        ledger.append(tmp_path, [a_line(number)], secret=OURS)
    return tmp_path / ledger.FILE


def told(path: Path, secret: str = OURS) -> tuple[str, ...]:
    return ledger.read(path, secret=secret).wrong


def rewrite(path: Path, *lines: str) -> None:
    path.write_text("".join(f"{line}\n" for line in lines))


def test_what_was_written_is_read_and_nothing_is_wrong(path):
    read = ledger.read(path, secret=OURS)
    assert read.lines == (ledger.key_line(a_line(1).at, secret=OURS), *map(a_line, range(1, 6)))
    assert (read.wrong, len(read.chains), read.begun_at(secret=OURS)) == ((), 6, a_line(1).at)
    assert ledger.last_chain(ledger.whole_lines(path)) == read.chains[-1]
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("how", "named"), [
    ("taken out", "line 3 does not follow"), ("moved", "line 3 does not follow"),
    ("changed", "line 3 does not follow"), ("begun later", "line 1 does not follow"),
    ("unchained", "line 3 is not chained"), ("no line", "line 3 is no line of a ledger"),
])  # fmt: skip
def test_trust_r24_a_line_that_was_tampered_with_is_named(path, how, named):
    lines = path.read_text().splitlines()
    third = lines[2]
    changes = {
        "taken out": [*lines[:2], *lines[3:]],
        "moved": [*lines[:2], lines[3], third, *lines[4:]],
        "changed": [*lines[:2], third.replace("link", "feed"), *lines[3:]],
        "begun later": [lines[0].replace("2026", "2025"), *lines[1:]],
        "unchained": [*lines[:2], third.rpartition(" ")[0], *lines[3:]],
        "no line": [*lines[:2], "hello", *lines[3:]],
    }
    rewrite(path, *changes[how])

    assert named in told(path)[0]


def test_a_chain_that_somebody_took_off_is_named_and_lines_of_an_earlier_version_are_sealed_by_the_next(path):
    rewrite(path, *(line.rpartition(" ")[0] for line in path.read_text().splitlines()))
    bare = told(path)
    ledger.append(path.parent, [a_line(6)], secret=OURS)
    sealed = told(path)
    first, _second, *rest = path.read_text().splitlines()
    rewrite(path, first, *rest)

    assert "not chained" in bare[0]
    assert sealed == ()
    assert told(path) == ("line 6 does not follow: one before it was taken out, moved or changed",)


def test_a_torn_line_is_mended_by_the_next_write_and_a_full_disk_leaves_no_half_line(path, monkeypatch):
    whole = path.read_text()
    path.write_text(whole[:-40])
    torn = ledger.read(path, secret=OURS)

    healed = ledger.append(path.parent, [a_line(6)], secret=OURS)

    assert (torn.lines[-1], "torn" in torn.wrong[0]) == (a_line(4), True)
    assert (healed, told(path)) == (True, ())
    assert ledger.read(path, secret=OURS).lines[-2:] == (a_line(4), a_line(6))
    assert ledger.append(path.parent, [], secret=OURS) is False

    before = path.read_bytes()

    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("scheduler.core.ledger.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        ledger.append(path.parent, [a_line(6)], secret=OURS)

    assert path.read_bytes() == before


def test_many_writers_make_one_chain(tmp_path, monkeypatch):
    following = ledger._following

    def slowly(*given: object, **named: object) -> bytes:
        time.sleep(0.005)  # between what was read and what follows it
        return following(*given, **named)

    monkeypatch.setattr(ledger, "_following", slowly)
    writers = [
        threading.Thread(target=ledger.append, args=(tmp_path, [a_line(number)]), kwargs={"secret": OURS})
        for number in range(1, 21)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    read = ledger.read(tmp_path / ledger.FILE, secret=OURS)
    assert (len(read.lines), read.wrong) == (21, ())


def test_another_key_begins_anew_and_another_file_is_no_ledger(path, tmp_path):
    assert ledger.read(path, secret=THEIRS).begun_at(secret=THEIRS) is None
    ledger.append(path.parent, [a_line(7)], secret=THEIRS)

    theirs = ledger.read(path, secret=THEIRS)
    assert (theirs.wrong, theirs.begun_at(secret=THEIRS)) == ((), a_line(7).at)
    assert told(path) == ("from line 7 on it is of another SECRET_KEY",)

    (tmp_path / "x.txt").write_text("hello\nworld\n")

    with pytest.raises(ValueError, match="no line of a ledger"):
        ledger.read(tmp_path / "x.txt", secret=OURS)

    plain = hashlib.sha256(b"a@b.example").hexdigest()
    assert ledger.mark(Revoked.PERSON, "a@b.example", secret=OURS) not in (
        plain,
        ledger.mark(Revoked.PERSON, "a@b.example", secret=THEIRS),
        ledger.mark(Revoked.ACCOUNT, "a@b.example", secret=OURS),
    )


# --- with a transaction ---


@pytest.fixture
def own(app) -> Path:
    path = settings().instance / ledger.FILE
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


def kinds(path: Path) -> list[Revoked]:
    return [line.kind for line in ledger.read(path, secret=settings().secret_key).lines]


def test_what_is_remembered_is_on_the_disk_before_the_commit_and_not_before_the_end(own, monkeypatch):
    seen = []
    session = db.session()
    commit = session.commit
    monkeypatch.setattr(session, "commit", lambda: (seen.append(kinds(own)), commit()))

    with transaction() as inside:
        ledger.remember(inside, [(Revoked.PERSON, "a@b.example")], now=MONDAY)
        assert not own.exists()

    assert seen == [[Revoked.KEY, Revoked.PERSON]]


def test_an_act_that_fails_leaves_no_line_and_a_commit_that_fails_one_that_undoes_it(own, monkeypatch):
    with pytest.raises(ZeroDivisionError), transaction() as inside:
        ledger.remember(inside, [(Revoked.PERSON, "a@b.example")], now=MONDAY)
        raise ZeroDivisionError
    assert not own.exists()

    def fails() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(db.session(), "commit", fails)
    with pytest.raises(ZeroDivisionError), transaction() as inside:
        ledger.remember(inside, [(Revoked.PERSON, "a@b.example")], now=MONDAY)

    assert kinds(own) == [Revoked.KEY, Revoked.PERSON, Revoked.UNDONE]


def test_a_ledger_that_takes_no_line_keeps_the_act_back(own, monkeypatch):
    own.mkdir()
    try:
        with pytest.raises(IsADirectoryError), transaction() as inside:
            ledger.remember(inside, [(Revoked.PERSON, "a@b.example")], now=MONDAY)
    finally:
        own.rmdir()
    assert db.session().info.get("beside") is None


# A file that only the holder of a secret key reads.


@pytest.fixture
def keys(tmp_path):
    recipient = age.new_key(tmp_path / "key.txt")
    return recipient, (tmp_path / "key.txt").read_text()


def a_file(tmp_path):
    file = tmp_path / "plain"
    file.write_bytes(b"PK persons " * 1000)
    return file


def test_a_sealed_file_is_read_whole_and_with_its_owners_secret_key_only(tmp_path, keys):
    assert stat.S_IMODE((tmp_path / "key.txt").stat().st_mode) == 0o600
    assert keys[0].startswith("age1")
    assert age.problem_with_recipient(keys[0]) == ""
    assert age.problem_with_recipient(keys[0][:-1]) != ""
    with pytest.raises(FileExistsError):
        age.new_key(tmp_path / "key.txt")

    recipient, identity = keys
    file = a_file(tmp_path)
    content = file.read_bytes()

    sealed = age.sealed_for(recipient, file)

    assert not file.exists()
    assert (age.is_sealed(sealed), b"persons" in sealed.read_bytes()) == (True, False)
    assert stat.S_IMODE(sealed.stat().st_mode) == 0o600
    opened = age.opened_by(identity, sealed, tmp_path)
    assert opened.read_bytes() == content
    opened.unlink()
    sealed.write_bytes(sealed.read_bytes()[:-7])
    with pytest.raises(age.BadKey):
        age.opened_by(identity, sealed, tmp_path)
    plain = a_file(tmp_path)
    assert age.opened_by("", plain, tmp_path) == plain


@pytest.mark.parametrize(("identity", "told"), [
    ("", "--identity"), ("no key", "holds no secret key"), ("# only a comment", "no secret key"),
    ("another", "written for another key"),
])  # fmt: skip
def test_another_key_none_and_nonsense_are_told_in_one_line(tmp_path, keys, identity, told):
    sealed = age.sealed_for(keys[0], a_file(tmp_path))
    if identity == "another":
        age.new_key(tmp_path / "other.txt")
        identity = (tmp_path / "other.txt").read_text()

    with pytest.raises(age.BadKey) as refused:
        age.opened_by(identity, sealed, tmp_path)

    assert told in str(refused.value)
