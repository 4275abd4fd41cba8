"""What each filter of the inbox would show, and the values to choose from: counted of heaps of requests that are alike.

One question walks through the open requests once; a heap holds those that no filter tells from each other.
"""

import datetime as dt
import operator
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
    union_all,
)

from scheduler.core.db import db
from scheduler.core.language import LANGUAGES
from scheduler.core.names import SpelledName, spelled
from scheduler.core.records import dataclass
from scheduler.core.text import to_latin
from scheduler.people.models import User
from scheduler.places.models import District, Host, Municipality
from scheduler.policy import Actor
from scheduler.programmes.models import Programme
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.rows import requests_in_reach
from scheduler.requests.rules.states import AGES, OPEN, OVER, PROMISED_DAYS, turn_of
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
_NAMED = {"owner": User, "district": District, "programme": Programme}
_NAMES: Mapping[str, Sequence[Any]] = {
    "owner": (  # as it was written, and as she writes it in the other letters
        User.given_name,
        User.family_name,
        User.other_given_name + literal_column("' '") + User.other_family_name,
    ),
    "district": (District.name_sr_cyrl, District.name_sr_latn, District.name_en),
    "programme": (Programme.name_sr_cyrl, Programme.name_en, literal("")),
}
_FLAGS = ("handed", "promised", "attention", "ours", "fits")
_NUMBERS = ("owner", "district", "programme", "marks", "count")


@dataclass(frozen=True)
class InboxCounts:
    """How many requests each filter lets through, how many of what is asked for stand in each group, and the values."""

    shown: Mapping[Show, int]
    groups: tuple[tuple[Turn, int], ...]
    facets: Mapping[str, tuple[FacetValue, ...]]


@dataclass(frozen=True)
class Heap:
    """Requests that are alike in all that a filter asks."""

    state: str
    owner: int | None
    district: int | None
    programme: int | None
    age: str
    handed: bool
    promised: bool  # it waits longer than was promised
    attention: bool
    ours: bool
    fits: bool  # what was typed
    count: int


@dataclass(frozen=True)
class RowConditions:
    """What the inbox asks of a request that its columns do not say by themselves."""

    handed: ColumnElement[bool]  # looked after by who asks, because its owner is away
    ours: ColumnElement[bool]  # its visit waits for the centre
    typed: ColumnElement[bool]  # it fits what was typed


def ages(now: dt.datetime) -> dict[Age, ColumnElement[bool]]:
    """How long requests have waited, as conditions."""
    since = SchoolRequest.state_since
    edges = [now - dt.timedelta(days=days) for days in AGES]
    return {
        Age.FRESH: since > edges[0],
        Age.DUE: and_(since <= edges[0], since > edges[1]),
        Age.LATE: and_(since <= edges[1], since > edges[2]),
        Age.OLD: since <= edges[2],
    }


def promised_until(now: dt.datetime) -> dt.datetime:
    """Whoever waits since then has waited longer than was promised."""
    return now - dt.timedelta(days=PROMISED_DAYS + 1)


def inbox_counts(actor: Actor, filters: InboxFilters, now: dt.datetime, asked: RowConditions) -> InboxCounts:
    """Everything that the inbox counts: one question. Raises: NotAllowed."""
    heaps: list[Heap] = []
    names: dict[tuple[str, int], tuple[str | None, ...]] = {}
    for row in db.session().execute(_question(actor, filters, now, asked)):
        if row.kind == "heap":
            heaps.append(_heap(row))
        else:
            names[row.kind, row.owner] = (row.state, row.second, row.third)
    lets = {show: _lets_through(show, actor) for show in STATES}
    shown = {show: sum(one.count for one in heaps if lets[show](one)) for show in STATES}
    of_show = [one for one in heaps if one.fits and lets[filters.show](one)]
    groups = dict.fromkeys(TURNS, 0)
    for one in of_show:
        if all(_meets(name, one, filters) for name in FACETS):
            turn = turn_of(RequestState(one.state), attention=False)[0]
            pressing = turn is not Turn.OVER and (one.attention or one.ours)
            groups[Turn.YOURS if pressing else turn] += one.count
    return InboxCounts(
        shown=shown,
        groups=tuple((turn, number) for turn, number in groups.items() if number),
        facets={name: tuple(_values(name, of_show, filters, names)) for name in FACETS},
    )


def _heap(row: Any) -> Heap:
    """A row of the question; its marks are one number, for a database sorts a number sooner than six columns."""
    age, marks = divmod(row.marks or 0, 1 << len(_FLAGS))
    told = {name: bool(marks >> place & 1) for place, name in enumerate(_FLAGS)}
    return Heap(row.state, row.owner, row.district, row.programme, list(Age)[age].value, **told, count=row.count)


