"""What ends for good, kind by kind: where the tables say so, and how it ends again in a database that was restored."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from scheduler.acts import Act
from scheduler.certificates.models import Certificate
from scheduler.certificates.terms import CERTIFICATE_MACHINE, CertificateState
from scheduler.config import settings
from scheduler.core import ledger
from scheduler.core.db import Base, db
from scheduler.core.ledger import Revoked
from scheduler.core.tokens import SecretLink
from scheduler.feeds.models import FeedToken
from scheduler.keys.models import CodeApp, Passkey, RecoveryCode
from scheduler.people.models import Presenter, User
from scheduler.people.service.accounts import end_sign_ins
from scheduler.safeguarding.models import GuardianConsent

WHY = "restored"  # a certificate that was revoked after the backup was made
OVER = (CertificateState.REVOKED, CertificateState.REISSUED)


@dataclass(frozen=True)
class Revocation:
    """One kind of what ends for good. What is deleted when it ends has no `ended_at`: the act itself writes it down."""

    kind: Revoked
    said: tuple[InstrumentedAttribute[Any], ...]  # the columns that the ledger hashes
    lives: ColumnElement[bool]
    end: Callable[[Act, Any], None]
    ended_at: InstrumentedAttribute[Any] | None = None
    counts: ColumnElement[bool] | None = None  # which of those that have ended, where the moment alone does not say it

    def ended(self, since: dt.datetime | None) -> Iterator[tuple[str, dt.datetime]]:
        """What the ledger hashes of each that has ended since, and when it did."""
        if self.ended_at is None:
            return
        asked = select(*self.said, self.ended_at).where(
            self.ended_at.is_not(None) if since is None else self.ended_at > since
        )
        for row in db.session().execute(asked if self.counts is None else asked.where(self.counts)):
            yield text_of(row[:-1]), row[-1]

    def end_again(self, act: Act, marks: set[str]) -> int:
        """End what lives again although the ledger names it; how many."""
        model: Any = self.said[0].class_
        found = [row for row in act.session.scalars(select(model).where(self.lives)).all() if self._mark(row) in marks]
        for row in found:
            self.end(act, row)
        act.session.flush()
        return len(found)

    def _mark(self, row: Base) -> str:
        return ledger.mark(
            self.kind, text_of(getattr(row, column.key) for column in self.said), secret=settings().secret_key
        )


def text_of(values: Any) -> str:
    """What the ledger hashes of columns."""
    return " ".join(
        value.astimezone(dt.UTC).isoformat() if isinstance(value, dt.datetime) else str(value) for value in values
    )


def _revoke_feed(act: Act, row: FeedToken) -> None:
    row.revoked_at = act.now


def _end_link(act: Act, row: SecretLink) -> None:
    row.ended_at = act.now


def _suspend(act: Act, row: User) -> None:
    row.suspended_at = act.now
    presenter = act.session.scalar(select(Presenter).where(Presenter.user_id == row.id))
    if presenter is not None:
        presenter.suspended_at = presenter.suspended_at or act.now
    end_sign_ins(act.session, row.id, act.now)
    act.record("suspended again", row)


def _revoke_certificate(act: Act, row: Certificate) -> None:
    act.move(CERTIFICATE_MACHINE, row, CertificateState.REVOKED, reason=WHY)
    row.reason = WHY


def _withdraw_consent(act: Act, row: GuardianConsent) -> None:
    """The database itself frees the visits that rested on it; the next minute's job writes to everybody."""
    row.withdrawn_at = act.now
    act.record("consent withdrawn", row)


def _take_key_away(act: Act, row: CodeApp | Passkey) -> None:
    kind = Revoked.APP if isinstance(row, CodeApp) else Revoked.PASSKEY
    act.record("key removed", act.session.get_one(User, row.user_id), {"kind": kind, "why": WHY})
    act.session.delete(row)


def _use_code(act: Act, row: RecoveryCode) -> None:
    row.used_at = act.now


REVOCATIONS = (
    Revocation(
        Revoked.FEED, (FeedToken.token_hash,), FeedToken.revoked_at.is_(None), _revoke_feed, FeedToken.revoked_at
    ),
    Revocation(Revoked.LINK, (SecretLink.token_hash,), SecretLink.ended_at.is_(None), _end_link, SecretLink.ended_at),
    Revocation(
        Revoked.ACCOUNT,
        (User.email,),
        User.suspended_at.is_(None),
        _suspend,
        User.suspended_at,
        counts=User.erased_at.is_(None),
    ),
    Revocation(
        Revoked.CERTIFICATE,
        (Certificate.number,),
        Certificate.state == CertificateState.ISSUED,
        _revoke_certificate,
        Certificate.state_since,
        counts=Certificate.state.in_(OVER),
    ),
    Revocation(
        Revoked.CONSENT,
        (GuardianConsent.presenter_id, GuardianConsent.recorded_at),
        GuardianConsent.withdrawn_at.is_(None),
        _withdraw_consent,
        GuardianConsent.withdrawn_at,
    ),
    Revocation(Revoked.APP, (CodeApp.secret,), CodeApp.id > 0, _take_key_away),
    Revocation(Revoked.PASSKEY, (Passkey.credential_id,), Passkey.id > 0, _take_key_away),
    Revocation(
        Revoked.CODE, (RecoveryCode.code_hash,), RecoveryCode.used_at.is_(None), _use_code, RecoveryCode.used_at
    ),
)
