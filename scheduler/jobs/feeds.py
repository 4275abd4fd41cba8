"""What is kept for calendars and holds no more is taken out each night, whether or not anybody asks for it."""

from scheduler.core import clock
from scheduler.feeds import service
from scheduler.jobs.queue import crontab, huey, in_app


@huey.periodic_task(crontab(hour="4", minute="40"), name="feeds.tidy_up")
@in_app
def tidy_up() -> None:
    """Each night, after the check of what must always hold has named what is wrong. Twice is once."""
    service.tidy_up(now=clock.now())
