"""A date that a school did not answer goes to the next in rank."""

import logging

from scheduler.core import clock
from scheduler.jobs.health import days_leapt
from scheduler.jobs.queue import crontab, huey, in_app
from scheduler.waitlist.service import dates as waitlist_dates

log = logging.getLogger(__name__)


@huey.periodic_task(crontab(minute="*/5"), name="planning.pass_dates_on")
@in_app
def pass_dates_on() -> None:
    """Every five minutes, offer to the next in rank what a school did not answer in time; where the clock may have
    leapt, from the next night on. Twice is once.
    """
    now = clock.now()
    if not days_leapt(now) and (dates := waitlist_dates.pass_dates_on(now=now)):
        log.info("dates passed on", extra={"dates": dates})
