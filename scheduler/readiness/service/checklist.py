"""Two weeks before a visit its school is reminded of the checklist: one mail, once for each agreed date."""

import datetime as dt
import logging

from scheduler.acts import LEFT_BEHIND, Act, change
from scheduler.core import clock
from scheduler.messages.terms import Reminder
from scheduler.policy import SYSTEM
from scheduler.readiness.queries.findings import checklists_to_tell
from scheduler.readiness.rules import checklist_is_told
from scheduler.readiness.service.quiet_days import waits
from scheduler.visits.models.visits import Readiness
from scheduler.visits.service import notify
from scheduler.visits.service.locked_visit import OpenVisit, open_visit
from scheduler.visits.terms.states import VisitState

log = logging.getLogger(__name__)


def tell_checklists(*, now: dt.datetime) -> int:
    """For the job: write to every school whose confirmed visit lies within two weeks; how many visits were told of.

    A visit that is confirmed later is told of when it is. Who has begun to tick knows the list. What was told is
    stored, and forgotten when the visit moves: twice is once, and another date is told of anew.
    """
    return sum(_tell(visit_id, now) for visit_id in checklists_to_tell(clock.local_day(now)))


def _tell(visit_id: int, now: dt.datetime) -> bool:
    try:
        with change(SYSTEM, now) as act:
            opened = open_visit(act, visit_id)
            if not _is_due(act, opened):
                return False
            act.session.add(Readiness(visit_id=visit_id, changed_at=now))
            days = (opened.visit.on_day - clock.local_day(now, opened.visit.zone)).days
            notify.tell_school("checklist_opens", opened, now=now, days=days)
            return True
    except LEFT_BEHIND:
        log.exception("checklist not told", extra={"visit_id": visit_id})
        return False


def _is_due(act: Act, opened: OpenVisit) -> bool:
    """Under the visit's lock: still confirmed, still within two weeks, its hour come, and nobody was quicker."""
    visit = opened.visit
    if visit.state is not VisitState.CONFIRMED or not opened.presentations:
        return False
    if not checklist_is_told(visit.on_day, clock.local_day(act.now, visit.zone)) or waits(
        Reminder.CHECKLIST, visit, visit.on_day, act.now
    ):
        return False
    return act.session.get(Readiness, visit.id, populate_existing=True) is None
