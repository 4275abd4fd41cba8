"""Levels of cohorts follow what was held."""

from scheduler.cohorts.service import raise_levels
from scheduler.core import clock
from scheduler.jobs.queue import crontab, huey, in_app


@huey.periodic_task(crontab(hour="4", minute="20"), name="cohorts.raise_levels")
@in_app
def raise_each_level() -> None:
    """Each night, note what parts have earned. A level that stands is never noted again: twice is once."""
    raise_levels(clock.now())
