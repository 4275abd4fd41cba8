"""The numbers of the inbox from what is kept of how many requests are alike; requests are read only where the clock, or
a visit, says something of them: those that came where they stand lately, and those that something waits of.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Executable,
    Integer,
    Select,
    SQLColumnExpression,
    String,
    case,
    cast,
    false,
    func,
    literal,
    null,
    select,
    union_all,
)

from scheduler import policy
from scheduler.core.db import db
from scheduler.core.names import SpelledName
from scheduler.core.query_hints import by_no_index
from scheduler.core.spelled_column import both_of
from scheduler.people.queries import by_family_name
from scheduler.policy import Actor, in_reach
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.inbox_counts import (
    COLLEAGUE,
    DAY,
    EDGES,
    FACETS,
    HANDED,
    NAMED_TABLES,
    OF_ALL,
    STATES,
    TURNS,
    Heap,
    InboxCounts,
    colleagues_beside,
    filters_of,
    groups_of,
    meets,
    names_of,
    values_in_order,
    values_of,
    waits_too_long,
)
from scheduler.requests.queries.stand_ins import handed_to
from scheduler.requests.rules.states import HIDDEN, OPEN, OVER, STEPS
from scheduler.requests.tally_models import RequestTally
from scheduler.requests.terms.pages import Age, InboxFilters, Show, Turn
from scheduler.requests.terms.school_request import RequestState

YOURS = frozenset(state for state, (turn, _step) in STEPS.items() if turn is Turn.YOURS)
OTHERS = OPEN - YOURS  # what stands here is the centre's turn only where something presses
_TALLY, _LATE, _AGE, _SUM = "tally", "late", "age", "sum of "
Groups = tuple[tuple[Turn, int], ...]
_SPLITS = {"district": RequestTally.district, "programme": RequestTally.programme_id}  # added up where nothing narrows
_AGES = (Age.FRESH, Age.DUE, Age.LATE)  # who is none of these is old


@dataclass(frozen=True, eq=False)
class RequestChoice:
    """The requests that an address lets through: of whom, in which states, and what else is asked of them."""

    actor: Actor
    states: frozenset[RequestState]
    within: tuple[ColumnElement[bool], ...]

    def everywhere(self, *, walked: bool = False) -> Select[SchoolRequest]:
        """`walked`: to be found by their schools, and by no index of theirs."""
        kind = SchoolRequest
        asked = SimpleNamespace(centre_id=by_no_index(kind.centre_id), host_id=kind.host_id) if walked else kind
        return select(kind).where(in_reach(self.actor, asked), kind.state.in_(self.states), *self.within)

    def of(self, state: RequestState) -> Select[SchoolRequest]:
        return select(SchoolRequest).where(
            in_reach(self.actor, SchoolRequest), SchoolRequest.state == state, *self.within
        )

    def among(self, ids: Any, states: Collection[RequestState]) -> Select[SchoolRequest]:
        """Those of these ids that are asked for and stand in one of these states."""
        one = ids.subquery()
        found = select(SchoolRequest).join_from(one, SchoolRequest, SchoolRequest.id == one.c.id)
        of_states = SchoolRequest.state.in_(self.states.intersection(states))
        return found.where(in_reach(self.actor, SchoolRequest), of_states, *self.within)


def are_tallied(filters: InboxFilters) -> bool:
    """Whether this is counted of what is kept: no words narrow it, and the clock does not."""
    return not filters.typed.strip() and filters.age is None and filters.show is not Show.LATE


def question_of_tallies(actor: Actor, filters: InboxFilters, asked: RequestChoice, *, stands_in: bool) -> Executable:
    """`stands_in`: the reader does, for somebody, today. Raises: NotAllowed."""
    none = [cast(null(), String).label(name) for name in ("second", "third")]
    summed = {} if stands_in or narrows(filters) else _sums(actor, filters.show)
    tally = _tally(actor, filters.show, stands_in=stands_in, split=not summed)
    heaps = tally.cte(_TALLY).prefix_with("MATERIALIZED")
    parts = [select(literal(_TALLY, String).label("kind"), heaps, *none)]
    parts += [_row(_SUM + name, one.c.count, select(one), number=one.c[name]) for name, one in summed.items()]
    if STATES[filters.show] is not OVER:
        parts.append(_row(OF_ALL, func.sum(RequestTally.many), _kept(actor, OVER), RequestTally.state))
    parts += _late(actor)
    age = case(*((SchoolRequest.state_since > edge, place) for place, edge in enumerate(EDGES[:-1])), else_=2)
    recent = asked.everywhere().where(SchoolRequest.state_since > EDGES[-1])
    ages = recent.with_only_columns(age.label("marks")).subquery()
    parts.append(_row(_AGE, func.count(), select(ages), marks=ages.c.marks))
    names = (names_of(name, kind, summed.get(name, heaps)) for name, kind in NAMED_TABLES.items())
    return union_all(*parts, *names, colleagues_beside(actor))


def narrows(filters: InboxFilters) -> bool:
    """Whether one list of values narrows what another offers: then each heap is looked at for each list."""
    return any(getattr(filters, name) is not None for name in FACETS)


def attended(actor: Actor) -> Select[int]:
    """The ids of requests whose counts somebody must look at: by the index of these alone."""
    looked_at = SchoolRequest.attention, by_no_index(SchoolRequest.state).not_in(HIDDEN)
    return select(SchoolRequest.id).where(in_reach(actor, SchoolRequest), *looked_at)


def _kept(actor: Actor, states: Collection[RequestState]) -> Select[Any]:
    """What is kept of the actor's requests of these states. Raises: NotAllowed."""
    policy.require(actor, "read", "request", centre=policy.own_part(actor))
    values = sorted(state.value for state in states)
    kept = select(RequestTally).where(RequestTally.centre_id == actor.centre_id, RequestTally.state.in_(values))
    return kept.where(RequestTally.district.in_(sorted(actor.districts))) if actor.hosts is not None else kept


