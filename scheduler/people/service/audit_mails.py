"""What staff is told of the sealed audit: a break at once, its newest head once a week."""

import datetime as dt
from collections.abc import Iterable, Mapping

from sqlalchemy import select

from scheduler.core.audit import AuditEntry
from scheduler.core.db import transaction
from scheduler.core.seals import Broken, Head
from scheduler.messages.models import OutboxMessage
from scheduler.messages.queries import written_within
from scheduler.messages.service import queue_message
from scheduler.messages.terms import MessageDraft
from scheduler.people.queries import staff_with
from scheduler.people.terms import STAFF_ROLES
from scheduler.policy import Role

RECORD = AuditEntry.__tablename__
A_NIGHT_LATER = dt.timedelta(hours=25)


def mail_break(broken: Broken, *, now: dt.datetime) -> None:
    """Tell all staff of every centre which record is the first that is wrong; each night until it is explained."""
    values = {"record": broken.record_id, "after": broken.after_id, "fault": broken.fault.value, "path": "/"}
    _mail("audit_broken", values, STAFF_ROLES, now, about=broken.record_id)


def mail_break_once(broken: Broken, *, now: dt.datetime) -> None:
    """The same by whoever looks each minute: not while the last night's mail has told of this record."""
    told = select(OutboxMessage.id).where(
        OutboxMessage.kind == "audit_broken",
        OutboxMessage.about == RECORD,
        OutboxMessage.about_id == broken.record_id,
        written_within(A_NIGHT_LATER, now),
    )
    with transaction() as session:
        if session.scalar(told.limit(1)) is None:
            mail_break(broken, now=now)


def mail_head(head: Head, *, now: dt.datetime) -> None:
    """Send administrators the newest head: with it they can show later that nothing before was changed."""
    values = {"head": f"{head.record_id}:{head.chain}", "path": "/"}
    _mail("audit_head", values, (Role.ADMINISTRATOR,), now)


def _mail(
    kind: str, values: Mapping[str, object], roles: Iterable[Role], now: dt.datetime, *, about: int | None = None
) -> None:
    record = (RECORD, about) if about is not None else None
    with transaction():
        for centre_id, reader in staff_with(*roles):
            draft = MessageDraft(kind, reader.address, reader.language, values, about=record, centre_id=centre_id)
            queue_message(draft, now=now)
