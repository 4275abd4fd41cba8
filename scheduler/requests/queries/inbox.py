"""The coordinators' inbox: what waits, filtered and sorted as the address says, and what each filter would show."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Executable,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
)

from scheduler import policy
from scheduler.core.db import db
from scheduler.core.paging import Page, first_row
from scheduler.core.query_hints import by_no_index
from scheduler.core.sorting import Columns, Sort, ordered_by
from scheduler.core.text import fold
from scheduler.people.models import User
from scheduler.places.models import Host, Municipality
from scheduler.places.queries import has_words
from scheduler.policy import Actor, in_reach
from scheduler.programmes.models import Programme
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.inbox_counts import (
    DAY,
    STATES,
    TURNS,
    RowConditions,
    ages,
    at_moment,
    inbox_counts,
    question_of_counts,
    waits_too_long,
)
from scheduler.requests.queries.inbox_rows import inbox_rows, question_of_rows
from scheduler.requests.queries.stand_ins import handed_to, handovers_soon
from scheduler.requests.rules.states import HIDDEN, OPEN, OVER, STEPS, turn_of
from scheduler.requests.terms.pages import NOBODY, Inbox, InboxFilters, Show, Turn
from scheduler.requests.terms.school_request import RequestState

REQUESTS_SHOWN = 25  # on a page: a row is two lines high, a card on a phone more
_IN_ORDER = {state: place for place, state in enumerate(RequestState)}
SORTS: Columns = {
    "state": (case(_IN_ORDER, value=SchoolRequest.state),),
    "host": (Host.search_key,),
    "what": (Programme.name_sr_cyrl,),
    "when": (SchoolRequest.first_day,),
    "age": (SchoolRequest.state_since,),
    "owner": (User.given_name, User.family_name),
}


@dataclass(frozen=True, eq=False)
class Condition:
    """A condition on requests that stands in questions: each is another one, so that it can be a key."""

    of_request: ColumnElement[bool]
    ids: tuple[Select[int], ...] = ()  # of whom it holds: at least those that no state makes the centre's turn


@dataclass(frozen=True)
class Ours:
    """Of which requests a visit waits for the centre, as the rule of turns says, and the values that it asks with."""

    condition: Condition
    values: Mapping[str, Any]


class InboxAsker(NamedTuple):
    """Who asks for what: by it the questions of the inbox are kept. `stands_in`: the reader does, for anybody today."""

    actor: Actor
    filters: InboxFilters
    ours: Condition
    stands_in: bool

    def handed(self) -> ColumnElement[bool]:
        return handed_to(self.actor.user_id, DAY) if self.stands_in else false()


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


NOBODYS = Ours(Condition(false()), {})
YOURS = frozenset(state for state, (turn, _step) in STEPS.items() if turn is Turn.YOURS)
OTHERS = OPEN - YOURS  # what stands here is the centre's turn only where something presses
BEGINS = bindparam("begins", type_=Integer())  # the rows before the page
ENDS = bindparam("ends", type_=Integer())  # and with it
PLACES = {state: TURNS.index(turn_of(state, attention=False)[0]) for state in RequestState}  # of its group


def inbox(actor: Actor, filters: InboxFilters, *, now: dt.datetime, ours: Ours = NOBODYS) -> Inbox:
    """One page of the centre's requests: first those that wait for the centre, the oldest first; or as asked.

    A page is cut by the columns of an index and loaded in one question; one more counts all that the page counts.
    Raises: NotAllowed.
    """
    policy.require(actor, "read", "request", centre=policy.own_part(actor))
    values = {**at_moment(now), **ours.values}
    soon = handovers_soon(actor.centre_id, values[DAY.key])
    running = [one for one in soon if one.able and one.first_day <= values[DAY.key]]
    stands_in = any(one.stand_in_id == actor.user_id for one in running)
    asker = InboxAsker(actor, replace(filters, page=1), ours.condition, stands_in)
    counts = inbox_counts(actor, filters, _question_of_numbers(asker), values)
    size = _size(filters)
    begins = first_row(filters.page, size)
    asked = {**values, BEGINS.key: begins, ENDS.key: begins + size}
    question = _question_of_page(asker, _last_place(counts.groups, begins + 2 * size))
    rows = inbox_rows(question, asked, running, now)
    page = Page(rows, filters.page, sum(count for _, count in counts.groups), size)
    return Inbox(
        page=page,
        groups=counts.groups,
        pills=tuple(counts.shown.items()),
        facets=counts.facets,
        new=counts.shown[Show.NEW],
        late=counts.shown[Show.LATE],
        to_plan=counts.shown[Show.TO_PLAN],
        waiting_for_school=counts.shown[Show.ASKED],
        handed=counts.shown[Show.HANDED],
        handovers=tuple(soon),
        colleagues=counts.colleagues,
    )


def _size(filters: InboxFilters) -> int:
    return filters.per_page or REQUESTS_SHOWN


def _last_place(groups: Sequence[tuple[Turn, int]], ends: int) -> int:
    """The last group of which rows stand before `ends`: a page more, for what others do between the two questions."""
    before = 0
    for turn, count in groups:
        before += count
        if before >= ends:
            return TURNS.index(turn)
    return len(TURNS) - 1


@lru_cache(maxsize=24)
def _question_of_numbers(asker: InboxAsker) -> Executable:
    """To put it into words takes longer than to ask it of few requests."""
    actor, filters, handed = asker.actor, asker.filters, asker.handed()
    shown = and_(SchoolRequest.state.in_(STATES[filters.show]), *_more(actor, filters, handed), *_typed(filters))
    return question_of_counts(actor, RowConditions(handed=handed, ours=asker.ours.of_request, shown=shown))


@lru_cache(maxsize=24)
def _question_of_page(asker: InboxAsker, last: int) -> Executable:
    """`last`: the last group that its rows may stand in, by their states."""
    filters = asker.filters
    asked = _asked(asker.actor, filters, asker.handed())
    if _is_cut_by_states(filters) and asked.states:
        return question_of_rows(_first_of_each_state(asked, asker.ours, last, _size(filters)), [])
    by, order = _by(filters.sort), _turn_order(asker.ours.of_request).label("place")
    cut = (
        _joined(asked.everywhere(walked=_walks_schools(filters)), filters.sort)
        .with_only_columns(SchoolRequest.id, order)
        .order_by(*by, order, SchoolRequest.state_since, SchoolRequest.id)
        .limit(_size(filters))
        .offset(BEGINS)
    )
    return question_of_rows(cut, by)


def _first_of_each_state(asked: RequestChoice, ours: Condition, last: int, size: int) -> Select[Any]:
    """The page, cut from the oldest of each state and of those that press, as many of each as end with the page.

    Whoever is not among the oldest of its state has as many before it as that, in its own group or in a former one.
    """
    columns, oldest = (SchoolRequest.id, SchoolRequest.state_since), (SchoolRequest.state_since, SchoolRequest.id)
    heaps = [
        asked.of(state).with_only_columns(*columns, literal(PLACES[state]).label("place")).order_by(*oldest).limit(ENDS)
        for state in sorted(asked.states)
        if PLACES[state] <= last
    ]
    if OTHERS.intersection(asked.states):
        press = asked.among(union(_attended(asked.actor), *ours.ids), OTHERS).with_only_columns(*columns)
        heaps.append(press.add_columns(literal(0).label("place")).order_by(*oldest).limit(ENDS))
    heap = union_all(*(select(one.subquery()) for one in heaps)).subquery().c
    place = func.min(heap.place)
    page = select(heap.id, place.label("place")).group_by(heap.id, heap.state_since)
    return page.order_by(place, heap.state_since, heap.id).limit(size).offset(BEGINS)


def _attended(actor: Actor) -> Select[int]:
    """The ids of requests whose counts somebody must look at: by the index of these alone."""
    looked_at = SchoolRequest.attention, by_no_index(SchoolRequest.state).not_in(HIDDEN)
    return select(SchoolRequest.id).where(in_reach(actor, SchoolRequest), *looked_at)


def _is_cut_by_states(filters: InboxFilters) -> bool:
    """Whether a page is cut in its usual order, and neither words nor the clock narrow it."""
    return filters.sort is None and not filters.typed.strip() and filters.age is None and filters.show is not Show.LATE


def _walks_schools(filters: InboxFilters) -> bool:
    """Whether a page sorted by school is cut school after school: where the address narrows more, few may be left."""
    sorted_only = InboxFilters(filters.show, sort=filters.sort)
    return filters.sort is not None and filters.sort.name == "host" and filters == sorted_only


def has_requests(centre_id: int) -> bool:
    """Whether any school has asked this centre and proved its address, whatever has become of it."""
    unproven = SchoolRequest.state == RequestState.UNVERIFIED
    asked = select(SchoolRequest.id).where(SchoolRequest.centre_id == centre_id, ~unproven)
    return db.session().scalar(asked.limit(1)) is not None


def _more(actor: Actor, filters: InboxFilters, handed: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    """What a filter asks beside the state; a tile counts and opens by the same, so that its number is never another."""
    more = {
        Show.MINE: or_(SchoolRequest.owner_id == actor.user_id, SchoolRequest.owner_id.is_(None), handed),
        Show.HANDED: handed,
        Show.LATE: and_(_turn_order(false()) == 0, waits_too_long()),
    }
    return [more[filters.show]] if filters.show in more else []


def _by(sort: Sort | None) -> list[Any]:
    """The columns of what the address sorts by."""
    return ordered_by(sort.turned() if sort and sort.name == "age" else sort, SORTS)  # the longer ago, the older


def _joined(wanted: Select[SchoolRequest], sort: Sort | None) -> Select[SchoolRequest]:
    """With the tables of what the address sorts by."""
    if sort is None:
        return wanted
    if sort.name == "owner":
        return wanted.outerjoin(SchoolRequest.owner)
    of_sort = {"host": SchoolRequest.host, "what": SchoolRequest.programme}
    return wanted.join(of_sort[sort.name]) if sort.name in of_sort else wanted


def _asked(actor: Actor, filters: InboxFilters, handed: ColumnElement[bool]) -> RequestChoice:
    """What the address lets through. Hosts, programmes and owners are reached by subqueries: who sorts joins them."""
    conditions: dict[str, Callable[[Any], ColumnElement[bool]]] = {
        "owner": lambda owner: SchoolRequest.owner_id.is_(None) if owner == NOBODY else SchoolRequest.owner_id == owner,
        "district": lambda district: SchoolRequest.host_id.in_(
            select(Host.id).join(Host.municipality).where(Municipality.district_id == district)
        ),
        "programme": lambda programme: SchoolRequest.programme_id == programme,
        "age": lambda age: ages()[age],
    }
    asked = {name: getattr(filters, name) for name in conditions}
    narrow = [conditions[name](value) for name, value in asked.items() if value is not None]
    states = frozenset(STATES[filters.show])
    if filters.state is not None:
        states &= {filters.state}
    return RequestChoice(actor, states, (*_more(actor, filters, handed), *narrow, *_typed(filters)))


def _typed(filters: InboxFilters) -> list[ColumnElement[bool]]:
    """A number of a request as it begins, or words of a school."""
    typed = filters.typed[:200].strip()
    if typed.upper().startswith("R-"):
        return [SchoolRequest.number.startswith(typed.upper(), autoescape=True)]
    words = fold(typed).split()
    return [SchoolRequest.host_id.in_(select(Host.id).where(*has_words(words)))] if words else []


def _turn_order(ours: ColumnElement[bool]) -> ColumnElement[int]:
    """The place of a row's group in the inbox: the same table as `rules.turn_of`, for the database."""
    states = {place: [state for state in PLACES if PLACES[state] == place] for place in (0, 1)}
    return case(
        (SchoolRequest.state.in_(OVER), PLACES[RequestState.CLOSED]),
        (or_(SchoolRequest.attention, SchoolRequest.state.in_(states[0]), ours), 0),
        (SchoolRequest.state.in_(states[1]), 1),
        else_=2,
    )
