"""What requests show: the coordinators' inbox, one request with its history, the host behind a secret link."""

import datetime as dt
import json
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from scheduler import policy
from scheduler.core import tokens
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db
from scheduler.core.errors import Gone, NotFound
from scheduler.core.paging import PER_PAGE, Page, first_row
from scheduler.core.text import fold
from scheduler.people.models import User
from scheduler.places.models import Host, Municipality
from scheduler.places.queries import host_row
from scheduler.policy import Actor, Role
from scheduler.programmes.models import Programme
from scheduler.programmes.queries import programme_row
from scheduler.requests import rules
from scheduler.requests.models import RequestedPresentation, SchoolRequest
from scheduler.requests.terms import (
    Counts,
    HistoryLine,
    Inbox,
    InboxFilters,
    PresentationRow,
    Proof,
    RequestPage,
    RequestRow,
    RequestState,
    Show,
    Turn,
)

MOST_WORDS = 8
TURNS = (Turn.YOURS, Turn.OTHERS, Turn.ITSELF, Turn.OVER)
COPIED = (
    *("centre_id", "language", "teaching_language", "campaign_id", "owner_id", "version"),
    *("contact_name", "contact_email", "contact_phone", "safeguarding_contact", "file_number"),
    *("room", "has_projector", "has_sound", "has_internet", "step_free", "recent_incident", "special_needs"),
    *("reason", "question", "answer", "attention"),
)


def host_id_of(request_id: int) -> int:
    """The host of a request. Raises: NotFound."""
    found = db.session().scalar(select(SchoolRequest.host_id).where(SchoolRequest.id == request_id))
    if found is None:
        raise NotFound("request")
    return found


def inbox(actor: Actor, filters: InboxFilters, *, now: dt.datetime) -> Inbox:
    """One page of the centre's requests: first those that wait for the centre, the oldest first.

    Five queries, however many rows. Raises: NotAllowed.
    """
    wanted = _filtered(actor, filters, now)
    groups = _groups(wanted)
    total = sum(count for _, count in groups)
    rows = db.session().scalars(
        _loaded(wanted)
        .order_by(_turn_order(), SchoolRequest.state_since, SchoolRequest.id)
        .limit(PER_PAGE)
        .offset(first_row(filters.page))
    )
    page = Page(_request_rows(list(rows), now), filters.page, total)
    counts = _counts(actor, now)
    return Inbox(
        page=page,
        groups=groups,
        pills=tuple(counts.items()),
        new=counts[Show.NEW],
        late=counts[Show.LATE],
        to_plan=counts[Show.TO_PLAN],
        waiting_for_school=counts[Show.ASKED],
    )


def _scoped(actor: Actor) -> Select[SchoolRequest]:
    """Every request that the actor's centre may see: proven ones only."""
    policy.require(actor, "read", "request", centre=actor.centre_id)
    wanted = select(SchoolRequest).where(SchoolRequest.state.not_in(rules.HIDDEN))
    return wanted if Role.SYSTEM in actor.roles else wanted.where(SchoolRequest.centre_id == actor.centre_id)


def _conditions(actor: Actor, now: dt.datetime) -> dict[Show, ColumnElement[bool]]:
    """What each filter lets through; a tile counts and opens by the same one, so that its number is never another."""
    state = SchoolRequest.state
    mine = or_(SchoolRequest.owner_id == actor.user_id, SchoolRequest.owner_id.is_(None))
    promised = now - dt.timedelta(days=rules.PROMISED_DAYS + 1)
    return {
        Show.MINE: and_(state.in_(rules.OPEN), mine),
        Show.OPEN: state.in_(rules.OPEN),
        Show.WAITING: state == RequestState.WAITLISTED,
        Show.OVER: state.in_(rules.OVER),
        Show.LATE: and_(_turn_order() == 0, SchoolRequest.state_since <= promised),
        Show.NEW: state == RequestState.NEW,
        Show.TO_PLAN: state == RequestState.AGREED,
        Show.ASKED: state.in_((RequestState.NEEDS_INFO, RequestState.PROPOSED)),
    }


