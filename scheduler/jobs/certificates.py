"""Certificates come by themselves once the attendance of a visit is locked."""

import logging

from scheduler.certificates.queries import papers
from scheduler.certificates.service import issuing
from scheduler.core import clock
from scheduler.jobs.queue import crontab, huey, in_app
from scheduler.policy import SYSTEM

log = logging.getLogger(__name__)


@huey.periodic_task(crontab(minute="*/5"), name="certificates.issue_for_locked_attendance")
@in_app
def issue_for_locked_attendance() -> None:
    """Find visits that have earned certificates and have none; each is issued once, however many sweeps run."""
    last = 0
    while visits := papers.visits_to_certify(issuing.AT_ONCE, after=last):
        last = visits[-1]
        try:
            _certify(visits)
        except Exception:  # a bug with one visit must not keep the others' certificates
            log.exception("certificates are issued one by one", extra={"visits": len(visits)})
            for visit_id in visits:
                _certify_alone(visit_id)


def _certify(visits: list[int]) -> None:
    issuing.issue_for_locked_attendance(SYSTEM, visits, now=clock.now(), imported_too=False)


def _certify_alone(visit_id: int) -> None:
    try:
        _certify([visit_id])
    except Exception:
        log.exception("certificates not issued", extra={"visit_id": visit_id})
