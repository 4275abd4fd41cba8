"""The ledger kept up to date from what the tables say was revoked, and applied to a database that was restored."""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.acts import change
from scheduler.config import settings
from scheduler.core import ledger
from scheduler.core.db import db
from scheduler.core.ledger import LedgerLine, Revoked
from scheduler.people.models import Centre, User
from scheduler.policy import SYSTEM
from scheduler.privacy.service.erasure import erase_subject, person_of
from scheduler.privacy.service.revocations import REVOCATIONS
from scheduler.privacy.terms import KeptLedger, NotErased
from scheduler.requests.models import SchoolRequest
from scheduler.safeguarding.models import Guardian

log = logging.getLogger(__name__)

LOOKS_BACK = dt.timedelta(hours=1)  # behind the newest line: an act is seen once its transaction has ended
EARLIER = dt.timedelta(minutes=10)  # before a backup began: what was under way then
# An act wrote these lines: they say nothing of how far the tables were read.
BY_ACTS = frozenset({Revoked.PERSON, Revoked.APP, Revoked.PASSKEY, Revoked.CODE, Revoked.UNDONE, Revoked.KEY})


def keep_ledger(*, now: dt.datetime) -> KeptLedger:
    """Add what was revoked since the ledger's newest line; what is wrong with it is told, and keeps nothing back.

    Twice is once. Raises: ValueError for a file that is no ledger; OSError.
    """
    wanted = settings()
    known = ledger.read(wanted.instance / ledger.FILE, secret=wanted.secret_key)
    newest = max((line.at for line in known.lines if line.kind not in BY_ACTS), default=None)
    seen = set(known.lines)
    fresh = {
        LedgerLine(at, one.kind, ledger.mark(one.kind, said, secret=wanted.secret_key))
        for one in REVOCATIONS
        for said, at in one.ended(newest and newest - LOOKS_BACK)
    } - seen
    lines = sorted(fresh, key=lambda line: (line.at, line.kind, line.mark))
    if known.begun_at(secret=wanted.secret_key) is None:
        lines.insert(0, ledger.key_line(now, secret=wanted.secret_key))
    healed = ledger.append(wanted.instance, lines, secret=wanted.secret_key)
    return KeptLedger(len(lines), known.wrong, healed)


def apply_ledger(lines: Iterable[LedgerLine], *, since: dt.datetime, now: dt.datetime) -> dict[Revoked, int]:
    """Erase and revoke again, in a restored database, what ended after the backup was begun; how many of each."""
    lines = tuple(lines)
    undone = {(line.at, line.mark) for line in lines if line.kind is Revoked.UNDONE}
    marks: dict[Revoked, set[str]] = defaultdict(set)
    for line in lines:
        if line.at >= since - EARLIER and (line.at, line.mark) not in undone:
            marks[line.kind].add(line.mark)
    done: dict[Revoked, int] = dict.fromkeys(Revoked, 0)
    with change(SYSTEM, now) as act:
        for one in REVOCATIONS:
            if marks[one.kind]:
                done[one.kind] = one.end_again(act, marks[one.kind])
    done[Revoked.PERSON] = _erase_again(marks[Revoked.PERSON], now) if marks[Revoked.PERSON] else 0
    log.info("ledger applied", extra={kind.value: number for kind, number in done.items()})
    return done


def _erase_again(marks: set[str], now: dt.datetime) -> int:
    """Each in a transaction of its own, past what would hinder an erasure on a wish."""
    done = 0
    for centre_id in (None, *db.session().scalars(select(Centre.id).order_by(Centre.id)).all()):
        for email in _addresses(db.session()):
            said = person_of(email, centre_id)
            if ledger.mark(Revoked.PERSON, said, secret=settings().secret_key) in marks:
                try:
                    erase_subject(SYSTEM, email, centre_id=centre_id, now=now, again=True)
                except NotErased:
                    continue  # erased in all centres just before
                done += 1
    return done


def _addresses(session: Session) -> list[str]:
    """Every address by which somebody is known."""
    own = (
        select(User.email),
        select(func.lower(SchoolRequest.contact_email)),
        select(func.lower(Guardian.email)),
    )
    return sorted({email for wanted in own for email in session.scalars(wanted.distinct()) if email})
