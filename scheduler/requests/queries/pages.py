"""One request with its history, for staff, for the school behind a secret link, for papers."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from scheduler import policy
from scheduler.config import settings
from scheduler.core import tokens
from scheduler.core.audit import AuditEntry, user_behind
from scheduler.core.db import db
from scheduler.core.errors import Gone, NotFound
from scheduler.core.names import whole_name
from scheduler.messages.queries import may_have_left, messages_about
from scheduler.people.models import User
from scheduler.people.rules import phone_about_visits
from scheduler.policy import Actor
from scheduler.requests.models import DateProposal, RequestedPresentation, SchoolRequest, UndoableAct
from scheduler.requests.queries.lineage import lineage_of
from scheduler.requests.queries.rows import request_rows, requests_in_reach, with_related_rows
from scheduler.requests.rules.school_request import TWIN_DAYS
from scheduler.requests.rules.states import LETTERS, MAIL_WAITS, OPEN, UNDO_WITHIN
from scheduler.requests.terms.acts import Undoable
from scheduler.requests.terms.dates import ProposedDate
from scheduler.requests.terms.pages import AddressProof, RequestedPresentationRow, RequestHistoryLine, RequestPage
from scheduler.requests.terms.school_request import Blackout, Preference, RequestState

PAGE_FIELDS = (
    *("centre_id", "language", "teaching_language", "campaign_id", "owner_id", "version"),
    *("contact_name", "contact_email", "contact_phone", "safeguarding_contact", "file_number", "directions"),
    *("venue", "has_projector", "has_sound", "has_internet", "step_free", "recent_incident", "special_needs"),
    *("reason", "question", "answer", "told_by_phone", "attention"),
)


def request_page(actor: Actor, number: str, *, now: dt.datetime) -> RequestPage:
    """One request by its number, for staff of its centre. Raises: NotAllowed; NotFound."""
    return _page(_one(requests_in_reach(actor).where(SchoolRequest.number == number)), now, level=True)


def request_to_plan(actor: Actor, number: str, *, now: dt.datetime) -> RequestPage:
    """The same without what happened, and without the requests beside it. Raises: NotAllowed; NotFound."""
    return _page(_one(requests_in_reach(actor).where(SchoolRequest.number == number)), now, whole=False)


def own_request(actor: Actor, *, now: dt.datetime) -> RequestPage:
    """The request that the actor's secret link opens. Raises: NotFound."""
    policy.require(actor, "read", "request", centre=None, request=actor.request_id)
    return _page(_one(select(SchoolRequest).where(SchoolRequest.id == actor.request_id)), now)


def requests_of_booking(request_id: int, *, now: dt.datetime) -> list[RequestPage]:
    """All that was sent together with a request, itself too, in the order of sending; its caller has checked the right.

    Without what happened, and without the requests beside them.
    """
    of = select(SchoolRequest.booking).where(SchoolRequest.id == request_id).scalar_subquery()
    own = joinedload(SchoolRequest.centre), joinedload(SchoolRequest.preferred), joinedload(SchoolRequest.blackouts)
    wanted = with_related_rows(select(SchoolRequest).where(SchoolRequest.booking == of), one=True).options(*own)
    rows = db.session().scalars(wanted.order_by(SchoolRequest.id)).unique().all()
    return [_page(row, now, whole=False) for row in rows]


def request_of(request_id: int, *, now: dt.datetime) -> RequestPage:
    """One request by its id, for services and papers whose caller has checked the right. Raises: NotFound."""
    return _page(_one(select(SchoolRequest).where(SchoolRequest.id == request_id)), now)


def proposed_dates(request_id: int, *, now: dt.datetime) -> tuple[ProposedDate, ...]:
    """The dates that wait for the school's choice and are still held, in order."""
    rows = db.session().scalars(
        select(DateProposal)
        .join(SchoolRequest, SchoolRequest.id == DateProposal.school_request_id)
        .where(
            SchoolRequest.id == request_id,
            SchoolRequest.state == RequestState.PROPOSED,
            DateProposal.held_until > now,
        )
        .order_by(DateProposal.on_day, DateProposal.starts_local)
    )
    return tuple(ProposedDate(row.id, row.on_day, row.starts_local, row.held_until) for row in rows)


