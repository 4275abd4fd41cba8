"""The two presses of a hand-off on the page of a visit, and what of it was noted there already."""

import datetime as dt
from typing import Any, cast
from zoneinfo import ZoneInfo

from wtforms import HiddenField

from scheduler import policy
from scheduler.concerns.queries.crews import went_to
from scheduler.concerns.queries.hand_offs import hand_offs_of
from scheduler.concerns.rules import NOTED_WITHIN
from scheduler.concerns.terms import HandedTo, HandOffDraft
from scheduler.core import clock
from scheduler.visits.terms.rows import VisitRow
from scheduler.web.forms import BaseForm, Needed, TimeField
from scheduler.web.guards import current_actor
from scheduler.web.i18n import _l

TOLD_WHOM = {
    HandedTo.SCHOOL: _l("Told the school's person"),
    HandedTo.HELPLINE: _l("Told the helpline"),
}


class HandOffForm(BaseForm):
    """At what time somebody was told; whom, the pressed button says. There is no field for anything else."""

    at = TimeField(_l("At what time (today)"), [Needed()])
    told = HiddenField()

    def draft(self) -> HandOffDraft | None:
        """What the form says, or None for a button of nobody's; call after `accepted()`."""
        told = next((one for one in HandedTo if one.value == self.told.data), None)
        return HandOffDraft(told, cast(dt.time, self.at.data)) if told else None


def hand_off_facts(row: VisitRow) -> dict[str, Any]:
    """For the page of a visit: from its day on what was noted, and within a week the presses; nothing before it."""
    actor, now = current_actor(), clock.now()
    today = clock.local_day(now, row.zone)
    others = bool(went_to(row) - {actor.presenter_id}) and policy.scope_of(actor, "create", "concern") is not None
    if today < row.on_day:
        return {"hand_offs": [], "hand_off": None, "others_go": others, "told_whom": TOLD_WHOM}
    open_now = today <= row.on_day + NOTED_WITHIN and policy.scope_of(actor, "create", "hand_off") is not None
    at = now.astimezone(ZoneInfo(row.zone)).time().replace(second=0, microsecond=0)
    return {
        "hand_offs": hand_offs_of(actor, row.id, now),
        "hand_off": HandOffForm(formdata=None, data={"at": at}, mark="hand-off") if open_now else None,
        "others_go": others,
        "told_whom": TOLD_WHOM,
    }
