"""The ledger that a restore goes by: this installation's own, and the one that was given."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from scheduler.backup.parts import Contents
from scheduler.cli.refusals import BadInput
from scheduler.config import settings
from scheduler.core import clock, ledger
from scheduler.core.db import db
from scheduler.core.files import write_whole
from scheduler.core.ledger import LedgerLine, LedgerReading, Revoked
from scheduler.privacy.service.ledger import keep_ledger

SECOND = dt.timedelta(seconds=1)  # a backup tells its moment in whole ones


@dataclass(frozen=True)
class FoundLedger:
    """All lines that are known, oldest first, and how far they can be relied on."""

    lines: tuple[LedgerLine, ...]
    begun_at: dt.datetime | None
    chains: frozenset[str]
    wrong: tuple[str, ...]
    given: bool

    def problems_with(self, made: Contents) -> tuple[str, ...]:
        """What is wrong with it, for this backup."""
        if self.lines and made.ledger and made.ledger not in self.chains:
            return (*self.wrong, "it does not hold the line that was its last when the backup was made")
        return self.wrong

    def is_old_enough(self, made: Contents) -> bool:
        """Whether it was begun before the backup; of one that does not say when it was made, whoever gave it knows."""
        if self.begun_at is None or not made.at:
            return self.begun_at is not None and self.given
        return self.begun_at <= dt.datetime.fromisoformat(made.at) + SECOND

    def covers(self, made: Contents) -> bool:
        """Whether it tells all since the backup."""
        return self.is_old_enough(made) and not self.problems_with(made)


def ledger_at_hand(given: Path | None) -> FoundLedger:
    """The ledger that was given and this installation's own, brought up to date while its database is there.

    Lines of the one that was given are kept here from now on. Raises: BadInput.
    """
    wanted = settings()
    own, secret = wanted.instance / ledger.FILE, wanted.secret_key
    if given is not None and not given.is_file():
        raise BadInput(f"{given}: no such ledger")
    try:
        keep_ledger(now=clock.now())
    except (SQLAlchemyError, ValueError):
        db.session.rollback()  # no database here yet, or one that is broken: what the file holds is what is known
    foreign, kept = (_read(path, secret) if path else LedgerReading() for path in (given, own))
    if given:
        if foreign.begun_at(secret=secret) is None:
            raise BadInput(f"{given}: kept under another SECRET_KEY; set the one of the installation it comes from")
        _keep(given, foreign, kept)
    lines = sorted({*kept.lines, *foreign.lines}, key=lambda line: line.at)
    begun = [at for one in (kept, foreign) if (at := one.begun_at(secret=secret)) is not None]
    wrong = [f"{path}: {problem}" for path, one in ((given, foreign), (own, kept)) for problem in one.wrong]
    chains = frozenset((*kept.chains, *foreign.chains))
    return FoundLedger(tuple(lines), min(begun, default=None), chains, tuple(wrong), given is not None)


def _read(path: Path, secret: str) -> LedgerReading:
    try:
        return ledger.read(path, secret=secret)
    except ValueError as error:
        raise BadInput(f"{path}: {error}") from error
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error


def _keep(given: Path, foreign: LedgerReading, kept: LedgerReading) -> None:
    """Here from now on: as it is, with its chain, where there is none of our own yet; else what is new in it."""
    wanted = settings()
    if all(line.kind is Revoked.KEY for line in kept.lines):
        write_whole(wanted.instance / ledger.FILE, ledger.whole_lines(given))
        return
    own = ledger.key_line(clock.now(), secret=wanted.secret_key).mark
    fresh = {line for line in foreign.lines if line.kind is not Revoked.KEY or line.mark == own} - set(kept.lines)
    ledger.append(wanted.instance, sorted(fresh, key=lambda line: line.at), secret=wanted.secret_key)
