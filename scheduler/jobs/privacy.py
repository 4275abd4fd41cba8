"""What has lasted its time is forgotten each night; who runs the house hears when no night has done it."""

import logging

from scheduler.core import clock
from scheduler.jobs.health import days_leapt
from scheduler.jobs.queue import crontab, huey, in_app
from scheduler.privacy.service.ledger import keep_ledger
from scheduler.privacy.service.retention import forget_traces, run_retention
from scheduler.work.terms import RETENTION_JOB

log = logging.getLogger(__name__)


@huey.periodic_task(crontab(hour="2,12", minute="40"), name=RETENTION_JOB)
@in_app
def forget_what_lasted() -> None:
    """Each night, and at noon for a machine that is off at night, forget what has lasted its time. Twice is once.

    A month after the run before the clock may have leapt, and what is forgotten never comes back: the next run, ten
    hours later at the soonest, does it.
    """
    now = clock.now()
    if days := days_leapt(now):
        log.warning("retention waits for its next run", extra={"days": days})
        return
    run_retention(now=now)


@huey.periodic_task(crontab(minute="25"), name="privacy.forget_traces")
@in_app
def forget_traces_of_visitors() -> None:
    """Each hour, forget networks, tries and keys of forms past their day. Twice is once."""
    forget_traces(now=clock.now())


@huey.periodic_task(crontab(minute="*"), name="privacy.keep_ledger")
@in_app
def note_revocations() -> None:
    """Each minute, add what was revoked to the ledger, which lies outside of the database. Twice is once."""
    keep_ledger(now=clock.now())
