"""What the owner of an account is told about her keys: at once, so that nobody changes them behind her back."""

import datetime as dt

from scheduler.messages.service import queue_message
from scheduler.messages.terms import MessageDraft
from scheduler.people.models import User


def mail_owner(kind: str, user: User, *, now: dt.datetime, path: str = "/account/access") -> None:
    """Queue a mail of that kind to her, inside the caller's transaction. Her outbox is nobody's page."""
    draft = MessageDraft(kind=kind, address=user.email, language=user.language, values={"path": path})
    queue_message(draft, now=now)
