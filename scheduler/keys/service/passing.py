"""The second step is passed: by a code, a passkey, a recovery code; or the mailbox answers for who has no key yet.

A passed step gives the browser a new token: what was seen of it before the step opens nothing.
"""

import datetime as dt
import logging

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from scheduler.config import settings
from scheduler.core import audit, tokens
from scheduler.core.db import advisory_lock, transaction
from scheduler.core.encryption import Unreadable, decrypt
from scheduler.core.errors import Gone, NotFound, Rejected, TooMany
from scheduler.credentials import one_time_codes, passkeys
from scheduler.keys import rules
from scheduler.keys.models import CodeApp, Passkey, RecoveryCode
from scheduler.keys.service.mails import mail_owner
from scheduler.keys.terms import Browser, KeyReason, PassedBy
from scheduler.messages.queries import written_lately
from scheduler.messages.service import queue_message
from scheduler.messages.terms import LinkWish, MessageDraft
from scheduler.people.models import SignIn, SignInAttempt, User
from scheduler.people.queries import tried_within
from scheduler.people.rules import SIGN_IN_LOCK, lock_number

log = logging.getLogger(__name__)
PASSKEY_ASKED = "sign-in"
MAILBOX = "mailbox"  # the purpose of the link
MAILBOX_PATH = "/second-step/mailbox/{token}"
GUESSED = "codes_guessed"


def pass_code(browser: Browser, typed: str, *, network: str, now: dt.datetime, known: str = "") -> str:
    """The browser's new token, for the code of an app or one of the recovery codes; each is good once.

    Each try counts before it is looked at; those of a browser in which she passed before, of which `known` is the mark,
    count apart. Raises: Rejected({"code": reason}); TooMany for codes of an app only: a
    recovery code, a passkey and the link in a mail still open.
    """
    if recovery := one_time_codes.tidy_recovery_code(typed):
        return _pass_recovery_code(browser, recovery, now)
    key = rules.code_key(browser.user_id, from_mail=browser.mailbox_proven, known=known)
    attempt_id = _count_code(browser, key, network, now)
    with transaction() as session:
        if _takes_code(session, browser.user_id, typed, now):
            session.execute(delete(SignInAttempt).where(SignInAttempt.id == attempt_id))
            return complete(session, browser, PassedBy.CODE, now)
    _warn_of_guesses(browser, key, now)
    log.info("code refused", extra={"user_id": browser.user_id})
    raise Rejected({"code": KeyReason.WRONG_CODE})


def _takes_code(session: Session, user_id: int, typed: str, now: dt.datetime) -> bool:
    row = session.scalar(select(CodeApp).where(CodeApp.user_id == user_id).with_for_update())
    if row is None:
        return False
    try:
        secret = decrypt(row.secret, key=settings().secret_key, about=secret_of(user_id))
    except Unreadable:
        log.warning("app was set up under another SECRET_KEY", extra={"user_id": user_id})
        return False
    counter = one_time_codes.counter_of(secret, typed, now)
    if counter is None or counter <= row.last_counter:  # used before, by whoever looked over her shoulder
        return False
    row.last_counter, row.last_used_at = counter, now
    return True


def secret_of(user_id: int) -> str:
    """Whose secret it is, bound to the encrypted text."""
    return f"code_app:{user_id}"


def _pass_recovery_code(browser: Browser, code: str, now: dt.datetime) -> str:
    with transaction() as session:
        taken = session.execute(
            update(RecoveryCode)
            .where(RecoveryCode.user_id == browser.user_id, RecoveryCode.used_at.is_(None))
            .where(RecoveryCode.code_hash == hash_of(browser.user_id, code))
            .values(used_at=now)
        )
        if getattr(taken, "rowcount", 0) == 1:
            mail_owner("recovery_code_used", session.get_one(User, browser.user_id), now=now)
            return complete(session, browser, PassedBy.RECOVERY_CODE, now)
    log.info("recovery code refused", extra={"user_id": browser.user_id})
    raise Rejected({"code": KeyReason.WRONG_CODE})


def hash_of(user_id: int, code: str) -> str:
    """What is stored of a recovery code: 79 random bits need no slow hash."""
    return tokens.token_hash(f"recovery:{user_id}:{code}")


def asker_for(browser: Browser, purpose: str) -> passkeys.Asker:
    """Who asks this browser for a passkey."""
    return passkeys.Asker(settings().base_url, browser.token, purpose, settings().secret_key)


def pass_passkey(browser: Browser, answer: str, *, now: dt.datetime) -> str:
    """The browser's new token, for the answer of one of her passkeys. Raises: Rejected({"answer": reason})."""
    with transaction() as session:
        try:
            wanted = select(Passkey).where(Passkey.user_id == browser.user_id).with_for_update()
            row = session.scalar(wanted.where(Passkey.credential_id == passkeys.credential_of(answer)))
            if row is None:
                raise passkeys.NotThisKey("unknown")
            asker = asker_for(browser, PASSKEY_ASKED)
            row.sign_count = passkeys.count_after(
                asker, answer, public_key=row.public_key, count=row.sign_count, now=now
            )
        except passkeys.NotThisKey as error:
            log.info("passkey refused", extra={"user_id": browser.user_id})
            raise Rejected({"answer": KeyReason.WRONG_PASSKEY}) from error
        row.last_used_at = now
        return complete(session, browser, PassedBy.PASSKEY, now)


