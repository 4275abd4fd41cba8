"""Numbers that a form, or a phone without a network, delivers: twice, late or out of order, each is stored once."""

import datetime as dt
import json
import logging
from collections.abc import Sequence

from sqlalchemy import select

from scheduler.acts import Act, change
from scheduler.attendance import rules
from scheduler.attendance.models import Attendance, CountDelivery
from scheduler.attendance.service.counting import require_crew, says_the_same, store_sheet
from scheduler.attendance.service.locked_numbers import COUNTABLE, attendances_of
from scheduler.attendance.terms import (
    AttendanceReason,
    AttendanceState,
    CountDraft,
    CountSheet,
    DeliveryOutcome,
    EarlierDelivery,
    mark_of,
)
from scheduler.config import settings
from scheduler.core.errors import Conflict, Rejected
from scheduler.policy import Actor
from scheduler.visits.models.visits import Presentation
from scheduler.visits.service.locked_visit import open_visit_of

log = logging.getLogger(__name__)
UNCOUNTED = mark_of(AttendanceState.OPEN, 1)


def deliver_counts(
    actor: Actor, presentation_id: int, draft: CountDraft, sheet: CountSheet, *, now: dt.datetime
) -> DeliveryOutcome:
    """Store the numbers of a sheet as `submit_counts` does, once: what came before is answered as it was then.

    Numbers that come when others stand already change nothing: a phone's are kept aside, and who looks is asked.
    Raises: as `submit_counts`; Conflict("counted_meanwhile") to who looks.
    """
    with change(actor, now) as act:
        opened = open_visit_of(act, presentation_id)
        require_crew(actor, opened)
        presentation = opened.presentation(presentation_id)
        if problems := rules.problems_with(draft, starts_at=presentation.starts_at, now=now):
            raise Rejected(problems)
        said, earlier = _as_text(draft), _earlier(act, sheet.key)
        if known := next((one for one in earlier if (one.turn, one.said) == (sheet.turn, said)), None):
            return known.outcome
        rows = attendances_of(act, opened)
        attendance = rows.get(presentation_id)
        outcome, left = _outcome(act, presentation, attendance, draft, sheet, earlier), ""
        if outcome is DeliveryOutcome.ASIDE and sheet.asks:
            raise Conflict(_why_not(presentation, attendance))
        if outcome is DeliveryOutcome.STORED:
            store_sheet(act, opened, rows, presentation_id, draft)
            left = _mark(rows.get(presentation_id))
        row = CountDelivery(
            presentation_id=presentation_id, user_id=actor.user_id, key=sheet.key, turn=sheet.turn, said=said,
            outcome=outcome, left_mark=left, arrived_at=now,
        )  # fmt: skip
        act.session.add(row)
        if outcome is DeliveryOutcome.ASIDE:
            act.record("numbers set aside", presentation)
    log.info("counts delivered", extra={"presentation_id": presentation_id, "outcome": outcome.value})
    return outcome


def _outcome(
    act: Act,
    presentation: Presentation,
    attendance: Attendance | None,
    draft: CountDraft,
    sheet: CountSheet,
    earlier: Sequence[EarlierDelivery],
) -> DeliveryOutcome:
    if presentation.state not in COUNTABLE:
        return DeliveryOutcome.ASIDE
    shown = rules.mark_in(sheet.key, presentation.id, act.actor.user_id or 0, settings().secret_key)
    agrees = attendance is not None and says_the_same(act, attendance, draft)
    return rules.outcome_of(sheet.turn, earlier, shown=shown or "", stands=_mark(attendance), agrees=agrees)


def _why_not(presentation: Presentation, attendance: Attendance | None) -> AttendanceReason:
    if presentation.state not in COUNTABLE:
        return AttendanceReason.NOT_CONFIRMED
    if attendance is not None and not rules.may_be_counted(attendance.state):
        return AttendanceReason.ALREADY_COUNTERSIGNED
    return AttendanceReason.COUNTED_MEANWHILE


def _mark(attendance: Attendance | None) -> str:
    """Which numbers stand; before anybody has counted, those of nobody."""
    return UNCOUNTED if attendance is None else mark_of(attendance.state, attendance.version)


def _earlier(act: Act, key: str) -> list[EarlierDelivery]:
    rows = act.session.execute(
        select(CountDelivery.turn, CountDelivery.said, CountDelivery.outcome, CountDelivery.left_mark)
        .where(CountDelivery.key == key)
        .order_by(CountDelivery.id)
    )
    return [EarlierDelivery(*row) for row in rows]


def _as_text(draft: CountDraft) -> str:
    """What is compared and kept of a delivery: numbers and ticks; nobody is named."""
    said = vars(draft) | {"counts": vars(draft.counts), "absent": sorted(draft.absent)}
    del said["sure_of"]
    return json.dumps(said, sort_keys=True)
