"""What was erased or revoked, kept outside of the database and of its backups: a file of keyed hashes, a line each.

Whoever puts an old backup in place gives this file to `backup restore`: what it names is erased and revoked again
(TRUST R24). A line tells when, of which kind, and a hash that only this installation can make: no address, no token.
Its last word is a keyed hash over the line and the one before: a line that is taken out, moved or changed is named.
Only lines cut off at the end leave no trace in the file, so each backup names the line that was the last one.

An act that leaves nothing to read in the tables (an erasure, a key taken away) is written down just before its commit.
If the commit fails, a line says that it did not happen. If the machine stops in between, the first line stands, and a
restore erases again: somebody had asked for it, and the other order could bring back whom the product said to be gone.
"""

import datetime as dt
import fcntl
import hashlib
import hmac
import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.orm import Session

from scheduler.config import settings
from scheduler.core.db import beside_commit

log = logging.getLogger(__name__)
FILE = "ledger.txt"
WORDS, EARLIER_WORDS = 4, 3  # of a line; those of version 0.2.0 are not chained
HEX = 64


class Revoked(StrEnum):
    """What a line is about, and what was hashed."""

    PERSON = "person"  # erased: the address
    ACCOUNT = "account"  # suspended: the address
    FEED = "feed"  # the hash of its token, as the next
    LINK = "link"
    CERTIFICATE = "certificate"  # revoked or replaced: its number
    CONSENT = "consent"  # withdrawn: whose, and when it was recorded
    APP = "app"  # of the second step, taken away: its encrypted secret
    PASSKEY = "passkey"  # taken away: its credential
    CODE = "code"  # for recovery, used or taken away: its hash
    UNDONE = "undone"  # the act of the line with this moment and mark was rolled back
    KEY = "key"  # nothing: with which SECRET_KEY the marks after it were made


@dataclass(frozen=True)
class LedgerLine:
    """One thing that is not to come back."""

    at: dt.datetime
    kind: Revoked
    mark: str

    def __str__(self) -> str:
        return f"{self.at.astimezone(dt.UTC).isoformat()} {self.kind} {self.mark}"


@dataclass(frozen=True)
class LedgerReading:
    """What a ledger says, and what is wrong with it."""

    lines: tuple[LedgerLine, ...] = ()
    chains: tuple[str, ...] = ()  # the last word of each line that has one
    wrong: tuple[str, ...] = ()  # a sentence each

    def begun_at(self, *, secret: str) -> dt.datetime | None:
        """Since when this key has kept it; what was erased before is not in it. None: never."""
        own = mark(Revoked.KEY, "", secret=secret)
        return min((line.at for line in self.lines if line.kind is Revoked.KEY and line.mark == own), default=None)


def mark(kind: Revoked, value: str, *, secret: str) -> str:
    """What the ledger says instead of the value."""
    return _keyed(f"ledger: {kind}: {value.strip().lower()}", secret)


def chain(before: str, said: str, *, secret: str) -> str:
    """The last word of a line, over what it says and the last word before."""
    return _keyed(f"ledger line: {before} {said}", secret)


def _keyed(text: str, secret: str) -> str:
    return hmac.digest(secret.encode(), text.encode(), "sha256").hex()


def key_line(at: dt.datetime, *, secret: str) -> LedgerLine:
    """From here on marks are made with this key."""
    return LedgerLine(at, Revoked.KEY, mark(Revoked.KEY, "", secret=secret))


# --- writing ---


def append(instance: Path, lines: Sequence[LedgerLine], *, secret: str) -> bool:
    """Add lines at the end, mode 0600, on the disk when it returns; first, whose marks they are. Raises: OSError.

    Whether a line had to be taken off that a full disk had torn: what it said is in the tables, or did not happen.
    """
    path = instance / FILE
    if not lines and not path.exists():
        return False
    instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "a+b", buffering=0) as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)  # web and worker: each line follows the one that is there
        stream.seek(0)
        content = stream.read()
        whole = content[: content.rfind(b"\n") + 1]
        if torn := whole != content:
            log.warning("torn line of the ledger taken off")
            stream.truncate(len(whole))
        _write_all(stream, _following(whole, lines, secret=secret), len(whole))
    return torn


def _write_all(stream: BinaryIO, said: bytes, begin: int) -> None:
    """All of it, or nothing: a half would be taken for a line."""
    try:
        while said:
            said = said[stream.write(said) :]
        os.fsync(stream.fileno())
    except OSError:
        stream.truncate(begin)
        raise