def _tally(actor: Actor, show: Show, *, stands_in: bool, split: bool) -> Select[Any]:
    """As heaps: what is open, and what the filter shows that is on. `split`: by district and programme as well."""
    of_all = RequestTally.state, RequestTally.owner
    kind = (*of_all, *_SPLITS.values()) if split else of_all
    many = func.sum(RequestTally.many)
    kinds = _kept(actor, OPEN | frozenset(STATES[show])).with_only_columns(*kind, many.label("many"))
    kept = kinds.group_by(*kind).having(many != 0).subquery().c
    nowhere = cast(null(), Integer)
    handed = handed_to(actor.user_id, DAY, kept.owner, kept.district) if stands_in else false()
    return select(
        kept.state.label("state"),
        func.nullif(kept.owner, 0).label("owner"),
        (func.nullif(kept.district, 0) if split else nowhere).label("district"),
        (kept.programme_id if split else nowhere).label("programme"),
        case((handed, HANDED), else_=0).label("marks"),
        cast(kept.many, Integer).label("count"),
    )


def _sums(actor: Actor, show: Show) -> dict[str, CTE]:
    """What is shown to who stands in for nobody, added up by district and by programme: no heap has to leave the
    database.
    """
    shown = _kept(actor, STATES[show])
    if show is Show.MINE:
        shown = shown.where(RequestTally.owner.in_((0, actor.user_id)))
    if show is Show.HANDED:
        shown = shown.where(false())
    many = func.sum(RequestTally.many)
    return {
        name: shown.with_only_columns(func.nullif(column, 0).label(name), many.label("count"))
        .group_by(column)
        .having(many != 0)
        .cte(_SUM + name)
        .prefix_with("MATERIALIZED")
        for name, column in _SPLITS.items()
    }


