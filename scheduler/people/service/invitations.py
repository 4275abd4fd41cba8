"""Centres and their users: opened, invited, accepted, suspended, restored."""

import datetime as dt
import logging
from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.core import audit, tokens
from scheduler.core.db import advisory_lock, transaction
from scheduler.core.errors import Conflict, Gone, GroundReason, NotFound, Reason, Rejected
from scheduler.core.text import fold, problem_with_address, to_latin
from scheduler.credentials import passwords
from scheduler.messages.queries import is_waiting
from scheduler.messages.service import queue_message
from scheduler.messages.terms import LinkWish, MessageDraft
from scheduler.people import queries, rules
from scheduler.people.models import Centre, Presenter, User, UserDistrict, UserRole
from scheduler.people.service.accounts import end_sign_ins
from scheduler.people.terms import (
    INVITED_ROLES,
    STAFF_ROLES,
    Acceptance,
    CentreDraft,
    InvitationDraft,
    Opened,
    PersonReason,
)
from scheduler.places.models import District
from scheduler.policy import SYSTEM, Actor, Role

log = logging.getLogger(__name__)
PATH = "/invitation/{token}"


def open_centre(actor: Actor, draft: CentreDraft, *, now: dt.datetime) -> int:
    """A new centre; its id. Only the product itself (a command, the demo) opens one.

    Raises: Rejected({"slug": "exists"}).
    """
    policy.require(actor, "create", "centre")
    with transaction() as session:
        if session.scalar(select(Centre.id).where(Centre.slug == draft.slug)) is not None:
            raise Rejected({"slug": GroundReason.EXISTS})
        centre = Centre(**draft.__dict__, created_at=now)
        session.add(centre)
        session.flush()
        audit.record(actor, "centre opened", centre, at=now)
        return centre.id


def slug_of(name: str) -> str:
    """A centre's name as addresses and commands write it."""
    return "-".join(fold(name).split())[:60]


def set_up_centre(name: str, email: str, *, another: bool = False, now: dt.datetime) -> Opened:
    """Give an installation its first centre (or another one) and its administrator; the path of her invitation.

    Raises: Rejected when there is a centre already and none more is wanted, or name or address cannot be used.
    """
    problems: dict[str, Reason] = {} if fold(name) else {"name": GroundReason.MISSING}
    if reason := problem_with_address(rules.address_of(email)):
        problems["email"] = reason
    if problems:
        raise Rejected(problems)
    latin = to_latin(name)
    with transaction() as session:
        if not another and session.scalar(select(func.count()).select_from(Centre)):
            raise Rejected({"centre": PersonReason.ALREADY_SET_UP})
        draft = CentreDraft(slug_of(name), name, latin, latin, email=rules.address_of(email))
        centre_id = open_centre(SYSTEM, draft, now=now)
        user = _invited(session, SYSTEM, InvitationDraft(email, (Role.ADMINISTRATOR, Role.COORDINATOR)), centre_id, now)
        return Opened(centre_id, user.id, _mint(user, now))


def invite_user(actor: Actor, draft: InvitationDraft, *, now: dt.datetime, centre_id: int | None = None) -> int:
    """Make an account without a password and mail the link that gives it one; the user's id.

    Who was invited before and has not answered is invited again, with the roles of now; older links end.
    Raises: NotAllowed, NotFound; Rejected with {field: reason}.
    """
    where = actor.centre_id if centre_id is None else centre_id
    policy.require(actor, "create", "user", centre=where)
    if problems := rules.problems_with_invitation(_tidy(draft)):
        raise Rejected(problems)
    if where is None:
        raise Rejected({"centre": GroundReason.MISSING})
    with transaction() as session:
        user = _invited(session, actor, draft, where, now)
        mail_invitation(session, user, now)
        user_id = user.id
    log.info("user invited", extra={"user_id": user_id})
    return user_id


def invite_again(actor: Actor, user_id: int, *, now: dt.datetime) -> None:
    """Mail a new link to who was invited and has not answered; older links end.

    Raises: NotAllowed, NotFound; Conflict("has_account") when she has answered, or is suspended.
    """
    with transaction() as session:
        user = _of_staff(session, actor, "create", user_id)
        if user.password_hash is not None or user.suspended_at is not None:
            raise Conflict(PersonReason.HAS_ACCOUNT)
        tokens.end_links("invitation", user.id, now=now)
        audit.record(actor, "invited", user, at=now, details={"again": True})
        mail_invitation(session, user, now)
    log.info("user invited again", extra={"user_id": user_id})


