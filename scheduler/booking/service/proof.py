"""A booking with a kept date is proven: its visit is planned and its crew is asked, or the school learns it is gone."""

import datetime as dt
import logging

from sqlalchemy import Select, func, select

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.booking.queries.free_dates import open_calendar, other_dates
from scheduler.booking.queries.lost_dates import MAY_TAKE_ANOTHER, hold_of_request, wish_of_hold
from scheduler.booking.queries.plan_as_asked import plans_as_asked
from scheduler.booking.rules.holds import HELD_FOR, sitting_times
from scheduler.booking.service.holds import ask_held, crew_under_lock, end_hold, give_time, hold_row
from scheduler.booking.terms.holds import HoldWish, Slot
from scheduler.core import tokens
from scheduler.core.errors import Conflict, GroundReason, NotFound, SchedulerError
from scheduler.policy import SYSTEM, Actor
from scheduler.requests.models import SchoolRequest
from scheduler.requests.service.bookings import write_with_others
from scheduler.requests.service.locked_request import locked_request, write_to_centre
from scheduler.requests.service.submission import prove_address
from scheduler.requests.terms.school_request import REQUEST_MACHINE, RequestState
from scheduler.visits.models.held_time import DateHold, HeldTime
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.service.locked_visit import hold_time
from scheduler.visits.service.notify import late_from
from scheduler.visits.service.plan_and_move import plan_visit
from scheduler.visits.terms.plans import VisitDraft
from scheduler.visits.terms.states import LIVING_HOLDS, HoldState

log = logging.getLogger(__name__)


def prove_booking(token: str, *, now: dt.datetime) -> str | None:
    """The button behind the mailed link. With a date that is kept for the request its visit is planned as well.

    The crew whose time was held is asked; a coordinator confirms, as every visit. A date that is gone by now leaves
    the request a pending one, and the school is told which other dates there are (TRUST R6). The mail is one.
    Returns and raises: as `prove_address`.
    """
    with change(SYSTEM, now) as act:
        link = tokens.opened_by(token, "prove", now=now)
        kept = hold_of_request(link.subject_id) if link else None
        if kept is not None and kept.state not in (HoldState.KEPT, HoldState.LAPSED):
            kept = None
        secret = prove_address(token, now=now, tells=kept is None)
        if secret is not None and link is not None and kept is not None:
            _settle(act, kept, link.subject_id)
    return secret


def take_other_date(actor: Actor, request_id: int, slot: Slot, *, now: dt.datetime) -> None:
    """The date of a booking had gone before its proof: the school presses one of the others, and its visit is planned.

    Pressed twice, one visit is planned. Raises: NotFound; Conflict("date_taken") when that one is gone, too;
    Conflict("wrong_state") when the request is past it.
    """
    with change(actor, now) as act:
        asked = act.session.get(SchoolRequest, request_id)
        policy.require(actor, "update", "request", centre=policy.spot(asked), request=request_id)
        lost = hold_of_request(request_id)
        if asked is None or lost is None:
            raise NotFound("date")
        wish = wish_of_hold(asked, lost, slot, by_the_bell=True)
        calendar = open_calendar(wish.wish, now=now, only=slot.on_day)
        crew = crew_under_lock(act, wish, calendar)
        asked = locked_request(act.session, actor, "update", request_id)
        if asked.state not in MAY_TAKE_ANOTHER or lost.state is not HoldState.LAPSED:
            raise Conflict(GroundReason.WRONG_STATE)
        said = {"draft": "", "network": "", "school_request_id": request_id, "state": HoldState.KEPT}
        row = hold_row(wish, calendar.place, **said, state_since=now, until=now + HELD_FOR)
        give_time(act.session, row, crew)
        _tell_booked(act, row, _plan(act.by(SYSTEM), row, wish))


def _settle(act: Act, kept: DateHold, request_id: int) -> None:
    """A visit where the date can still be had; else the request waits as every other, and the school hears why."""
    wish = wish_of_hold(act.session.get_one(SchoolRequest, request_id), kept, by_the_bell=False)
    try:
        with act.session.begin_nested():
            visit = _plan(act, kept, wish)
    except SchedulerError as error:
        act.session.refresh(kept)
        if kept.state in LIVING_HOLDS:
            end_hold(act, kept, HoldState.LAPSED)
        asked = locked_request(act.session, SYSTEM, "update", request_id)
        others = [vars(slot) for slot in other_dates(wish, now=act.now)]
        lost_day, lost_time = kept.on_day, kept.starts_local
        told = {"lost_day": lost_day, "lost_time": lost_time, "others": others}
        write_with_others(act.session, asked, "booking_gone", now=act.now, **told)
        log.info("date gone before the proof", extra={"request_id": request_id, "reason": type(error).__name__})
        return
    _tell_booked(act, kept, visit)


def _tell_booked(act: Act, kept: DateHold, visit: Visit) -> None:
    request_id = kept.school_request_id or 0
    asked = locked_request(act.session, SYSTEM, "update", request_id)
    day, time = kept.on_day, kept.starts_local
    starts_at = act.session.scalar(select(func.min(Presentation.starts_at)).where(Presentation.visit_id == visit.id))
    until = late_from(starts_at, act.now) if starts_at else None
    write_with_others(act.session, asked, "booking_taken", now=act.now, day=day, time=time, change_until=until)
    write_to_centre(asked, "booked_now", now=act.now, visit=visit.number, day=day, time=time)
    log.info("date booked", extra={"request_id": request_id})


def _plan(act: Act, kept: DateHold, wish: HoldWish) -> Visit:
    """The visit of a date that is kept, or free all the same."""
    if kept.state in LIVING_HOLDS and kept.until > act.now:
        crew = list(act.session.scalars(_crew(kept.id)))
        hold_time(act.session, crew)
    else:
        crew = crew_under_lock(act, wish, open_calendar(wish.wish, now=act.now, only=wish.slot.on_day))
        act.session.refresh(kept)
    if kept.state in LIVING_HOLDS:
        end_hold(act, kept, HoldState.TAKEN)
    asked = locked_request(act.session, SYSTEM, "update", kept.school_request_id or 0)
    for state in (RequestState.TRIAGE, RequestState.AGREED):
        if asked.state is not state:  # somebody of the centre may read it already
            act.move(REQUEST_MACHINE, asked, state)
    act.session.flush()
    visit = plan_visit(SYSTEM, _draft(asked, kept), now=act.now)
    ask_held(visit.id, crew, until=kept.busy_from, now=act.now)
    return visit


def _crew(hold_id: int) -> Select[int]:
    """Educators first, as they were found: nobody young is suggested before an adult is."""
    return select(HeldTime.presenter_id).where(HeldTime.date_hold_id == hold_id).order_by(HeldTime.id)


def _draft(asked: SchoolRequest, kept: DateHold) -> VisitDraft:
    named = [wish.starts_local for wish in asked.presentations]
    plans = plans_as_asked(asked, sitting_times(kept.starts_local, named, asked.programme.minutes))
    return VisitDraft(asked.programme_id, asked.host_id, kept.on_day, plans, asked.id, asked.campaign_id)
