"""Somebody signs in through the centre's own login: it names the person, and an account that stands here opens."""

import datetime as dt
import logging

from sqlalchemy import select

from scheduler.config import settings
from scheduler.core import audit
from scheduler.core.db import transaction
from scheduler.core.oidc import LoginProof
from scheduler.people import rules
from scheduler.people.models import User
from scheduler.people.service.accounts import add_sign_in
from scheduler.people.terms import BadSignIn

log = logging.getLogger(__name__)


def sign_in_by_login(proof: LoginProof, *, now: dt.datetime, device: str = "") -> str:
    """The token of a new sign-in; of staff it waits for our second step, unless the centre trusts the login's own.

    No account is ever made here, and an invitation is answered first: pages that ask for the password again would
    shut out who has none. Raises: BadSignIn, the same for an unknown address and for who may not sign in.
    """
    address = rules.address_of(proof.email)
    with transaction() as session:
        # letters of other scripts may become another address in lower case: they find nobody
        user = session.scalar(select(User).where(User.email == address)) if proof.email.isascii() else None
        if user is None or user.suspended_at is not None or user.erased_at is not None or user.password_hash is None:
            log.info("sign-in refused", extra={"user_id": user.id if user else None})
            raise BadSignIn("own login")
        passed = proof.two_factors and settings().own_login.trusts_second_factor
        factor_at = now if passed else None
        token = add_sign_in(session, user, now=now, device=device, factor_at=factor_at)
        waits = rules.waits_for_second_step(user.actor().roles, factor_at, asked=settings().asks_second_step)
        details = {"by": "own login", "second factor": "of the login" if passed else "ours"}
        audit.record(user.actor(), "own login accepted" if waits else "signed in", user, at=now, details=details)
        user_id = user.id
    log.info("signed in", extra={"user_id": user_id, "waits": waits})
    return token
