"""In the morning coordinators read what is due."""

import logging

from scheduler.core import clock
from scheduler.jobs.queue import crontab, huey, in_app
from scheduler.turns import service

log = logging.getLogger(__name__)


@huey.periodic_task(crontab(hour="5", minute="15", day_of_week="1-5"), name="turns.tell_what_is_due")
@in_app
def tell_what_is_due() -> None:
    """Each working day, mail what is due today or overdue. A day's mail is written once: twice is once."""
    if centres := service.tell_what_is_due(now=clock.now()):
        log.info("what is due was told", extra={"centres": centres})
