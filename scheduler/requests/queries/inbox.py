"""The coordinators' inbox: what waits, filtered and sorted as the address says, and what each filter would show."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)

from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.language import LANGUAGES
from scheduler.core.names import SpelledName, spelled
from scheduler.core.paging import PER_PAGE, Page, first_row
from scheduler.core.sorting import Columns, Sort, ordered_by
from scheduler.core.text import fold, to_latin
from scheduler.people.models import User
from scheduler.places.models import District, Host, Municipality
from scheduler.places.queries import has_words
from scheduler.policy import Actor
from scheduler.programmes.models import Programme
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.rows import request_rows, requests_in_reach, with_related_rows
from scheduler.requests.queries.stand_ins import handed_to
from scheduler.requests.rules.states import AGES, OPEN, OVER, PROMISED_DAYS, STEPS, turn_of
from scheduler.requests.terms.pages import NOBODY, Age, FacetValue, Inbox, InboxFilters, Show, Turn
from scheduler.requests.terms.school_request import RequestState

TURNS = (Turn.YOURS, Turn.OTHERS, Turn.ITSELF, Turn.OVER)
_IN_ORDER = {state: place for place, state in enumerate(RequestState)}
_STATES: Mapping[Show, Collection[RequestState]] = {  # of requests that each filter may let through
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
SORTS: Columns = {
    "state": (case(_IN_ORDER, value=SchoolRequest.state),),
    "host": (Host.search_key,),
    "what": (Programme.name_sr_cyrl,),
    "when": (SchoolRequest.first_day,),
    "age": (SchoolRequest.state_since,),
    "owner": (User.given_name, User.family_name),
}


def inbox(actor: Actor, filters: InboxFilters, *, now: dt.datetime, ours: ColumnElement[bool] | None = None) -> Inbox:
    """One page of the centre's requests: first those that wait for the centre, the oldest first; or as asked.

    `ours`: of which requests a visit waits for the centre, as the rule of turns says. A page is cut by the columns of
    an index, then loaded. Four queries beside what a row is loaded with, however many rows. Raises: NotAllowed.
    """
    ours = ours if ours is not None else false()
    shows, order = _conditions(actor, now), _turn_order(ours)
    wanted = _filtered(actor, filters, now, shows)
    counts, groups = _counts(actor, filters, now, ours, shows)
    total = sum(count for _, count in groups)
    cut = (
        _sorted(wanted, filters.sort)
        .with_only_columns(SchoolRequest.id, ours.label("ours"))
        .order_by(order, SchoolRequest.state_since, SchoolRequest.id)
        .limit(PER_PAGE)
        .offset(first_row(filters.page))
    )
    of_page = {number: bool(its_turn) for number, its_turn in db.session().execute(cut)}
    loaded = with_related_rows(select(SchoolRequest)).where(SchoolRequest.id.in_(of_page)).order_by(SchoolRequest.id)
    found = {row.id: row for row in db.session().scalars(loaded)}
    rows = [found[number] for number in of_page if number in found]
    mine = [number for number, its_turn in of_page.items() if its_turn]
    page = Page(request_rows(rows, now, mine), filters.page, total)
    return Inbox(
        page=page,
        groups=groups,
        pills=tuple(counts.items()),
        new=counts[Show.NEW],
        late=counts[Show.LATE],
        to_plan=counts[Show.TO_PLAN],
        waiting_for_school=counts[Show.ASKED],
        handed=counts[Show.HANDED],
    )


def has_requests(centre_id: int) -> bool:
    """Whether any school has asked this centre and proved its address, whatever has become of it."""
    unproven = SchoolRequest.state == RequestState.UNVERIFIED
    asked = select(SchoolRequest.id).where(SchoolRequest.centre_id == centre_id, ~unproven)
    return db.session().scalar(asked.limit(1)) is not None


def _conditions(actor: Actor, now: dt.datetime) -> dict[Show, ColumnElement[bool]]:
    """What each filter lets through; a tile counts and opens by the same one, so that its number is never another."""
    within = {show: SchoolRequest.state.in_(states) for show, states in _STATES.items()}
    handed = handed_to(actor.user_id, clock.local_day(now))
    mine = or_(SchoolRequest.owner_id == actor.user_id, SchoolRequest.owner_id.is_(None), handed)
    promised = now - dt.timedelta(days=PROMISED_DAYS + 1)
    late = and_(_turn_order(false()) == 0, SchoolRequest.state_since <= promised)
    more = {Show.MINE: mine, Show.HANDED: handed, Show.LATE: late}
    return {show: and_(condition, more[show]) if show in more else condition for show, condition in within.items()}


def _sorted(wanted: Select[SchoolRequest], sort: Sort | None) -> Select[SchoolRequest]:
    if sort is None or sort.name not in SORTS:
        return wanted
    if sort.name == "age":
        sort = sort.turned()  # the longer ago, the older
    joined = wanted.join(SchoolRequest.host).join(SchoolRequest.programme).outerjoin(SchoolRequest.owner)
    return joined.order_by(*ordered_by(sort, SORTS))


def _filtered(
    actor: Actor, filters: InboxFilters, now: dt.datetime, shows: Mapping[Show, ColumnElement[bool]], *, but: str = ""
) -> Select[SchoolRequest]:
    """What the address lets through; `but` leaves one of its filters out, to count what each of its values would show.

    Hosts, programmes and owners are reached by subqueries, so that whoever counts may join them for himself.
    """
    return requests_in_reach(actor).where(*_asked(filters, now, shows, but=but))


def _asked(
    filters: InboxFilters, now: dt.datetime, shows: Mapping[Show, ColumnElement[bool]], *, but: str = ""
) -> list[ColumnElement[bool]]:
    """The conditions of all filters that are on."""
    wanted = [shows[filters.show]]
    conditions: dict[str, Callable[[Any], ColumnElement[bool]]] = {
        "state": lambda state: SchoolRequest.state == state,
        "owner": lambda owner: SchoolRequest.owner_id.is_(None) if owner == NOBODY else SchoolRequest.owner_id == owner,
        "district": lambda district: SchoolRequest.host_id.in_(
            select(Host.id).join(Host.municipality).where(Municipality.district_id == district)
        ),
        "programme": lambda programme: SchoolRequest.programme_id == programme,
        "age": lambda age: _ages(now)[age],
    }
    for name, condition in conditions.items():
        asked = getattr(filters, name)
        if asked is not None and name != but:
            wanted.append(condition(asked))
    typed = filters.typed[:200].strip()
    if typed.upper().startswith("R-"):
        return [*wanted, SchoolRequest.number.startswith(typed.upper(), autoescape=True)]
    words = fold(typed).split()
    return [*wanted, SchoolRequest.host_id.in_(select(Host.id).where(*has_words(words)))] if words else wanted


def _ages(now: dt.datetime) -> dict[Age, ColumnElement[bool]]:
    since = SchoolRequest.state_since
    edges = [now - dt.timedelta(days=days) for days in AGES]
    return {
        Age.FRESH: since > edges[0],
        Age.DUE: and_(since <= edges[0], since > edges[1]),
        Age.LATE: and_(since <= edges[1], since > edges[2]),
        Age.OLD: since <= edges[2],
    }


def facets_of(actor: Actor, filters: InboxFilters, *, now: dt.datetime) -> dict[str, tuple[FacetValue, ...]]:
    """For each filter its values, and how many requests each would show beside the filters that are on.

    One question, however many values. Raises: NotAllowed.
    """
    many, none, shows = func.count(), literal("", String), _conditions(actor, now)

    def counted(name: str, value: Any, *names: Any, joins: Sequence[Any] = ()) -> Any:
        wanted = _filtered(actor, replace(filters, sort=None), now, shows, but=name)
        for one in joins:
            wanted = wanted.outerjoin(one)
        texts = [cast(one, String) for one in (value, *names)] + [none] * (3 - len(names))
        split = (value, *names) if names else (value,)
        return wanted.with_only_columns(literal(name, String), *texts, many).group_by(*split).order_by(None)

    age = case(*((one, literal(age.value)) for age, one in _ages(now).items()), else_=literal(""))
    place = (District.name_sr_cyrl, District.name_sr_latn, District.name_en)
    town = (SchoolRequest.host, Host.municipality, Municipality.district)
    rows = db.session().execute(
        union_all(
            counted("state", SchoolRequest.state),
            counted("owner", SchoolRequest.owner_id, *_NAMES_OF_OWNER, joins=(SchoolRequest.owner,)),
            counted("district", District.id, *place, joins=town),
            counted("programme", Programme.id, Programme.name_sr_cyrl, Programme.name_en,
                    joins=(SchoolRequest.programme,)),
            counted("age", age),
        )
    )  # fmt: skip
    found: dict[str, list[FacetValue]] = {name: [] for name in ("state", "owner", "district", "programme", "age")}
    for name, value, one, two, three, count in rows:
        if value is not None or name == "owner":  # a host abroad lies in no district
            found[name].append(_facet(name, value, (one, two, three), count))
    return {name: tuple(sorted(values, key=_FACET_ORDERS[name])) for name, values in found.items()}


_NAMES_OF_OWNER = (  # as it was written, and as she writes it in the other letters
    User.given_name,
    User.family_name,
    User.other_given_name + literal_column("' '") + User.other_family_name,
)


def _facet(name: str, value: str | None, names: tuple[str | None, ...], count: int) -> FacetValue:
    one, two, three = (text or "" for text in names)
    if name == "owner":
        whole = SpelledName(f"{one} {two}".strip(), three.strip())
        return FacetValue(value or str(NOBODY), count, *(spelled(whole, language) for language in LANGUAGES))
    if name == "programme":
        return FacetValue(value or "", count, one, to_latin(one), two)
    return FacetValue(value or "", count, one, two, three)


_FACET_ORDERS: dict[str, Callable[[FacetValue], Any]] = {
    "state": lambda one: list(RequestState).index(RequestState(one.value)),
    "owner": lambda one: (one.value != str(NOBODY), one.name_sr_latn, int(one.value)),
    "district": lambda one: (one.name_sr_latn, int(one.value)),
    "programme": lambda one: (one.name_sr_cyrl, int(one.value)),
    "age": lambda one: list(Age).index(Age(one.value)),
}


def _turn_order(ours: ColumnElement[bool]) -> ColumnElement[int]:
    """The place of a row's group in the inbox: the same table as `rules.turn_of`, for the database."""
    states = {turn: [state for state, (whose, _) in STEPS.items() if whose is turn] for turn in TURNS}
    return case(
        (SchoolRequest.state.in_(OVER), 3),
        (
            or_(
                SchoolRequest.attention, SchoolRequest.state.in_(states[Turn.YOURS]), *([] if ours is None else [ours])
            ),
            0,
        ),
        (SchoolRequest.state.in_(states[Turn.OTHERS]), 1),
        else_=2,
    )


