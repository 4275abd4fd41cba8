"""Certificates come by themselves once the attendance of a visit is locked."""

import logging

from scheduler.certificates import queries, service
from scheduler.core import clock
from scheduler.core.errors import Conflict
from scheduler.jobs.queue import crontab, huey, in_app
from scheduler.policy import SYSTEM

log = logging.getLogger(__name__)


@huey.periodic_task(crontab(minute="*/5"), name="certificates.issue_for_locked_attendance")
@in_app
def issue_for_locked_attendance() -> None:
    """Find visits that have earned certificates and have none; each is issued once, however many sweeps run."""
    for visit_id in queries.visits_missing_certificates():
        try:
            service.issue_certificates(SYSTEM, visit_id, now=clock.now())
        except Conflict:
            log.info("certificates wait", extra={"visit_id": visit_id})
        except Exception:  # a bug with one visit must not keep the others' certificates
            log.exception("certificates not issued", extra={"visit_id": visit_id})
