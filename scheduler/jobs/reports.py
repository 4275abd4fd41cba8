"""What the public reads of a year is made once it is counted."""

from scheduler.core import clock
from scheduler.jobs.queue import crontab, huey, in_app
from scheduler.reports.service import publish_figures


@huey.periodic_task(crontab(hour="3", minute="50"), name="reports.make_public_figures")
@in_app
def make_public_figures() -> None:
    """Each night, make the public figures of years that are counted, and follow corrections. Twice is once."""
    publish_figures(now=clock.now())
