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
from scheduler.requests.rules.states import AGES, OPEN, OVER, PROMISED_DAYS, STEPS
from scheduler.requests.terms.pages import NOBODY, Age, FacetValue, Inbox, InboxFilters, Show, Turn
from scheduler.requests.terms.school_request import RequestState

TURNS = (Turn.YOURS, Turn.OTHERS, Turn.ITSELF, Turn.OVER)
_IN_ORDER = {state: place for place, state in enumerate(RequestState)}
SORTS: Columns = {
    "state": (case(_IN_ORDER, value=SchoolRequest.state),),
    "host": (Host.search_key,),
    "what": (Programme.name_sr_cyrl,),
    "when": (SchoolRequest.first_day,),
    "age": (SchoolRequest.state_since,),
    "owner": (User.given_name, User.family_name),
}


def inbox(actor: Actor, filters: InboxFilters, *, now: dt.datetime, ours: Collection[int] = ()) -> Inbox:
    """One page of the centre's requests: first those that wait for the centre, the oldest first; or as asked.

    `ours`: requests by id whose visits wait for the centre, as the rule of turns says. Four queries beside what a row
    is loaded with, however many rows. Raises: NotAllowed.
    """
    shows, order = _conditions(actor, now), _turn_order(ours)
    wanted = _filtered(actor, filters, now, shows)
    counts, groups = _counts(actor, filters, now, order, shows)
    total = sum(count for _, count in groups)
    rows = db.session().scalars(
        _sorted(with_related_rows(wanted), filters.sort)
        .order_by(order, SchoolRequest.state_since, SchoolRequest.id)
        .limit(PER_PAGE)
        .offset(first_row(filters.page))
    )
    page = Page(request_rows(list(rows), now, ours), filters.page, total)
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
    state = SchoolRequest.state
    handed = handed_to(actor.user_id, clock.local_day(now))
    mine = or_(SchoolRequest.owner_id == actor.user_id, SchoolRequest.owner_id.is_(None), handed)
    promised = now - dt.timedelta(days=PROMISED_DAYS + 1)
    return {
        Show.MINE: and_(state.in_(OPEN), mine),
        Show.OPEN: state.in_(OPEN),
        Show.WAITING: state == RequestState.WAITLISTED,
        Show.OVER: state.in_(OVER),
        Show.LATE: and_(_turn_order() == 0, SchoolRequest.state_since <= promised),
        Show.NEW: state == RequestState.NEW,
        Show.TO_PLAN: state == RequestState.AGREED,
        Show.HANDED: and_(state.in_(OPEN), handed),
        Show.ASKED: state.in_((RequestState.NEEDS_INFO, RequestState.PROPOSED)),
    }


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


def _turn_order(ours: Collection[int] = ()) -> ColumnElement[int]:
    """The place of a row's group in the inbox: the same table as `rules.turn_of`, for the database."""
    states = {turn: [state for state, (whose, _) in STEPS.items() if whose is turn] for turn in TURNS}
    return case(
        (SchoolRequest.state.in_(OVER), 3),
        (or_(SchoolRequest.attention, SchoolRequest.state.in_(states[Turn.YOURS]), SchoolRequest.id.in_(ours)), 0),
        (SchoolRequest.state.in_(states[Turn.OTHERS]), 1),
        else_=2,
    )


def _counts(
    actor: Actor,
    filters: InboxFilters,
    now: dt.datetime,
    order: ColumnElement[int],
    conditions: Mapping[Show, ColumnElement[bool]],
) -> tuple[dict[Show, int], tuple[tuple[Turn, int], ...]]:
    """How many each filter lets through, and of what is asked for how many stand in each group: one question."""
    asked = and_(*_asked(filters, now, conditions))
    many = func.count()
    counted = requests_in_reach(actor).with_only_columns(
        *(many.filter(one) for one in conditions.values()),
        *(many.filter(and_(asked, order == place)) for place in range(len(TURNS))),
    )
    numbers = db.session().execute(counted).one()
    groups = zip(TURNS, numbers[len(conditions) :], strict=True)
    shown = dict(zip(conditions, numbers[: len(conditions)], strict=True))
    return shown, tuple((turn, number) for turn, number in groups if number)
