"""The audit is sealed each minute, verified each night, and its head leaves the house on Mondays."""

import logging

from scheduler.config import settings
from scheduler.core import clock, seals
from scheduler.jobs.queue import crontab, huey, in_app
from scheduler.people.service.audit_mails import mail_break, mail_break_once, mail_head

log = logging.getLogger(__name__)


@huey.periodic_task(crontab(minute="*"), name="core.seal_audit")
@in_app
def seal_audit() -> None:
    """Each minute, seal what is new and keep the head outside of the database. Sealed twice is sealed once.

    A record that cannot be read stops it: that is mailed to all staff, once, and each night by `verify_audit`.
    """
    now = clock.now()
    stopped = seals.seal_and_keep(settings().instance, now=now).stopped
    if stopped:
        log.error("audit broken", extra={"record_id": stopped.record_id, "fault": stopped.fault.value})
        mail_break_once(stopped, now=now)


@huey.periodic_task(crontab(hour="3", minute="20"), name="core.verify_audit")
@in_app
def verify_audit() -> None:
    """Each night, walk along the whole chain: a break is mailed to all staff; on Mondays the head to administrators."""
    now = clock.now()
    found = seals.verify(now=now, heads=seals.heads_in(settings().instance))
    if found.broken:
        log.error("audit broken", extra={"record_id": found.broken.record_id, "fault": found.broken.fault.value})
        mail_break(found.broken, now=now)
    elif found.head and clock.local_day(now).weekday() == 0:
        mail_head(found.head, now=now)
