"""What staff is told of the sealed audit: a break at once, its newest head once a week."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import select

from scheduler.core.db import transaction
from scheduler.core.seals import Broken, Head
from scheduler.messages.service import queue_message
from scheduler.messages.terms import MessageDraft
from scheduler.people.models import User, UserRole
from scheduler.people.terms import STAFF_ROLES
from scheduler.policy import Role


def mail_break(broken: Broken, *, now: dt.datetime) -> None:
    """Tell all staff of every centre which record is the first that is wrong; each night until it is explained."""
    values = {"record": broken.record_id, "after": broken.after_id, "fault": broken.fault.value, "path": "/"}
    _mail("audit_broken", values, frozenset(STAFF_ROLES), now)


def mail_head(head: Head, *, now: dt.datetime) -> None:
    """Send administrators the newest head: with it they can show later that nothing before was changed."""
    values = {"head": f"{head.record_id}:{head.chain}", "path": "/"}
    _mail("audit_head", values, frozenset({Role.ADMINISTRATOR}), now)


def _mail(kind: str, values: Mapping[str, object], roles: frozenset[Role], now: dt.datetime) -> None:
    with transaction() as session:
        ids = select(UserRole.user_id).where(UserRole.role.in_(roles))
        readers = select(User).where(User.id.in_(ids), User.suspended_at.is_(None))
        for reader in session.scalars(readers.order_by(User.id)):
            draft = MessageDraft(kind, reader.email, reader.language, values, centre_id=reader.centre_id)
            queue_message(draft, now=now)
