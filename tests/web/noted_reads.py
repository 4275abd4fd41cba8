"""What was noted of pages and files that name a minor."""

import json

from sqlalchemy import select

from scheduler.core.audit import AuditEntry
from scheduler.core.db import db


def lines(action: str) -> list[tuple[str, int, str]]:
    db.session.rollback()
    found = db.session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id))
    return [(one.actor, one.thing_id, json.loads(one.details)["page"]) for one in found]
