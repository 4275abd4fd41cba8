"""What the audit says and who was written to, and the first key of somebody."""

from sqlalchemy import select

from scheduler.core.audit import AuditEntry
from scheduler.core.db import db
from scheduler.keys.service import keeping
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import User
from tests.factories import MONDAY
from tests.factories.keys import a_browser, code_at


def actions(thing: str = "user_account") -> list[str]:
    db.session.rollback()
    wanted = select(AuditEntry.action).where(AuditEntry.thing == thing).order_by(AuditEntry.id)
    return list(db.session.scalars(wanted))


def mails_to(email: str) -> list[str]:
    db.session.rollback()
    wanted = select(OutboxMessage.kind).where(OutboxMessage.address == email).order_by(OutboxMessage.id)
    return list(db.session.scalars(wanted))


def first_key(user: User, **given) -> keeping.Changed:
    browser = a_browser(user, **given)
    code = code_at(keeping.secret_for(browser), MONDAY)
    return keeping.add_app(browser, code, now=MONDAY)
