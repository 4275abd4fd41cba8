"""Sign in, sign out, a new password. Hashing is done between transactions, never inside one."""

import datetime as dt
import logging
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from scheduler.config import settings
from scheduler.core import audit, tokens
from scheduler.core.db import advisory_lock, transaction
from scheduler.core.errors import Gone, GroundReason, NotFound, Rejected, TooMany
from scheduler.core.language import languages
from scheduler.core.text import problem_with_address
from scheduler.credentials import passwords
from scheduler.messages.service import queue_message
from scheduler.messages.terms import LinkWish, MessageDraft
from scheduler.people import queries, rules
from scheduler.people.models import SignIn, SignInAttempt, User
from scheduler.people.terms import BadSignIn, PersonReason
from scheduler.policy import ANONYMOUS, Actor

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Known:
    user_id: int
    password_hash: str | None = field(repr=False)


def sign_in(
    email: str, password: str, *, network: str, now: dt.datetime, device: str = "", mailbox_of: int | None = None
) -> str:
    """The token of a new sign-in; of staff it waits for the second step, where one is asked.

    `network` is rules.network_of the browser's address, `device` its kind in words, `mailbox_of` the user whose
    invitation or new password came through this browser just now: she need not open another mail for her first key.
    Raises: TooMany after 5 failed tries a minute for this account from this network, or 20 from it for any;
    BadSignIn when address and password do not belong together, or the user may not sign in. Each try counts before
    its password is checked, so a burst of equal tries is no way round; a try that succeeds counts no more.
    """
    key = rules.account_key(email)
    known = _count_try(rules.address_of(email), key, network, now)
    if not passwords.fits(known.password_hash if known else None, password) or known is None:
        log.info("sign-in refused", extra={"user_id": known.user_id if known else None})
        raise BadSignIn("sign-in")
    old = known.password_hash or ""
    new = passwords.hash_password(password) if passwords.needs_new_hash(old) else old
    with transaction() as session:
        user = session.get(User, known.user_id)
        if user is None or user.suspended_at is not None or user.password_hash != old:
            raise BadSignIn("sign-in")
        user.password_hash = new
        actor = user.actor()
        token = add_sign_in(session, user, now=now, device=device, mailbox_at=now if mailbox_of == user.id else None)
        session.execute(delete(SignInAttempt).where(SignInAttempt.account_key == key, SignInAttempt.network == network))
        waits = rules.waits_for_second_step(actor.roles, None, asked=settings().asks_second_step)
        audit.record(actor, "password accepted" if waits else "signed in", user, at=now)
    log.info("signed in", extra={"user_id": known.user_id, "waits": waits})
    return token


def add_sign_in(
    session: Session,
    user: User,
    *,
    now: dt.datetime,
    device: str,
    mailbox_at: dt.datetime | None = None,
    factor_at: dt.datetime | None = None,
) -> str:
    """The token of a new sign-in of this user, inside the caller's transaction."""
    token = tokens.new_token()
    session.add(
        SignIn(
            token_hash=tokens.token_hash(token),
            user_id=user.id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + rules.sign_in_length(user.actor().roles),
            mailbox_at=mailbox_at,
            factor_at=factor_at,
            device=device,
        )
    )
    session.flush()
    return token


def confirm_password(user_id: int, password: str, *, network: str, now: dt.datetime) -> None:
    """Whether who is signed in knows the password of the account; each try counts as one to sign in.

    Raises: TooMany, BadSignIn as `sign_in` does.
    """
    email = queries.email_of(user_id)
    key = rules.account_key(email)
    known = _count_try(email, key, network, now)
    if known is None or not passwords.fits(known.password_hash, password):
        log.info("password not confirmed", extra={"user_id": user_id})
        raise BadSignIn("confirm")
    with transaction() as session:
        session.execute(delete(SignInAttempt).where(SignInAttempt.account_key == key, SignInAttempt.network == network))


def _count_try(email: str, key: str, network: str, now: dt.datetime) -> _Known | None:
    with transaction() as session:
        advisory_lock(session, rules.SIGN_IN_LOCK, [rules.lock_number(network)])
        lately = queries.tried_within(rules.TRY_WINDOW, now)
        of_network = _tries(session, SignInAttempt.network == network, lately)
        of_account = _tries(session, SignInAttempt.network == network, SignInAttempt.account_key == key, lately)
        if of_account >= rules.TRIES_OF_ACCOUNT or of_network >= rules.TRIES_OF_NETWORK:
            log.warning("too many tries to sign in", extra={"of_account": of_account, "of_network": of_network})
            raise TooMany(PersonReason.TOO_MANY_SIGN_INS, wait=rules.TRY_WINDOW)
        session.add(SignInAttempt(account_key=key, network=network, at=now))
        found = session.execute(select(User.id, User.password_hash).where(User.email == email)).one_or_none()
        return _Known(found.id, found.password_hash) if found else None


def _tries(session: Session, *wanted: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(SignInAttempt).where(*wanted)) or 0


def note_seen(token: str, *, now: dt.datetime) -> None:
    """Write that this sign-in was used just now; callers ask at most each 15 minutes (rules.seen_is_old)."""
    with transaction() as session:
        session.execute(update(SignIn).where(SignIn.token_hash == tokens.token_hash(token)).values(last_seen_at=now))


