"""Visits found by typing."""

from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, and_, func, or_, select
from sqlalchemy.orm import aliased

from scheduler import policy
from scheduler.core.errors import NotAllowed
from scheduler.core.newest import NEWEST_ROWS, newest_of
from scheduler.core.text import fold
from scheduler.messages.models import OutboxMessage
from scheduler.people.queries import addresses_of
from scheduler.places.models import Host
from scheduler.places.queries import has_words
from scheduler.policy import Actor, in_reach
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.contacts import contacts_found
from scheduler.visits.models.visits import Assignment, Visit
from scheduler.visits.queries.lists import visits_where
from scheduler.visits.queries.pages import has_seat, in_centre
from scheduler.visits.terms.rows import VisitRow
from scheduler.visits.terms.states import PROMISED

MOST_CONTACTS = 200  # people of schools whose mails one search shows


def mails_in_reach(actor: Actor) -> list[ColumnElement[bool]]:
    """What keeps mails about visits and requests of other districts from limited staff; nothing for the others.

    What is about no one thing tells of many, wherever they lie: the morning's mail of a colleague.
    """
    if not actor.districts:
        return []
    ours = [
        and_(
            OutboxMessage.about == kind.__tablename__,
            OutboxMessage.about_id.in_(select(kind.id).where(in_reach(actor, kind))),
        )
        for kind in (Visit, SchoolRequest)
    ]
    elsewhere = OutboxMessage.about.not_in([kind.__tablename__ for kind in (Visit, SchoolRequest)])
    return [or_(elsewhere, *ours)]


def mails_of(actor: Actor) -> list[ColumnElement[bool]]:
    """The messages of the actor's centre that she reaches: what acts on some of them asks."""
    return [OutboxMessage.centre_id == actor.centre_id, *mails_in_reach(actor)]


def mails_found(actor: Actor, typed: str) -> list[ColumnElement[bool]]:
    """Those that what was typed fits: the address or the name of a person of the centre or of a school, or the number
    of a request or a visit. Nothing for nothing. Raises: NotAllowed.
    """
    words, number = fold(typed).split(), typed.strip().upper()
    if not words or actor.centre_id is None:
        return []
    asked = SchoolRequest.number.startswith(number, autoescape=True)
    requests = select(SchoolRequest.id).where(asked)
    visits = select(Visit.id).where(
        or_(Visit.number.startswith(number, autoescape=True), Visit.school_request_id.in_(requests))
    )
    addresses = [contact.email for contact in contacts_found(actor, words, "", limit=MOST_CONTACTS)]
    addresses += addresses_of(actor.centre_id, words)
    known = func.lower(OutboxMessage.address)
    return [
        or_(
            known.contains(typed.strip().lower(), autoescape=True),
            known.in_({address.lower() for address in addresses}),
            and_(OutboxMessage.about == Visit.__tablename__, OutboxMessage.about_id.in_(visits)),
            and_(OutboxMessage.about == SchoolRequest.__tablename__, OutboxMessage.about_id.in_(requests)),
        )
    ]


def visits_found(
    actor: Actor, number: str, words: list[str], *, host_id: int | None = None, limit: int = 20
) -> list[VisitRow]:
    """Visits whose number begins so, or whose host has every (folded) word, the newest first: for staff the centre's,
    for a presenter those that she was asked for. Raises: NotAllowed.
    """
    scope = policy.scope_of(actor, "read", "visit")
    if scope is None:
        raise NotAllowed("read visit")
    wanted: list[ColumnElement[bool]] = [in_centre(actor)]
    if scope not in (policy.Scope.ANY, policy.Scope.CENTRE):
        wanted = [has_seat(Assignment.presenter_id == actor.presenter_id, Assignment.state.in_(PROMISED))]
    if host_id is not None:
        wanted.append(Visit.host_id == host_id)
    elif number:
        wanted.append(Visit.number.startswith(number, autoescape=True))
    elif not words:
        return []
    if host_id is None and not number and scope in (policy.Scope.ANY, policy.Scope.CENTRE):
        return _newest_first(visits_where(Visit.id.in_(_newest(actor, words, limit))))
    wanted += has_words(words)
    ids = select(Visit.id).join(Visit.host).where(*wanted).order_by(Visit.on_day.desc(), Visit.id.desc()).limit(limit)
    return _newest_first(visits_where(Visit.id.in_(ids)))


def _newest_first(rows: list[VisitRow]) -> list[VisitRow]:
    """By their ids, for of numbers the ten thousandth of a year stands before the one before it."""
    return sorted(rows, key=lambda row: (row.on_day, row.id), reverse=True)


def _newest(actor: Actor, words: list[str], limit: int) -> CompoundSelect[Any]:
    """The newest visits of the actor's centre at hosts that have every word."""
    order = Visit.on_day.desc(), Visit.id.desc()
    recent = aliased(Visit, select(Visit).where(in_centre(actor)).order_by(*order).limit(NEWEST_ROWS).subquery())
    near = (
        select(recent.id)
        .join(Host, Host.id == recent.host_id)
        .where(*has_words(words))
        .order_by(recent.on_day.desc(), recent.id.desc())
    )
    every, hosts = select(Visit.id).where(in_centre(actor)).order_by(*order), select(Host.id).where(*has_words(words))
    return newest_of(near, lambda too_few: every.where(Visit.host_id.in_(hosts.where(too_few))), limit)
