"""The ledger of what is not to come back: chained lines, written with the commit, mended where a disk tore them."""

import datetime as dt
import hashlib
import threading
import time
from pathlib import Path

import pytest

from scheduler.config import settings
from scheduler.core import ledger
from scheduler.core.db import db, transaction
from scheduler.core.ledger import LedgerLine, Revoked
from tests.factories import MONDAY

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


@pytest.mark.parametrize(
    ("how", "named"),
    [
        ("taken out", "line 3 does not follow"), ("moved", "line 3 does not follow"),
        ("changed", "line 3 does not follow"), ("begun later", "line 1 does not follow"),
        ("unchained", "line 3 is not chained"), ("no line", "line 3 is no line of a ledger"),
    ],
)  # fmt: skip
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
