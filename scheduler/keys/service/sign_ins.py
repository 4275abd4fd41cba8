"""Somebody ends her own sign-ins in other browsers: lost, lent, forgotten."""

import datetime as dt

from scheduler import policy
from scheduler.core import audit
from scheduler.core.db import transaction
from scheduler.core.errors import NotFound
from scheduler.keys.terms import Browser
from scheduler.people.models import SignIn, User
from scheduler.people.service.accounts import end_sign_ins


def end_sign_in(browser: Browser, sign_in_id: int, *, now: dt.datetime) -> None:
    """End one of them, the own too; an ended one stays so. Raises: NotAllowed; NotFound for somebody else's."""
    policy.require(browser.actor, "end", "sign_in")
    with transaction() as session:
        row = session.get(SignIn, sign_in_id)
        if row is None or row.user_id != browser.user_id:
            raise NotFound("sign-in")
        if row.ended_at is None:
            row.ended_at = now
            user = session.get_one(User, browser.user_id)
            audit.record(browser.actor, "sign-in ended", user, at=now, details={"device": row.device})


def end_other_sign_ins(browser: Browser, *, now: dt.datetime) -> int:
    """End all of them but the own; how many there were. Raises: NotAllowed."""
    policy.require(browser.actor, "end", "sign_in")
    with transaction() as session:
        count = end_sign_ins(session, browser.user_id, now, but=browser.sign_in_id)
        if count:
            user = session.get_one(User, browser.user_id)
            audit.record(browser.actor, "other sign-ins ended", user, at=now, details={"count": count})
        return count
