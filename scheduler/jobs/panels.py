"""Panels end with their last day."""

from scheduler.core import clock
from scheduler.jobs.queue import crontab, huey, in_app
from scheduler.panels.service import close_due


@huey.periodic_task(crontab(hour="2", minute="20"), name="panels.close_due")
@in_app
def close_each_that_is_over() -> None:
    """Each night, close what is over: its sums are shown from then on, who has rated is forgotten. Twice is once."""
    close_due(clock.now())
