"""Mails in the outbox."""

import datetime as dt
from typing import Any

from sqlalchemy import select

from scheduler.core.db import db, transaction
from scheduler.messages import service
from scheduler.messages.models import OutboxMessage
from tests.factories import MONDAY


def make_message(address: str = "ana@school.example", *, now: dt.datetime = MONDAY, **given: Any) -> OutboxMessage:
    """A waiting mail; a plain password_changed unless `kind` and `values` say otherwise."""
    fair: dict[str, Any] = {"language": "en", "values": {"path": "/sign-in"}}
    kind = given.pop("kind", "password_changed")
    with transaction():
        service.queue_message(kind, address=address, now=now, **(fair | given))
    return db.session().scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()
