"""What a school does between the plan and the visit: asks for another date, ticks its checklist."""

import datetime as dt
import logging
from collections.abc import Collection

from scheduler.acts import Act, change
from scheduler.booking.queries.school_days import held_beside, kept_sittings, plan_of_sitting
from scheduler.booking.rules.days_that_suit import class_is_held
from scheduler.core import clock
from scheduler.core.errors import Conflict, GroundReason, Rejected
from scheduler.policy import Actor
from scheduler.readiness.rules import asked_until, checklist_is_open, problems_with_wish
from scheduler.readiness.terms import READY_ITEMS, ReadinessReason, ReadyItem, WishDraft
from scheduler.visits.models.visits import DateWish, Readiness
from scheduler.visits.service import notify, transitions
from scheduler.visits.service.calendar_entries import touch
from scheduler.visits.service.locked_visit import OpenVisit, open_visit, raise_version, require
from scheduler.visits.terms.states import OPEN_VISITS, VisitState, WishOutcome

log = logging.getLogger(__name__)


def ask_for_date(actor: Actor, visit_id: int, draft: WishDraft, *, now: dt.datetime) -> None:
    """Ask the centre for another date; the agreed one stays until the centre has moved the visit.

    Of a visit that a closure stopped it proposes days, whenever and without a reason: one of them is planned instead.
    Asked again, the newer wish stands instead. The coordinators get one mail. Raises: NotFound; Rejected with
    {field: reason}; Conflict("wrong_state"), or "too_late_to_move" in the last 48 hours.
    """
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        require(actor, "answer", "visit", opened)
        visit = opened.visit
        stopped = visit.state is VisitState.DISRUPTED
        if not stopped and (visit.state not in OPEN_VISITS or not opened.presentations):
            raise Conflict(GroundReason.WRONG_STATE)
        if not stopped and now > asked_until(opened.starts_at):
            raise Conflict(ReadinessReason.TOO_LATE_TO_MOVE)
        if problems := problems_with_wish(draft, visit.on_day, clock.local_day(now, visit.zone), stopped=stopped):
            raise Rejected(problems)
        if draft.starts_local and (held := _days_held(opened, draft, draft.starts_local)):
            raise Rejected(dict.fromkeys(held, ReadinessReason.CLASS_HELD))
        transitions.end_wish(act, opened, WishOutcome.TAKEN_BACK)
        act.session.add(
            DateWish(
                visit_id=visit_id,
                first_choice=draft.first_choice,
                second_choice=draft.second_choice,
                starts_local=draft.starts_local,
                reason=draft.reason,
                asked_at=now,
            )
        )
        act.record("date wish made", visit)
        raise_version(opened)
        notify.tell_coordinators("school_asks_date", opened, now=now, stopped=stopped, **vars(draft))
    log.info("another date asked for", extra={"visit_id": visit_id})


def _days_held(opened: OpenVisit, draft: WishDraft, starts: dt.time) -> list[str]:
    """The fields of days on which a class of the visit has another presentation at the wished hour."""
    kept, held = kept_sittings(plan_of_sitting(row) for row in opened.presentations), held_beside(opened.visit)
    days = {"first_choice": draft.first_choice, "second_choice": draft.second_choice}
    return [name for name, day in days.items() if day and kept and class_is_held(kept, starts, held.get(day, ()))]


def take_back_wish(actor: Actor, visit_id: int, *, now: dt.datetime) -> None:
    """The school keeps the agreed date after all; nothing to do when the wish was answered. Raises: NotFound."""
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        require(actor, "answer", "visit", opened)
        if transitions.end_wish(act, opened, WishOutcome.TAKEN_BACK):
            raise_version(opened)


def keep_date(actor: Actor, visit_id: int, *, reason: str, now: dt.datetime) -> None:
    """The centre cannot come on another day: the school reads why, and the agreed date stays.

    Raises: NotAllowed; NotFound; Rejected({"reason": "missing"}); Conflict("wrong_state") without an open wish.
    """
    if not reason:
        raise Rejected({"reason": GroundReason.MISSING})
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        require(actor, "update", "visit", opened)
        if not transitions.end_wish(act, opened, WishOutcome.KEPT):
            raise Conflict(GroundReason.WRONG_STATE)
        raise_version(opened)
        notify.tell_school("date_kept", opened, now=now, reason=reason)
    log.info("date kept", extra={"visit_id": visit_id})


def tick_checklist(actor: Actor, visit_id: int, ticked: Collection[ReadyItem], *, now: dt.datetime) -> bool:
    """Note what the school has prepared; with everything ticked the visit is ready. Whether it is.

    Raises: NotFound; Conflict("wrong_state") for a visit that is not confirmed; "checklist_later" before the last week.
    """
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        require(actor, "answer", "visit", opened)
        visit = opened.visit
        if visit.state is VisitState.READY:
            return True  # the second press of a double click
        if visit.state is not VisitState.CONFIRMED:
            raise Conflict(GroundReason.WRONG_STATE)
        if not checklist_is_open(visit.on_day, clock.local_day(now, visit.zone)):
            raise Conflict(ReadinessReason.CHECKLIST_LATER)
        _note(act, opened, ticked)
        ready = set(ticked) == set(READY_ITEMS)
        if ready:
            transitions.move_with_request(act, opened, VisitState.READY)
        touch(act, opened, ())
    log.info("checklist ticked", extra={"visit_id": visit_id, "items": len(set(ticked))})
    return ready


def _note(act: Act, opened: OpenVisit, ticked: Collection[ReadyItem]) -> None:
    row = act.session.get(Readiness, opened.visit.id, populate_existing=True) or Readiness(visit_id=opened.visit.id)
    for item in READY_ITEMS:
        setattr(row, item.value, item in ticked)
    row.changed_at = act.now
    act.session.add(row)
