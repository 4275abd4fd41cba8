"""Offers end by themselves; who may no longer go leaves every crew; who could stand in is asked."""

import logging

from scheduler.core import clock
from scheduler.jobs.health import days_leapt
from scheduler.jobs.queue import crontab, huey, in_app
from scheduler.staffing.service import clearance, offers, rides, substitutes

log = logging.getLogger(__name__)


@huey.periodic_task(crontab(minute="*/5"), name="planning.lapse_offers")
@in_app
def lapse_offers() -> None:
    """Every five minutes, end the offers whose time is over; where the clock may have leapt, from the next night on.

    What has ended is not found again, so twice is once.
    """
    now = clock.now()
    if not days_leapt(now) and (visits := offers.lapse_offers(now=now)):
        log.info("offers lapsed", extra={"visits": visits})


@huey.periodic_task(crontab(minute="*"), name="planning.release_not_cleared")
@in_app
def release_not_cleared() -> None:
    """Every minute, free visits to come of crew whom no check or consent covers on that day. Twice is once."""
    if released := clearance.release_not_cleared(now=clock.now()):
        log.info("crew no longer cleared", extra={"assignments": released})


@huey.periodic_task(crontab(minute="*"), name="planning.send_waves")
@in_app
def send_waves() -> None:
    """Every minute, ask the next who could stand in, or hand over to the coordinator. A wave that went moved the moment
    of the next one: twice is once."""
    if visits := substitutes.send_waves(now=clock.now()):
        log.info("substitutes sought", extra={"visits": visits})


@huey.periodic_task(crontab(minute="*/5"), name="planning.tell_of_rides")
@in_app
def tell_of_rides() -> None:
    """Every five minutes, tell guardians and drivers of rides that stand, changed or ended. Noted: twice is once."""
    if told := rides.tell_of_rides(now=clock.now()):
        log.info("rides told", extra={"rides": told})
