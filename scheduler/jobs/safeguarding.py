"""Nobody is surprised by a check or a consent that ends; a new text asks every guardian anew."""

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


@huey.periodic_task(crontab(hour="4", minute="50"), name="safeguarding.ask_anew")
@in_app
def ask_anew() -> None:
    """Each night, ask guardians who agreed to an older text for a consent to today's. Who was asked is noted."""
    if asked := service.ask_anew(now=clock.now()):
        log.info("guardians asked anew", extra={"guardians": asked})
