"""Hand-offs of a visit for who may read them, and how many of all there were."""

import datetime as dt
from collections import Counter

from sqlalchemy import select

from scheduler import policy
from scheduler.concerns.models import Concern, HandOff
from scheduler.concerns.terms import HandedTo, HandOffRow, MonthOfConcerns
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.policy import Actor, Scope
from scheduler.requests.rules.states import UNDO_WITHIN


def hand_offs_of(actor: Actor, visit_id: int, now: dt.datetime) -> list[HandOffRow]:
    """Of one visit, the first first: to staff all, to who went there her own. The caller has opened the visit."""
    mine = HandOff.noted_by_id == actor.user_id
    all_of_it = policy.scope_of(actor, "read", "hand_off") is Scope.CENTRE
    rows = db.session().scalars(
        select(HandOff)
        .where(HandOff.visit_id == visit_id, *(() if all_of_it else (mine,)))
        .order_by(HandOff.told_at, HandOff.id)
    )
    return [
        HandOffRow(
            row.id,
            row.told,
            row.told_at,
            own := row.noted_by_id == actor.user_id,
            may_take_back=own and now - row.noted_at <= UNDO_WITHIN,
        )
        for row in rows
    ]


def months_of_concerns(actor: Actor, first_day: dt.date) -> list[MonthOfConcerns]:
    """Hand-offs and concerns of the actor's centre since then, by month, the newest first; sums only.

    Raises: NotAllowed.
    """
    policy.require(actor, "read", "concern", centre=actor.centre_id)
    since = clock.moment_of(first_day, dt.time(0), clock.BELGRADE)
    counts: Counter[tuple[dt.date, str]] = Counter()
    told = select(HandOff.told_at, HandOff.told).where(HandOff.centre_id == actor.centre_id, HandOff.told_at >= since)
    said = select(Concern.reported_at).where(Concern.centre_id == actor.centre_id, Concern.reported_at >= since)
    for at, to in db.session().execute(told.order_by(HandOff.id)):
        counts[_month(at), to] += 1
    for at in db.session().scalars(said.order_by(Concern.id)):
        counts[_month(at), "about"] += 1
    months = sorted({month for month, _what in counts}, reverse=True)
    return [
        MonthOfConcerns(month, counts[month, HandedTo.SCHOOL], counts[month, HandedTo.HELPLINE], counts[month, "about"])
        for month in months
    ]


def _month(at: dt.datetime) -> dt.date:
    return clock.local_day(at).replace(day=1)