def _following(whole: bytes, lines: Sequence[LedgerLine], *, secret: str) -> bytes:
    """The text of new lines, as they follow what is there."""
    if not lines:
        return b""
    words = [line.split(" ") for line in _texts_in(whole)]
    before = last_chain(whole) or (
        hashlib.sha256(whole).hexdigest() if whole else ""
    )  # all that an earlier version wrote
    own = key_line(lines[0].at, secret=secret)
    keys = [line[2] for line in words if len(line) >= EARLIER_WORDS and line[1] == Revoked.KEY]
    if keys[-1:] != [own.mark] and lines[0].mark != own.mark:
        lines = [own, *lines]
    said = ""
    for line in lines:
        before = chain(before, str(line), secret=secret)
        said += f"{line} {before}\n"
    return said.encode("ascii")


def remember(session: Session, gone: Iterable[tuple[Revoked, str]], *, now: dt.datetime) -> None:
    """Write down what the caller's transaction takes away for good, with its commit; undone if that fails."""
    wanted = settings()
    lines = [LedgerLine(now, kind, mark(kind, value, secret=wanted.secret_key)) for kind, value in gone]

    def undo() -> None:
        undone = [LedgerLine(now, Revoked.UNDONE, line.mark) for line in lines]
        try:
            append(wanted.instance, undone, secret=wanted.secret_key)
        except OSError as error:
            log.warning("ledger names what was rolled back", extra={"error": str(error)})

    if lines:
        beside_commit(session, lambda: append(wanted.instance, lines, secret=wanted.secret_key), undo)


# --- reading ---


def read(path: Path, *, secret: str) -> LedgerReading:
    """A ledger, whatever state it is in; nothing of one that is not there. Raises: ValueError (no ledger), OSError."""
    content = path.read_bytes() if path.exists() else b""
    whole = content[: content.rfind(b"\n") + 1]
    walk = _LedgerWalk(secret)
    for said in _texts_in(whole):
        walk.look_at(said)
    if whole and not walk.lines:
        raise ValueError("it holds no line of a ledger")
    if whole and not walk.chains:
        walk.wrong.append("its lines are not chained: an earlier version wrote them, or somebody took that away")
    if whole != content:
        walk.wrong.append("its last line is torn: nobody can say what it said")
    return LedgerReading(tuple(walk.lines), tuple(walk.chains), tuple(walk.wrong))


class _LedgerWalk:
    """What one walk along the lines knows so far."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.own = mark(Revoked.KEY, "", secret=secret)
        self.lines: list[LedgerLine] = []
        self.chains: list[str] = []
        self.wrong: list[str] = []
        self.number = 0
        self.is_own: bool | None = None  # these lines are of our key; None before the first that is
        self.text = hashlib.sha256()  # all lines before
        self.before = ""

    def look_at(self, said: str) -> None:
        self.number += 1
        words = said.split(" ")
        line = _line_of(words)
        if line is None:
            self.wrong.append(f"line {self.number} is no line of a ledger")
        else:
            self._follow(line, words)
            self.lines.append(line)
        self.text.update(f"{said}\n".encode("latin-1"))
        self.before = words[-1] if len(words) == WORDS else self.text.hexdigest()

    def _follow(self, line: LedgerLine, words: list[str]) -> None:
        """Whether it stands where it was written. Lines before the first of our key say nothing to us."""
        if line.kind is Revoked.KEY and (line.mark == self.own or self.is_own is not None):
            self.is_own = line.mark == self.own
            if not self.is_own:
                self.wrong.append(f"from line {self.number} on it is of another SECRET_KEY")
        if len(words) == WORDS:
            if self.is_own and words[-1] != chain(self.before, " ".join(words[:-1]), secret=self.secret):
                self.wrong.append(f"line {self.number} does not follow: one before it was taken out, moved or changed")
            self.chains.append(words[-1])
        elif self.is_own and self.chains:
            self.wrong.append(f"line {self.number} is not chained to the one before")


def _line_of(words: list[str]) -> LedgerLine | None:
    if len(words) not in (EARLIER_WORDS, WORDS) or any(len(word) != HEX for word in words[2:]):
        return None
    try:
        at = dt.datetime.fromisoformat(words[0])
        return LedgerLine(at if at.tzinfo else at.replace(tzinfo=dt.UTC), Revoked(words[1]), words[2])
    except ValueError:
        return None


def last_chain(whole: bytes) -> str:
    """The last word of whole lines: a backup names it, the next line follows it. Empty where there is none."""
    words = whole[whole.rfind(b"\n", 0, -1) + 1 :].decode("latin-1").rstrip("\n").split(" ")
    return words[-1] if len(words) == WORDS else ""


def _texts_in(whole: bytes) -> list[str]:
    """Each line, whatever stands in it."""
    return whole.decode("latin-1").split("\n")[:-1]


def whole_lines(path: Path) -> bytes:
    """The file as it stands, without a line that somebody is writing, or that is torn. Raises: OSError."""
    content = path.read_bytes() if path.exists() else b""
    return content[: content.rfind(b"\n") + 1]
