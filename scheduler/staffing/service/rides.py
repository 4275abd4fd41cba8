"""A guardian and a driver are told of a ride once it stands, and again when it changes or ends (decision 28)."""

import datetime as dt
import logging
from typing import Any

from sqlalchemy import select

from scheduler.acts import LEFT_BEHIND, Act, change
from scheduler.messages.service import queue_message
from scheduler.messages.terms import MessageDraft
from scheduler.people.models import Presenter, User
from scheduler.policy import SYSTEM
from scheduler.safeguarding.models import Guardian
from scheduler.safeguarding.queries import guardian_of
from scheduler.safeguarding.service import tell_guardian
from scheduler.staffing.models.pick_ups import CarRide
from scheduler.staffing.queries.pick_ups import ride_news
from scheduler.staffing.terms.pick_ups import RideNews

log = logging.getLogger(__name__)


def tell_of_rides(*, now: dt.datetime) -> int:
    """For the job: tell of each ride to come that stands, has another hour, or is one no longer; of how many.

    What was told is noted in the same transaction, so twice is once.
    """
    told = 0
    for ride_id in ride_news(now):
        try:
            with change(SYSTEM, now) as act:
                told += _tell(act, ride_id)
        except LEFT_BEHIND:
            log.exception("ride not told", extra={"car_ride_id": ride_id})
    return told


def _tell(act: Act, ride_id: int) -> bool:
    locked = select(CarRide).where(CarRide.id == ride_id).with_for_update().execution_options(populate_existing=True)
    ride = act.session.scalar(locked)
    news = ride_news(act.now, ride_id).get(ride_id)
    if ride is None or news is None:
        return False  # another run was faster
    child, driver = (_user_of(act, who) for who in (ride.presenter_id, ride.driver_id))
    again, ride.told_start = ride.told_start is not None, news.start
    _tell_guardian(act, ride, news, child, driver, again=again)
    _tell_driver(act, ride, news, child, driver, again=again)
    act.record("ride told" if news.start else "end of a ride told", ride, {"visit": ride.visit_id})
    return True


def _user_of(act: Act, presenter_id: int) -> User:
    wanted = select(User).join(Presenter, Presenter.user_id == User.id).where(Presenter.id == presenter_id)
    return act.session.scalars(wanted).one()


def _tell_guardian(act: Act, ride: CarRide, news: RideNews, child: User, driver: User, *, again: bool) -> None:
    """Who drives, from where and when; her link leads to the page on which she takes it back."""
    speaks = guardian_of(ride.presenter_id, act.now)
    if speaks is None:
        return
    guardian = act.session.get_one(Guardian, speaks.id)
    values: dict[str, Any] = {"visit_id": ride.visit_id, "driver": driver.full_name, "day": ride.on_day}
    kind = "ride_ended"
    if news.start is not None:
        kind = "ride_told"
        values |= {"town": news.rides_from(child.language), "start": news.start, "again": again}
    tell_guardian(act.session, kind, guardian, child, now=act.now, **values)


def _tell_driver(act: Act, ride: CarRide, news: RideNews, child: User, driver: User, *, again: bool) -> None:
    """Whom she takes along and from where; that nobody rides, she is told without a name: she may have left since."""
    values: dict[str, object] = {"day": ride.on_day, "path": f"/visits/{news.number}" if news.start else "/offers"}
    if news.start is not None:
        town = news.rides_from(driver.language)
        values |= {"given_name": child.given_spelled, "town": town, "start": news.start, "again": again}
    queue_message(
        MessageDraft(
            kind="ride_driven" if news.start else "ride_driven_ended",
            address=driver.email,
            language=driver.language,
            values=values,
            about=("visit", ride.visit_id),
            centre_id=driver.centre_id,
        ),
        now=act.now,
    )
