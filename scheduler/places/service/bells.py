"""The bells of many schools from a file: for hosts that have told nothing yet. What a school told stays."""

import datetime as dt
import logging
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from scheduler import policy
from scheduler.core import audit, batches
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotFound
from scheduler.core.sheets import Imported, LineProblem, in_order
from scheduler.places.models import BellSchedule, HostSchoolTime
from scheduler.places.queries import school_time_row
from scheduler.places.service.named import HostNames
from scheduler.places.terms import BellsLine, BellsSheet, SchoolTime
from scheduler.policy import Actor

log = logging.getLogger(__name__)

KIND = "bells"


@dataclass
class _Comparison:
    problems: list[LineProblem]
    new: dict[int, SchoolTime] = field(default_factory=dict)  # by host
    same: int = 0


def import_bells(
    actor: Actor,
    sheet: BellsSheet,
    *,
    centre_id: int | None,
    now: dt.datetime,
    dry_run: bool = False,
    file_name: str = "",
) -> Imported:
    """Store what a file says of schools that have told nothing. All or nothing: any problem stores nothing.

    A school that has told other times is a problem: they are changed on its page, by who has asked it.
    `centre_id` is who imported it; schools are shared. Raises: NotAllowed.
    """
    policy.require(actor, "import", "school_time")
    if dry_run:
        found = _compared(db.session(), sheet)
        return Imported(sheet.lines, len(found.new), 0, found.same, in_order(found.problems))
    batch_id = None
    with transaction() as session:
        batches.in_turn(session)
        found = _compared(session, sheet)
        if not found.problems and found.new:
            stored = batches.Stored(KIND, len(found.new), file_name, centre_id)
            batch = batches.open_batch(session, actor, stored, now)
            _store(session, actor, batch, found.new, now)
            batches.close_batch(session, actor, batch, now)
            batch_id = batch.id
    log.info("bells imported", extra={"rows": sheet.lines, "new": len(found.new)})
    return Imported(sheet.lines, len(found.new), 0, found.same, in_order(found.problems), batch_id)


def _compared(session: Session, sheet: BellsSheet) -> _Comparison:
    found = _Comparison(list(sheet.problems))
    names = HostNames(session)
    wanted = select(HostSchoolTime).options(selectinload(HostSchoolTime.bells), selectinload(HostSchoolTime.days))
    told = {row.host_id: school_time_row(row).told for row in session.scalars(wanted)}
    for line in sheet.schools:
        host = names.named(line.register_id, line.host, line.municipality)
        reason = host if isinstance(host, str) else _problem(line, told.get(host.id), host.id in found.new)
        if reason:
            found.problems.append(LineProblem(line.line, "host", reason))
        elif not isinstance(host, str) and host.id in told:
            found.same += 1
        elif not isinstance(host, str):
            found.new[host.id] = line.told
    return found


def _problem(line: BellsLine, stored: SchoolTime | None, seen: bool) -> str:
    if seen:
        return "host_twice"
    return "told_otherwise" if stored is not None and stored != line.told else ""


def _store(
    session: Session, actor: Actor, batch: batches.ImportBatch, new: dict[int, SchoolTime], now: dt.datetime
) -> None:
    rows = [
        {
            "host_id": host_id,
            "grouping": told.grouping,
            "rotation": told.rotation,
            "first_grades": ",".join(map(str, sorted(told.first_grades))),
            "anchor_day": told.anchor_day,
            "changed_at": now,
        }
        for host_id, told in new.items()
    ]
    ids = batches.add_rows(session, batch, HostSchoolTime, rows)
    bells = [row for ident, told in zip(ids, new.values(), strict=True) for row in _bells(ident, told)]
    batches.add_rows(session, batch, BellSchedule, bells)
    audit.record_all(actor, "school time told", HostSchoolTime, ids, at=now, details={"imported": batch.id})


def _bells(school_time_id: int, told: SchoolTime) -> list[dict[str, Any]]:
    return [
        {
            "school_time_id": school_time_id,
            "shift": shift,
            "short": short,
            "starts_local": bells.starts,
            "lesson_minutes": bells.lesson_minutes,
            "break_minutes": bells.break_minutes,
            "long_break_after": bells.long_break_after,
            "long_break_minutes": bells.long_break_minutes,
            "lessons": bells.lessons,
        }
        for (shift, short), bells in told.bells.items()
    ]


def take_back_bells(actor: Actor, batch_id: int, *, now: dt.datetime) -> None:
    """Remove all that an import of bells stored. Raises: NotAllowed, NotFound; HangsOnIt, undone_already."""
    policy.require(actor, "import", "school_time")
    with transaction() as session:
        batches.in_turn(session)
        batch = session.get(batches.ImportBatch, batch_id, with_for_update=True)
        if batch is None or batch.kind != KIND or actor.centre_id not in (None, batch.centre_id):
            raise NotFound("import")
        batches.take_back(session, actor, batch, now)
    log.info("import taken back", extra={"batch_id": batch_id})
