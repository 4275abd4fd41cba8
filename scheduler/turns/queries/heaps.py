"""Requests that wait by themselves, in heaps of one matter each: a heap is counted, and its first are read."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
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
from scheduler.core.utc_day import EndOfUtcDay, UtcDay
from scheduler.places.models import Host
from scheduler.policy import Actor, in_reach
from scheduler.requests.models import SchoolRequest
from scheduler.requests.rules.states import OPEN, REMINDED
from scheduler.requests.terms.school_request import RequestState
from scheduler.turns.queries.kept_turns import MOST_VISITS_NAMED, kept_requests, made_by, requests_to_judge
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
from scheduler.visits.models.visits import Visit

JUDGED_ALONE = "alone"
_MOMENT = SchoolRequest.state_since.type
_NOW: Any = bindparam("now", type_=_MOMENT)
_SILENT_SINCE: Any = bindparam("silent_since", type_=_MOMENT)
_TO_JUDGE: Any = bindparam("to_judge", expanding=True)
_NUMBER = SchoolRequest.number


@dataclass(frozen=True)
class WaitingRequests:
    """Requests that wait for the centre by themselves, whatever else their visits wait for, and the schools they typed.

    Not those of whose visits it is kept that a coordinator is to act: a visit says more than its request.
    """

    first: tuple[PlacedRow, ...]  # of each heap as many as were asked for
    counts: Counter[Matter]  # of all in heaps
    apart: tuple[PlacedRow, ...]  # the few that are judged one by one; all of them


def waiting_requests(actor: Actor, now: dt.datetime, most: int, to_judge: Collection[int]) -> WaitingRequests:
    """One question: of each heap the first, and how many it holds. `to_judge`: visits of which nothing is kept."""
    moment = Moment.of(now)
    values: dict[str, Any] = {_NOW.key: now, _SILENT_SINCE.key: silent_since(now)}
    named = len(to_judge) <= MOST_VISITS_NAMED
    if named:
        values[_TO_JUDGE.key] = list(to_judge)
    question = _question(actor, moment.today, made_by(), most, named)
    rows: Sequence[Any] = db.session().execute(question, values).all()
    return WaitingRequests(
        first=tuple(_placed(row, moment) for row in rows if row[0] != JUDGED_ALONE and row.id is not None),
        counts=Counter({Matter(row[0]): row[1] for row in rows if row.id is None and row[1]}),
        apart=tuple(placed for row in rows if row[0] == JUDGED_ALONE for placed in _placed_apart(row, moment)),
    )


@lru_cache(maxsize=24)  # putting it together costs as much as asking it; what the clock says are its values
def _question(actor: Actor, today: dt.date, _rules: str, most: int, named: bool) -> CompoundSelect[Any]:
    """`_rules` stand in what is asked: other rules, another question. `named`: the visits to judge are a value."""
    mine = in_reach(actor, SchoolRequest)
    kept = kept_requests(actor, _NOW).cte("kept").prefix_with("MATERIALIZED")
    apart = _apart(mine, named).cte("apart").prefix_with("MATERIALIZED")
    inside = mine, SchoolRequest.id.not_in(select(apart.c.id))
    searched, ordered = _searched_heaps(today), _ordered_heaps(today, kept)
    found = union_all(*(_in_heap(matter, day).where(*inside, those) for matter, those, day in searched))
    searched_for = found.cte("found").prefix_with("MATERIALIZED")
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
    nothing = [null() for _one in (*FACTS_OF_REQUEST, *"...")]
    firsts = [
        _told(matter, _first_of(searched_for, matter, most)) for matter in dict.fromkeys(one for one, *_ in searched)
    ]
    firsts += [_told(matter, _oldest([*inside, those], when, most)) for matter, those, when in ordered]
    counts = [select(searched_for.c.matter, func.count(), *nothing).group_by(searched_for.c.matter)]
    counts += [
        select(literal(one.value), func.count(), *nothing).where(*inside, those) for one, those, _when in ordered
    ]
    return union_all(judged, *firsts, *counts)


def _in_heap(matter: Matter, day: Any) -> Select[Any]:
    return select(SchoolRequest.id, literal(matter.value).label("matter"), day.label("day"), _NUMBER)


def _told(matter: Matter, ids: Select[Any]) -> Select[Any]:
    wanted: Any = select(literal(matter.value), literal(0), *FACTS_OF_REQUEST, false(), false(), false())
    return cast(Select[Any], wanted.where(SchoolRequest.id.in_(ids)))


def _first_of(found: CTE, matter: Matter, most: int) -> Select[Any]:
    return select(found.c.id).where(found.c.matter == matter.value).order_by(found.c.day, found.c.number).limit(most)


def _oldest(inside: Sequence[ColumnElement[bool]], when: Any, most: int) -> Select[Any]:
    """The first of a heap that lies in an index by what puts it in order.

    By days, and by number within one, moments do not lie: of those that came by the end of the last such day.
    """
    ids = select(SchoolRequest.id).where(*inside)
    if when is SchoolRequest.state_since:
        first = select(when.label("came")).where(*inside).order_by(when).limit(most).subquery()
        ids = ids.where(when < EndOfUtcDay(select(func.max(first.c.came)).scalar_subquery()))
        when = UtcDay(when)
    return ids.order_by(when, _NUMBER).limit(most)


def _searched_heaps(today: dt.date) -> list[tuple[Matter, ColumnElement[bool], Any]]:
    """Heaps that are few of the requests that are looked at, or lie in no order, and the days by which they are due.

    Which requests the rule says wait for this. None lies in two heaps.
    """
    state, still = SchoolRequest.state, is_silent(_SILENT_SINCE)
    reminded, others = WITHOUT_VISIT & set(REMINDED), WITHOUT_VISIT - set(REMINDED)
    fresh = and_(state.in_(reminded), SchoolRequest.state_since > _SILENT_SINCE)
    came = UtcDay(SchoolRequest.state_since)
    return [
        (Matter.STANDS_STILL, and_(still, ~has_visit()), literal(today)),
        (Matter.REQUEST_AGREED, and_(state.in_(others), ~has_visit()), came),
        (Matter.REQUEST_AGREED, and_(fresh, ~has_visit()), came),
    ]


def _ordered_heaps(today: dt.date, kept: CTE) -> list[tuple[Matter, ColumnElement[bool], Any]]:
    """Heaps that lie in an index one due after the other, and by what: their first are read, and no more.

    Of whose visit it is kept that it waits, waits no more itself.
    """
    alone = or_(~has_visit(), SchoolRequest.id.not_in(select(kept.c.request_id)))  # nearly all end at the first
    soon = SchoolRequest.last_day <= today + PASSES_WITHIN
    passes = and_(written_out(SchoolRequest.state, (RequestState.WAITLISTED,)), soon, alone)
    return [
        (Matter.REQUEST_NEW, and_(SchoolRequest.state == RequestState.NEW, alone), SchoolRequest.state_since),
        (Matter.REQUEST_TRIAGE, and_(SchoolRequest.state == RequestState.TRIAGE, alone), SchoolRequest.state_since),
        (Matter.DATES_OVER, passes, SchoolRequest.last_day),
    ]


def _apart(mine: ColumnElement[bool], named: bool) -> CompoundSelect[Any]:
    """Requests that the rule judges one by one: few have new counts, typed their school, or a visit to judge anew."""
    typed = select(SchoolRequest.id).join(Host, Host.id == SchoolRequest.host_id).where(host_typed())
    of_visits = select(Visit.school_request_id).where(Visit.id.in_(_TO_JUDGE), Visit.school_request_id.is_not(None))
    anew = of_visits if named else requests_to_judge(_NOW)
    return union(select(SchoolRequest.id).where(mine, SchoolRequest.attention), typed, anew)


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