def sign_out(token: str, *, now: dt.datetime) -> None:
    """End this sign-in; an unknown or ended one stays so."""
    with transaction() as session:
        row = session.scalar(
            select(SignIn).where(SignIn.token_hash == tokens.token_hash(token), SignIn.ended_at.is_(None))
        )
        if row is None:
            return
        row.ended_at = now
        user = session.get_one(User, row.user_id)
        audit.record(user.actor(), "signed out", user, at=now)


def end_sign_ins(session: Session, user_id: int, now: dt.datetime, *, but: int = 0) -> int:
    """End every sign-in of a user `but` one, inside the caller's transaction; how many."""
    living = SignIn.user_id == user_id, SignIn.id != but, SignIn.ended_at.is_(None)
    return int(getattr(session.execute(update(SignIn).where(*living).values(ended_at=now)), "rowcount", 0))


def ask_reset(email: str, *, network: str, language: str, now: dt.datetime) -> None:
    """Queue a mail about a new password; whoever asks learns nothing about the account.

    A mail goes to every address: with a link if an account that can sign in has it, else saying that there is none.
    At most 3 a day go to one address; more are dropped without a word. `language` is for an address without account.
    Raises: Rejected for what is no address; TooMany after 20 a day from one network.
    """
    address = rules.address_of(email)
    if reason := problem_with_address(address):
        raise Rejected({"email": reason})
    key = rules.account_key(address, purpose="reset")
    with transaction() as session:
        advisory_lock(session, rules.SIGN_IN_LOCK, [rules.lock_number(network), rules.lock_number(key)])
        lately = queries.tried_within(rules.ASK_WINDOW, now)
        asked = SignInAttempt.account_key.like("reset:%")
        if _tries(session, SignInAttempt.network == network, asked, lately) >= rules.ASKS_OF_NETWORK:
            raise TooMany(PersonReason.TOO_MANY_RESETS, wait=rules.ASK_WINDOW)
        of_address = _tries(session, SignInAttempt.account_key == key, lately)
        session.add(SignInAttempt(account_key=key, network=network, at=now))
        if of_address >= rules.ASKS_OF_ADDRESS:
            return
        user = session.scalar(select(User).where(User.email == address))
        can_sign_in = user is not None and user.suspended_at is None and user.password_hash is not None
        known = user if can_sign_in else None
        queue_message(
            MessageDraft(
                kind="password_reset" if known else "no_account",
                address=address,
                language=known.language if known else language,
                values={},
                link=LinkWish("reset", known.id, "/reset/{token}", rules.RESET_HOURS) if known else None,
            ),
            now=now,
        )
        if known:
            audit.record(ANONYMOUS, "password reset asked", known, at=now)


def reset_password(token: str, password: str, *, now: dt.datetime) -> None:
    """Take the new password, end the link and every sign-in of the user; signing in with it is the user's next step.

    Raises: Gone or NotFound for the link; Rejected({"password": reason}).
    """
    invited = queries.invited_by(token, purpose="reset", now=now)
    names = (invited.email, f"{invited.given_name} {invited.family_name}")
    common = passwords.common_passwords()
    if reason := rules.problem_with_password(password, common=common, own_words=names):
        raise Rejected({"password": reason})
    new = passwords.hash_password(password)
    with transaction() as session:
        advisory_lock(session, rules.SIGN_IN_LOCK, [rules.lock_number(f"user:{invited.user_id}")])
        if tokens.opened_by(token, "reset", now=now) is None:
            raise Gone("reset")
        user = session.get_one(User, invited.user_id)
        user.password_hash = new
        tokens.end_links("reset", user.id, now=now)
        end_sign_ins(session, user.id, now)
        audit.record(user.actor(), "password changed", user, at=now)
        queue_message(
            MessageDraft(
                kind="password_changed",
                address=user.email,
                language=user.language,
                values={"path": "/sign-in"},
                centre_id=user.centre_id,
            ),
            now=now,
        )
    log.info("password changed", extra={"user_id": invited.user_id})


def set_language(actor: Actor, language: str, *, now: dt.datetime) -> None:
    """The language of the signed-in user's mails and first page. Raises: Rejected; NotFound without a user."""
    if language not in languages():
        raise Rejected({"language": GroundReason.NOT_A_CHOICE})
    with transaction() as session:
        user = session.get(User, actor.user_id) if actor.user_id is not None else None
        if user is None:
            raise NotFound("user")
        if user.language != language:
            user.language = language
            audit.record(actor, "language changed", user, at=now, details={"language": language})


def spell_name(actor: Actor, given: str, family: str, *, now: dt.datetime) -> None:
    """The signed-in user's own name in the other letters; both parts empty take it away. The audit says that it changed
    and not to what. Raises: Rejected({field: reason}); NotFound without a user.
    """
    with transaction() as session:
        user = session.get(User, actor.user_id) if actor.user_id is not None else None
        if user is None:
            raise NotFound("user")
        if problems := rules.problems_with_other_name((user.given_name, user.family_name), (given, family)):
            raise Rejected(problems)
        other = (given or None, family or None)
        if other != (user.other_given_name, user.other_family_name):
            user.other_given_name, user.other_family_name = other
            audit.record(actor, "name spelled", user, at=now)
