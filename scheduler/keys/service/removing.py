"""Keys and codes that are taken away: the ledger remembers them, so that no backup brings them back (TRUST R24)."""

import datetime as dt

from sqlalchemy import ColumnElement, delete
from sqlalchemy.orm import Session

from scheduler.core import ledger
from scheduler.core.ledger import Revoked
from scheduler.keys.models import CodeApp, Passkey, RecoveryCode

KEPT_AS = {
    CodeApp: (Revoked.APP, CodeApp.secret),
    Passkey: (Revoked.PASSKEY, Passkey.credential_id),
    RecoveryCode: (Revoked.CODE, RecoveryCode.code_hash),
}


def take_away(
    session: Session, model: type[CodeApp | Passkey | RecoveryCode], *which: ColumnElement[bool], now: dt.datetime
) -> int:
    """Delete these, inside the caller's transaction; how many."""
    kind, said = KEPT_AS[model]
    gone = session.scalars(delete(model).where(*which).returning(said)).all()
    ledger.remember(session, [(kind, one) for one in gone], now=now)
    return len(gone)
