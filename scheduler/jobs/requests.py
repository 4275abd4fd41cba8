"""Requests that nobody proves, and bookings that nobody finishes, end by themselves."""

from scheduler.core import clock
from scheduler.jobs.queue import crontab, huey, in_app
from scheduler.requests import service


@huey.periodic_task(crontab(minute="17"), name="requests.forget_unfinished")
@in_app
def forget_unfinished() -> None:
    """Each hour, expire requests unproven for a week and delete answers a day old. Twice is once."""
    service.expire_unproved(clock.now())
    service.forget_old_answers(clock.now())
