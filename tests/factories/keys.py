"""Keys of staff, and browsers in which somebody has typed her password."""

import datetime as dt

import pyotp

from scheduler.config import settings
from scheduler.core import tokens
from scheduler.core.db import db, transaction
from scheduler.core.encryption import encrypt
from scheduler.keys.models import CodeApp, Passkey, RecoveryCode
from scheduler.keys.queries import browser_of
from scheduler.keys.service.passing import hash_of, secret_of
from scheduler.keys.terms import Browser
from scheduler.people.models import SignIn, User
from tests.factories import MONDAY, a_number, stored

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of every app here
RECOVERY = "ABCD-EFGH-JKMN-PQRS"


def code_at(secret: str, moment: dt.datetime) -> str:
    """The code that an app shows at that moment."""
    return pyotp.TOTP(secret).at(moment)


def make_app(user: User, **given: object) -> CodeApp:
    """An app that shows the codes of SECRET."""
    with transaction():
        hidden = encrypt(SECRET, key=settings().secret_key, about=secret_of(user.id))
        return stored(CodeApp(user_id=user.id, **({"secret": hidden, "last_counter": 0, "added_at": MONDAY} | given)))


def make_passkey(user: User, **given: object) -> Passkey:
    """A passkey that no device has."""
    with transaction():
        fair = {"credential_id": f"key{a_number():05}", "public_key": "", "sign_count": 0, "name": "Laptop"}
        return stored(Passkey(user_id=user.id, added_at=MONDAY, **(fair | given)))


def make_recovery_code(user: User, code: str = RECOVERY) -> RecoveryCode:
    """One recovery code, not used yet."""
    return stored(RecoveryCode(user_id=user.id, code_hash=hash_of(user.id, code.replace("-", "")), made_at=MONDAY))


def make_sign_in(user: User, *, now: dt.datetime = MONDAY, **given: object) -> str:
    """The token of a browser in which the right password was typed just now; the second step is still to come."""
    token = tokens.new_token()
    with transaction() as session:
        fair = {"created_at": now, "last_seen_at": now, "expires_at": now + dt.timedelta(hours=12), "device": "Firefox"}
        session.add(SignIn(token_hash=tokens.token_hash(token), user_id=user.id, **(fair | given)))
    return token


def a_browser(user: User, *, now: dt.datetime = MONDAY, **given: object) -> Browser:
    """That browser, as services take it."""
    return seen_browser(make_sign_in(user, now=now, **given), now)


def seen_browser(token: str, now: dt.datetime = MONDAY) -> Browser:
    """The browser of a token as it is stored now."""
    db.session.rollback()
    found = browser_of(token, now)
    assert found is not None
    return found