def _counts(
    actor: Actor,
    filters: InboxFilters,
    now: dt.datetime,
    ours: ColumnElement[bool],
    conditions: Mapping[Show, ColumnElement[bool]],
) -> tuple[dict[Show, int], tuple[tuple[Turn, int], ...]]:
    """How many each filter lets through, and of what is asked for how many stand in each group: one question.

    It counts state by state, as the index lies; which states a filter or a group holds is added up here.
    """
    asked = and_(*_asked(filters, now, conditions))
    pressing = or_(SchoolRequest.attention, ours)
    by_state = (
        requests_in_reach(actor)
        .with_only_columns(
            SchoolRequest.state,
            func.count().label("all"),
            *(func.count().filter(conditions[show]).label(show.name) for show in _BEYOND_STATES),
            func.count().filter(asked).label("asked"),
            func.count().filter(and_(asked, pressing)).label("pressing"),
        )
        .group_by(SchoolRequest.state)
    )
    rows = db.session().execute(by_state).mappings().all()
    shown = {
        show: sum(row[show.name if show in _BEYOND_STATES else "all"] for row in rows if row["state"] in states)
        for show, states in _STATES.items()
    }
    groups = dict.fromkeys(TURNS, 0)
    for row in rows:
        turn = turn_of(row["state"], attention=False)[0]
        first = Turn.YOURS if turn is not Turn.OVER else turn
        groups[first] += row["pressing"]
        groups[turn] += row["asked"] - row["pressing"]
    return shown, tuple((turn, number) for turn, number in groups.items() if number)


_BEYOND_STATES = (Show.MINE, Show.LATE, Show.HANDED)  # they ask for more than a state
