"""Nobody is surprised by a check or a consent that ends."""

import logging

from scheduler.core import clock
from scheduler.jobs.queue import crontab, huey, in_app
from scheduler.safeguarding import service

log = logging.getLogger(__name__)


@huey.periodic_task(crontab(hour="4", minute="40"), name="safeguarding.warn_of_endings")
@in_app
def warn_of_endings() -> None:
    """Each night, warn of checks and consents that end within 30 or 7 days. What was told is noted: twice is once."""
    if told := service.warn_of_endings(now=clock.now()):
        log.info("ending proofs told", extra={"proofs": told})
