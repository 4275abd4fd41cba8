"""Requests that nobody proves, dates that nobody answers, and bookings that nobody finishes, end by themselves."""

from scheduler.core import clock
from scheduler.jobs.queue import crontab, huey, in_app
from scheduler.requests.service import dates
from scheduler.requests.service.answers import forget_old_answers
from scheduler.requests.service.submission import expire_unproved


@huey.periodic_task(crontab(minute="17"), name="requests.forget_unfinished")
@in_app
def forget_unfinished() -> None:
    """Each hour, expire requests unproven for a week and delete answers a day old. Twice is once."""
    expire_unproved(clock.now())
    forget_old_answers(clock.now())


@huey.periodic_task(crontab(minute="*/5"), name="requests.lapse_dates")
@in_app
def lapse_dates() -> None:
    """Every five minutes, end proposals that no school answered in time. What has ended is not found again."""
    dates.lapse_dates(now=clock.now())