def complete(session: Session, browser: Browser, by: PassedBy, now: dt.datetime) -> str:
    """The browser's sign-in is whole, inside the caller's transaction; its new token. Raises: Gone when it ended."""
    token = renew(session, browser)
    row = session.get_one(SignIn, browser.sign_in_id)
    row.factor_at = row.last_seen_at = now
    audit.record(
        browser.actor, "second step passed", session.get_one(User, browser.user_id), at=now, details={"by": by}
    )
    log.info("second step passed", extra={"user_id": browser.user_id, "by": by.value})
    return token


def renew(session: Session, browser: Browser) -> str:
    """A new token for this browser, inside the caller's transaction. Raises: Gone when it has ended, or was renewed."""
    token = tokens.new_token()
    changed = session.execute(
        update(SignIn)
        .where(SignIn.id == browser.sign_in_id, SignIn.ended_at.is_(None))
        .where(SignIn.token_hash == tokens.token_hash(browser.token))
        .values(token_hash=tokens.token_hash(token))
    )
    if getattr(changed, "rowcount", 0) != 1:
        raise Gone("sign-in")
    return token


def _count_code(browser: Browser, key: str, network: str, now: dt.datetime) -> int:
    """The number of this try. Raises: TooMany."""
    with transaction() as session:
        advisory_lock(session, SIGN_IN_LOCK, [lock_number(key)])
        lately = _tries(session, key, rules.ROW_LASTS, now, SignInAttempt.network == network)
        if rules.too_many_codes(lately, _tries(session, key, rules.DAY, now)):
            log.warning("too many codes", extra={"user_id": browser.user_id})
            raise TooMany(KeyReason.TOO_MANY_CODES, wait=rules.ROW_LASTS)
        attempt = SignInAttempt(account_key=key, network=network, at=now)
        session.add(attempt)
        session.flush()
        return attempt.id


def _tries(session: Session, key: str, time: dt.timedelta, now: dt.datetime, *more: ColumnElement[bool]) -> int:
    wanted = select(func.count()).select_from(SignInAttempt).where(SignInAttempt.account_key == key, *more)
    return session.scalar(wanted.where(tried_within(time, now))) or 0


def _warn_of_guesses(browser: Browser, key: str, now: dt.datetime) -> None:
    """Whoever gets so far knows the password: after some wrong codes its owner is told, once a day."""
    with transaction() as session:
        if _tries(session, key, rules.DAY, now) < rules.WARN_AT:
            return
        user = session.get_one(User, browser.user_id)
        if not written_lately(GUESSED, [user.email], rules.DAY, now):
            audit.record(browser.actor, "codes guessed", user, at=now)
            mail_owner(GUESSED, user, path="/reset", now=now)


def ask_mailbox(browser: Browser, *, now: dt.datetime) -> None:
    """Mail her a link that proves to this browser whose mailbox it is. Raises: TooMany after five a day."""
    key = f"{MAILBOX}:{browser.user_id}"
    with transaction() as session:
        advisory_lock(session, SIGN_IN_LOCK, [lock_number(key)])
        if _tries(session, key, rules.DAY, now) >= rules.LINKS_A_DAY:
            raise TooMany(KeyReason.TOO_MANY_KEY_LINKS, wait=rules.DAY)
        session.add(SignInAttempt(account_key=key, network="", at=now))
        user = session.get_one(User, browser.user_id)
        queue_message(
            MessageDraft(
                kind="second_step_link",
                address=user.email,
                language=user.language,
                values={},
                link=LinkWish(MAILBOX, user.id, MAILBOX_PATH, rules.MAILBOX_LINK_HOURS),
            ),
            now=now,
        )


def known_link(token: str, *, now: dt.datetime) -> int:
    """Whose mailbox a link proves. Raises: Gone, NotFound."""
    return tokens.living_link(token, MAILBOX, now=now).subject_id


def prove_mailbox(browser: Browser, token: str, *, now: dt.datetime) -> None:
    """Note that who sits before this browser reads the mails of the account; the link ends.

    Raises: Gone, NotFound, also for the link of somebody else.
    """
    with transaction() as session:
        if known_link(token, now=now) != browser.user_id:
            raise NotFound(MAILBOX)
        tokens.end_links(MAILBOX, browser.user_id, now=now)
        session.get_one(SignIn, browser.sign_in_id).mailbox_at = now
        audit.record(browser.actor, "mailbox proven", session.get_one(User, browser.user_id), at=now)
