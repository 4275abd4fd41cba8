"""What was erased or revoked, kept outside of the database and of its backups: a file of keyed hashes, a line each.

Whoever puts an old backup in place gives this file to `backup restore`: what it names is erased and revoked again
(TRUST R24). A line tells when, of which kind, and a hash that only this installation can make: no address, no token.
"""

import datetime as dt
import hashlib
import hmac
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

FILE = "ledger.txt"


class Revoked(StrEnum):
    """What a line is about, and what was hashed."""

    PERSON = "person"  # erased: the address
    ACCOUNT = "account"  # suspended: the address
    FEED = "feed"  # the hash of its token, as the next
    LINK = "link"
    CERTIFICATE = "certificate"  # revoked or replaced: its number
    CONSENT = "consent"  # withdrawn: whose, and when it was recorded
    KEY = "key"  # nothing: with which SECRET_KEY the marks after it were made


@dataclass(frozen=True)
class LedgerLine:
    """One thing that is not to come back."""

    at: dt.datetime
    kind: Revoked
    mark: str


def mark(kind: Revoked, value: str, *, secret: str) -> str:
    """What the ledger says instead of the value."""
    return hmac.new(secret.encode(), f"ledger: {kind}: {value.strip().lower()}".encode(), hashlib.sha256).hexdigest()


def append(instance: Path, lines: Sequence[LedgerLine], *, secret: str) -> None:
    """Add lines at the end, mode 0600, on the disk when it returns; first, whose marks they are."""
    if not lines:
        return
    path = instance / FILE
    if not is_of([*lines_in(path), *lines], secret=secret):
        lines = [key_line(lines[0].at, secret=secret), *lines]
    said = "".join(f"{line.at.astimezone(dt.UTC).isoformat()} {line.kind} {line.mark}\n" for line in lines)
    instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(number, "a", encoding="ascii") as stream:
        stream.write(said)
        stream.flush()
        os.fsync(stream.fileno())


def key_line(at: dt.datetime, *, secret: str) -> LedgerLine:
    """From here on marks are made with this key."""
    return LedgerLine(at, Revoked.KEY, mark(Revoked.KEY, "", secret=secret))


def is_of(lines: Iterable[LedgerLine], *, secret: str) -> bool:
    """Whether marks that this key makes can be found among them."""
    own = mark(Revoked.KEY, "", secret=secret)
    return any(line.mark == own for line in lines)


def lines_in(path: Path) -> list[LedgerLine]:
    """All lines of a ledger; none when there is no file. Raises: ValueError for a file that is none, OSError."""
    if not path.exists():
        return []
    found = []
    for number, line in enumerate(path.read_text(encoding="ascii").splitlines(), 1):
        parts = line.split(" ")
        if len(parts) != 3 or len(parts[2]) != 64:
            raise ValueError(f"line {number} is no line of a ledger")
        found.append(LedgerLine(dt.datetime.fromisoformat(parts[0]), Revoked(parts[1]), parts[2]))
    return found
