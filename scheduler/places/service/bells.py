"""The bells of many schools from a file: for hosts that have told nothing yet. What a school told stays."""

import datetime as dt
import logging
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from scheduler import policy
from scheduler.core.db import transaction
from scheduler.imports import batches
from scheduler.imports.sheets import Imported, LineProblem, in_order
from scheduler.imports.staging import Filing, Importer, Stage, take_in
from scheduler.places.models import BellSchedule, HostSchoolTime, SchoolTimeDay
from scheduler.places.queries import school_time_row
from scheduler.places.service.host_names import HostNames
from scheduler.places.service.school_time import bells_of, columns_of, days_of
from scheduler.places.terms.school_time import BellsLine, BellsSheet, SchoolTime
from scheduler.policy import Actor

log = logging.getLogger(__name__)

BELL_IMPORT = "bells"


@dataclass
class _BellComparison:
    sheet: BellsSheet
    problems: list[LineProblem]
    new: dict[int, SchoolTime] = field(default_factory=dict)  # by host
    same: int = 0

    @property
    def to_store(self) -> int:
        return len(self.new)

    @property
    def to_stage(self) -> int:
        return sum(1 + len(told.bells) + len(told.turns) + len(told.short_days) for told in self.new.values())

    def outcome(self, batch_id: int | None = None) -> Imported:
        return Imported(self.sheet.lines, len(self.new), 0, self.same, in_order(self.problems), batch_id)


def import_bells(actor: Actor, sheet: BellsSheet, filing: Filing) -> Imported:
    """Store what a file says of schools that have told nothing. All or nothing: any problem stores nothing.

    A school that has told other times is a problem: they are changed on its page, by who has asked it.
    The centre of `filing` is who imported it; schools are shared. Raises: NotAllowed; Stale.
    """
    policy.require(actor, "import", "school_time")

    def compare(session: Session) -> _BellComparison:
        return _compared(session, sheet)

    outcome: Imported = take_in(actor, filing, Importer(BELL_IMPORT, compare, _stage))
    log.info("bells imported", extra={"rows": sheet.lines, "new": outcome.new})
    return outcome


def _compared(session: Session, sheet: BellsSheet) -> _BellComparison:
    found = _BellComparison(sheet, list(sheet.problems))
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


def _stage(stage: Stage, found: _BellComparison) -> None:
    now = stage.filing.now
    rows = ({"host_id": host_id, "changed_at": now} | columns_of(told) for host_id, told in found.new.items())
    placed = stage.add(HostSchoolTime, rows, "school time told")
    told = list(zip(placed, found.new.values(), strict=True))
    stage.add(BellSchedule, ({"school_time_id": at} | row for at, one in told for row in bells_of(one)))
    stage.add(SchoolTimeDay, ({"school_time_id": at} | row for at, one in told for row in days_of(one)))


def take_back_bells(actor: Actor, batch_id: int, *, now: dt.datetime) -> None:
    """Remove all that an import of bells stored. Raises: NotAllowed, NotFound; HangsOnIt, undone_already."""
    policy.require(actor, "import", "school_time")
    with transaction() as session:
        centre_id, batch = batches.opened_batch(session, batch_id, BELL_IMPORT)
        batches.take_back(session, actor, batch if actor.centre_id in (None, centre_id) else None, now)
    log.info("import taken back", extra={"batch_id": batch_id})
