"""Dates that a centre proposes to a school: one that somebody can keep, when it is proposed and when it is taken.

A proposal takes nobody's time (docs/decisions/0017): between the two, those who could come may be promised elsewhere.
"""

import datetime as dt
import logging
from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.acts import change
from scheduler.booking.queries.free_dates import OpenCalendar, open_calendar
from scheduler.booking.queries.school_days import wish_of_request
from scheduler.booking.rules.free_dates import is_taken, others_than
from scheduler.booking.terms.free_dates import Bounds, FreeWish
from scheduler.booking.terms.reasons import BookingReason
from scheduler.core import clock
from scheduler.core.errors import Rejected
from scheduler.policy import Actor
from scheduler.requests.models import DateProposal, SchoolRequest
from scheduler.requests.service.dates import accept_date, propose_dates, replace_dates
from scheduler.requests.service.locked_request import locked_request
from scheduler.requests.terms.dates import DateDraft
from scheduler.requests.terms.school_request import RequestState

log = logging.getLogger(__name__)


def propose_free_dates(
    actor: Actor,
    request_id: int,
    dates: Sequence[DateDraft],
    *,
    held_until: dt.datetime,
    now: dt.datetime,
    version: int | None = None,
) -> None:
    """Propose dates to a school, none of which is taken: those who could come are not promised elsewhere, nothing is
    closed. Whom the calendar does not know of, the coordinator may.

    Raises: as `requests.propose_dates`; Rejected with {"dates-0-on_day": "all_promised"}.
    """
    with change(actor, now) as act:
        row = locked_request(act.session, actor, "accept", request_id, version=version)
        wish = wish_of_request(row)
        taken = _taken(open_calendar(wish, now=now), wish, dates)
        if taken:
            places = [number for number, one in enumerate(dates) if one in taken]
            raise Rejected({f"dates-{number}-on_day": BookingReason.ALL_PROMISED for number in places})
        propose_dates(actor, request_id, dates, held_until=held_until, now=now, version=version)


def accept_free_date(
    actor: Actor, request_id: int, proposal_id: int, *, now: dt.datetime, version: int | None = None
) -> bool:
    """The school takes one of the dates; whether it is agreed.

    When everybody who could come is promised elsewhere by now, it is not: other free dates stand in place of this one
    and of what else is gone, until the same moment, and nobody is written to. Raises: as `requests.accept_date`.
    """
    with change(actor, now) as act:
        row = locked_request(act.session, actor, "update", request_id, version=version)
        held = {one.id: one for one in _held(act.session, row, now)}
        wish, chosen = wish_of_request(row), held.get(proposal_id)
        calendar = open_calendar(wish, now=now) if chosen else None
        if chosen is None or calendar is None or not _taken(calendar, wish, [_draft(chosen)]):
            accept_date(actor, request_id, proposal_id, now=now, version=version)
            return True
        taken = _taken(calendar, wish, [_draft(one) for one in held.values()])
        gone = {one.id for one in held.values() if _draft(one) in taken}
        known = {one.on_day for one in held.values()}
        after = clock.local_day(chosen.held_until)
        others = others_than(calendar.free_dates(wish), known, after, chosen.starts_local)
        replace_dates(actor, row, gone, [DateDraft(*one) for one in others], now=now)
    log.info("a proposed date was taken meanwhile", extra={"request_id": request_id, "gone": len(gone)})
    return False


def _held(session: Session, row: SchoolRequest, now: dt.datetime) -> list[DateProposal]:
    if row.state is not RequestState.PROPOSED:
        return []
    wanted = select(DateProposal).where(DateProposal.school_request_id == row.id, DateProposal.held_until > now)
    return list(session.scalars(wanted.order_by(DateProposal.id)))


def _draft(row: DateProposal) -> DateDraft:
    return DateDraft(row.on_day, row.starts_local)


def _taken(calendar: OpenCalendar, wish: FreeWish, dates: Collection[DateDraft]) -> set[DateDraft]:
    """The dates for which all who could come are promised elsewhere."""
    hours = sorted({one.starts_local for one in dates})
    found = {hour: calendar.free_dates(replace(wish, at=hour, bounds=Bounds())) for hour in hours}
    return {one for one in dates if is_taken(found[one.starts_local], one.on_day)}
