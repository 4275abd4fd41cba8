"""Who is going to be told of a cancellation, before it is pressed; whether one just made can be taken back."""

import datetime as dt

from scheduler.core import clock
from scheduler.core.db import db
from scheduler.readiness.models import Cancellation
from scheduler.readiness.rules import may_think_again
from scheduler.readiness.terms import CancelCause, ToBeTold
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.lineage import contacts_of
from scheduler.requests.rules.states import MAIL_WAITS
from scheduler.safeguarding.queries import guardians_of
from scheduler.visits.rules.cancelling import is_late_cancel
from scheduler.visits.terms.rows import VisitRow
from scheduler.visits.terms.states import PROMISED, VisitState


def told_of_cancelling(visit: VisitRow, now: dt.datetime) -> ToBeTold:
    """Everybody who gets a mail when this visit is called off, by name or address, and whether at once."""
    asked = db.session().get(SchoolRequest, visit.school_request_id or 0)
    crew = [one for one in visit.crew if set(one.states.values()) & set(PROMISED)]
    guarded = guardians_of([one.presenter_id for one in crew], clock.local_day(now, visit.zone))
    return ToBeTold(
        school=tuple(one.address for one in contacts_of(asked)) if asked else (),
        crew=tuple((one.full_name, one.presenter_id in guarded) for one in crew),
        late=visit.starts_at is not None and is_late_cancel(visit.starts_at, now),
    )


def cancellation_of(visit: VisitRow, now: dt.datetime) -> tuple[CancelCause | None, dt.datetime | None]:
    """Why a visit was called off, and until when that can be taken back; None where nobody said, or nobody can."""
    row = db.session().get(Cancellation, visit.id) if visit.state is VisitState.CANCELLED else None
    if row is None:
        return None, None
    again = may_think_again(row.done_at, row.version_after, visit.version, now)
    return row.cause, row.done_at + MAIL_WAITS if again else None
