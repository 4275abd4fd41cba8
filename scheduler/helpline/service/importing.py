"""The helpline's figures from a file: whole periods, all of them or none; what is stored already stays as it is."""

import datetime as dt
import logging
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.core.db import advisory_lock, transaction
from scheduler.core.errors import NotFound
from scheduler.helpline import queries, rules
from scheduler.helpline.imports import HelplineSheet
from scheduler.helpline.models import HelplineCount, HelplinePeriod
from scheduler.helpline.service.figures import HELPLINE_LOCK, period_values, problems_with, store_list
from scheduler.helpline.terms import CodeList, HelplineDraft
from scheduler.imports import batches
from scheduler.imports.sheets import Imported, LineProblem, in_order
from scheduler.imports.staging import Filing, Importer, Stage, take_in
from scheduler.policy import Actor

log = logging.getLogger(__name__)

HELPLINE_IMPORT = "helpline"


@dataclass
class _HelplineComparison:
    sheet: HelplineSheet
    problems: list[LineProblem]
    new: list[tuple[HelplineDraft, CodeList]] = field(default_factory=list)
    same: int = 0

    @property
    def to_store(self) -> int:
        return len(self.new)

    @property
    def to_stage(self) -> int:
        return sum(1 + sum(map(len, draft.margins.values())) for draft, _codes in self.new)

    def outcome(self, batch_id: int | None = None) -> Imported:
        return Imported(self.sheet.lines, len(self.new), 0, self.same, in_order(self.problems), batch_id)


def import_helpline(actor: Actor, sheet: HelplineSheet, filing: Filing) -> Imported:
    """Store the periods of a file. Those that are stored with the same numbers are the same; others are a problem.

    All or nothing: with any problem nothing is stored. Raises: NotAllowed, NotFound; Stale.
    """
    centre_id = filing.centre_id
    policy.require(actor, "import", "helpline", centre=centre_id)
    if centre_id is None:
        raise NotFound("centre")

    def compare(_session: Session) -> _HelplineComparison:
        return _compared(sheet, centre_id, filing.now)

    def check(session: Session, _stage: Stage) -> None:
        """Whoever enters or publishes waits; what she entered before is met by the law of the table."""
        advisory_lock(session, HELPLINE_LOCK, [centre_id])
        lists = queries.code_lists(centre_id)
        for codes in {rules.list_for(draft.first_day, lists) for _line, draft in sheet.drafts}:
            store_list(session, codes)

    outcome: Imported = take_in(actor, filing, Importer(HELPLINE_IMPORT, compare, _stage, check))
    log.info("helpline figures imported", extra={"rows": sheet.lines, "new": outcome.new})
    return outcome


def _compared(sheet: HelplineSheet, centre_id: int, now: dt.datetime) -> _HelplineComparison:
    found = _HelplineComparison(sheet, list(sheet.problems))
    taken: list[HelplineDraft] = []
    lists = queries.code_lists(centre_id)
    for line, draft in sheet.drafts:
        codes = rules.list_for(draft.first_day, lists)
        wrong = [name for name, reason in problems_with(draft, codes, now).items() if reason == "unknown"]
        found.problems += [LineProblem(line, name, "unknown_code") for name in wrong]
        stored = queries.months_of(centre_id, draft.first_day, draft.last_day)
        if len(stored) == 1 and not rules.differences(stored[0].figures, draft):
            found.same += 1
        elif stored or any(_shares_a_day(draft, other) for other in taken):
            found.problems.append(LineProblem(line, "first_day", "days_entered_already"))
        else:
            found.new.append((draft, codes))
        taken.append(draft)
    return found


def _shares_a_day(one: HelplineDraft, other: HelplineDraft) -> bool:
    return one.first_day <= other.last_day and other.first_day <= one.last_day


def _stage(stage: Stage, found: _HelplineComparison) -> None:
    """Periods, then what splits them."""
    centre_id = stage.filing.centre_id
    rows = (
        {"centre_id": centre_id, "code_list": codes.version, "version": 1, **period_values(draft)}
        for draft, codes in found.new
    )
    periods = stage.add(HelplinePeriod, rows, "helpline figures entered")
    counts = (
        {"period_id": period, "margin": margin, "code": code, "number": number}
        for period, (draft, _codes) in zip(periods, found.new, strict=True)
        for margin, split in draft.margins.items()
        for code, number in split.items()
    )
    stage.add(HelplineCount, counts)


def take_back_helpline(actor: Actor, batch_id: int, *, now: dt.datetime) -> None:
    """Remove all that an import stored. Raises: NotAllowed, NotFound; HangsOnIt, undone_already."""
    with transaction() as session:
        centre_id, batch = batches.opened_batch(session, batch_id, HELPLINE_IMPORT)
        policy.require(actor, "import", "helpline", centre=centre_id)
        batches.take_back(session, actor, batch, now)
    log.info("import taken back", extra={"batch_id": batch_id})