def change_roles(
    actor: Actor, user_id: int, roles: Collection[Role], district_ids: Collection[int] = (), *, now: dt.datetime
) -> None:
    """Give one of the staff other roles and the districts she is limited to; they count from the next request on.

    Without districts she sees everything of her centre. Only staff are limited: presenters go where they are sent.
    Nobody takes the administrator's role from herself, nor changes her own districts.
    Raises: NotAllowed, NotFound; Rejected with {field: reason}.
    """
    with transaction() as session:
        user = _of_staff(session, actor, "update", user_id)
        if not roles or not set(roles) <= set(INVITED_ROLES):
            raise Rejected({"roles": GroundReason.MISSING if not roles else GroundReason.UNKNOWN})
        held = {row.role for row in user.roles}
        if user.id == actor.user_id and Role.ADMINISTRATOR not in roles:
            raise Rejected({"roles": PersonReason.OWN_ROLE})
        _limit(session, actor, user, set(district_ids) if set(roles) & set(STAFF_ROLES) else set(), now)
        if held == set(roles):
            return
        user.roles = [row for row in user.roles if row.role in roles]
        user.roles += [UserRole(role=role) for role in sorted(set(roles) - held)]
        session.flush()
        audit.record(actor, "roles changed", user, at=now, details={"from": sorted(held), "to": sorted(roles)})


def _limit(session: Session, actor: Actor, user: User, wanted: set[int], now: dt.datetime) -> None:
    held = {row.district_id for row in user.districts}
    if held == wanted:
        return
    if user.id == actor.user_id:
        raise Rejected({"districts": PersonReason.OWN_DISTRICTS})
    if wanted - set(session.scalars(select(District.id).where(District.id.in_(wanted)))):
        raise Rejected({"districts": GroundReason.UNKNOWN})
    user.districts = [row for row in user.districts if row.district_id in wanted]
    user.districts += [UserDistrict(district_id=one) for one in sorted(wanted - held)]
    session.flush()
    names = dict(session.execute(select(District.id, District.iso).where(District.id.in_(held | wanted))).all())
    told = {side: sorted(names[one] for one in ids) for side, ids in (("from", held), ("to", wanted))}
    audit.record(actor, "districts changed", user, at=now, details=told)


def _of_staff(session: Session, actor: Actor, verb: str, user_id: int) -> User:
    user = session.get(User, user_id)
    policy.require(actor, verb, "user", centre=user.centre_id if user else None)
    if user is None:
        raise NotFound("user")
    return user


def _tidy(draft: InvitationDraft) -> InvitationDraft:
    return InvitationDraft(**(draft.__dict__ | {"email": rules.address_of(draft.email)}))


def account_of(session: Session, email: str) -> User | None:
    """The account of an address, or None; until the transaction ends nobody else gives the address one."""
    advisory_lock(session, rules.SIGN_IN_LOCK, [rules.lock_number(f"address:{email}")])
    return session.scalar(select(User).where(User.email == email))


def origin_of(session: Session, actor: Actor) -> int | None:
    """With which account the chain of invitations begins that this actor goes on with; None: on the host."""
    if actor.user_id is None:
        return None
    return session.get_one(User, actor.user_id).origin_id or actor.user_id


def new_account(session: Session, actor: Actor, draft: InvitationDraft, centre_id: int, now: dt.datetime) -> User:
    """An account without a password, in the caller's transaction."""
    user = User(
        centre_id=centre_id,
        given_name=draft.given_name,
        family_name=draft.family_name,
        email=rules.address_of(draft.email),
        language=draft.language,
        created_at=now,
        origin_id=origin_of(session, actor),
        roles=[UserRole(role=role) for role in draft.roles],
    )
    session.add(user)
    session.flush()
    return user


def _invited(session: Session, actor: Actor, draft: InvitationDraft, centre_id: int, now: dt.datetime) -> User:
    user = account_of(session, rules.address_of(draft.email))
    if user is None:
        user = new_account(session, actor, draft, centre_id, now)
    elif user.centre_id != centre_id or user.password_hash is not None or user.suspended_at is not None:
        raise Rejected({"email": PersonReason.HAS_ACCOUNT})
    else:
        user.origin_id = origin_of(session, actor)  # whoever invites last knows the address
    user.roles = [row for row in user.roles if row.role in draft.roles]
    held = {row.role for row in user.roles}
    user.roles += [UserRole(role=role) for role in draft.roles if role not in held]
    session.flush()
    tokens.end_links("invitation", user.id, now=now)
    audit.record(actor, "invited", user, at=now, details={"roles": sorted(draft.roles)})
    return user


