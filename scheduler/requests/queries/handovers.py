"""Handovers of a centre: the list, one of them, and the requests that one covers."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import func

from scheduler import policy
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.policy import Actor
from scheduler.requests.models import Handover, SchoolRequest
from scheduler.requests.queries.rows import request_rows, requests_in_reach, with_related_rows
from scheduler.requests.queries.stand_ins import handed_to, handover_rows, handovers_soon, owned_within
from scheduler.requests.rules.states import OPEN
from scheduler.requests.terms.handovers import HandoverDraft, HandoverRow
from scheduler.requests.terms.pages import RequestRow

MOST_SHOWN = 100


def handovers_of(actor: Actor) -> list[HandoverRow]:
    """The handovers of the actor's centre, the latest first. Raises: NotAllowed."""
    policy.require(actor, "read", "handover", centre=actor.centre_id)
    return handover_rows(Handover.centre_id == actor.centre_id, limit=MOST_SHOWN)


def handover_of(actor: Actor, handover_id: int) -> HandoverRow:
    """One handover of the actor's centre. Raises: NotAllowed; NotFound."""
    policy.require(actor, "read", "handover", centre=actor.centre_id)
    found = handover_rows(Handover.id == handover_id, Handover.centre_id == actor.centre_id)
    if not found:
        raise NotFound("handover")
    return found[0]


def own_handovers(actor: Actor, now: dt.datetime) -> list[HandoverRow]:
    """Those that concern the actor today or soon: as who is away, or as who stands in; the first to begin first."""
    return own_among(actor, handovers_soon(actor.centre_id, clock.local_day(now)))


def own_among(actor: Actor, soon: Sequence[HandoverRow]) -> list[HandoverRow]:
    """The same, of `handovers_soon` of her centre."""
    if actor.user_id is None or policy.scope_of(actor, "read", "handover") is None:
        return []
    return [one for one in soon if actor.user_id in (one.away_id, one.stand_in_id)][::-1]


def many_handed(actor: Actor, now: dt.datetime) -> int:
    """How many open requests of colleagues who are away the actor looks after today. Raises: NotAllowed."""
    theirs = handed_to(actor.user_id, clock.local_day(now))
    wanted = requests_in_reach(actor).where(SchoolRequest.state.in_(OPEN), theirs)
    return db.session().scalar(wanted.with_only_columns(func.count())) or 0


def covered_requests(actor: Actor, draft: HandoverDraft, *, now: dt.datetime) -> list[RequestRow]:
    """The open requests that a handover is about as they stand now, the oldest first. Raises: NotAllowed."""
    wanted = requests_in_reach(actor).where(
        SchoolRequest.state.in_(OPEN), owned_within(draft.away_id, draft.district_ids)
    )
    rows = db.session().scalars(with_related_rows(wanted).order_by(SchoolRequest.state_since, SchoolRequest.id)).all()
    return request_rows(rows, now)
