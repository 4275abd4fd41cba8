"""How a request stood before an act at the desk is kept, so that the act can be taken back for a while."""

import datetime as dt
import secrets

from sqlalchemy.orm import Session

from scheduler.requests.models import SchoolRequest, UndoableAct
from scheduler.requests.terms.acts import BulkAct
from scheduler.requests.terms.school_request import REQUEST_MACHINE


def stood_before(row: SchoolRequest, act: BulkAct, now: dt.datetime, batch: str = "") -> UndoableAct:
    """To be called before the act changes anything; `batch` is the press, a fresh one unless it is said."""
    return UndoableAct(
        batch=batch or secrets.token_urlsafe(16),
        school_request_id=row.id,
        act=act,
        done_at=now,
        state_before=row.state,
        since_before=row.state_since,
        owner_before_id=row.owner_id,
        reason_before=row.reason,
        attention_before=row.attention,
    )


def keep_undoable(session: Session, act: UndoableAct, row: SchoolRequest) -> str:
    """After the act: the press by which it is taken back; empty when its step has no way back."""
    if row.state is not act.state_before and not REQUEST_MACHINE.may_take_back(row.state, act.state_before):
        return ""
    session.flush()  # raises the version: what somebody else does after this is never undone
    act.version_after = row.version
    session.add(act)
    return act.batch
