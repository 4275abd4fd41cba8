"""What each filter of the inbox would show, and the values to choose from: counted of heaps of requests that are alike.

One question makes two kinds of heaps. Of all requests as few as the numbers beside the filters ask; of those that the
filter shows which is on all that its values ask, so that only theirs are looked up in other tables.
"""

import datetime as dt
import operator
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Executable,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.language import LANGUAGES
from scheduler.core.names import SpelledName, spelled
from scheduler.core.spelled_column import both_of
from scheduler.core.text import to_latin
from scheduler.people.models import User
from scheduler.people.queries import by_family_name, may_own
from scheduler.places.models import District, Host, Municipality
from scheduler.policy import Actor
from scheduler.programmes.models import Programme
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.rows import requests_in_reach
from scheduler.requests.rules.states import AGES, HIDDEN, OPEN, OVER, PROMISED_DAYS, turn_of
from scheduler.requests.terms.pages import NOBODY, Age, FacetValue, InboxFilters, Show, Turn
from scheduler.requests.terms.school_request import RequestState

TURNS = (Turn.YOURS, Turn.OTHERS, Turn.ITSELF, Turn.OVER)
STATES: Mapping[Show, Collection[RequestState]] = {  # of requests that each filter may let through
    Show.MINE: OPEN,
    Show.OPEN: OPEN,
    Show.WAITING: (RequestState.WAITLISTED,),
    Show.OVER: OVER,
    Show.LATE: OPEN,
    Show.NEW: (RequestState.NEW,),
    Show.TO_PLAN: (RequestState.AGREED,),
    Show.HANDED: OPEN,
    Show.ASKED: (RequestState.NEEDS_INFO, RequestState.PROPOSED),
}
FACETS = ("state", "owner", "district", "programme", "age")
NAMED_TABLES = {"owner": User, "district": District, "programme": Programme}
NAMES: Mapping[str, Sequence[Any]] = {
    "owner": (  # as it was written, and as she writes it in the other letters
        User.given_name,
        User.family_name,
        User.other_given_name + literal_column("' '") + User.other_family_name,
    ),
    "district": (District.name_sr_cyrl, District.name_sr_latn, District.name_en),
    "programme": (Programme.name_sr_cyrl, Programme.name_en, literal("")),
}
_NUMBERS = ("owner", "district", "programme", "marks", "count")
HANDED, _PROMISED, _ATTENTION = 1, 2, 4  # marks of heaps of all requests, added up
_SHOWN, OF_ALL, COLLEAGUE = "shown", "all", "colleague"
_PRESSING, _AGE = 1, 2  # of heaps of what is shown: the mark of what presses, and the first place of the age


@dataclass(frozen=True)
class InboxCounts:
    """How many requests each filter lets through, how many of what is asked for stand in each group, and the values."""

    shown: Mapping[Show, int]
    groups: tuple[tuple[Turn, int], ...]
    facets: Mapping[str, tuple[FacetValue, ...]]
    colleagues: tuple[tuple[int, SpelledName], ...]


Names = Mapping[tuple[str, int], tuple[str | None, ...]]  # of owners, districts and programmes, by kind and number


class Heap(NamedTuple):
    """Requests that are shown, and alike in all by which they may be narrowed."""

    state: str
    owner: int | None
    district: int | None
    programme: int | None
    age: str
    pressing: bool  # the centre's turn whatever their state says
    many: int


@dataclass(frozen=True)
class RowConditions:
    """What the inbox asks of a request that its columns do not say by themselves."""

    handed: ColumnElement[bool]  # looked after by who asks, because its owner is away
    ours: ColumnElement[bool]  # its visit waits for the centre
    shown: ColumnElement[bool]  # the filter that is on lets it through, and it fits what was typed


# What the clock says, by name: so that a question is put into words once, and asked at any moment.
_MOMENT = SchoolRequest.state_since.type
DAY = bindparam("day", type_=Date())
PROMISED_UNTIL = bindparam("promised_until", type_=_MOMENT)
EDGES = [bindparam(f"age_edge_{days}", type_=_MOMENT) for days in AGES]


def at_moment(now: dt.datetime) -> dict[str, Any]:
    """The values of these names."""
    edges = {edge.key: now - dt.timedelta(days=days) for edge, days in zip(EDGES, AGES, strict=True)}
    return {DAY.key: clock.local_day(now), PROMISED_UNTIL.key: now - dt.timedelta(days=PROMISED_DAYS + 1), **edges}


def ages() -> dict[Age, ColumnElement[bool]]:
    """How long requests have waited, as conditions."""
    since = SchoolRequest.state_since
    return {
        Age.FRESH: since > EDGES[0],
        Age.DUE: and_(since <= EDGES[0], since > EDGES[1]),
        Age.LATE: and_(since <= EDGES[1], since > EDGES[2]),
        Age.OLD: since <= EDGES[2],
    }


