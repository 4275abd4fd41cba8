"""The coordinators' inbox: what waits, filtered and sorted as the address says, and what each filter would show."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from scheduler.core import clock
from scheduler.core.db import db
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


def inbox(actor: Actor, filters: InboxFilters, *, now: dt.datetime) -> Inbox:
    """One page of the centre's requests: first those that wait for the centre, the oldest first; or as asked.

    Five queries, however many rows. Raises: NotAllowed.
    """
    wanted = _filtered(actor, filters, now)
    groups = _groups(wanted)
    total = sum(count for _, count in groups)
    rows = db.session().scalars(
        _sorted(with_related_rows(wanted), filters.sort)
        .order_by(_turn_order(), SchoolRequest.state_since, SchoolRequest.id)
        .limit(PER_PAGE)
        .offset(first_row(filters.page))
    )
    page = Page(request_rows(list(rows), now), filters.page, total)
    counts = _counts(actor, now)
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


def _filtered(actor: Actor, filters: InboxFilters, now: dt.datetime, *, but: str = "") -> Select[SchoolRequest]:
    """What the address lets through; `but` leaves one of its filters out, to count what each of its values would show.

    Hosts, programmes and owners are reached by subqueries, so that whoever counts may join them for himself.
    """
    wanted = requests_in_reach(actor).where(_conditions(actor, now)[filters.show])
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
            wanted = wanted.where(condition(asked))
    typed = filters.typed[:200].strip()
    if typed.upper().startswith("R-"):
        return wanted.where(SchoolRequest.number.startswith(typed.upper(), autoescape=True))
    words = fold(typed).split()
    return wanted.where(SchoolRequest.host_id.in_(select(Host.id).where(*has_words(words)))) if words else wanted


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

    Five queries, however many values. Raises: NotAllowed.
    """
    ask = db.session().execute

    def counted(name: str) -> Select[Any]:
        return _filtered(actor, replace(filters, sort=None), now, but=name)

    state, owner, many = SchoolRequest.state, SchoolRequest.owner_id, func.count()
    states = counted("state").with_only_columns(state, many).group_by(state).order_by(SORTS["state"][0])
    owners = (
        counted("owner")
        .outerjoin(SchoolRequest.owner)
        .with_only_columns(owner, User.given_name, User.family_name, many)
        .group_by(owner, User.given_name, User.family_name)
        .order_by(owner.is_not(None), User.given_name, User.family_name, owner)
    )
    place = (District.id, District.name_sr_cyrl, District.name_sr_latn, District.name_en)
    districts = (
        counted("district")
        .join(SchoolRequest.host)
        .join(Host.municipality)
        .join(Municipality.district)
        .with_only_columns(*place, many)
        .group_by(*place)
        .order_by(District.name_sr_latn, District.id)
    )
    topic = (Programme.id, Programme.name_sr_cyrl, Programme.name_en)
    programmes = (
        counted("programme")
        .join(SchoolRequest.programme)
        .with_only_columns(*topic, many)
        .group_by(*topic)
        .order_by(Programme.name_sr_cyrl, Programme.id)
    )
    ages = counted("age").with_only_columns(*(many.filter(one) for one in _ages(now).values()))
    return {
        "state": tuple(FacetValue(found.value, count) for found, count in ask(states)),
        "owner": tuple(
            FacetValue(str(who or NOBODY), count, *[f"{given} {family}".strip() if who else ""] * 3)
            for who, given, family, count in ask(owners)
        ),
        "district": tuple(FacetValue(str(key), count, *names) for key, *names, count in ask(districts)),
        "programme": tuple(
            FacetValue(str(key), count, cyrl, to_latin(cyrl), english) for key, cyrl, english, count in ask(programmes)
        ),
        "age": tuple(FacetValue(age.value, n) for age, n in zip(Age, ask(ages).one(), strict=True) if n),
    }


def _turn_order() -> ColumnElement[int]:
    """The place of a row's group in the inbox: the same table as `rules.turn_of`, for the database."""
    states = {turn: [state for state, (whose, _) in STEPS.items() if whose is turn] for turn in TURNS}
    return case(
        (SchoolRequest.state.in_(OVER), 3),
        (or_(SchoolRequest.attention, SchoolRequest.state.in_(states[Turn.YOURS])), 0),
        (SchoolRequest.state.in_(states[Turn.OTHERS]), 1),
        else_=2,
    )


def _groups(wanted: Select[SchoolRequest]) -> tuple[tuple[Turn, int], ...]:
    order = _turn_order()
    counted = wanted.with_only_columns(order, func.count()).group_by(order).order_by(order)
    return tuple((TURNS[place], count) for place, count in db.session().execute(counted))


def _counts(actor: Actor, now: dt.datetime) -> dict[Show, int]:
    conditions = _conditions(actor, now)
    counted = requests_in_reach(actor).with_only_columns(*(func.count().filter(one) for one in conditions.values()))
    return dict(zip(conditions, db.session().execute(counted).one(), strict=True))