def _filtered(actor: Actor, filters: InboxFilters, now: dt.datetime) -> Select[SchoolRequest]:
    wanted = _scoped(actor).where(_conditions(actor, now)[filters.show])
    typed = filters.typed[:200].strip()
    if typed.upper().startswith("R-"):
        return wanted.where(SchoolRequest.number.startswith(typed.upper(), autoescape=True))
    words = fold(typed).split()[:MOST_WORDS]
    if words:
        wanted = wanted.join(SchoolRequest.host)
    for word in words:
        wanted = wanted.where(Host.search_key.contains(word, autoescape=True))
    return wanted


def _turn_order() -> ColumnElement[int]:
    """The place of a row's group in the inbox: the same table as `rules.turn_of`, for the database."""
    states = {turn: [state for state, (whose, _) in rules.STEPS.items() if whose is turn] for turn in TURNS}
    return case(
        (SchoolRequest.state.in_(rules.OVER), 3),
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
    counted = _scoped(actor).with_only_columns(*(func.count().filter(one) for one in conditions.values()))
    return dict(zip(conditions, db.session().execute(counted).one(), strict=True))


def _loaded(wanted: Select[SchoolRequest]) -> Select[SchoolRequest]:
    return wanted.options(
        joinedload(SchoolRequest.host).joinedload(Host.municipality).joinedload(Municipality.district),
        joinedload(SchoolRequest.programme).joinedload(Programme.centre),
        joinedload(SchoolRequest.programme).selectinload(Programme.audiences),
        joinedload(SchoolRequest.owner).lazyload(User.roles),
        selectinload(SchoolRequest.presentations),
    )


def _request_rows(rows: Sequence[SchoolRequest], now: dt.datetime) -> list[RequestRow]:
    twins = _twin_counts(rows)
    return [_request_row(row, twins.get(row.id, 0), now) for row in rows]


def _request_row(row: SchoolRequest, twins: int, now: dt.datetime) -> RequestRow:
    turn, step = rules.turn_of(row.state, attention=row.attention)
    asked = row.presentations
    return RequestRow(
        id=row.id,
        number=row.number,
        state=row.state,
        host=host_row(row.host),
        programme=programme_row(row.programme),
        presentations=len(asked),
        people=Counts(0, sum(a.pupils for a in asked), sum(a.parents for a in asked), sum(a.teachers for a in asked)),
        first_day=row.first_day,
        last_day=row.last_day,
        channel=row.channel,
        submitted_at=row.submitted_at,
        state_since=row.state_since,
        age_days=rules.age_days(row.state_since, now),
        late=rules.is_late(turn, rules.age_days(row.state_since, now)),
        owner=row.owner.full_name if row.owner else "",
        turn=turn,
        next_step=step,
        twins=twins,
    )


def _twin_counts(rows: Sequence[SchoolRequest]) -> dict[int, int]:
    """How many other open requests of the same host lie within 30 days, for each row; one query."""
    hosts = {row.host_id for row in rows}
    found = db.session().execute(
        select(SchoolRequest.id, SchoolRequest.host_id, SchoolRequest.centre_id, SchoolRequest.first_day).where(
            SchoolRequest.host_id.in_(hosts), SchoolRequest.state.in_(rules.OPEN)
        )
    )
    others = found.all()
    return {
        row.id: sum(
            other.host_id == row.host_id
            and other.centre_id == row.centre_id
            and other.id != row.id
            and abs((other.first_day - row.first_day).days) <= rules.TWIN_DAYS
            for other in others
        )
        for row in rows
    }


def request_page(actor: Actor, number: str, *, now: dt.datetime) -> RequestPage:
    """One request by its number, for staff of its centre. Raises: NotAllowed; NotFound."""
    return _page(_one(_scoped(actor).where(SchoolRequest.number == number)), now)


def own_request(actor: Actor, *, now: dt.datetime) -> RequestPage:
    """The request that the actor's secret link opens. Raises: NotFound."""
    policy.require(actor, "read", "request", request=actor.request_id)
    return _page(_one(select(SchoolRequest).where(SchoolRequest.id == actor.request_id)), now)


def request_of(request_id: int, *, now: dt.datetime) -> RequestPage:
    """One request by its id, for services and papers whose caller has checked the right. Raises: NotFound."""
    return _page(_one(select(SchoolRequest).where(SchoolRequest.id == request_id)), now)


def proof_of(token: str, *, now: dt.datetime) -> Proof:
    """What the page behind a mailed proof shows; looking changes nothing. Raises: Gone; NotFound."""
    link = tokens.opened_by(token, "prove", now=now)
    if link is None:
        raise Gone("prove") if tokens.was_known(token, "prove") else NotFound("prove")
    row = db.session().get(SchoolRequest, link.subject_id)
    if row is None or (row.proved_at is None and row.state is not RequestState.UNVERIFIED):
        raise Gone("prove")
    return Proof(row.number, proven=row.proved_at is not None)


def _one(wanted: Select[SchoolRequest]) -> SchoolRequest:
    row = db.session().scalar(_loaded(wanted).options(joinedload(SchoolRequest.centre)))
    if row is None:
        raise NotFound("request")
    return row


def _page(row: SchoolRequest, now: dt.datetime) -> RequestPage:
    now_rows = _request_rows([row, *_twins(row)], now)
    return RequestPage(
        row=now_rows[0],
        centre_email=row.centre.email,
        presentations=tuple(_presentation_row(asked) for asked in row.presentations),
        history=_history(row),
        twins=tuple(now_rows[1:]),
        **{name: getattr(row, name) for name in COPIED},
    )


def _presentation_row(asked: RequestedPresentation) -> PresentationRow:
    names = ["ordinal", "audience", "level", "classes", "pupils", "parents", "teachers", "day_part", "starts_local"]
    return PresentationRow(**{name: getattr(asked, name) for name in names})


def _twins(row: SchoolRequest) -> Sequence[SchoolRequest]:
    around = dt.timedelta(days=rules.TWIN_DAYS)
    wanted = select(SchoolRequest).where(
        SchoolRequest.host_id == row.host_id,
        SchoolRequest.centre_id == row.centre_id,
        SchoolRequest.id != row.id,
        SchoolRequest.state.in_(rules.OPEN),
        SchoolRequest.first_day.between(row.first_day - around, row.first_day + around),
    )
    return db.session().scalars(_loaded(wanted).order_by(SchoolRequest.first_day, SchoolRequest.id)).all()


def _history(row: SchoolRequest) -> tuple[HistoryLine, ...]:
    wanted = (
        select(AuditEntry)
        .where(AuditEntry.thing == SchoolRequest.__tablename__, AuditEntry.thing_id == row.id)
        .order_by(AuditEntry.id)
    )
    entries = db.session().scalars(wanted).all()
    ids = {int(entry.actor.removeprefix("user:")) for entry in entries if entry.actor.startswith("user:")}
    people = db.session().execute(select(User.id, User.given_name, User.family_name).where(User.id.in_(ids)))
    names = {f"user:{person.id}": f"{person.given_name} {person.family_name}".strip() for person in people}
    return tuple(
        HistoryLine(
            at=entry.at,
            action=entry.action,
            by=_side(entry.actor),
            who=names.get(entry.actor, ""),
            reason=str(json.loads(entry.details).get("reason", "")),
        )
        for entry in entries
    )


def _side(label: str) -> str:
    if label.startswith("user:"):
        return "centre"
    return "product" if label == "system" else "school"