def _lets_through(show: Show, actor: Actor) -> Callable[[Heap], bool]:
    """The same as the condition of the rows that are shown, of a heap."""
    states = {state.value for state in STATES[show]}
    more: dict[Show, Callable[[Heap], bool]] = {
        Show.MINE: lambda one: one.owner is None or one.owner == actor.user_id or bool(one.handed),
        Show.HANDED: lambda one: bool(one.handed),
        Show.LATE: lambda one: (
            bool(one.promised) and turn_of(RequestState(one.state), attention=bool(one.attention))[0] is Turn.YOURS
        ),
    }
    also = more.get(show)
    return lambda one: one.state in states and (also is None or also(one))


def _meets(name: str, one: Heap, filters: InboxFilters) -> bool:
    """Whether a heap passes one of the filters that narrow."""
    wanted, has = getattr(filters, name), getattr(one, name)
    if wanted is None:
        return True
    return has is None if name == "owner" and wanted == NOBODY else bool(has == wanted)


def _values(
    name: str, heaps: Sequence[Heap], filters: InboxFilters, names: Mapping[tuple[str, int], tuple[str | None, ...]]
) -> list[FacetValue]:
    """The values of one filter, each with what it would show beside the other filters that are on."""
    others = [other for other in FACETS if other != name and getattr(filters, other) is not None]
    found: Counter[Any] = Counter()
    for one in heaps:
        if all(_meets(other, one, filters) for other in others):
            found[getattr(one, name)] += one.count
    values = [
        _facet(name, value, names.get((name, value), ()), count)
        for value, count in found.items()
        if value is not None or name == "owner"  # a host abroad lies in no district
    ]
    return sorted(values, key=_FACET_ORDERS[name])


def _question(actor: Actor, filters: InboxFilters, now: dt.datetime, asked: RowConditions) -> Any:
    """The heaps, and the names of all whom and what they speak of."""
    heaps = union_all(*_heaps(actor, filters, now, asked)).cte("heaps")
    none = [cast(null(), String).label(name) for name in ("second", "third")]
    return union_all(
        select(literal("heap", String).label("kind"), heaps, *none),
        *(_named(name, kind, heaps) for name, kind in _NAMED.items()),
    )


def _heaps(actor: Actor, filters: InboxFilters, now: dt.datetime, asked: RowConditions) -> Iterator[Any]:
    """Open requests, and those of the filter that is on, by all that a filter asks; of all others their state only."""
    told = {*OPEN, *STATES[filters.show]}
    of_age = list(ages(now).values())
    age = case(*((one, place << len(_FLAGS)) for place, one in enumerate(of_age)), else_=0)
    late = SchoolRequest.state_since <= promised_until(now)
    marks = [age]
    for place, condition in enumerate((asked.handed, late, SchoolRequest.attention, asked.ours, asked.typed)):
        marks.append(case((condition, 1 << place), else_=0))
    split = (
        cast(SchoolRequest.state, String).label("state"),
        SchoolRequest.owner_id.label("owner"),
        Municipality.district_id.label("district"),
        SchoolRequest.programme_id.label("programme"),
        reduce(operator.add, marks).label("marks"),
    )
    every = requests_in_reach(actor).outerjoin(SchoolRequest.host).outerjoin(Host.municipality)
    alike = every.where(SchoolRequest.state.in_(told)).with_only_columns(*split).subquery()
    yield select(*alike.c, func.count().label("count")).group_by(*alike.c)
    rest = requests_in_reach(actor).where(SchoolRequest.state.not_in(told))
    nothing = [cast(null(), Integer).label(name) for name in _NUMBERS[:-1]]
    counted = cast(SchoolRequest.state, String), *nothing, func.count().label("count")
    yield rest.with_only_columns(*counted).group_by(SchoolRequest.state)


def _named(name: str, kind: Any, heaps: CTE) -> Select[Any]:
    one, two, three = (cast(part, String) for part in _NAMES[name])
    spare = [cast(null(), Integer) for _ in _NUMBERS[1:]]
    of_these = kind.id.in_(select(heaps.c[name]).where(heaps.c[name].is_not(None)))
    return select(literal(name, String), one, kind.id, *spare, two, three).where(of_these)


def _facet(name: str, value: Any, names: Sequence[str | None], count: int) -> FacetValue:
    one, two, three = (text or "" for text in (names or ("", "", "")))
    if name == "owner":
        whole = SpelledName(f"{one} {two}".strip(), three.strip())
        told = NOBODY if value is None else value
        return FacetValue(str(told), count, *(spelled(whole, language) for language in LANGUAGES))
    if name == "programme":
        return FacetValue(str(value), count, one, to_latin(one), two)
    return FacetValue(str(value), count, one, two, three)


_FACET_ORDERS: dict[str, Callable[[FacetValue], Any]] = {
    "state": lambda one: list(RequestState).index(RequestState(one.value)),
    "owner": lambda one: (one.value != str(NOBODY), one.name_sr_latn, int(one.value)),
    "district": lambda one: (one.name_sr_latn, int(one.value)),
    "programme": lambda one: (one.name_sr_cyrl, int(one.value)),
    "age": lambda one: list(Age).index(Age(one.value)),
}