def mail_invitation(session: Session, user: User, now: dt.datetime) -> None:
    """Queue the mail that invites, inside the caller's transaction; one that has not left yet is enough."""
    if is_waiting("invitation", ("user_account", user.id)):
        return
    centre = session.get_one(Centre, user.centre_id)
    queue_message(
        MessageDraft(
            kind="invitation",
            address=user.email,
            language=user.language,
            values={"centre": centre.name(user.language)},
            link=LinkWish("invitation", user.id, PATH, rules.INVITATION_HOURS),
            about=("user_account", user.id),
            centre_id=user.centre_id,
        ),
        now=now,
    )


def invitation_path(actor: Actor, user_id: int, *, now: dt.datetime) -> str:
    """One more link of a living invitation, for the person at the keyboard to hand on: a path with its secret.

    Raises: NotAllowed, NotFound; Conflict("has_account") when the user has a password already.
    """
    with transaction() as session:
        user = session.get(User, user_id)
        if user is None:
            raise NotFound("user")
        policy.require(actor, "create", "user", centre=user.centre_id)
        if user.password_hash is not None:
            raise Conflict(PersonReason.HAS_ACCOUNT)
        return _mint(user, now)


def _mint(user: User, now: dt.datetime) -> str:
    lasts = dt.timedelta(hours=rules.INVITATION_HOURS)
    return PATH.replace("{token}", tokens.mint("invitation", user.id, lasts=lasts, now=now))


def accept_invitation(token: str, wish: Acceptance, *, now: dt.datetime) -> None:
    """Give the account its password and its owner's name; every link to the invitation ends.

    Raises: Gone or NotFound for the link; Rejected with {field: reason}.
    """
    invited = queries.invited_by(token, purpose="invitation", now=now)
    common = passwords.common_passwords()
    if problems := rules.problems_with_acceptance(wish, email=invited.email, common=common):
        raise Rejected(problems)
    new = passwords.hash_password(wish.password)
    with transaction() as session:
        advisory_lock(session, rules.SIGN_IN_LOCK, [rules.lock_number(f"user:{invited.user_id}")])
        if tokens.opened_by(token, "invitation", now=now) is None:
            raise Gone("invitation")
        user = session.get_one(User, invited.user_id)
        user.given_name, user.family_name, user.password_hash = wish.given_name, wish.family_name, new
        tokens.end_links("invitation", user.id, now=now)
        audit.record(user.actor(), "invitation accepted", user, at=now)
    log.info("invitation accepted", extra={"user_id": invited.user_id})


def suspend_user(actor: Actor, user_id: int, *, now: dt.datetime) -> None:
    """Nothing opens for this user any more, from the next request on, and nobody can assign her.

    Raises: NotAllowed, NotFound; Conflict("own_account").
    """
    with transaction() as session:
        user, presenter = _to_suspend(session, actor, "suspend", user_id)
        if user.id == actor.user_id:
            raise Conflict(PersonReason.OWN_ACCOUNT)
        if user.suspended_at is not None:
            return
        user.suspended_at = now
        if presenter is not None:
            presenter.suspended_at = now
        end_sign_ins(session, user.id, now)
        tokens.end_links("reset", user.id, now=now)
        tokens.end_links("invitation", user.id, now=now)
        audit.record(actor, "suspended", user, at=now)
    log.info("user suspended", extra={"user_id": user_id})


def restore_user(actor: Actor, user_id: int, *, now: dt.datetime) -> None:
    """Let a suspended user in again; she signs in anew. Raises: NotAllowed, NotFound."""
    with transaction() as session:
        user, presenter = _to_suspend(session, actor, "restore", user_id)
        if user.suspended_at is None:
            return
        user.suspended_at = None
        if presenter is not None:
            presenter.suspended_at = None
        audit.record(actor, "restored", user, at=now)


def _to_suspend(session: Session, actor: Actor, verb: str, user_id: int) -> tuple[User, Presenter | None]:
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("user")
    presenter = session.scalar(select(Presenter).where(Presenter.user_id == user_id))
    thing = rules.suspended_as((row.role for row in user.roles), presents=presenter is not None)
    policy.require(actor, verb, thing, centre=user.centre_id)
    return user, presenter
