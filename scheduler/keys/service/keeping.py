"""Somebody changes her own keys: adds, names, takes away, prints new recovery codes.

Each change ends her other sign-ins, gives this browser a new token, and is mailed to her.
"""

import base64
import datetime as dt
import hashlib
import hmac
import logging
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.config import settings
from scheduler.core import audit
from scheduler.core.db import transaction
from scheduler.core.encryption import encrypt
from scheduler.core.errors import Conflict, NotAllowed, NotFound, Rejected
from scheduler.core.text import clean
from scheduler.credentials import one_time_codes, passkeys
from scheduler.keys import queries, rules
from scheduler.keys.models import CodeApp, Passkey, RecoveryCode
from scheduler.keys.service.mails import mail_owner
from scheduler.keys.service.passing import asker_for, complete, hash_of, renew, secret_of
from scheduler.keys.service.removing import take_away
from scheduler.keys.terms import Browser, KeyReason, PassedBy
from scheduler.people.models import User
from scheduler.people.service.accounts import end_sign_ins

log = logging.getLogger(__name__)
PASSKEY_MADE = "new key"


@dataclass(frozen=True)
class Changed:
    """What a change of keys gives to the browser: its new token, and recovery codes that are shown this once."""

    token: str = field(repr=False)
    codes: tuple[str, ...] = field(default=(), repr=False)


def secret_for(browser: Browser) -> str:
    """The secret that this browser offers to an app: the same until it is taken, and stored nowhere before."""
    said = f"app:{browser.user_id}:{browser.token}"
    drawn = hmac.new(settings().secret_key.encode(), said.encode(), hashlib.sha256).digest()
    return base64.b32encode(drawn[:20]).decode()


def require_change(browser: Browser) -> None:
    """Whether this browser may change her keys. While it waits, only the first, and only once the mailbox has answered.

    Raises: NotAllowed for who has a key and has not passed the second step; Conflict(MAILBOX_NOT_PROVEN).
    """
    policy.require(browser.actor, "update", "key")
    if browser.waits and queries.key_ring(browser.user_id).count:
        raise NotAllowed("update key")
    if browser.waits and not browser.mailbox_proven:
        raise Conflict(KeyReason.MAILBOX_NOT_PROVEN)


def add_app(browser: Browser, typed: str, *, now: dt.datetime) -> Changed:
    """Take the app that shows this code of `secret_for`. Raises: as require_change; Rejected({"code": reason})."""
    with transaction() as session:
        require_change(browser)
        if queries.key_ring(browser.user_id).app_added_at is not None:
            raise Conflict(KeyReason.HAS_AN_APP)
        secret = secret_for(browser)
        counter = one_time_codes.counter_of(secret, typed, now)
        if counter is None:
            raise Rejected({"code": KeyReason.WRONG_FIRST_CODE})
        hidden = encrypt(secret, key=settings().secret_key, about=secret_of(browser.user_id))
        session.add(CodeApp(user_id=browser.user_id, secret=hidden, last_counter=counter, added_at=now))
        session.flush()
        return _changed(session, browser, "key added", {"kind": "app"}, now)


def question_for_passkey(browser: Browser, *, now: dt.datetime) -> str:
    """What the browser is asked to make a passkey, as JSON. Raises: as require_change."""
    require_change(browser)
    known = queries.credentials_of(browser.user_id)
    asker = asker_for(browser, PASSKEY_MADE)
    return passkeys.question_for_new(asker, user_id=browser.user_id, account=browser.email, known=known, now=now)


def add_passkey(browser: Browser, answer: str, name: str, *, now: dt.datetime) -> Changed:
    """Take the passkey that the browser has made. Raises: as require_change; Rejected({"answer": reason})."""
    try:
        made = passkeys.new_key(asker_for(browser, PASSKEY_MADE), answer, now)
    except passkeys.NotThisKey as error:
        raise Rejected({"answer": KeyReason.WRONG_PASSKEY}) from error
    with transaction() as session:
        require_change(browser)
        session.add(
            Passkey(
                user_id=browser.user_id,
                credential_id=made.credential_id,
                public_key=made.public_key,
                sign_count=made.sign_count,
                name=clean(name, limit=rules.PASSKEY_NAME_LIMIT),
                added_at=now,
            )
        )
        session.flush()
        return _changed(session, browser, "key added", {"kind": "passkey"}, now)


def remove_app(browser: Browser, *, now: dt.datetime) -> Changed:
    """Take her app away. Raises: NotFound; Conflict(LAST_KEY) when nothing else would open."""
    with transaction() as session:
        _require_another(browser, is_there=queries.key_ring(browser.user_id).app_added_at is not None)
        take_away(session, CodeApp, CodeApp.user_id == browser.user_id, now=now)
        return _changed(session, browser, "key removed", {"kind": "app"}, now)


def remove_passkey(browser: Browser, passkey_id: int, *, now: dt.datetime) -> Changed:
    """Take one of her passkeys away. Raises: NotFound; Conflict(LAST_KEY) when nothing else would open."""
    with transaction() as session:
        row = session.get(Passkey, passkey_id)
        _require_another(browser, is_there=row is not None and row.user_id == browser.user_id)
        take_away(session, Passkey, Passkey.id == passkey_id, Passkey.user_id == browser.user_id, now=now)
        return _changed(session, browser, "key removed", {"kind": "passkey"}, now)


def _require_another(browser: Browser, *, is_there: bool) -> None:
    require_change(browser)
    if not is_there:
        raise NotFound("key")
    if settings().asks_second_step and queries.key_ring(browser.user_id).count == 1:
        raise Conflict(KeyReason.LAST_KEY)


def renew_recovery_codes(browser: Browser, *, now: dt.datetime) -> Changed:
    """New recovery codes; those before open nothing any more. Raises: NotFound for who has no key."""
    with transaction() as session:
        require_change(browser)
        if not queries.key_ring(browser.user_id).count:
            raise NotFound("key")
        take_away(session, RecoveryCode, RecoveryCode.user_id == browser.user_id, now=now)
        return _changed(session, browser, "recovery codes renewed", {}, now)


def _changed(session: Session, browser: Browser, action: str, details: dict[str, str], now: dt.datetime) -> Changed:
    user = session.get_one(User, browser.user_id)
    end_sign_ins(session, user.id, now, but=browser.sign_in_id)
    audit.record(browser.actor, action, user, at=now, details=details)
    mail_owner(action.replace(" ", "_"), user, now=now)
    ring = queries.key_ring(user.id)
    codes = tuple(_make_codes(session, user.id, now)) if ring.count and not ring.recovery_codes else ()
    if not ring.count:
        take_away(session, RecoveryCode, RecoveryCode.user_id == user.id, now=now)
    token = complete(session, browser, PassedBy.FIRST_KEY, now) if browser.waits else renew(session, browser)
    log.info("keys changed", extra={"user_id": user.id, "what": action})
    return Changed(token, codes)


def _make_codes(session: Session, user_id: int, now: dt.datetime) -> list[str]:
    codes = one_time_codes.new_recovery_codes()
    take_away(session, RecoveryCode, RecoveryCode.user_id == user_id, now=now)
    for code in codes:
        bare = one_time_codes.tidy_recovery_code(code)
        session.add(RecoveryCode(user_id=user_id, code_hash=hash_of(user_id, bare), made_at=now))
    session.flush()
    return codes
