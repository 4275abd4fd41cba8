"""Three hand-offs of the last weeks, and one concern that nobody has proven: it waits for the safeguarding officer."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.concerns.models import HandOff
from scheduler.concerns.service.speaking_up import speak_up_openly
from scheduler.concerns.terms import HandedTo, OpenConcern
from scheduler.core import audit
from scheduler.core.clock import local_day
from scheduler.policy import ANONYMOUS, SYSTEM
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState, VisitState

HANDED_ON_TO = (HandedTo.SCHOOL, HandedTo.HELPLINE, HandedTo.SCHOOL)
PHONE = "064 000 4455"


def write_concerns(session: Session, now: dt.datetime) -> None:
    """Of visits that were held and to which somebody came."""
    held = (
        select(Visit, Presentation.ends_at)
        .join(Presentation, Presentation.visit_id == Visit.id)
        .join(Assignment, Assignment.presentation_id == Presentation.id)
        .where(Visit.state == VisitState.DELIVERED, Assignment.state == AssignmentState.PRESENT)
        .where(Visit.on_day < local_day(now), Presentation.ends_at < now)
        .order_by(Visit.on_day.desc(), Visit.id, Presentation.id, Assignment.id)
    )
    seen: dict[int, tuple[Visit, dt.datetime]] = {}
    for visit, ends_at in session.execute(held.limit(40)):
        seen.setdefault(visit.id, (visit, ends_at))
    for told, (visit, ends_at) in zip(HANDED_ON_TO, seen.values(), strict=False):
        row = HandOff(centre_id=visit.centre_id, visit_id=visit.id, told=told, told_at=ends_at, noted_at=ends_at)
        session.add(row)
        session.flush()
        audit.record(SYSTEM, "hand-off noted", row, at=ends_at)
    for visit, _ends_at in list(seen.values())[:1]:
        speak_up_openly(ANONYMOUS, OpenConcern(visit.host_id, visit.on_day, PHONE), now=now)
