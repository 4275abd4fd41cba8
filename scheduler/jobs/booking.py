"""Dates that are held for a booking end by themselves."""

import logging

from scheduler.booking.service import holds as booking_holds
from scheduler.core import clock
from scheduler.jobs.queue import crontab, huey, in_app

log = logging.getLogger(__name__)


@huey.periodic_task(crontab(minute="*/5"), name="planning.lapse_holds")
@in_app
def lapse_holds() -> None:
    """Every five minutes, end the held dates whose time is over: nobody waits for it. Twice is once."""
    if holds := booking_holds.lapse_holds(now=clock.now()):
        log.info("holds lapsed", extra={"holds": holds})
