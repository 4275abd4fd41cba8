"""The coordinators' inbox: what waits, filtered and sorted as the address says, and what each filter would show."""

import datetime as dt
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Executable, Integer, Select, and_, bindparam, case, false, or_, select

from scheduler import policy
from scheduler.core.db import db
from scheduler.core.paging import PER_PAGE, Page, first_row
from scheduler.core.records import dataclass, replace
from scheduler.core.sorting import Columns, Sort, ordered_by
from scheduler.core.text import fold
from scheduler.people.models import User
from scheduler.places.models import Host, Municipality
from scheduler.places.queries import has_words
from scheduler.policy import Actor
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
from scheduler.requests.queries.rows import requests_in_reach
from scheduler.requests.queries.stand_ins import handed_to, handovers_soon
from scheduler.requests.rules.states import OVER, STEPS
from scheduler.requests.terms.pages import NOBODY, Inbox, InboxFilters, Show, Turn
from scheduler.requests.terms.school_request import RequestState

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


@dataclass(frozen=True)
class Ours:
    """Of which requests a visit waits for the centre, as the rule of turns says, and the values that it asks with."""

    condition: Condition
    values: Mapping[str, Any]
    lasts: bool = True  # asked again and again; else it names what changed just now


class Questions(NamedTuple):
    """What the inbox asks of requests."""

    counts: Executable
    rows: Executable


NOBODYS = Ours(Condition(false()), {})
BEGINS = bindparam("begins", type_=Integer())  # the rows before the page


def inbox(actor: Actor, filters: InboxFilters, *, now: dt.datetime, ours: Ours = NOBODYS) -> Inbox:
    """One page of the centre's requests: first those that wait for the centre, the oldest first; or as asked.

    A page is cut by the columns of an index and loaded in one question; one more counts all that the page counts.
    Raises: NotAllowed.
    """
    policy.require(actor, "read", "request", centre=policy.own_part(actor))
    written = _written_questions if ours.lasts else _questions
    questions = written(actor, replace(filters, page=1), ours.condition)
    values = {**at_moment(now), **ours.values}
    counts = inbox_counts(actor, filters, questions.counts, values)
    soon = handovers_soon(actor.centre_id, values[DAY.key])
    running = [one for one in soon if one.able and one.first_day <= values[DAY.key]]
    rows = inbox_rows(questions.rows, {**values, BEGINS.key: first_row(filters.page)}, running, now)
    page = Page(rows, filters.page, sum(count for _, count in counts.groups))
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
    )


def _questions(actor: Actor, filters: InboxFilters, ours: Condition) -> Questions:
    """To put them into words takes longer than to ask them of few requests."""
    shows, order = _conditions(actor), _turn_order(ours.of_request).label("place")
    shown = and_(shows[filters.show], *_typed(filters))
    asked = RowConditions(handed=handed_to(actor.user_id, DAY), ours=ours.of_request, shown=shown)
    by = _by(filters.sort)
    cut = (
        _joined(_filtered(actor, filters, shows), filters.sort)
        .with_only_columns(SchoolRequest.id, order)
        .order_by(*by, order, SchoolRequest.state_since, SchoolRequest.id)
        .limit(PER_PAGE)
        .offset(BEGINS)
    )
    return Questions(question_of_counts(actor, asked), question_of_rows(cut, by))


_written_questions = lru_cache(maxsize=24)(_questions)  # by who asks for what


def has_requests(centre_id: int) -> bool:
    """Whether any school has asked this centre and proved its address, whatever has become of it."""
    unproven = SchoolRequest.state == RequestState.UNVERIFIED
    asked = select(SchoolRequest.id).where(SchoolRequest.centre_id == centre_id, ~unproven)
    return db.session().scalar(asked.limit(1)) is not None


def _conditions(actor: Actor) -> dict[Show, ColumnElement[bool]]:
    """What each filter lets through; a tile counts and opens by the same one, so that its number is never another."""
    within = {show: SchoolRequest.state.in_(states) for show, states in STATES.items()}
    handed = handed_to(actor.user_id, DAY)
    mine = or_(SchoolRequest.owner_id == actor.user_id, SchoolRequest.owner_id.is_(None), handed)
    late = and_(_turn_order(false()) == 0, waits_too_long())
    more = {Show.MINE: mine, Show.HANDED: handed, Show.LATE: late}
    return {show: and_(condition, more[show]) if show in more else condition for show, condition in within.items()}


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


def _filtered(actor: Actor, filters: InboxFilters, shows: Mapping[Show, ColumnElement[bool]]) -> Select[SchoolRequest]:
    """What the address lets through. Hosts, programmes and owners are reached by subqueries: who sorts joins them."""
    wanted = [shows[filters.show]]
    conditions: dict[str, Callable[[Any], ColumnElement[bool]]] = {
        "state": lambda state: SchoolRequest.state == state,
        "owner": lambda owner: SchoolRequest.owner_id.is_(None) if owner == NOBODY else SchoolRequest.owner_id == owner,
        "district": lambda district: SchoolRequest.host_id.in_(
            select(Host.id).join(Host.municipality).where(Municipality.district_id == district)
        ),
        "programme": lambda programme: SchoolRequest.programme_id == programme,
        "age": lambda age: ages()[age],
    }
    asked = {name: getattr(filters, name) for name in conditions}
    wanted += [conditions[name](value) for name, value in asked.items() if value is not None]
    return requests_in_reach(actor).where(*wanted, *_typed(filters))


def _typed(filters: InboxFilters) -> list[ColumnElement[bool]]:
    """A number of a request as it begins, or words of a school."""
    typed = filters.typed[:200].strip()
    if typed.upper().startswith("R-"):
        return [SchoolRequest.number.startswith(typed.upper(), autoescape=True)]
    words = fold(typed).split()
    return [SchoolRequest.host_id.in_(select(Host.id).where(*has_words(words)))] if words else []


def _turn_order(ours: ColumnElement[bool]) -> ColumnElement[int]:
    """The place of a row's group in the inbox: the same table as `rules.turn_of`, for the database."""
    states = {turn: [state for state, (whose, _) in STEPS.items() if whose is turn] for turn in TURNS}
    return case(
        (SchoolRequest.state.in_(OVER), 3),
        (
            or_(SchoolRequest.attention, SchoolRequest.state.in_(states[Turn.YOURS]), ours),
            0,
        ),
        (SchoolRequest.state.in_(states[Turn.OTHERS]), 1),
        else_=2,
    )
