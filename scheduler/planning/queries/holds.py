"""Dates that are held for a booking: whose time they take, and what the visitor, the school and the desk read."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.tokens import token_hash
from scheduler.places.models import Host, Municipality
from scheduler.planning.models import DateHold, HeldTime
from scheduler.planning.terms import LIVING_HOLDS, HeldDate, HoldState, Promise, Slot
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms import RequestState


def held_stops(presenter_ids: Collection[int], now: dt.datetime) -> Select[*tuple[Any, ...]]:
    """The held times of presenters that keep others away now, as columns of stops; what is over is not among them.

    A held date is no visit yet: where a visit's number stands, it has its own below zero.
    """
    return (
        select(
            HeldTime.presenter_id,
            (-HeldTime.date_hold_id).label("presentation_id"),
            DateHold.on_day,
            HeldTime.busy_from,
            HeldTime.busy_until,
            (-HeldTime.date_hold_id).label("visit_id"),
            func.coalesce(Host.lat, Municipality.lat).label("lat"),
            func.coalesce(Host.lon, Municipality.lon).label("lon"),
        )
        .join(DateHold, DateHold.id == HeldTime.date_hold_id)
        .outerjoin(Host, Host.id == DateHold.host_id)
        .outerjoin(Municipality, Municipality.id == func.coalesce(DateHold.municipality_id, Host.municipality_id))
        .where(HeldTime.presenter_id.in_(presenter_ids), DateHold.until > now)
    )


def held_promise(hold_id: int) -> Promise:
    """For whom a time is held, and until when: what a coordinator is told who wants it. Raises: NotFound."""
    hold = db.session().scalar(
        select(DateHold)
        .where(DateHold.id == hold_id)
        .options(joinedload(DateHold.host), joinedload(DateHold.municipality))
    )
    if hold is None:
        raise NotFound("hold")
    place = hold.host or hold.municipality
    return Promise(
        visit_number="",
        host_sr_cyrl=place.name_sr_cyrl if place else "",
        host_sr_latn=place.name_sr_latn if place else "",
        starts_at=hold.busy_from,
        ends_at=hold.busy_until,
        zone=hold.host.zone if hold.host else clock.BELGRADE,
        promised_by="",
        promised_at=hold.state_since,
        held_until=hold.until,
    )


def held_by(draft: str | None, *, now: dt.datetime) -> HeldDate | None:
    """The date that is held for the booking under this token now."""
    if not draft:
        return None
    wanted = select(DateHold).where(
        DateHold.draft == token_hash(draft), DateHold.state == HoldState.HELD, DateHold.until > now
    )
    return _shown(db.session().scalar(wanted))


def held_for_request(request_id: int) -> HeldDate | None:
    """What became of the date that a request was sent with; the newest."""
    wanted = select(DateHold).where(DateHold.school_request_id == request_id).order_by(DateHold.id.desc()).limit(1)
    return _shown(db.session().scalar(wanted))


def holds_over(now: dt.datetime) -> list[int]:
    """Holds that nobody has ended yet although their time is over, or their request withdrawn."""
    waits = (RequestState.UNVERIFIED, RequestState.PROPOSED)  # for the proof; for the answer to a date from the list
    ended = select(SchoolRequest.id).where(SchoolRequest.state.not_in(waits))
    wanted = select(DateHold.id).where(
        DateHold.state.in_(LIVING_HOLDS), or_(DateHold.until <= now, DateHold.school_request_id.in_(ended))
    )
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
