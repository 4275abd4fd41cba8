"""Who has looked at a minor, and who was refused: lines of the audit that somebody earns by looking (TRUST S34).

Bounded, so that nobody floods the log by reading: one line for each reader, minor and page a local day, and for each
page that refused somebody one an hour. What repeats within that time is in the log of requests only.
"""

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, bindparam, literal, null, select, text, union_all

from scheduler.config import centre_timezone
from scheduler.core import audit, clock
from scheduler.core.audit import DENIED, MINOR_READ, OF_MINORS, AuditEntry, details_text
from scheduler.core.db import db, transaction
from scheduler.core.names import SpelledName
from scheduler.people.models import Presenter, User
from scheduler.policy import Actor

_NAME, _MET = "name", "met"  # what a row of the one question tells
DENIED_AGAIN_AFTER = dt.timedelta(hours=1)


@dataclass(frozen=True)
class MinorsOfCentre:
    """Whom staff of a centre may meet on a page today."""

    names: Mapping[int, tuple[SpelledName, SpelledName]]  # {presenter: (given, family)}
    noted: frozenset[int]  # whom today's audit says that the actor has met there


def minors_of(actor: Actor, page: str, *, now: dt.datetime) -> MinorsOfCentre:
    """The minors of a centre, and whom of them the actor was noted with today: one question."""
    told = {
        "centre_id": actor.centre_id,
        "today": clock.local_day(now),
        "actor": actor.label,
        "since": _midnight_before(now),
        "details": details_text({"page": page}),
    }
    rows: list[Any] = list(db.session.execute(_minors_and_noted(), told))
    return MinorsOfCentre(
        names={row[0]: (row[1], row[2]) for row in rows if row[3] == _NAME},
        noted=frozenset(row[0] for row in rows if row[3] == _MET),
    )


@cache
def _minors_and_noted() -> CompoundSelect[Any]:
    """It is asked with every page, and takes longer to write than to ask."""
    names = (
        select(Presenter.id, User.given_spelled, User.family_spelled, literal(_NAME))
        .join(User, User.id == Presenter.user_id)
        .where(User.centre_id == bindparam("centre_id"), Presenter.adult_on > bindparam("today"))
    )
    met = select(AuditEntry.thing_id, null(), null(), literal(_MET)).where(
        AuditEntry.thing == Presenter.__tablename__,
        text(OF_MINORS),  # as the index has it
        AuditEntry.actor == bindparam("actor"),
        AuditEntry.at >= bindparam("since"),
        AuditEntry.details == bindparam("details"),
    )
    return union_all(names, met)


def note_reads(actor: Actor, presenter_ids: Collection[int], page: str, *, now: dt.datetime) -> None:
    """Record that the actor has seen these minors on that page, unless today's audit says so already."""
    fresh = set(presenter_ids) - _seen_since(actor, presenter_ids, page, _midnight_before(now))
    if fresh:
        with transaction() as session:
            for person in session.scalars(select(Presenter).where(Presenter.id.in_(fresh)).order_by(Presenter.id)):
                audit.record(actor, MINOR_READ, person, at=now, details={"page": page})


def note_denial(actor: Actor, page: str, wanted: str, *, now: dt.datetime) -> None:
    """Record that the actor tried what is not hers, unless this hour's audit says so already."""
    if actor.user_id is None:
        return
    noted = _pages(User.__tablename__, [actor.user_id], DENIED, actor, now - DENIED_AGAIN_AFTER)
    if page in noted.get(actor.user_id, ()):
        return
    with transaction() as session:
        audit.record(
            actor, DENIED, session.get_one(User, actor.user_id), at=now, details={"page": page, "wanted": wanted}
        )


def _midnight_before(now: dt.datetime) -> dt.datetime:
    return clock.moment_of(clock.local_day(now), dt.time(0), centre_timezone())


def _seen_since(actor: Actor, presenter_ids: Collection[int], page: str, since: dt.datetime) -> set[int]:
    pages = _pages(Presenter.__tablename__, presenter_ids, MINOR_READ, actor, since)
    return {presenter_id for presenter_id, seen in pages.items() if page in seen}


def _pages(thing: str, ids: Collection[int], action: str, actor: Actor, since: dt.datetime) -> Mapping[int, set[str]]:
    """On which pages this actor was noted with each of these things."""
    rows = db.session.execute(
        select(AuditEntry.thing_id, AuditEntry.details).where(
            AuditEntry.thing == thing,
            AuditEntry.thing_id.in_(ids),
            AuditEntry.action == action,
            AuditEntry.actor == actor.label,
            AuditEntry.at >= since,
        )
    )
    found: dict[int, set[str]] = {}
    for thing_id, details in rows:
        found.setdefault(thing_id, set()).add(str(json.loads(details).get("page")))
    return found
