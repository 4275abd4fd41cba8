"""A visit called off less than 48 hours before: its crew says that it has read it, and what was driven is kept."""

import datetime as dt
import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.core import audit
from scheduler.core.db import db, transaction
from scheduler.core.errors import GroundReason, NotFound, Rejected
from scheduler.people.models import Presenter
from scheduler.people.rules import is_minor
from scheduler.policy import Actor
from scheduler.staffing.terms.late_notice import MOST_KILOMETRES
from scheduler.visits.models.late_notice import LateNotice
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import VisitState

log = logging.getLogger(__name__)


def note_read(actor: Actor, number: str, kilometres: int | None, *, now: dt.datetime) -> None:
    """The presenter has read that this visit is called off; and what she has driven for it, if she says so.

    Pressed again the first moment stays; kilometres may be mended. Raises: NotFound, also for kilometres of a minor;
    Rejected({"kilometres": ...}).
    """
    policy.require(actor, "answer", "offer", presenters=[actor.presenter_id])
    with transaction() as session:
        row, visit = _notice(session, number, actor.presenter_id)
        if row.read_at is None:
            row.read_at = now
            audit.record(actor, "cancellation read", visit, at=now)
        _set_kilometres(actor, row, visit, kilometres, now)


def log_kilometres(actor: Actor, number: str, presenter_id: int, kilometres: int | None, *, now: dt.datetime) -> None:
    """A coordinator notes what a presenter has driven.

    Raises: NotAllowed; NotFound, also for a minor, who never drives; Rejected({"kilometres": ...}).
    """
    with transaction() as session:
        row, visit = _notice(session, number, presenter_id)
        policy.require(actor, "update", "visit", centre=policy.spot(visit))
        if kilometres is None:
            raise Rejected({"kilometres": GroundReason.MISSING})
        _set_kilometres(actor, row, visit, kilometres, now)


def _notice(session: Session, number: str, presenter_id: int | None) -> tuple[LateNotice, Visit]:
    found = session.execute(
        select(LateNotice, Visit)
        .join(Visit, Visit.id == LateNotice.visit_id)
        .where(Visit.number == number, LateNotice.presenter_id == presenter_id, Visit.state == VisitState.CANCELLED)
        .with_for_update(of=LateNotice)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("late notice")
    return found[0], found[1]


def _set_kilometres(actor: Actor, row: LateNotice, visit: Visit, kilometres: int | None, now: dt.datetime) -> None:
    if kilometres is None or kilometres == row.kilometres:
        return
    if not 0 <= kilometres <= MOST_KILOMETRES:
        raise Rejected({"kilometres": GroundReason.COUNT_OUT_OF_RANGE})
    if is_minor(db.session().get_one(Presenter, row.presenter_id).adult_on, visit.on_day):
        raise NotFound("drive of a minor")
    row.kilometres = kilometres
    details = {"presenter": row.presenter_id, "kilometres": kilometres}
    audit.record(actor, "driven kilometres noted", visit, at=now, details=details)
    log.info("driven kilometres noted", extra={"visit_id": visit.id, "kilometres": kilometres})
