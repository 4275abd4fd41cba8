"""Requests that nobody proves, dates that nobody answers, and bookings that nobody finishes, end by themselves.

Who owes a word is reminded of it, and what is finished is closed.
"""

import logging

from scheduler.config import settings
from scheduler.core import clock
from scheduler.jobs.health import days_leapt
from scheduler.jobs.queue import crontab, huey, in_app
from scheduler.requests.service import dates, reminders, search_keys
from scheduler.requests.service.answers import forget_old_answers
from scheduler.requests.service.submission import expire_unproved

log = logging.getLogger(__name__)


@huey.periodic_task(crontab(minute="17"), name="requests.forget_unfinished")
@in_app
def forget_unfinished() -> None:
    """Each hour, expire requests unproven for a week and delete answers a day old; where the clock may have leapt, from
    the next night on. Twice is once.
    """
    now = clock.now()
    if not days_leapt(now):
        expire_unproved(now)
        forget_old_answers(now)


@huey.periodic_task(crontab(minute="*/5"), name="requests.lapse_dates")
@in_app
def lapse_dates() -> None:
    """Every five minutes, end proposals that no school answered in time; where the clock may have leapt, from the next
    night on. What has ended is not found again.
    """
    now = clock.now()
    if not days_leapt(now):
        dates.lapse_dates(now=now)


@huey.periodic_task(crontab(hour="6-16", minute="35"), name="requests.remind")
@in_app
def remind() -> None:
    """Each hour of the day, remind schools of requests that stand still, and close what is finished. Twice is once."""
    now = clock.now()
    if reminded := reminders.remind_of_requests(now=now, ask_after_days=settings().silent_days):
        log.info("requests reminded of", extra={"requests": reminded})
    while closed := reminders.close_finished(now=now):
        log.info("requests closed", extra={"requests": closed})


@huey.periodic_task(crontab(minute="*"), name="requests.write_search_keys")
@in_app
def write_search_keys() -> None:
    """Each minute, fold the names that are new or others, so that a search need not. Twice at once folds each once."""
    if folded := search_keys.write_search_keys():
        log.info("names folded", extra={"rows": folded})
