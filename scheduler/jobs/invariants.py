"""What must always hold is asked of every room each night; `invariants check` asks the same."""

import logging
from collections.abc import Callable

from scheduler.attendance.queries import figures, sheets
from scheduler.attendance.queries import invariants as counting
from scheduler.certificates.queries import papers, presenters
from scheduler.cohorts.queries import lists as cohorts
from scheduler.concerns.queries import unrecorded as concerns
from scheduler.core import clock, triggers, ways
from scheduler.feeds import queries as feeds
from scheduler.jobs.health import retention_silent
from scheduler.jobs.queue import crontab, huey, in_app
from scheduler.people.service.alarms import tell_administrators
from scheduler.questions.queries import figures as questions
from scheduler.reports.queries import attendance
from scheduler.requests.service import search_keys
from scheduler.staffing.queries import consent_law, invariants, pick_ups, unrecorded, young_load

log = logging.getLogger(__name__)

FORGETS_NOTHING = "for two days nothing was forgotten that has lasted its time: does the worker run at night?"

ROOMS: tuple[Callable[[], list[str]], ...] = (
    invariants.violations,
    consent_law.violations,
    unrecorded.violations,
    concerns.violations,
    young_load.violations,
    pick_ups.violations,
    counting.violations,
    figures.violations,
    sheets.violations,
    attendance.violations,
    papers.violations,
    presenters.violations,
    questions.violations,
    cohorts.violations,
    search_keys.violations,
    feeds.violations,
    ways.violations,
    triggers.violations,
)


def violations() -> list[str]:
    """A sentence for each violation, in the order of the rooms; empty when all is well."""
    return [sentence for room in ROOMS for sentence in room()]


@huey.periodic_task(crontab(hour="4", minute="10"), name="jobs.tell_what_is_broken")
@in_app
def tell_what_is_broken() -> None:
    """Each night, mail the administrators what must never be so. A night's mail is written once: twice is once."""
    now = clock.now()
    if broken := [*violations(), *((FORGETS_NOTHING,) if retention_silent(now) else ())]:
        log.error("invariants broken", extra={"violations": len(broken)})
        tell_administrators(broken, now=now)
