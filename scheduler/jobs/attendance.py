"""Counting goes on by itself: schools that stay silent are taken to agree, letters follow, figures are added up."""

import logging

from scheduler.attendance.service import counting, figures, follow_ups
from scheduler.core import clock
from scheduler.jobs.queue import crontab, huey, in_app

log = logging.getLogger(__name__)


@huey.periodic_task(crontab(minute="10"), name="attendance.assume_silent")
@in_app
def assume_silent() -> None:
    """Each hour, flag counts whose school has been silent for seven days. Twice at once flags each once."""
    if assumed := counting.assume_silent(now=clock.now()):
        log.info("silence taken as agreement", extra={"presentations": assumed})


@huey.periodic_task(crontab(hour="6-16", minute="40"), name="attendance.send_follow_ups")
@in_app
def send_follow_ups() -> None:
    """Each hour of the day, write the letters that follow a visit. What was sent is stored: twice is once."""
    if visits := follow_ups.send_follow_ups(now=clock.now()):
        log.info("visits followed up", extra={"visits": visits})


@huey.periodic_task(crontab(minute="*"), name="attendance.add_up_figures")
@in_app
def add_up_figures() -> None:
    """Each minute, add up figures that a room below has made old: a school got another municipality. Twice is once."""
    if places := figures.add_up_marked():
        log.info("figures added up", extra={"places": places})
