"""Photos and scans of filled sheets: kept as proof of a head count, opened on record, taken away again."""

import datetime as dt
import hashlib
import logging

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from scheduler import policy
from scheduler.acts import change
from scheduler.attendance import rules
from scheduler.attendance.models import Attendance
from scheduler.attendance.queries.counting import crew_of
from scheduler.attendance.service.counting import require_crew
from scheduler.attendance.service.locked_numbers import COUNTABLE
from scheduler.attendance.sheet_models import SheetScan
from scheduler.attendance.terms import AttendanceReason, AttendanceState
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db
from scheduler.core.errors import Conflict, NotAllowed, NotFound, Rejected
from scheduler.core.scans import BadScan, ScanKind, read_sheet
from scheduler.policy import Actor
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.service.locked_visit import OpenVisit, open_visit_of

log = logging.getLogger(__name__)
OPENED = "sheet opened"
OPENED_AGAIN_AFTER = dt.timedelta(minutes=15)


def keep_sheet(actor: Actor, presentation_id: int, content: bytes, *, now: dt.datetime) -> int:
    """Keep a filled sheet beside the numbers of a presentation; its id. The same file sent again is the same sheet.

    Raises: NotAllowed, NotFound; Rejected({"scan": reason}) for what is no scan, comes too early or finds no room;
    Conflict("not_confirmed").
    """
    try:
        scan = read_sheet(content)  # up to a second: before the lock
    except BadScan as bad:
        raise Rejected({"scan": bad.reason}) from bad
    digest = hashlib.sha256(scan.content).hexdigest()
    with change(actor, now) as act:
        opened = open_visit_of(act, presentation_id)
        require_crew(actor, opened)
        presentation = opened.presentation(presentation_id)
        if presentation.state not in COUNTABLE:
            raise Conflict(AttendanceReason.NOT_CONFIRMED)
        if now < presentation.starts_at:
            raise Rejected({"scan": AttendanceReason.NOT_BEGUN})
        of_it = SheetScan.presentation_id == presentation_id
        if known := act.session.scalar(select(SheetScan.id).where(of_it, SheetScan.sha256 == digest)):
            return known
        kept = act.session.scalar(select(func.count(SheetScan.id)).where(of_it)) or 0
        if full := rules.problem_with_room(kept, _bytes_of_centre(act.session, opened), len(scan.content)):
            raise Rejected({"scan": full})
        row = SheetScan(
            presentation_id=presentation_id, kind=scan.kind, sha256=digest, size=len(scan.content),
            added_by_id=actor.user_id, added_at=now, content=scan.content,
        )  # fmt: skip
        act.session.add(row)
        act.session.flush()
        act.record("sheet kept", row, {"visit_id": opened.visit.id, "sha256": digest})
    log.info("sheet kept", extra={"presentation_id": presentation_id})
    return row.id


def open_sheet(actor: Actor, sheet_id: int, *, now: dt.datetime) -> tuple[bytes, ScanKind]:
    """The scan and its kind, for who may count the visit; that she opened it is kept, once in a quarter of an hour.

    Raises: NotAllowed; NotFound.
    """
    session = db.session()
    row = session.get(SheetScan, sheet_id, options=[undefer(SheetScan.content)])
    if row is None:
        raise NotFound("sheet")
    visit = session.scalars(select(Visit).join(Presentation).where(Presentation.id == row.presentation_id)).one()
    policy.require(actor, "create", "attendance", centre=policy.spot(visit), presenters=crew_of(visit.id))
    found = row.content, row.kind
    if not _opened_lately(session, actor, sheet_id, now):
        with change(actor, now) as act:
            act.record(OPENED, row)
    return found


def remove_sheet(actor: Actor, sheet_id: int, *, now: dt.datetime) -> None:
    """Take a sheet away: staff at any time, who sent it until the numbers are answered. Its hash stays on record.

    Raises: NotAllowed; NotFound.
    """
    with change(actor, now) as act:
        row = act.session.get(SheetScan, sheet_id)
        if row is None:
            raise NotFound("sheet")
        opened = open_visit_of(act, row.presentation_id)
        require_crew(actor, opened)
        if not may_remove(actor, row.added_by_id, _state_of(act.session, row.presentation_id)):
            raise NotAllowed("remove sheet")
        act.record("sheet removed", row, {"visit_id": opened.visit.id, "sha256": row.sha256})
        act.session.delete(row)
    log.info("sheet removed")


def may_remove(actor: Actor, added_by_id: int | None, state: AttendanceState) -> bool:
    """Whether the actor, who may count the visit, may take a sheet away."""
    own = actor.user_id is not None and added_by_id == actor.user_id and rules.may_be_counted(state)
    return own or policy.scope_of(actor, "correct", "attendance") is not None


def _state_of(session: Session, presentation_id: int) -> AttendanceState:
    wanted = select(Attendance.state).where(Attendance.presentation_id == presentation_id)
    return session.scalar(wanted) or AttendanceState.OPEN


def _bytes_of_centre(session: Session, opened: OpenVisit) -> int:
    wanted = (
        select(func.sum(SheetScan.size))
        .join(Presentation, Presentation.id == SheetScan.presentation_id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .where(Visit.centre_id == opened.visit.centre_id)
    )
    return int(session.scalar(wanted) or 0)


def _opened_lately(session: Session, actor: Actor, sheet_id: int, now: dt.datetime) -> bool:
    """A page shows its picture each time: a bound on the log's own lines."""
    lately = select(AuditEntry.id).where(
        AuditEntry.thing == SheetScan.__tablename__,
        AuditEntry.thing_id == sheet_id,
        AuditEntry.action == OPENED,
        AuditEntry.actor == actor.label,
        AuditEntry.at > now - OPENED_AGAIN_AFTER,
    )
    return session.scalar(lately.limit(1)) is not None
