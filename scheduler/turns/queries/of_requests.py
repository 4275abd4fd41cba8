"""What waits of some requests that a page shows: of their visits, and of those that stand still."""

import datetime as dt
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, and_, bindparam, or_, select

from scheduler import policy
from scheduler.policy import Actor, in_reach
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.inbox import Condition, Ours
from scheduler.requests.rules.states import REMINDED, STEPS
from scheduler.requests.terms.pages import Turn
from scheduler.turns.queries.requests_and_mails import judged_requests, silent_since, standing_still
from scheduler.turns.queries.standings import waiting_visits
from scheduler.turns.terms import Matter, TurnRow
from scheduler.visits.models.visits import Visit

_SILENT_SINCE: Any = bindparam("silent_since", type_=SchoolRequest.state_since.type)
_OURS: Any = bindparam("ours_ids", type_=Integer(), expanding=True)


def waiting_of_requests(actor: Actor, now: dt.datetime) -> list[TurnRow]:
    """What is the coordinators' turn of visits that schools asked for: three questions. Raises: NotAllowed."""
    policy.require(actor, "read", "visit", centre=policy.own_part(actor))
    visits = waiting_visits(actor, now, Visit.school_request_id.is_not(None))
    return [row for row in visits.turns(now) if row.verdict.ours]


def ours_of(actor: Actor, visits: Iterable[TurnRow], now: dt.datetime) -> Ours:
    """Of which requests a visit waits, or which stand still. `visits`: of `waiting_of_requests`."""
    ids = sorted({row.request_id for row in visits if row.request_id is not None})
    return Ours(_condition(actor), {_SILENT_SINCE.key: silent_since(now), _OURS.key: ids})


@lru_cache(maxsize=24)
def _condition(actor: Actor) -> Condition:
    ours, still = SchoolRequest.id.in_(_OURS), standing_still(_SILENT_SINCE)
    others = SchoolRequest.state.in_([state for state in REMINDED if STEPS[state][0] is not Turn.YOURS])
    ids = (select(SchoolRequest.id).where(in_reach(actor, SchoolRequest), one) for one in (ours, and_(still, others)))
    return Condition(or_(ours, still), tuple(ids))


def rows_of_requests(
    actor: Actor, visits: Iterable[TurnRow], request_ids: Collection[int], now: dt.datetime
) -> dict[int, TurnRow]:
    """Of these requests what waits of their visits, and who stands still: one question."""
    still = and_(SchoolRequest.id.in_(request_ids), standing_still(silent_since(now)))
    rows = [*visits, *judged_requests(actor, now, still)] if request_ids else []
    found = {row.request_id: row for row in sorted(rows, key=_by_its_day) if row.request_id is not None}
    return {one: found[one] for one in request_ids if one in found}


def _by_its_day(row: TurnRow) -> tuple[bool, dt.date, str]:
    """Of several visits of a request the last one is told; a request that stands still has none."""
    return row.matter is Matter.STANDS_STILL, row.on_day or dt.date.min, row.number
