"""Visits to come are looked at again each night; schools are reminded of their checklist."""

import logging

from scheduler.core import clock
from scheduler.jobs.queue import crontab, huey, in_app
from scheduler.readiness.service import borrowed_facts, checklist, recheck, reminders

log = logging.getLogger(__name__)


@huey.periodic_task(crontab(hour="3", minute="40"), name="planning.write_texts_anew")
@in_app
def write_texts_anew() -> None:
    """Each night, write the calendar entries of visits to come that are not as they would be now. Twice is once."""
    borrowed_facts.write_texts_anew(now=clock.now())


@huey.periodic_task(crontab(hour="3", minute="50"), name="planning.recheck_visits")
@in_app
def recheck_visits() -> None:
    """Each night, look again whether shifts, closures, proofs and hours still hold. What was told is stored: twice is
    once."""
    if visits := recheck.recheck_visits(now=clock.now()):
        log.info("visits with something new", extra={"visits": visits})


@huey.periodic_task(crontab(hour="5-17", minute="25"), name="planning.tell_checklists")
@in_app
def tell_checklists() -> None:
    """Each hour of the day, tell schools what to prepare in the next two weeks. It is stored: twice is once."""
    if visits := checklist.tell_checklists(now=clock.now()):
        log.info("checklists told", extra={"visits": visits})


@huey.periodic_task(crontab(hour="4-19", minute="45"), name="planning.send_reminders")
@in_app
def send_reminders() -> None:
    """Each hour of the day, remind schools and crews of visits that come near. What was told is stored: twice is
    once."""
    if visits := reminders.send_reminders(now=clock.now()):
        log.info("reminders written", extra={"visits": visits})