def proof_of(token: str, *, now: dt.datetime) -> AddressProof:
    """What the page behind a mailed proof shows; looking changes nothing. Raises: Gone; NotFound."""
    link = tokens.living_link(token, "prove", now=now)
    row = db.session().get(SchoolRequest, link.subject_id)
    if row is None or (row.proved_at is None and row.state is not RequestState.UNVERIFIED):
        raise Gone("prove")
    return AddressProof(row.id, row.number, proven=row.proved_at is not None)


def _one(wanted: Select[SchoolRequest]) -> SchoolRequest:
    own = joinedload(SchoolRequest.centre), joinedload(SchoolRequest.preferred), joinedload(SchoolRequest.blackouts)
    row = db.session().scalars(with_related_rows(wanted, one=True).options(*own)).unique().one_or_none()
    if row is None:
        raise NotFound("request")
    return row


def _page(row: SchoolRequest, now: dt.datetime, *, whole: bool = True, level: bool = False) -> RequestPage:
    now_rows = request_rows([row, *(_twins(row) if whole else ())], now, level=level)
    return RequestPage(
        row=now_rows[0],
        centre_email=row.centre.email,
        centre_phone=phone_about_visits(row.centre.phone, settings().helpline_number),
        presentations=tuple(_presentation_row(asked) for asked in row.presentations),
        history=_history(row) if whole else (),
        twins=tuple(now_rows[1:]),
        lineage=lineage_of(row) if whole else (),
        preferred=tuple(Preference(one.on_day, one.starts_local, one.day_part) for one in row.preferred),
        blackouts=tuple(Blackout(days.first_day, days.last_day) for days in row.blackouts),
        **{name: getattr(row, name) for name in PAGE_FIELDS},
    )


def _presentation_row(asked: RequestedPresentation) -> RequestedPresentationRow:
    return RequestedPresentationRow(
        **{field.name: getattr(asked, field.name) for field in fields(RequestedPresentationRow)}
    )


def _twins(row: SchoolRequest) -> Sequence[SchoolRequest]:
    around = dt.timedelta(days=TWIN_DAYS)
    wanted = select(SchoolRequest).where(
        SchoolRequest.host_id == row.host_id,
        SchoolRequest.centre_id == row.centre_id,
        SchoolRequest.booking != row.booking,  # what was sent together is asked for once
        SchoolRequest.state.in_(OPEN),
        SchoolRequest.first_day.between(row.first_day - around, row.first_day + around),
    )
    whole = with_related_rows(wanted, at_once=True).order_by(SchoolRequest.first_day, SchoolRequest.id)
    return db.session().scalars(whole).unique().all()


def _history(row: SchoolRequest) -> tuple[RequestHistoryLine, ...]:
    entries = db.session().execute(
        select(AuditEntry, User.given_spelled, User.family_spelled)
        .outerjoin(User, User.id == user_behind(AuditEntry.actor))
        .where(AuditEntry.thing == SchoolRequest.__tablename__, AuditEntry.thing_id == row.id)
        .order_by(AuditEntry.id)
    )
    return tuple(
        RequestHistoryLine(
            at=entry.at,
            action=entry.action,
            by=_side(entry.actor),
            who="" if given is None else whole_name(given, family),
            reason=str(json.loads(entry.details).get("reason", "")),
        )
        for entry, given, family in entries
    )


def _side(label: str) -> str:
    if label.startswith("user:"):
        return "centre"
    return "product" if label == "system" else "school"


def undoable_of(page: RequestPage, *, now: dt.datetime) -> Undoable | None:
    """The last act on a request, while it can be taken back: nothing has changed since, and no mail of it has left."""
    act = db.session().scalar(
        select(UndoableAct)
        .where(UndoableAct.school_request_id == page.row.id, UndoableAct.version_after == page.version)
        .order_by(UndoableAct.id.desc())
        .limit(1)
    )
    if act is None:
        return None
    until = act.done_at + (MAIL_WAITS if act.act in LETTERS else UNDO_WITHIN)
    left = act.act in LETTERS and any(
        mail.created_at == act.done_at and may_have_left(mail.state, mail.attempts)
        for mail in messages_about(SchoolRequest.__tablename__, page.row.id)
    )
    if now > until or left:
        return None
    together = select(func.count()).select_from(UndoableAct).where(UndoableAct.batch == act.batch)
    return Undoable(act.batch, db.session().scalar(together) or 1, until)
