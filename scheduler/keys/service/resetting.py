"""The keys of somebody who has lost them all are taken away: by a second person, or on the host.

She signs in with her password then, proves her mailbox, and makes a key anew. Her password stays as it is.
"""

import datetime as dt
import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.core import audit, tokens
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, NotFound
from scheduler.keys import rules
from scheduler.keys.models import CodeApp, Passkey, RecoveryCode
from scheduler.keys.service.mails import mail_owner
from scheduler.keys.service.passing import MAILBOX, MAILBOX_PATH
from scheduler.keys.service.removing import take_away
from scheduler.keys.terms import KeyReason
from scheduler.messages.service import queue_message
from scheduler.messages.terms import MessageDraft
from scheduler.people import rules as people_rules
from scheduler.people.models import User
from scheduler.people.queries import staff_with
from scheduler.people.service.accounts import end_sign_ins
from scheduler.people.terms import STAFF_ROLES
from scheduler.policy import SYSTEM, Actor

log = logging.getLogger(__name__)


def reset_keys(actor: Actor, user_id: int, *, now: dt.datetime) -> None:
    """Take away all keys of one of the staff, end her sign-ins, and mail her who did it: a colleague.

    Raises: NotAllowed, NotFound; Conflict(OWN_KEYS): nobody opens the own door a second way.
    """
    with transaction() as session:
        user = session.get(User, user_id)
        policy.require(actor, "reset", "keys_of_others", centre=user.centre_id if user else None)
        if user is None or not {row.role for row in user.roles} & set(STAFF_ROLES):
            raise NotFound("user")
        if user.id == actor.user_id:
            raise Conflict(KeyReason.OWN_KEYS)
        if _take_away(session, actor, user, now):  # pressed twice, there is nothing left to tell
            mail_owner("keys_reset", user, now=now)
    log.info("keys reset", extra={"user_id": user_id})


def reset_on_the_host(email: str, *, now: dt.datetime) -> str:
    """Do so where nobody else can; all staff of the centre are told. The path of a link that proves her mailbox.

    The link is for the person at the keyboard to hand on, where no mail arrives. Raises: NotFound.
    """
    with transaction() as session:
        user = session.scalar(select(User).where(User.email == people_rules.address_of(email)))
        if user is None or not {row.role for row in user.roles} & set(STAFF_ROLES):
            raise NotFound("user")
        _take_away(session, SYSTEM, user, now)
        values = {"name": user.full_name or user.email, "path": "/people/second-steps"}
        for centre_id, reader in staff_with(*STAFF_ROLES):
            if centre_id == user.centre_id:
                draft = MessageDraft("keys_reset_on_the_host", reader.address, reader.language, values)
                queue_message(draft, now=now)
        token = tokens.mint(MAILBOX, user.id, lasts=dt.timedelta(hours=rules.MAILBOX_LINK_HOURS), now=now)
        user_id = user.id
    log.info("keys reset on the host", extra={"user_id": user_id})
    return MAILBOX_PATH.replace("{token}", token)


def _take_away(session: Session, actor: Actor, user: User, now: dt.datetime) -> bool:
    """Whether there was a key or a code to take away."""
    gone = {}
    for kind in (CodeApp, Passkey, RecoveryCode):
        gone[kind.__tablename__] = take_away(session, kind, kind.user_id == user.id, now=now)
    end_sign_ins(session, user.id, now)
    tokens.end_links(MAILBOX, user.id, now=now)
    audit.record(actor, "keys reset", user, at=now, details=gone)
    return any(gone.values())
