"""The seals of the audit: each record's hash over its content and the record before it, so that a change is seen.

A seal is "chain.contents", two SHA-256 in hexadecimal digits. `contents` is the hash of actor and details: an erasure
that blanks them later leaves the chain checkable. `chain` is the hash of the record before, of the record's other
columns and of `contents`. Writers never wait: a job seals what is new each minute (TRUST S34).

Whoever can write to the database can also compute a whole new chain. So the newest head (number and chain) is kept
outside of it: a line a day in a file of the installation, and in a mail on Mondays.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from scheduler.core.audit import AuditEntry
from scheduler.core.db import reading, transaction
from scheduler.core.files import write_whole

PIECE = 2_000  # records sealed in one transaction
SEALED_WITHIN = dt.timedelta(minutes=5)  # longer, and somebody should look at the worker
HEADS = "audit-heads.txt"
BLANKED_ACTOR, BLANKED_DETAILS = "erased:", "{}"
CANNOT_BE_READ = (ValueError, TypeError, OperationalError)  # what SQLite keeps may be no moment, and no text
COLUMNS = (
    AuditEntry.id,
    AuditEntry.at,
    AuditEntry.actor,
    AuditEntry.action,
    AuditEntry.thing,
    AuditEntry.thing_id,
    AuditEntry.details,
    AuditEntry.seal,
)


class Fault(StrEnum):
    """What is wrong with a record, as far as the chain can say."""

    ALTERED = "altered"  # it does not hold what was sealed: changed, or replaced by another
    CUT = "cut"  # it does not follow the record before it: at least one between them was deleted
    INSERTED = "inserted"  # it has no seal although later ones have: put in between, or written over
    GONE = "gone"  # a head kept outside names it, and it is not there: the end was cut off
    UNREADABLE = "unreadable"  # its moment is none, or its bytes are no text: nothing of ours wrote that
    RESEALED = "resealed"  # a head kept outside has another seal: somebody computed the chain anew


@dataclass(frozen=True)
class Head:
    """The newest sealed record at some moment."""

    record_id: int
    chain: str


@dataclass(frozen=True)
class Broken:
    """The first record that is wrong, and the one before it that still fits (0: none)."""

    record_id: int
    fault: Fault
    after_id: int


@dataclass(frozen=True)
class Sealed:
    """What one run sealed: the head if anything was, and the record that cannot be read, where one stopped it."""

    head: Head | None = None
    stopped: Broken | None = None


@dataclass(frozen=True)
class Verified:
    """What a walk along the whole chain found."""

    sealed: int
    unsealed: int
    blanked: int  # records whose actor or details an erasure took away: the rest of them still fits
    late_since: dt.datetime | None  # the oldest record that should have its seal by now
    head: Head | None
    broken: Broken | None

    @property
    def well(self) -> bool:
        return self.broken is None and self.late_since is None


def contents_of(actor: str, details: str) -> str:
    """The hash of what an erasure may blank."""
    return hashlib.sha256(f"{actor}\n{details}".encode()).hexdigest()


def chain_of(before: str, row: Any, contents: str) -> str:
    """The hash of the record before and of all that stands in this one."""
    at = row.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    whole = "\n".join((before, str(row.id), at, row.action, row.thing, str(row.thing_id), contents))
    return hashlib.sha256(whole.encode()).hexdigest()


def seal_records() -> Sealed:
    """Seal what is new, in order, in pieces, up to a record that cannot be read. Twice at once is once."""
    horizon = _horizon()
    done = Sealed()
    while horizon and not done.stopped and (step := _seal_piece(horizon)) != Sealed():
        done = Sealed(step.head or done.head, step.stopped)
    return done


def _horizon() -> int:
    """The newest record before which none can appear any more.

    PostgreSQL gives numbers before it commits: for a moment all writers of the audit are waited for, at most a fifth
    of a second; while one takes longer (an import) there is no horizon, and the next minute tries again.
    """
    try:
        with transaction() as session:
            if session.get_bind().dialect.name == "postgresql":
                session.execute(text("SET LOCAL lock_timeout = '200ms'"))
                session.execute(text("LOCK TABLE audit_entry IN SHARE MODE"))
            return session.scalar(select(func.max(AuditEntry.id))) or 0
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == "55P03":  # the lock was not free
            return 0
        raise


def _seal_piece(horizon: int) -> Sealed:
    with transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SELECT pg_advisory_xact_lock(hashtext('audit seals'))"))
        last = _last_sealed(session)
        wanted = select(*COLUMNS).where(AuditEntry.id <= horizon, AuditEntry.seal.is_(None)).order_by(AuditEntry.id)
        wanted = wanted.where(AuditEntry.id > (last.record_id if last else 0)).limit(PIECE)
        found, unreadable = _links(session, wanted, last.chain if last else "")
        if found:
            session.execute(update(AuditEntry), [{"id": number, "seal": seal} for number, seal in found])
            last = _head(*found[-1])
        stopped = Broken(unreadable, Fault.UNREADABLE, last.record_id if last else 0) if unreadable else None
        return Sealed(last if found else None, stopped)


def _links(session: Session, wanted: Select[*tuple[Any, ...]], chain: str) -> tuple[list[tuple[int, str]], int]:
    """(id, seal) of these records, up to the first that cannot be read; and which one that is, 0 where there is none.

    Later ones wait for somebody to look: sealed past it, the chain would say that nothing stood there.
    """
    try:
        return _linked(session.execute(wanted).all(), chain), 0
    except CANNOT_BE_READ:
        pass
    found: list[tuple[int, str]] = []
    for number in session.scalars(wanted.with_only_columns(AuditEntry.id)).all():
        try:
            row = session.execute(select(*COLUMNS).where(AuditEntry.id == number)).one()
            found += _linked([row], _head(*found[-1]).chain if found else chain)
        except CANNOT_BE_READ:
            return found, number
    return found, 0


def _linked(rows: Iterable[Any], chain: str) -> list[tuple[int, str]]:
    found = []
    for row in rows:
        contents = contents_of(row.actor, row.details)
        chain = chain_of(chain, row, contents)
        found.append((row.id, f"{chain}.{contents}"))
    return found


def _head(record_id: int, seal: str) -> Head:
    return Head(record_id, str(seal).partition(".")[0])


def _last_sealed(session: Session) -> Head | None:
    wanted = select(AuditEntry.id, AuditEntry.seal).where(AuditEntry.seal.is_not(None))
    row = session.execute(wanted.order_by(AuditEntry.id.desc()).limit(1)).one_or_none()
    return _head(row.id, row.seal) if row else None


def verify(*, now: dt.datetime, heads: Sequence[Head] = ()) -> Verified:
    """Walk along the whole chain; `heads` were kept outside. The first record that is wrong ends the walk."""
    walk = _Walk(now - SEALED_WITHIN, {head.record_id: head.chain for head in heads})
    with reading() as session:
        newest = _last_sealed(session)
        walk.last_sealed = newest.record_id if newest else 0
        wanted = select(*COLUMNS).order_by(AuditEntry.id).execution_options(yield_per=PIECE)
        try:
            with session.execute(wanted) as rows:  # a walk that ends early leaves no open cursor
                for row in rows:
                    walk.look_at(row)
                    if walk.broken:
                        break
                else:
                    walk.miss_heads()
        except CANNOT_BE_READ:
            walk.go_on_singly(session)
    return Verified(walk.sealed, walk.unsealed, walk.blanked, walk.late_since, walk.head, walk.broken)


class _Walk:
    """What one walk along the records knows so far."""

    def __init__(self, due: dt.datetime, heads: dict[int, str]) -> None:
        self.due, self.heads = due, heads
        self.sealed = self.unsealed = self.blanked = self.last_sealed = 0
        self.seen: int | None = None  # the last record looked at
        self.late_since: dt.datetime | None = None
        self.head: Head | None = None
        self.broken: Broken | None = None

    def go_on_singly(self, session: Session) -> None:
        """A piece of records cannot be read: those before the first that cannot are still looked at."""
        wanted = select(AuditEntry.id).order_by(AuditEntry.id)
        rest = session.scalars(wanted if self.seen is None else wanted.where(AuditEntry.id > self.seen)).all()
        for number in rest:
            try:
                self.look_at(session.execute(select(*COLUMNS).where(AuditEntry.id == number)).one())
            except CANNOT_BE_READ:
                self.broken = Broken(number, Fault.UNREADABLE, self.head.record_id if self.head else 0)
            if self.broken:
                return
        self.miss_heads()

    def look_at(self, row: Any) -> None:
        before = self.head.record_id if self.head else 0
        if lost := min((number for number in self.heads if before < number < row.id), default=0):
            self.broken = Broken(lost, Fault.GONE, before)
        elif row.seal is not None:
            self._sealed(row, before)
        elif row.id < self.last_sealed:
            self.broken = Broken(row.id, Fault.INSERTED, before)
        else:
            self.unsealed += 1
            self.late_since = self.late_since or (row.at if row.at < self.due else None)
        self.seen = row.id

    def _sealed(self, row: Any, before: int) -> None:
        chain, _, contents = str(row.seal).partition(".")
        if chain != chain_of(self.head.chain if self.head else "", row, contents):
            self.broken = Broken(row.id, Fault.CUT if row.id > before + 1 else Fault.ALTERED, before)
        elif contents != contents_of(row.actor, row.details):
            if row.actor.startswith(BLANKED_ACTOR) or row.details == BLANKED_DETAILS:
                self.blanked += 1
            else:
                self.broken = Broken(row.id, Fault.ALTERED, before)
        if not self.broken and self.heads.get(row.id, chain) != chain:
            self.broken = Broken(row.id, Fault.RESEALED, before)
        if not self.broken:
            self.sealed += 1
            self.head = Head(row.id, chain)

    def miss_heads(self) -> None:
        """Records that heads name and that lie beyond the last one."""
        before = self.head.record_id if self.head else 0
        if lost := min((number for number in self.heads if number > before), default=0):
            self.broken = Broken(lost, Fault.GONE, before)


def write_head(instance: Path, head: Head, *, now: dt.datetime) -> None:
    """Keep the head outside of the database: one line a day, the day's last one."""
    path = instance / HEADS
    day = now.date().isoformat()
    earlier = [line for line in _lines(path) if not line.startswith(day)]
    write_whole(path, "".join(f"{line}\n" for line in [*earlier, f"{day} {head.record_id} {head.chain}"]).encode())


def seal_and_keep(instance: Path, *, now: dt.datetime) -> Sealed:
    """Seal what is new and keep the head outside of the database."""
    done = seal_records()
    if done.head is not None:
        write_head(instance, done.head, now=now)
    return done


def heads_in(instance: Path) -> list[Head]:
    """The heads kept in the file of the installation. A line that is none is passed over."""
    return list(_heads(_lines(instance / HEADS)))


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="ascii", errors="replace").splitlines() if path.exists() else []


def _heads(lines: Iterable[str]) -> Iterator[Head]:
    for line in lines:
        parts = line.split(" ")
        if len(parts) == 3 and parts[1].isdigit():
            yield Head(int(parts[1]), parts[2])


def lay_heads_aside(instance: Path, *, now: dt.datetime) -> Path | None:
    """After a restore the chain goes on from the backup: the heads of the lost one lie beside, for people to read."""
    path = instance / HEADS
    if not path.exists():
        return None
    aside = path.with_name(f"audit-heads-before-{now:%Y%m%d-%H%M%S}.txt")
    path.rename(aside)
    return aside
