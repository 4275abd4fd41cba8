"""Who drove to a visit says how far it was and how long it took, where that was not as planned."""

import datetime as dt
import logging

from sqlalchemy import select

from scheduler import policy
from scheduler.core import audit
from scheduler.core.db import transaction
from scheduler.core.errors import GroundReason, NotFound, Reason, Rejected
from scheduler.policy import Actor
from scheduler.staffing.queries.drives import own_drive
from scheduler.staffing.terms.drives import MOST_MINUTES, DriveDraft
from scheduler.staffing.terms.late_notice import MOST_KILOMETRES
from scheduler.visits.models.drive import Drive
from scheduler.visits.models.visits import Visit

log = logging.getLogger(__name__)


def correct_drive(actor: Actor, number: str, draft: DriveDraft, *, now: dt.datetime) -> None:
    """Say what was driven for a visit that was held, and why it differs; the plan stays beside it.

    The visit's kilometres are what all its drivers drove. The same once more changes nothing. Raises: NotAllowed;
    NotFound, also for whom nobody lets drive; Rejected with {field: reason}.
    """
    policy.require(actor, "answer", "offer", presenters=[actor.presenter_id])
    if problems := _problems_with(draft):
        raise Rejected(problems)
    with transaction() as session:
        own_drive(actor, number)  # or it is not hers
        visit = session.scalars(select(Visit).where(Visit.number == number).with_for_update()).one()
        drives = list(session.scalars(select(Drive).where(Drive.visit_id == visit.id).order_by(Drive.id)))
        row = next((one for one in drives if one.presenter_id == actor.presenter_id), None)
        if row is None:
            if actor.presenter_id is None:
                raise NotFound("drive")
            # of a visit whose drivers nobody planned, what its crew drove is her plan
            planned = 0 if drives else visit.kilometres
            row = Drive(visit_id=visit.id, presenter_id=actor.presenter_id, planned_kilometres=planned)
            session.add(row)
            drives.append(row)
        before, after = [row.driven_kilometres, row.driven_minutes], [draft.kilometres, draft.minutes]
        if before == after and row.reason == draft.reason:
            return
        row.driven_kilometres, row.driven_minutes = draft.kilometres, draft.minutes
        row.reason, row.corrected_at = draft.reason, now
        visit.kilometres = sum(one.kilometres for one in drives)
        details = {"presenter": row.presenter_id, "before": before, "after": after, "reason": draft.reason}
        audit.record(actor, "drive corrected", visit, at=now, details=details)
    log.info("drive corrected", extra={"visit_id": visit.id})


def _problems_with(draft: DriveDraft) -> dict[str, Reason]:
    problems: dict[str, Reason] = {} if draft.reason else {"reason": GroundReason.MISSING}
    for field, said, most in (
        ("kilometres", draft.kilometres, MOST_KILOMETRES),
        ("minutes", draft.minutes, MOST_MINUTES),
    ):
        if said is None:
            problems[field] = GroundReason.MISSING
        elif not 0 <= said <= most:
            problems[field] = GroundReason.COUNT_OUT_OF_RANGE
    return problems
