"""A visit gets another place on the board: another day or hour, another presenter, or both, in one transaction.

Nothing is decided here that other acts decide: this one only says in which order they run, so that nobody's time is
taken twice on the way and no young person stands without an adult.
"""

import datetime as dt
import logging

from scheduler.acts import Act, DefenceReason, change
from scheduler.board.terms import BoardReason, Placing
from scheduler.core.errors import Conflict, GroundReason, Rejected
from scheduler.policy import Actor
from scheduler.staffing.service.crew import finish_release, release, suggest
from scheduler.staffing.service.move import release_without_room
from scheduler.staffing.service.offers import offer
from scheduler.visits.rules.timetable import shifted
from scheduler.visits.service.locked_visit import OpenVisit, hold_time, open_visit, refuse_counted, require
from scheduler.visits.service.plan_and_move import move, stands_there
from scheduler.visits.terms.plans import NewTimes
from scheduler.visits.terms.states import OPEN_VISITS, PROMISED, TO_COME, AssignmentState

log = logging.getLogger(__name__)


def place_visit(
    actor: Actor, visit_id: int, wish: Placing, *, reason: str = "", now: dt.datetime, version: int | None = None
) -> None:
    """Move a visit's block on the board: all of it or nothing.

    Whoever had accepted is asked again when the time changes (same UID, SEQUENCE + 1); who is replaced is told; a young
    person whose only adult is replaced stays with the new one. Raises: Rejected with {field: reason} ("on_day",
    "starts_local", "until", "reason"); Conflict ("wrong_state", "changed_meanwhile", "nothing_changes", …); Taken.
    """
    with change(actor, now) as act:
        opened = open_visit(act, visit_id, version=version)
        require(actor, "update", "visit", opened)
        refuse_counted(opened)
        if opened.visit.state not in OPEN_VISITS or not opened.presentations:
            raise Conflict(GroundReason.WRONG_STATE)
        times = _times(opened, wish)
        if times is None and not wish.changes_crew:
            raise Conflict(BoardReason.NOTHING_CHANGES)
        if wish.changes_crew:
            _check_crew(actor, opened, wish, reason)
        hold_time(act.session, opened.presenter_ids | ({wish.comes} if wish.comes is not None else set()))
        if times is not None:
            leaves = wish.leaves if wish.changes_crew else None
            release_without_room(act, opened, wish.on_day, leaves=leaves)
        promised = wish.leaves is not None and bool(opened.of(wish.leaves, *PROMISED))
        if times is None and promised:  # the next adult comes before the last one leaves
            _bring(act, opened, [], wish)
            _let_go(act, opened, wish, reason)
        else:
            returning = _let_go(act, opened, wish, reason)
            if times is not None:
                move(act, opened, times, reason=reason)
            _bring(act, opened, returning, wish)
        if wish.changes_crew and wish.comes is not None and not opened.of(wish.comes, *TO_COME):
            # who came for the last adult was released with her
            raise Conflict(DefenceReason.MINOR_KEEPS_AN_ADULT)
    log.info("visit placed", extra={"visit_id": visit_id})


def _times(opened: OpenVisit, wish: Placing) -> NewTimes | None:
    """The new hours of all presentations, kept together; None when the time stays."""
    starts = {row.id: row.starts_local for row in opened.presentations}
    moved = shifted(starts, wish.starts_local)
    if moved is None:
        raise Rejected({"starts_local": GroundReason.PAST_MIDNIGHT})
    times = NewTimes(wish.on_day, moved, wish.until, outside_shift=None)  # the board has said it before the drop
    return None if stands_there(opened, times) else times


def _check_crew(actor: Actor, opened: OpenVisit, wish: Placing, reason: str) -> None:
    if wish.leaves is not None:
        require(actor, "delete", "assignment", opened)
        if not opened.of(wish.leaves, *TO_COME):
            raise Conflict(GroundReason.CHANGED_MEANWHILE)
    if wish.comes is None and not reason:
        raise Rejected({"reason": GroundReason.REASON_MISSING})
    if wish.comes is not None and opened.of(wish.comes, *TO_COME):
        raise Conflict(BoardReason.ALREADY_IN_THE_CREW)


def _bring(act: Act, opened: OpenVisit, returning: list[int], wish: Placing) -> None:
    """Suggest who comes, then the young people who come back with her, and ask them at once if that is wished."""
    if not wish.changes_crew or wish.comes is None:
        return
    for who in (wish.comes, *returning):
        suggest(act, opened, who, meant=wish.meant or who != wish.comes)
    if wish.offer:
        offer(act, opened, until=wish.until)


def _let_go(act: Act, opened: OpenVisit, wish: Placing, reason: str) -> list[int]:
    """Release whoever leaves, and tell her; the young people who would stay alone, to be brought back with the next."""
    if not wish.changes_crew or wish.leaves is None:
        return []
    minors = {row.presenter_id for row in opened.in_state(*TO_COME) if opened.minor(row)} - {wish.leaves}
    leaving = opened.of(wish.leaves, *TO_COME)
    replaced = wish.comes is not None
    to = AssignmentState.REPLACED if replaced else AssignmentState.WITHDRAWN
    released = release(act, opened, leaving, reason=reason, to=to)
    finish_release(act, opened, released, reason=reason)
    staying = {row.presenter_id for row in opened.in_state(*TO_COME)}
    return sorted(minors - staying) if replaced else []
