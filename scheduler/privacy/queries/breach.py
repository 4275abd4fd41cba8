"""After a breach: what somebody with a role, an account or a secret address could reach, and whom that concerns."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import selectinload

from scheduler.core.audit import DENIED, MINOR_READ, AuditEntry
from scheduler.core.db import db
from scheduler.core.tokens import SecretLink, token_hash
from scheduler.feeds.models import FeedToken
from scheduler.feeds.terms import CAMPAIGN_CALENDAR, FeedKind
from scheduler.people.models import Presenter, SignIn, User
from scheduler.policy import TABLE, Role, Scope
from scheduler.requests.models import SchoolRequest
from scheduler.safeguarding.models import Guardian
from scheduler.visits.models.visits import Assignment, Presentation, Visit

TELLING_ACTIONS = ("everything exported", "person exported", "person erased", MINOR_READ, DENIED)


@dataclass(frozen=True)
class ReachedPerson:
    """Somebody whose data could be read; a contact or a guardian has no account."""

    kind: str  # account, educator, influencer (a young presenter), guardian, contact
    email: str


@dataclass(frozen=True)
class BreachReport:
    """What was reachable: by what, since when and until when, which things, which persons, and what the audit tells."""

    by: str
    since: dt.datetime | None
    until: dt.datetime | None
    things: tuple[str, ...]
    persons: tuple[ReachedPerson, ...]
    done: tuple[tuple[str, str, int], ...]  # actor, action, how often

    @property
    def counts(self) -> Counter[str]:
        return Counter(one.kind for one in self.persons)


def reach_of_role(role: Role, centre_id: int | None = None) -> BreachReport:
    """Whatever the table of rights gives to a role; of one centre or of all."""
    persons = _of_centre(centre_id) if _reaches_a_centre((role,)) else ()
    return BreachReport(f"role {role}", None, None, _things((role,)), persons, ())


def reach_of_account(email: str, since: dt.datetime | None, until: dt.datetime | None) -> BreachReport | None:
    """What this account could reach, and what was done with it; None when there is none."""
    user = db.session().scalar(select(User).where(User.email == email.strip().lower()))
    return _of_user(user, "account", since, until) if user else None


def _of_user(user: User, how: str, since: dt.datetime | None, until: dt.datetime | None) -> BreachReport:
    roles = [row.role for row in user.roles]
    reaches = _reaches_a_centre(roles)
    persons = _of_centre(user.centre_id) if reaches else _crew_of(Presenter.user_id == user.id)
    return BreachReport(
        f"{how} {user.id}", since, until, _things(roles), persons, _done([f"user:{user.id}"], since, until)
    )


def reach_of_token(typed: str) -> BreachReport | None:
    """What a secret address opens: typed whole, or its secret part alone. None when it never was one of ours."""
    for part in reversed(typed.strip().split("?")[0].rstrip("/").split("/")):
        if (found := _opened(token_hash(part.removesuffix(".ics")))) is not None:
            return found
    return None


def _opened(secret: str) -> BreachReport | None:
    session = db.session()
    if (feed := session.scalar(select(FeedToken).where(FeedToken.token_hash == secret))) is not None:
        return BreachReport(f"feed {feed.id}", feed.created_at, feed.revoked_at, *_shown_by(feed), ())
    if (sign_in := session.scalar(select(SignIn).where(SignIn.token_hash == secret))) is not None:
        user = session.get_one(User, sign_in.user_id)
        return _of_user(user, "sign-in of account", sign_in.created_at, sign_in.ended_at or sign_in.expires_at)
    if (link := session.scalar(select(SecretLink).where(SecretLink.token_hash == secret))) is not None:
        return _of_link(link)
    return None


def _shown_by(feed: FeedToken) -> tuple[tuple[str, ...], tuple[ReachedPerson, ...]]:
    """What a calendar tells, and of whom: that of a centre names no minor, so only who is of age on the visit's day."""
    if feed.kind is FeedKind.OWN:
        things = ("days, hours and schools of one presenter's visits", "full names of adults and first names of minors")
        return things, _crew_of(Presenter.id == feed.presenter_id)
    if feed.kind in (FeedKind.CENTRE, FeedKind.DISTRICT):
        centre_id = select(User.centre_id).where(User.id == feed.user_id).scalar_subquery()
        of_age = or_(Presenter.adult_on.is_(None), Presenter.adult_on <= Assignment.on_day)
        wanted = (
            select(Assignment.presenter_id)
            .join(Presentation, Presentation.id == Assignment.presentation_id)
            .join(Visit, Visit.id == Presentation.visit_id)
            .join(Presenter, Presenter.id == Assignment.presenter_id)
            .where(Visit.centre_id == centre_id, of_age)
        )
        adults = tuple(_presenters(list(db.session().scalars(wanted.distinct()))))
        return ("days, hours and schools of a centre's visits", "full names of adults"), adults
    things_of = {
        FeedKind.HOST: "days and hours of one school's visits, without names",
        FeedKind.POSTS: "the posts of a centre",
        FeedKind.CLOSURES: "days on which schools are shut",
    }
    return (things_of[feed.kind],), ()


