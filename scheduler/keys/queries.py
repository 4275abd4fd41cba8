"""Who waits for a second step, which keys somebody has, in which browsers she is signed in."""

import datetime as dt
from collections import Counter

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from scheduler.config import settings
from scheduler.core import tokens
from scheduler.core.alphabet import names_key
from scheduler.core.db import db
from scheduler.keys import rules
from scheduler.keys.models import CodeApp, Passkey, RecoveryCode
from scheduler.keys.terms import Browser, KeyHolder, KeyRing, PasskeyRow, SignInRow
from scheduler.people import rules as people_rules
from scheduler.people.models import LoginIdentity, SignIn, User, UserRole
from scheduler.people.terms import STAFF_ROLES


def browser_of(token: str, now: dt.datetime) -> Browser | None:
    """The browser behind a session's token, also one that waits for its second step; None when it has ended."""
    found = db.session.execute(
        select(SignIn, User).join(User, SignIn.user_id == User.id).where(SignIn.token_hash == tokens.token_hash(token))
    ).one_or_none()
    if found is None or found[1].suspended_at is not None:
        return None
    row, user = found
    actor = user.actor()
    waits = people_rules.waits_for_second_step(actor.roles, row.factor_at, asked=settings().asks_second_step)
    live = people_rules.is_live(
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
        idle=people_rules.idle_limit(actor.roles),
        now=now,
    )
    if not live or (waits and not rules.may_still_wait(row.created_at, row.ended_at, now)):
        return None
    return Browser(row.id, user.id, user.email, token, actor, waits, row.mailbox_at is not None)


def key_ring(user_id: int) -> KeyRing:
    """All that this user has beside her password: three questions."""
    session = db.session()
    added_at = session.scalar(select(CodeApp.added_at).where(CodeApp.user_id == user_id))
    rows = session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id))
    left = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return KeyRing(
        app_added_at=added_at,
        passkeys=tuple(PasskeyRow(row.id, row.name, row.added_at, row.last_used_at) for row in rows),
        recovery_codes=session.scalar(left) or 0,
    )


def credentials_of(user_id: int) -> list[str]:
    """By what browsers know the passkeys of this user."""
    found = db.session.scalars(select(Passkey.credential_id).where(Passkey.user_id == user_id).order_by(Passkey.id))
    return list(found)


def sign_ins_of(user_id: int, token: str, now: dt.datetime) -> list[SignInRow]:
    """The browsers in which this user is signed in, the newest first. `token` is that of the browser that asks."""
    found = db.session.execute(
        select(SignIn, User)
        .join(User, SignIn.user_id == User.id)
        .where(SignIn.user_id == user_id, SignIn.ended_at.is_(None), SignIn.expires_at > now)
        .options(selectinload(User.roles))
        .order_by(SignIn.id.desc())
    )
    own, asked = tokens.token_hash(token), settings().asks_second_step
    rows = []
    for row, user in found:
        roles = [role.role for role in user.roles]
        waits = people_rules.waits_for_second_step(roles, row.factor_at, asked=asked)
        idle = rules.HALF_LASTS if waits else people_rules.idle_limit(roles)
        if people_rules.is_live(
            last_seen_at=row.last_seen_at, expires_at=row.expires_at, ended_at=row.ended_at, idle=idle, now=now
        ):
            mine = row.token_hash == own
            rows.append(SignInRow(row.id, row.device, row.created_at, row.last_seen_at, own=mine, waits=waits))
    return rows


def login_linked_at(user_id: int) -> dt.datetime | None:
    """Since when the centre's own login opens this account; None where it does not, or where there is none."""
    issuer = settings().own_login.issuer
    if not issuer:
        return None
    hers = LoginIdentity.user_id == user_id, LoginIdentity.issuer == issuer
    return db.session.scalar(select(LoginIdentity.linked_at).where(*hers))


def holders_of(centre_id: int) -> list[KeyHolder]:
    """The staff of a centre who can sign in, by name, and which keys each of them has: four questions."""
    staff = db.session.scalars(
        select(User)
        .where(
            User.centre_id == centre_id,
            User.suspended_at.is_(None),
            User.password_hash.is_not(None),
            User.id.in_(select(UserRole.user_id).where(UserRole.role.in_(STAFF_ROLES))),
        )
        .options(selectinload(User.roles))
        .order_by(User.id)
    ).all()
    apps = Counter(db.session.scalars(_owners(CodeApp, centre_id)))
    passkeys = Counter(db.session.scalars(_owners(Passkey, centre_id)))
    codes = Counter(db.session.scalars(_owners(RecoveryCode, centre_id).where(RecoveryCode.used_at.is_(None))))
    return [
        KeyHolder(
            user_id=user.id,
            full_name=user.full_name,
            email=user.email,
            roles=tuple(row.role for row in user.roles),
            has_app=bool(apps[user.id]),
            passkeys=passkeys[user.id],
            recovery_codes=codes[user.id],
        )
        for user in sorted(staff, key=lambda user: names_key(user.family_name, user.given_name))
    ]


def _owners(kind: type[CodeApp] | type[Passkey] | type[RecoveryCode], centre_id: int) -> Select[int]:
    return select(kind.user_id).join(User, User.id == kind.user_id).where(User.centre_id == centre_id).order_by(kind.id)
