"""Requests that wait by themselves, in heaps of one matter each: a heap is counted, and its first are read."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    false,
    func,
    literal,
    null,
    or_,
    select,
    union,
    union_all,
)

from scheduler.core.db import db, written_out
from scheduler.core.records import dataclass
from scheduler.core.utc_day import UtcDay
from scheduler.places.models import Host
from scheduler.policy import Actor, in_reach
from scheduler.requests.models import SchoolRequest
from scheduler.requests.rules.states import OPEN, REMINDED
from scheduler.requests.terms.school_request import RequestState
from scheduler.turns.queries.kept_turns import kept_requests, made_by, requests_to_judge
from scheduler.turns.queries.requests_and_mails import (
    FACTS_OF_REQUEST,
    Moment,
    has_visit,
    host_typed,
    is_silent,
    silent_since,
    verdict_of,
)
from scheduler.turns.rules import PASSES_WITHIN, WITHOUT_VISIT, turn_of_typed_host
from scheduler.turns.terms import Matter, PlacedRow

JUDGED_ALONE = "alone"
HEAPS = (Matter.REQUEST_NEW, Matter.REQUEST_TRIAGE, Matter.STANDS_STILL, Matter.REQUEST_AGREED, Matter.DATES_OVER)
_MOMENT = SchoolRequest.state_since.type
_NOW: Any = bindparam("now", type_=_MOMENT)
_SILENT_SINCE: Any = bindparam("silent_since", type_=_MOMENT)
_CAME = UtcDay(SchoolRequest.state_since)
_NUMBER = SchoolRequest.number


@dataclass(frozen=True)
class WaitingRequests:
    """Requests that wait for the centre by themselves, whatever else their visits wait for, and the schools they typed.

    Not those of whose visits it is kept that a coordinator is to act: a visit says more than its request.
    """

    first: tuple[PlacedRow, ...]  # of each heap as many as were asked for
    counts: Counter[Matter]  # of all in heaps
    apart: tuple[PlacedRow, ...]  # the few that are judged one by one; all of them


def waiting_requests(actor: Actor, now: dt.datetime, most: int) -> WaitingRequests:
    """One question: of each heap the first, and how many it holds."""
    moment, values = Moment.of(now), {_NOW.key: now, _SILENT_SINCE.key: silent_since(now)}
    question = _question(actor, moment.today, made_by(), most)
    rows: Sequence[Any] = db.session().execute(question, values).all()
    return WaitingRequests(
        first=tuple(_placed(row, moment) for row in rows if row[0] != JUDGED_ALONE and row.id is not None),
        counts=Counter({Matter(row[0]): row[1] for row in rows if row.id is None}),
        apart=tuple(placed for row in rows if row[0] == JUDGED_ALONE for placed in _placed_apart(row, moment)),
    )


@lru_cache(maxsize=24)  # putting it together costs as much as asking it; what the clock says are its values
def _question(actor: Actor, today: dt.date, _rules: str, most: int) -> CompoundSelect[Any]:
    """`_rules` stand in what is asked: other rules, another question."""
    mine = in_reach(actor, SchoolRequest)
    kept = kept_requests(actor, _NOW).cte("kept").prefix_with("MATERIALIZED")
    apart = _apart(mine).cte("apart").prefix_with("MATERIALIZED")
    inside = mine, SchoolRequest.id.not_in(select(apart.c.id))
    heaps = [
        select(SchoolRequest.id, literal(matter.value).label("matter"), day.label("day"), _NUMBER).where(*inside, those)
        for matter, (those, day) in _heaps(today, kept).items()
    ]
    found = union_all(*heaps).cte("found").prefix_with("MATERIALIZED")
    judged = (
        select(
            literal(JUDGED_ALONE),
            literal(0),
            *FACTS_OF_REQUEST,
            has_visit(),
            host_typed(),
            SchoolRequest.id.in_(select(kept)),
        )
        .join(Host, Host.id == SchoolRequest.host_id)
        .where(mine, SchoolRequest.state.in_(OPEN), SchoolRequest.id.in_(select(apart)))
    )
    firsts = [_first_of(found, matter, most) for matter in HEAPS]
    nothing = [null() for _one in (*FACTS_OF_REQUEST, *"...")]
    counts = select(found.c.matter, func.count(), *nothing).group_by(found.c.matter)
    return union_all(judged, *firsts, counts)


def _first_of(found: Any, matter: Matter, most: int) -> Select[Any]:
    first = select(found.c.id).where(found.c.matter == matter.value).order_by(found.c.day, found.c.number).limit(most)
    wanted: Any = select(literal(matter.value), literal(0), *FACTS_OF_REQUEST, false(), false(), false())
    return cast(Select[Any], wanted.where(SchoolRequest.id.in_(first)))


def _heaps(today: dt.date, kept: CTE) -> dict[Matter, tuple[ColumnElement[bool], Any]]:
    """Which requests the rule says wait for this, and the days by which those of one heap are due one after the other.

    None lies in two heaps; each is found by an index. Of whose visit it is kept that it waits, waits no more itself.
    """
    state, still = SchoolRequest.state, is_silent(_SILENT_SINCE)
    reminded, others = WITHOUT_VISIT & set(REMINDED), WITHOUT_VISIT - set(REMINDED)
    agreed = or_(state.in_(others), and_(state.in_(reminded), ~still))
    alone = or_(~has_visit(), SchoolRequest.id.not_in(select(kept.c.request_id)))  # nearly all end at the first
    soon = SchoolRequest.last_day <= today + PASSES_WITHIN
    passes = and_(written_out(state, (RequestState.WAITLISTED,)), soon, alone)
    return {
        Matter.REQUEST_NEW: (and_(state == RequestState.NEW, alone), _CAME),
        Matter.REQUEST_TRIAGE: (and_(state == RequestState.TRIAGE, alone), _CAME),
        Matter.STANDS_STILL: (and_(still, ~has_visit()), literal(today)),
        Matter.REQUEST_AGREED: (and_(agreed, ~has_visit()), _CAME),
        Matter.DATES_OVER: (passes, SchoolRequest.last_day),
    }


def _apart(mine: ColumnElement[bool]) -> CompoundSelect[Any]:
    """Requests that the rule judges one by one: few have new counts, typed their school, or a visit to judge anew."""
    typed = select(SchoolRequest.id).join(Host, Host.id == SchoolRequest.host_id).where(host_typed())
    return union(select(SchoolRequest.id).where(mine, SchoolRequest.attention), typed, requests_to_judge(_NOW))


def _placed(row: Any, moment: Moment) -> PlacedRow:
    """Of a heap: of what has a visit the rule would say the same, or it lies in none."""
    verdict = verdict_of(row, False, moment)
    return PlacedRow(verdict.matter, verdict.due_on, row.number, row.id)


def _placed_apart(row: Any, moment: Moment) -> Iterator[PlacedRow]:
    visited, typed, told = row[-3:]
    verdict = verdict_of(row, visited, moment)
    if verdict.ours and not told:
        yield PlacedRow(verdict.matter, verdict.due_on, row.number, row.id)
    if typed:
        verdict = turn_of_typed_host(row.state_since)
        yield PlacedRow(verdict.matter, verdict.due_on, row.number, host_id=row.host_id)