def _of_link(link: SecretLink) -> BreachReport:
    until, who, session = link.ended_at or link.expires_at, link.subject_id, db.session()
    by = f"link {link.purpose} {who}"
    if link.purpose in ("reset", "invitation") and (user := session.get(User, who)) is not None:
        return _of_user(user, f"link {link.purpose} of account", link.created_at, until)
    if link.purpose in ("status", "prove"):
        contact = session.scalar(select(SchoolRequest.contact_email).where(SchoolRequest.id == who))
        things = ("one request with its contact", "names of who comes, of minors the first name", "its certificates")
        persons = [ReachedPerson("contact", contact)] if contact else []
        crew = _crew(select(Visit.id).where(Visit.school_request_id == who))
        return BreachReport(
            by, link.created_at, until, things, (*persons, *crew), _done([f"link:request:{who}"], link.created_at, None)
        )
    if link.purpose == CAMPAIGN_CALENDAR:
        of_campaign = ("days, hours and schools of one campaign's visits, without names", "its posts")
        return BreachReport(by, link.created_at, until, of_campaign, (), ())
    guardian = session.get(Guardian, who)
    persons = [ReachedPerson("guardian", guardian.email)] if guardian else []
    if guardian:
        persons += _presenters([guardian.presenter_id])
    of_minor = ("one minor: name, visits, consents",)
    return BreachReport(
        by, link.created_at, until, of_minor, tuple(persons), _done([f"link:guardian:{who}"], link.created_at, None)
    )


def reach_in_time(since: dt.datetime, until: dt.datetime) -> BreachReport:
    """Who was signed in at some moment of that time, what they all could reach, and what the audit tells of it."""
    ended = func.coalesce(SignIn.ended_at, SignIn.expires_at)
    wanted = select(SignIn.user_id).where(SignIn.created_at <= until, ended >= since).distinct()
    signed_in = select(User).where(User.id.in_(wanted)).options(selectinload(User.roles)).order_by(User.id)
    users = db.session().scalars(signed_in).all()
    roles = {user.id: [row.role for row in user.roles] for user in users}
    centres = sorted({user.centre_id for user in users if _reaches_a_centre(roles[user.id])})
    persons = dict.fromkeys(one for centre_id in centres for one in _of_centre(centre_id))
    bound = [user.id for user in users if not _reaches_a_centre(roles[user.id])]
    persons |= dict.fromkeys(_crew_of(Presenter.user_id.in_(bound)))
    things = _things({role for of_user in roles.values() for role in of_user})
    by = f"{len(users)} accounts that were signed in: " + ", ".join(str(user.id) for user in users)
    return BreachReport(by, since, until, things, tuple(persons), _done(None, since, until))


def _things(roles: Iterable[Role]) -> tuple[str, ...]:
    """thing: verbs (scope), as the table of rights says it."""
    found = {
        f"{thing}: {' '.join(sorted(verb for verb, one in verbs.items() if one is scope))} ({scope})"
        for role in roles
        for thing, verbs in TABLE[role].items()
        for scope in set(verbs.values())
    }
    return tuple(sorted(found))


def _reaches_a_centre(roles: Iterable[Role]) -> bool:
    return any(scope is Scope.CENTRE for role in roles for verbs in TABLE[role].values() for scope in verbs.values())


def _of_centre(centre_id: int | None) -> tuple[ReachedPerson, ...]:
    """Whom rights over a centre reach, or over all of them (None)."""

    def own(wanted: Any, column: Any) -> Any:
        return wanted if centre_id is None else wanted.where(column == centre_id)

    session = db.session()
    found: list[ReachedPerson] = []
    found += _presenters(list(session.scalars(own(select(Presenter.id), Presenter.centre_id))))
    guardians = select(Guardian.email).join(Presenter, Presenter.id == Guardian.presenter_id)
    contacts = select(func.lower(SchoolRequest.contact_email))
    accounts = select(User.email).where(User.erased_at.is_(None), User.id.not_in(select(Presenter.user_id)))
    for kind, wanted, column in (
        ("guardian", guardians, Presenter.centre_id),
        ("contact", contacts, SchoolRequest.centre_id),
        ("account", accounts, User.centre_id),
    ):
        emails = session.scalars(own(wanted, column).distinct())
        found += [ReachedPerson(kind, email) for email in sorted(emails) if email]
    return tuple(found)


def _presenters(ids: Collection[int]) -> list[ReachedPerson]:
    rows = db.session().execute(
        select(Presenter.kind, User.email)
        .join(User, User.id == Presenter.user_id)
        .where(Presenter.id.in_(ids), User.erased_at.is_(None))
        .order_by(User.email)
    )
    return [ReachedPerson(kind.value, email) for kind, email in rows]


def _crew_of(hers: ColumnElement[bool]) -> tuple[ReachedPerson, ...]:
    """Whoever stands in the crews of the visits of these presenters, they themselves too."""
    return _crew(
        select(Presentation.visit_id)
        .join(Assignment, Assignment.presentation_id == Presentation.id)
        .join(Presenter, Presenter.id == Assignment.presenter_id)
        .where(hers)
    )


def _crew(visits: Any) -> tuple[ReachedPerson, ...]:
    wanted = (
        select(Assignment.presenter_id)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .where(Presentation.visit_id.in_(visits))
    )
    return tuple(_presenters(list(db.session().scalars(wanted.distinct()))))


def _done(
    actors: Collection[str] | None, since: dt.datetime | None, until: dt.datetime | None
) -> tuple[tuple[str, str, int], ...]:
    """What the audit tells of these actors; of all, only where something was taken or a minor looked at."""
    wanted = select(AuditEntry.actor, AuditEntry.action, func.count()).group_by(AuditEntry.actor, AuditEntry.action)
    wanted = wanted.where(
        AuditEntry.actor.in_(actors) if actors is not None else AuditEntry.action.in_(TELLING_ACTIONS)
    )
    if since is not None:
        wanted = wanted.where(AuditEntry.at >= since)
    if until is not None:
        wanted = wanted.where(AuditEntry.at <= until)
    rows = db.session().execute(wanted.order_by(AuditEntry.actor, AuditEntry.action))
    return tuple((actor, action, int(count)) for actor, action, count in rows)
