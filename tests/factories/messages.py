"""Mails in the outbox."""

import datetime as dt
from typing import Any

from sqlalchemy import select

from scheduler.core.db import db, transaction
from scheduler.messages import service
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import MessageDraft
from tests.factories import MONDAY


def make_message(address: str = "ana@school.example", *, now: dt.datetime = MONDAY, **given: Any) -> OutboxMessage:
    """A waiting mail; a plain password_changed unless `kind` and `values` say otherwise."""
    fair: dict[str, Any] = {"kind": "password_changed", "language": "en", "values": {"path": "/sign-in"}}
    with transaction():
        service.queue_message(MessageDraft(address=address, **(fair | given)), now=now)
    return db.session().scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()
