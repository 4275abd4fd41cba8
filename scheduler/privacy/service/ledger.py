"""The ledger kept up to date from what the tables say was revoked, and applied to a database that was restored."""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.acts import Act, change
from scheduler.certificates.models import Certificate
from scheduler.certificates.terms import CERTIFICATE_MACHINE, CertificateState
from scheduler.config import settings
from scheduler.core import ledger
from scheduler.core.db import db
from scheduler.core.ledger import LedgerLine, Revoked
from scheduler.core.tokens import SecretLink
from scheduler.feeds.models import FeedToken
from scheduler.people.models import Centre, Presenter, User
from scheduler.people.service.accounts import end_sign_ins
from scheduler.policy import SYSTEM
from scheduler.privacy.service.erasure import erase_subject, person_of
from scheduler.privacy.terms import NotErased
from scheduler.requests.models import SchoolRequest
from scheduler.safeguarding.models import Guardian, GuardianConsent

log = logging.getLogger(__name__)

LOOKS_BACK = dt.timedelta(hours=1)  # behind the newest line: an act is seen once its transaction has ended
EARLIER = dt.timedelta(minutes=10)  # before a backup began: what was under way then
WHY = "restored"  # a certificate that was revoked after the backup was made
OVER = (CertificateState.REVOKED, CertificateState.REISSUED)


def keep_ledger(*, now: dt.datetime) -> int:
    """Add what was revoked since the ledger's newest line; how many lines. Twice is once."""
    wanted = settings()
    known = ledger.lines_in(wanted.instance / ledger.FILE)
    newest = max((line.at for line in known if line.kind not in (Revoked.PERSON, Revoked.KEY)), default=None)
    seen = {(line.kind, line.mark, line.at) for line in known}
    fresh = [
        LedgerLine(at, kind, mark)
        for kind, value, at in _revoked(db.session(), newest and newest - LOOKS_BACK)
        if (kind, mark := ledger.mark(kind, value, secret=wanted.secret_key), at) not in seen
    ]
    if not ledger.is_of(known, secret=wanted.secret_key):
        fresh.append(ledger.key_line(now, secret=wanted.secret_key))
    ledger.append(wanted.instance, sorted(fresh, key=lambda line: line.at), secret=wanted.secret_key)
    return len(fresh)


def _revoked(session: Session, since: dt.datetime | None) -> Iterator[tuple[Revoked, str, dt.datetime]]:
    """(kind, what is hashed, when) of everything that has ended for good since."""
    over = select(Certificate.number, Certificate.state_since).where(Certificate.state.in_(OVER))
    consents = select(GuardianConsent.presenter_id, GuardianConsent.recorded_at, GuardianConsent.withdrawn_at)
    for kind, wanted, at in (
        (Revoked.FEED, select(FeedToken.token_hash, FeedToken.revoked_at), FeedToken.revoked_at),
        (Revoked.LINK, select(SecretLink.token_hash, SecretLink.ended_at), SecretLink.ended_at),
        (Revoked.ACCOUNT, select(User.email, User.suspended_at).where(User.erased_at.is_(None)), User.suspended_at),
        (Revoked.CERTIFICATE, over, Certificate.state_since),
        (Revoked.CONSENT, consents, GuardianConsent.withdrawn_at),
    ):
        asked: Any = wanted.where(at.is_not(None) if since is None else at > since)
        for row in session.execute(asked):
            yield kind, consent_of(row[0], row[1]) if kind is Revoked.CONSENT else row[0], row[-1]


def consent_of(presenter_id: int, recorded_at: dt.datetime) -> str:
    """What the ledger hashes of a consent."""
    return f"{presenter_id} {recorded_at.astimezone(dt.UTC).isoformat()}"


def apply_ledger(lines: Iterable[LedgerLine], *, since: dt.datetime, now: dt.datetime) -> dict[Revoked, int]:
    """Erase and revoke again, in a restored database, what ended after the backup was begun; how many of each."""
    marks: dict[Revoked, set[str]] = defaultdict(set)
    for line in lines:
        if line.at >= since - EARLIER:
            marks[line.kind].add(line.mark)
    done: dict[Revoked, int] = dict.fromkeys(Revoked, 0)
    with change(SYSTEM, now) as act:
        for kind, revoke in REVOKERS.items():
            done[kind] = revoke(act, marks[kind]) if marks[kind] else 0
    done[Revoked.PERSON] = _erase_again(marks[Revoked.PERSON], now) if marks[Revoked.PERSON] else 0
    log.info("ledger applied", extra={kind.value: number for kind, number in done.items()})
    return done


def _is_in(marks: set[str], kind: Revoked, value: str) -> bool:
    return ledger.mark(kind, value, secret=settings().secret_key) in marks


def _revoke_feeds(act: Act, marks: set[str]) -> int:
    rows = act.session.scalars(select(FeedToken).where(FeedToken.revoked_at.is_(None)))
    found = [row for row in rows if _is_in(marks, Revoked.FEED, row.token_hash)]
    for row in found:
        row.revoked_at = act.now
    return len(found)


def _end_links(act: Act, marks: set[str]) -> int:
    rows = act.session.scalars(select(SecretLink).where(SecretLink.ended_at.is_(None)))
    found = [row for row in rows if _is_in(marks, Revoked.LINK, row.token_hash)]
    for row in found:
        row.ended_at = act.now
    return len(found)


def _suspend_accounts(act: Act, marks: set[str]) -> int:
    rows = act.session.scalars(select(User).where(User.suspended_at.is_(None)))
    found = [row for row in rows if _is_in(marks, Revoked.ACCOUNT, row.email)]
    for row in found:
        row.suspended_at = act.now
        presenter = act.session.scalar(select(Presenter).where(Presenter.user_id == row.id))
        if presenter is not None:
            presenter.suspended_at = presenter.suspended_at or act.now
        end_sign_ins(act.session, row.id, act.now)
        act.record("suspended again", row)
    act.session.flush()
    return len(found)


def _revoke_certificates(act: Act, marks: set[str]) -> int:
    rows = act.session.scalars(select(Certificate).where(Certificate.state == CertificateState.ISSUED)).all()
    found = [row for row in rows if _is_in(marks, Revoked.CERTIFICATE, row.number)]
    for row in found:
        act.move(CERTIFICATE_MACHINE, row, CertificateState.REVOKED, reason=WHY)
        row.reason = WHY
    return len(found)


def _withdraw_consents(act: Act, marks: set[str]) -> int:
    """The database itself frees the visits that rested on them; the next minute's job writes to everybody."""
    rows = act.session.scalars(select(GuardianConsent).where(GuardianConsent.withdrawn_at.is_(None))).all()
    found = [row for row in rows if _is_in(marks, Revoked.CONSENT, consent_of(row.presenter_id, row.recorded_at))]
    for row in found:
        row.withdrawn_at = act.now
        act.record("consent withdrawn", row)
    act.session.flush()
    return len(found)


REVOKERS = {
    Revoked.FEED: _revoke_feeds,
    Revoked.LINK: _end_links,
    Revoked.ACCOUNT: _suspend_accounts,
    Revoked.CERTIFICATE: _revoke_certificates,
    Revoked.CONSENT: _withdraw_consents,
}


def _erase_again(marks: set[str], now: dt.datetime) -> int:
    """Each in a transaction of its own, past what would hinder an erasure on a wish."""
    done = 0
    for centre_id in (None, *db.session().scalars(select(Centre.id).order_by(Centre.id)).all()):
        for email in _addresses(db.session()):
            if _is_in(marks, Revoked.PERSON, person_of(email, centre_id)):
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