def _row(
    kind: str,
    count: ColumnElement[int],
    of: Select[Any],
    state: SQLColumnExpression[Any] | None = None,
    *,
    marks: ColumnElement[int] | None = None,
    number: ColumnElement[int] | None = None,
) -> Select[Any]:
    """A number by one thing, in the columns of a heap; `number`: of a row of another table, where its names stand."""
    nothing, no_text = cast(null(), Integer), cast(null(), String)
    told_state = no_text if state is None else state
    told_marks = nothing if marks is None else marks
    told_number = nothing if number is None else number
    columns = (told_state, told_number, nothing, nothing, told_marks, cast(count, Integer), no_text, no_text)
    by = [one for one in (state, marks) if one is not None]
    return of.with_only_columns(literal(kind, String), *columns).group_by(*by)


def _late(actor: Actor) -> Iterator[Select[Any]]:
    """How many wait for the centre longer than was promised: by their state, or because of their counts."""
    late = select(SchoolRequest).where(in_reach(actor, SchoolRequest), waits_too_long())
    yield _row(_LATE, func.count(), late.where(SchoolRequest.state.in_(YOURS)))
    looked_at = SchoolRequest.id.in_(attended(actor)), by_no_index(SchoolRequest.state).in_(OTHERS)
    yield _row(_LATE, func.count(), select(SchoolRequest).where(waits_too_long(), *looked_at))


def counts_of_tallies(
    actor: Actor, filters: InboxFilters, question: Executable, values: Mapping[str, Any]
) -> InboxCounts:
    """What the inbox counts, by `question_of_tallies`: one question. Groups are as their states say: see `press`."""
    heaps: list[Heap] = []
    alike: Counter[tuple[str, int | None, int]] = Counter()
    late = 0
    names: dict[tuple[str, int], tuple[str | None, ...]] = {}
    ages: Counter[str] = Counter()
    colleagues: list[tuple[int, SpelledName, SpelledName]] = []
    sums: dict[str, Counter[int]] = {_SUM + name: Counter() for name in _SPLITS}
    lets = filters_of(actor)
    is_shown = lets[filters.show]
    found: Sequence[Any] = db.session().execute(question, values).all()
    for kind, state, owner, district, programme, marks, count, second, third in found:
        if kind == _TALLY:
            alike[state, owner, marks] += count
            if is_shown(state, owner, marks):
                heaps.append(Heap(state, owner, district, programme, "", False, count))
        elif kind == OF_ALL:
            alike[state, owner, 0] += count
        elif kind == _LATE:
            late += count
        elif kind == _AGE:
            ages[_AGES[marks].value] += count
        elif kind in sums:
            sums[kind][owner] += count
        elif kind == COLLEAGUE:
            colleagues.append((owner, both_of(state), both_of(second)))
        else:
            names[kind, owner] = (state, second, third)
    shown = {
        show: sum(many for one, many in alike.items() if lets_through(*one)) for show, lets_through in lets.items()
    }
    wanted = {name: getattr(filters, name) for name in FACETS if getattr(filters, name) is not None}
    narrowed = [one for one in heaps if meets(one, wanted)] if wanted else heaps
    ages[Age.OLD.value] = sum(one.many for one in narrowed) - ages.total()
    facets = {name: tuple(values_of(name, heaps, wanted, names)) for name in FACETS if name != "age"}
    facets["age"] = tuple(values_in_order("age", ages, names))
    for kind, summed in sums.items():
        if summed:
            name = kind.removeprefix(_SUM)
            facets[name] = tuple(values_in_order(name, summed, names))
    return InboxCounts(shown | {Show.LATE: late}, groups_of(narrowed), facets, tuple(by_family_name(colleagues)))


def press(groups: Groups, pressing: Mapping[Turn, int]) -> Groups:
    """As many as press stand under the centre's turn, whatever their state says."""
    moved = dict.fromkeys(TURNS, 0) | dict(groups)
    for turn, count in pressing.items():
        moved[turn] -= count
        moved[Turn.YOURS] += count
    return tuple((turn, number) for turn, number in moved.items() if number)