def waits_too_long() -> ColumnElement[bool]:
    """Whoever waits since then has waited longer than was promised."""
    return SchoolRequest.state_since <= PROMISED_UNTIL


def inbox_counts(actor: Actor, filters: InboxFilters, question: Executable, values: Mapping[str, Any]) -> InboxCounts:
    """Everything that the inbox counts, by `question_of_counts`: one question."""
    heaps: list[Heap] = []
    shown = dict.fromkeys(STATES, 0)
    colleagues: list[tuple[int, SpelledName, SpelledName]] = []
    names: dict[tuple[str, int], tuple[str | None, ...]] = {}
    lets, all_ages = filters_of(actor), [age.value for age in Age]
    for kind, state, owner, district, programme, marks, count, second, third in db.session().execute(question, values):
        if kind == _SHOWN:
            age, pressing = all_ages[marks // _AGE], bool(marks % _AGE)
            heaps.append(Heap(state, owner, district, programme, age, pressing, count))
        elif kind == OF_ALL:
            for show, lets_through in lets.items():
                shown[show] += count if lets_through(state, owner, marks or 0) else 0
        elif kind == COLLEAGUE:
            colleagues.append((owner, both_of(state), both_of(second)))
        else:
            names[kind, owner] = (state, second, third)
    wanted = {name: getattr(filters, name) for name in FACETS if getattr(filters, name) is not None}
    return InboxCounts(
        shown=shown,
        groups=groups_of([one for one in heaps if meets(one, wanted)]),
        facets={name: tuple(values_of(name, heaps, wanted, names)) for name in FACETS},
        colleagues=tuple(by_family_name(colleagues)),
    )


def filters_of(actor: Actor) -> dict[Show, Callable[[str, int | None, int], bool]]:
    """What each filter lets through, the same as the condition of its rows: by state, owner and marks."""
    yours = {state.value for state in OPEN if turn_of(state, attention=False)[0] is Turn.YOURS}
    hers = (None, actor.user_id)
    more: dict[Show, Callable[[str, int | None, int], bool]] = {
        Show.MINE: lambda _state, owner, marks: owner in hers or bool(marks & HANDED),
        Show.HANDED: lambda _state, _owner, marks: bool(marks & HANDED),
        Show.LATE: lambda state, _owner, marks: bool(marks & _PROMISED and (marks & _ATTENTION or state in yours)),
    }

    def lets(show: Show) -> Callable[[str, int | None, int], bool]:
        states, also = {state.value for state in STATES[show]}, more.get(show)
        return lambda state, owner, marks: state in states and (also is None or also(state, owner, marks))

    return {show: lets(show) for show in STATES}


def groups_of(heaps: Sequence[Heap]) -> tuple[tuple[Turn, int], ...]:
    """How many of these stand under each heading of the inbox; no heading without any."""
    groups = dict.fromkeys(TURNS, 0)
    turns = {state.value: turn_of(state, attention=False)[0] for state in RequestState if state not in HIDDEN}
    for one in heaps:
        turn = turns[one.state]
        groups[Turn.YOURS if one.pressing and turn is not Turn.OVER else turn] += one.many
    return tuple((turn, number) for turn, number in groups.items() if number)


def meets(one: Heap, wanted: Mapping[str, Any]) -> bool:
    """Whether a heap passes the filters that narrow."""
    return all(
        getattr(one, name) == (None if name == "owner" and value == NOBODY else value) for name, value in wanted.items()
    )


def values_of(name: str, heaps: Sequence[Heap], wanted: Mapping[str, Any], names: Names) -> list[FacetValue]:
    """The values of one filter, each with what it would show beside the other filters that are on."""
    others = {other: value for other, value in wanted.items() if other != name}
    found: Counter[Any] = Counter()
    value_of = attrgetter(name)
    for one in [one for one in heaps if meets(one, others)] if others else heaps:
        found[value_of(one)] += one.many
    return values_in_order(name, found, names)


def values_in_order(name: str, found: Mapping[Any, int], names: Names) -> list[FacetValue]:
    """The values of one filter that show anything, in their order."""
    values = [
        _facet(name, value, names.get((name, value), ()), count)
        for value, count in found.items()
        if count and (value is not None or name == "owner")  # a host abroad lies in no district
    ]
    return sorted(values, key=_FACET_ORDERS[name])


def question_of_counts(actor: Actor, asked: RowConditions) -> Executable:
    """The heaps, and the names of all whom and what those speak of that are shown. Raises: NotAllowed."""
    shown = _shown_heaps(actor, asked).cte("shown")
    none = [cast(null(), String).label(name) for name in ("second", "third")]
    return union_all(
        select(literal(_SHOWN, String).label("kind"), shown, *none),
        *(select(literal(OF_ALL, String), *heaps.subquery().c, *none) for heaps in _heaps_of_all(actor, asked)),
        *(names_of(name, kind, shown) for name, kind in NAMED_TABLES.items()),
        colleagues_beside(actor),
    )


def _shown_heaps(actor: Actor, asked: RowConditions) -> Select[Any]:
    """What the filter shows that is on, by all that narrows it, as one row for all that are alike."""
    age = case(*((one, place * _AGE) for place, one in enumerate(ages().values())), else_=0)
    pressing = case((or_(SchoolRequest.attention, asked.ours), _PRESSING), else_=0)
    split = (
        cast(SchoolRequest.state, String).label("state"),
        SchoolRequest.owner_id.label("owner"),
        Municipality.district_id.label("district"),
        SchoolRequest.programme_id.label("programme"),
        (age + pressing).label("marks"),
    )
    every = requests_in_reach(actor).outerjoin(SchoolRequest.host).outerjoin(Host.municipality)
    alike = every.where(asked.shown).with_only_columns(*split).subquery()
    return select(*alike.c, func.count().label("count")).group_by(*alike.c)


def _heaps_of_all(actor: Actor, asked: RowConditions) -> Iterator[Select[Any]]:
    """Open requests by what the numbers beside the filters ask, and of those that are over their state only."""
    none = cast(null(), Integer)
    marked = ((asked.handed, HANDED), (waits_too_long(), _PROMISED), (SchoolRequest.attention, _ATTENTION))
    split = (
        cast(SchoolRequest.state, String).label("state"),
        SchoolRequest.owner_id.label("owner"),
        reduce(operator.add, (case((condition, mark), else_=0) for condition, mark in marked)).label("marks"),
    )
    alike = requests_in_reach(actor).where(SchoolRequest.state.in_(OPEN)).with_only_columns(*split).subquery()
    nowhere = none.label("district"), none.label("programme")
    counted = select(alike.c.state, alike.c.owner, *nowhere, alike.c.marks, func.count().label("count"))
    yield counted.group_by(*alike.c)
    nothing = (none.label(name) for name in _NUMBERS[:-1])
    over: tuple[Any, ...] = cast(SchoolRequest.state, String).label("state"), *nothing, func.count().label("count")
    yield (
        requests_in_reach(actor)
        .where(SchoolRequest.state.in_(OVER))
        .with_only_columns(*over)
        .group_by(SchoolRequest.state)
    )


def names_of(name: str, kind: Any, heaps: CTE) -> Select[Any]:
    one, two, three = (cast(part, String) for part in NAMES[name])
    spare = [cast(null(), Integer) for _ in _NUMBERS[1:]]
    of_these = kind.id.in_(select(heaps.c[name]).where(heaps.c[name].is_not(None)))
    return select(literal(name, String), one, kind.id, *spare, two, three).where(of_these)


def colleagues_beside(actor: Actor) -> Select[Any]:
    """Who may own a request of the centre, in the same columns: who counts its requests gives some to somebody."""
    one = may_own(actor.centre_id).subquery()
    spare = [cast(null(), Integer) for _ in _NUMBERS[1:]]
    given, family = (cast(name, String) for name in (one.c.given_spelled, one.c.family_spelled))
    return select(literal(COLLEAGUE, String), given, one.c.id, *spare, family, cast(null(), String))


def _facet(name: str, value: Any, names: Sequence[str | None], count: int) -> FacetValue:
    one, two, three = (text or "" for text in (names or ("", "", "")))
    if name == "owner":
        whole = SpelledName(f"{one} {two}".strip(), three.strip())
        told = NOBODY if value is None else value
        return FacetValue(str(told), count, *(spelled(whole, language) for language in LANGUAGES))
    if name == "programme":
        return FacetValue(str(value), count, one, to_latin(one), two)
    return FacetValue(str(value), count, one, two, three)


_ORDER_OF_STATES = {state.value: place for place, state in enumerate(RequestState)}
_ORDER_OF_AGES = {age.value: place for place, age in enumerate(Age)}
_FACET_ORDERS: dict[str, Callable[[FacetValue], Any]] = {
    "state": lambda one: _ORDER_OF_STATES[one.value],
    "owner": lambda one: (one.value != str(NOBODY), one.name_sr_latn, int(one.value)),
    "district": lambda one: (one.name_sr_latn, int(one.value)),
    "programme": lambda one: (one.name_sr_cyrl, int(one.value)),
    "age": lambda one: _ORDER_OF_AGES[one.value],
}
