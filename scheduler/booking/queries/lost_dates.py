"""A booking whose date had gone before its address was proven: what it asked for, and which dates it may take now."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from scheduler.booking.queries.free_dates import other_dates
from scheduler.booking.rules.holds import main_audience
from scheduler.booking.terms.free_dates import FreeWish
from scheduler.booking.terms.holds import HoldWish, LostDate, Slot
from scheduler.core.db import db
from scheduler.programmes.queries import programme_of
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.held_time import DateHold
from scheduler.visits.terms.states import HoldState

MAY_TAKE_ANOTHER = (RequestState.NEW, RequestState.TRIAGE)  # later the centre has answered with dates of its own


def hold_of_request(request_id: int) -> DateHold | None:
    """The newest hold of a request, also one that has ended.

    Without a lock: who takes time locks the presenters first, then the holds that are over.
    """
    wanted = select(DateHold).where(DateHold.school_request_id == request_id).order_by(DateHold.id.desc()).limit(1)
    return db.session().scalar(wanted.execution_options(populate_existing=True))


def wish_of_hold(asked: SchoolRequest, kept: DateHold, slot: Slot | None = None, *, by_the_bell: bool) -> HoldWish:
    """What a request's hold keeps, as it is asked of the calendar: its own date, or another one as long."""
    programme = programme_of(asked.programme_id)
    main = main_audience(programme.audiences)
    free = FreeWish(
        programme.id, asked.teaching_language, main, host_id=asked.host_id, minutes=kept.minutes, own_hold=kept.id
    )
    return HoldWish(free, slot or Slot(kept.on_day, kept.starts_local), by_the_bell=by_the_bell)


def lost_date(request_id: int, *, now: dt.datetime) -> LostDate | None:
    """The date that a booking sent and did not get, and three that are free now; None when there is nothing to choose.

    So long as nobody of the centre has answered, and the hold is remembered.
    """
    kept = hold_of_request(request_id)
    if kept is None or kept.state is not HoldState.LAPSED:
        return None
    asked = db.session().get(SchoolRequest, request_id)
    if asked is None or asked.state not in MAY_TAKE_ANOTHER or not programme_of(asked.programme_id).book_now:
        return None
    wish = wish_of_hold(asked, kept, by_the_bell=False)
    return LostDate(wish.slot, tuple(other_dates(wish, now=now)))
