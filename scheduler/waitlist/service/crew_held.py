"""The crew of a date of the waiting list: held while the school thinks, asked once the school takes the date."""

import datetime as dt
import logging
from collections.abc import Sequence

from sqlalchemy import select

from scheduler.acts import Act
from scheduler.booking.queries.free_dates import open_calendar
from scheduler.booking.queries.plan_as_asked import minutes_of
from scheduler.booking.rules.holds import main_audience
from scheduler.booking.service.holds import ask_held, crew_under_lock, end_hold, give_time, hold_row
from scheduler.booking.terms.free_dates import FreeWish
from scheduler.booking.terms.holds import HoldWish, Slot
from scheduler.core.errors import Conflict, SchedulerError
from scheduler.requests.models import SchoolRequest
from scheduler.visits.models.held_time import DateHold, HeldTime
from scheduler.visits.service.locked_visit import hold_time
from scheduler.visits.terms.states import LIVING_HOLDS, HoldState
from scheduler.waitlist.models import DateOffer, OpenDate
from scheduler.waitlist.terms import DateOfferState

log = logging.getLogger(__name__)


def keep_crew(act: Act, asked: SchoolRequest, date: OpenDate, *, until: dt.datetime) -> bool:
    """Hold the time of a crew that can be at that school then, until the school must have answered; whether one can.

    From now on the date is taken for everybody: whoever books, plans, places or asks for free dates.
    """
    main = main_audience(one.audience for one in asked.presentations)
    free = FreeWish(
        asked.programme_id,
        asked.teaching_language,
        main,
        host_id=asked.host_id,
        minutes=minutes_of(asked, date.starts_local),
    )
    wish = HoldWish(free, Slot(date.on_day, date.starts_local), by_the_bell=False, by_the_centre=True)
    try:
        calendar = open_calendar(free, now=act.now, only=date.on_day)
        crew = crew_under_lock(act, wish, calendar)
    except Conflict:
        return False
    said = {"draft": "", "network": "", "school_request_id": asked.id, "state": HoldState.KEPT, "state_since": act.now}
    give_time(act.session, hold_row(wish, calendar.place, **said, until=until), crew)
    return True


def let_crew_go(act: Act, date: OpenDate, to: HoldState) -> list[int]:
    """What was held for whoever was offered this date and is offered it no longer is free again; whose time it was.

    Locks as everywhere: first the presenters, then the rows of their holds.
    """
    over = select(DateOffer.school_request_id).where(
        DateOffer.open_date_id == date.id, DateOffer.state != DateOfferState.HELD
    )
    ended = select(DateHold).where(
        DateHold.school_request_id.in_(over),
        DateHold.on_day == date.on_day,
        DateHold.starts_local == date.starts_local,
        DateHold.state.in_(LIVING_HOLDS),
    )
    of_these = select(HeldTime.presenter_id).where(HeldTime.date_hold_id.in_(ended.with_only_columns(DateHold.id)))
    crew = list(act.session.scalars(of_these.order_by(HeldTime.id)))  # adults first, as they were found
    hold_time(act.session, crew)
    locked = ended.order_by(DateHold.id).with_for_update().execution_options(populate_existing=True)
    for row in act.session.scalars(locked).all():
        end_hold(act, row, to)
    return crew


def ask_crew(act: Act, visit_id: int, crew: Sequence[int], *, until: dt.datetime) -> None:
    """Offer the visit to those whose time was held; who may not go any more leaves it to the coordinator."""
    if not crew:
        return
    try:
        with act.session.begin_nested():
            ask_held(visit_id, crew, until=until, now=act.now)
    except SchedulerError as error:
        log.info("held crew not asked", extra={"visit_id": visit_id, "reason": type(error).__name__})
