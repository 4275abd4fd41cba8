"""Dates that are held for a booking: whose time they take, and what the visitor, the school and the desk read."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, bindparam, or_, select

from scheduler.booking.rules.holds import KEPT_FOR
from scheduler.booking.terms.holds import HeldDate, Slot
from scheduler.core.db import db
from scheduler.core.form_keys import ANSWERED, either
from scheduler.core.tokens import token_hash
from scheduler.requests.models import BookingAnswers, SchoolRequest
from scheduler.requests.service.answers import LIVING, Answers, living, read_answers
from scheduler.requests.service.submission import keys_of, was_sent
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.held_time import DateHold
from scheduler.visits.terms.states import LIVING_HOLDS, HoldState

HELD_NOW = DateHold.state == HoldState.HELD, DateHold.until > bindparam("now")
HELD_BY = select(DateHold).where(DateHold.draft == bindparam("draft"), *HELD_NOW)
_OPENED = (
    select(
        BookingAnswers.answers,
        DateHold.id,
        DateHold.on_day,
        DateHold.starts_local,
        DateHold.minutes,
        DateHold.state,
        DateHold.until,
        DateHold.programme_id,
        DateHold.host_id,
        DateHold.municipality_id,
    )
    .outerjoin(DateHold, and_(DateHold.draft == BookingAnswers.token_hash, *HELD_NOW))
    .where(*LIVING)
)
_PRESSED = _OPENED.add_columns(ANSWERED.scalar_subquery())


def opened_booking(token: str | None, *, now: dt.datetime) -> tuple[Answers, HeldDate | None]:
    """What was typed under this token, and the date that is held for it now; one question, none without a token."""
    found = db.session().execute(_OPENED, living(token, now) | {"now": now}).first() if token else None
    return _opened(found) if found else ({}, None)


def pressed_booking(token: str | None, form_key: str, *, now: dt.datetime) -> tuple[Answers, HeldDate | None, bool]:
    """The same, and whether the form with this key has made its request already: one question while there are answers.

    They go when it is made; then it is asked for by itself. Without a key nothing was sent.
    """
    if not form_key:
        return *opened_booking(token, now=now), False
    pressed = {"now": now} | either(*keys_of(form_key))
    found = db.session().execute(_PRESSED, living(token, now) | pressed).first() if token else None
    if not found:
        return {}, None, was_sent(form_key)
    *opened, answer = found
    return *_opened(opened), answer is not None


def _opened(row: Sequence[Any]) -> tuple[Answers, HeldDate | None]:
    text, hold_id, on_day, starts_local, *held = row
    return read_answers(text), HeldDate(hold_id, Slot(on_day, starts_local), *held) if hold_id else None


def held_by(draft: str | None, *, now: dt.datetime) -> HeldDate | None:
    """The date that is held for the booking under this token now."""
    if not draft:
        return None
    return _shown(db.session().scalar(HELD_BY, {"draft": token_hash(draft), "now": now}))


def held_for_request(request_id: int) -> HeldDate | None:
    """What became of the date that a request was sent with; the newest."""
    wanted = select(DateHold).where(DateHold.school_request_id == request_id).order_by(DateHold.id.desc()).limit(1)
    return _shown(db.session().scalar(wanted))


def holds_over(now: dt.datetime) -> list[int]:
    """Holds that nobody has ended yet although their time is over, or their request withdrawn.

    One that begins a day in the future was given by a clock that has been set back since.
    """
    waits = (RequestState.UNVERIFIED, RequestState.PROPOSED)  # for the proof; for the answer to a date from the list
    ended = select(SchoolRequest.id).where(SchoolRequest.state.not_in(waits))
    over = or_(DateHold.until <= now, DateHold.state_since > now + KEPT_FOR, DateHold.school_request_id.in_(ended))
    wanted = select(DateHold.id).where(DateHold.state.in_(LIVING_HOLDS), over)
    return list(db.session().scalars(wanted.order_by(DateHold.id)))


def _shown(hold: DateHold | None) -> HeldDate | None:
    return held_date(hold) if hold else None


def held_date(hold: DateHold) -> HeldDate:
    """A stored hold as pages and services see it."""
    return HeldDate(
        id=hold.id,
        slot=Slot(hold.on_day, hold.starts_local),
        minutes=hold.minutes,
        state=hold.state,
        until=hold.until,
        programme_id=hold.programme_id,
        host_id=hold.host_id,
        municipality_id=hold.municipality_id,
    )
