"""Holidays do not run out: each night the years that anybody plans for are there."""

from scheduler.core import clock
from scheduler.jobs.queue import crontab, huey, in_app
from scheduler.places.service import reference_days


@huey.periodic_task(crontab(hour="3", minute="20"), name="places.keep_days_current")
@in_app
def keep_days_current() -> None:
    """Each night, add the holidays of a year that has come near. What is there stays: twice is once."""
    reference_days.keep_days_current(clock.now())
