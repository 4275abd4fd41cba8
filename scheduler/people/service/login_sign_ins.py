"""Somebody signs in through the centre's own login: it names the person, and an account that stands here opens."""

import datetime as dt
import logging

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler.config import settings
from scheduler.core import audit
from scheduler.core.db import advisory_lock, transaction
from scheduler.core.errors import NotFound
from scheduler.core.form_keys import Claim
from scheduler.core.tokens import token_hash
from scheduler.credentials.oidc import LoginProof
from scheduler.messages.service import queue_message
from scheduler.messages.terms import MessageDraft
from scheduler.people import rules
from scheduler.people.models import LoginIdentity, User
from scheduler.people.service.accounts import add_sign_in, end_sign_ins
from scheduler.people.terms import BadSignIn
from scheduler.policy import ANONYMOUS, SYSTEM

log = logging.getLogger(__name__)
LINKED = "own_login_linked"
OTHER_IDENTITY = "this address is linked to another person of that login"


def use_up_state(state: str, *, now: dt.datetime) -> None:
    """A state is answered once, also for who kept the cookie. Raises: AlreadySent."""
    with transaction() as session:
        Claim(token_hash(f"own login:{state}"), "", now)(session)


def sign_in_by_login(proof: LoginProof, *, now: dt.datetime, device: str = "") -> str:
    """The token of a new sign-in; of staff it waits for our second step, unless the centre trusts the login's own.

    No account is ever made here, and an invitation is answered first: pages that ask for the password again would
    shut out who has none. Raises: BadSignIn, the same for an unknown address and for who may not sign in.
    """
    token = None
    with transaction() as session:
        advisory_lock(session, rules.SIGN_IN_LOCK, [rules.lock_number("own login")])
        user = _user_of(session, proof, now)
        if user is not None:
            passed = proof.two_factors and settings().own_login.trusts_second_factor
            factor_at = now if passed else None
            token = add_sign_in(session, user, now=now, device=device, factor_at=factor_at)
            waits = rules.waits_for_second_step(user.actor().roles, factor_at, asked=settings().asks_second_step)
            details = {"by": "own login", "second factor": "of the login" if passed else "ours"}
            audit.record(user.actor(), "own login accepted" if waits else "signed in", user, at=now, details=details)
            log.info("signed in", extra={"user_id": user.id, "waits": waits})
    if token is None:
        log.info("sign-in refused")
        raise BadSignIn("own login")
    return token


def _user_of(session: Session, proof: LoginProof, now: dt.datetime) -> User | None:
    """Who it is, if she may sign in. Whom the login brings for the first time is found by her address, and linked."""
    of_issuer = select(LoginIdentity).where(LoginIdentity.issuer == proof.issuer)
    known = session.scalar(of_issuer.where(LoginIdentity.subject == proof.subject))
    if known is not None:
        linked = session.get_one(User, known.user_id)
        known.last_used_at = now
        return linked if _may_sign_in(linked) else None
    # letters of other scripts may become another address in lower case: they find nobody
    if proof.email is None or not proof.email.isascii():
        return None
    user = session.scalar(select(User).where(User.email == rules.address_of(proof.email)))
    if user is None or not _may_sign_in(user):
        return None
    if session.scalar(of_issuer.where(LoginIdentity.user_id == user.id)) is not None:
        audit.record(ANONYMOUS, "own login refused", user, at=now, details={"why": OTHER_IDENTITY})
        log.warning("own login refused", extra={"user_id": user.id, "why": OTHER_IDENTITY})
        return None
    _link(session, user, proof, now)
    return user


def _may_sign_in(user: User) -> bool:
    return user.suspended_at is None and user.erased_at is None and user.password_hash is not None


def _link(session: Session, user: User, proof: LoginProof, now: dt.datetime) -> None:
    """From now on the login's own name for her counts; she is told, for it may not have been her."""
    session.add(
        LoginIdentity(user_id=user.id, issuer=proof.issuer, subject=proof.subject, linked_at=now, last_used_at=now)
    )
    session.flush()
    audit.record(user.actor(), "own login linked", user, at=now)
    told = MessageDraft(kind=LINKED, address=user.email, language=user.language, values={"path": "/account/access"})
    queue_message(told, now=now)


def forget_login_on_the_host(email: str, *, now: dt.datetime) -> int:
    """Unlink an account from every login, end its sign-ins; how many links it had. Raises: NotFound."""
    with transaction() as session:
        user = session.scalar(select(User).where(User.email == rules.address_of(email)))
        if user is None:
            raise NotFound("user")
        gone = session.execute(delete(LoginIdentity).where(LoginIdentity.user_id == user.id))
        links = int(getattr(gone, "rowcount", 0))
        end_sign_ins(session, user.id, now)
        audit.record(SYSTEM, "own login forgotten", user, at=now, details={"links": links})
        user_id = user.id
    log.info("own login forgotten", extra={"user_id": user_id})
    return links
