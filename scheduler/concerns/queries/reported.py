"""Concerns as safeguarding officers read them; nobody reads one that may be about herself (TRUST S53)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select, true

from scheduler import policy
from scheduler.concerns.models import Concern, ConcernAbout
from scheduler.concerns.terms import AboutRow, ConcernRow
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.names import whole_name
from scheduler.people.models import Presenter, User
from scheduler.people.rules import is_minor
from scheduler.places.models import Host
from scheduler.policy import Actor
from scheduler.safeguarding.models import AssignmentStop
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState

ENDED_SHOWN = dt.timedelta(days=366)  # so long an ended one stands in the list


def _not_about(actor: Actor) -> ColumnElement[bool]:
    hers = select(Presenter.id).where(Presenter.user_id == actor.user_id)
    return ~exists().where(ConcernAbout.concern_id == Concern.id, ConcernAbout.presenter_id.in_(hers))


def is_hers_to_read(actor: Actor, concern_id: int) -> bool:
    """Whether a concern is of the actor's centre and not about herself; who may read any is checked by the caller."""
    own = Concern.id == concern_id, Concern.centre_id == actor.centre_id
    return db.session().scalar(select(Concern.id).where(*own, _not_about(actor))) is not None


def concerns_for(actor: Actor, now: dt.datetime) -> list[ConcernRow]:
    """Of the actor's centre: the open ones first, then those of the last year; the newest first.

    Limited staff reads of a concern in another district that it is there, and not where. Two questions,
    however many there are. Raises: NotAllowed.
    """
    policy.require(actor, "read", "concern", centre=actor.centre_id)
    shown = or_(Concern.ended_at.is_(None), Concern.ended_at > now - ENDED_SHOWN)
    return _concerns(actor, now, shown)


def concern_for(actor: Actor, concern_id: int, now: dt.datetime) -> ConcernRow:
    """One of them. Raises: NotAllowed; NotFound."""
    policy.require(actor, "read", "concern", centre=actor.centre_id)
    if found := _concerns(actor, now, Concern.id == concern_id):
        return found[0]
    raise NotFound("concern")


def open_concerns(actor: Actor, now: dt.datetime) -> list[ConcernRow]:
    """Those that wait for an officer. Raises: NotAllowed."""
    policy.require(actor, "read", "concern", centre=actor.centre_id)
    return _concerns(actor, now, Concern.ended_at.is_(None))


def standing_stop(actor: Actor, presenter_id: int) -> dt.datetime | None:
    """Since when a presenter takes nothing new, for who reads concerns; of herself nobody reads it."""
    if policy.scope_of(actor, "read", "concern") is None or presenter_id == actor.presenter_id:
        return None
    hers = AssignmentStop.presenter_id == presenter_id, AssignmentStop.lifted_at.is_(None)
    return db.session().scalar(select(AssignmentStop.stopped_at).where(*hers))


def _concerns(actor: Actor, now: dt.datetime, *wanted: ColumnElement[bool]) -> list[ConcernRow]:
    here = Host.id.in_(actor.hosts.ids()) if actor.hosts is not None else true()
    place = Visit.number, Host.name_sr_cyrl, Host.name_sr_latn, here.label("here")
    rows: Sequence[Any] = (
        db.session()
        .execute(
            select(Concern, *place, User.given_spelled, User.family_spelled)
            .outerjoin(Visit, Visit.id == Concern.visit_id)
            .outerjoin(Host, Host.id == Concern.host_id)
            .outerjoin(User, User.id == Concern.reported_by_id)
            .where(Concern.centre_id == actor.centre_id, _not_about(actor), *wanted)
            .order_by(Concern.ended_at.is_not(None), Concern.reported_at.desc(), Concern.id.desc())
        )
        .all()
    )
    about = _about([row.Concern.id for row in rows], now)
    return [
        ConcernRow(
            id=row.Concern.id,
            by=row.Concern.spoken_up_by,
            reported_at=row.Concern.reported_at,
            on_day=row.Concern.on_day,
            number=(row.number or "") if row.here else "",
            host_sr_cyrl=(row.name_sr_cyrl or "") if row.here else "",
            host_sr_latn=(row.name_sr_latn or "") if row.here else "",
            phone=row.Concern.phone,
            reporter=whole_name(row.given_spelled or "", row.family_spelled or ""),
            ended_at=row.Concern.ended_at,
            about=tuple(about[row.Concern.id]),
        )
        for row in rows
    ]


def _about(concern_ids: Collection[int], now: dt.datetime) -> dict[int, list[AboutRow]]:
    to_come = (
        select(func.count(Presentation.visit_id.distinct()))
        .join(Assignment, Assignment.presentation_id == Presentation.id)
        .where(
            Assignment.presenter_id == Presenter.id,
            Assignment.state == AssignmentState.ACCEPTED,
            Assignment.busy_until > now,
        )
        .scalar_subquery()
    )
    wanted = (
        select(ConcernAbout.concern_id, Presenter, User, AssignmentStop, to_come)
        .join(Presenter, Presenter.id == ConcernAbout.presenter_id)
        .join(User, User.id == Presenter.user_id)
        .outerjoin(AssignmentStop, AssignmentStop.id == ConcernAbout.stop_id)
        .where(ConcernAbout.concern_id.in_(concern_ids))
        .order_by(User.family_name, User.given_name, ConcernAbout.id)
    )
    found: dict[int, list[AboutRow]] = defaultdict(list)
    today = clock.local_day(now)
    for concern_id, person, user, stop, visits in db.session().execute(wanted) if concern_ids else ():
        found[concern_id].append(
            AboutRow(
                person.id,
                user.full_name,
                is_minor(person.adult_on, today),
                stop.stopped_at if stop else None,
                stop.lifted_at if stop else None,
                stop.lifted_because if stop else None,
                person.suspended_at is not None,
                visits,
            )
        )
    return found
