"""A visit moves to another day or other hours; whoever has no room for it there leaves its crew before."""

import datetime as dt

from scheduler.acts import Act, change
from scheduler.policy import Actor
from scheduler.staffing.queries.young_load import who_stays_behind
from scheduler.staffing.service.crew import finish_release, release
from scheduler.visits.service.locked_visit import OpenVisit, hold_time, open_visit, require, require_seen
from scheduler.visits.service.plan_and_move import move, stands_there
from scheduler.visits.terms.plans import NewTimes
from scheduler.visits.terms.states import TO_COME, AssignmentState


def move_visit(
    actor: Actor, visit_id: int, wish: NewTimes, *, reason: str = "", now: dt.datetime, version: int | None = None
) -> bool:
    """Move a visit to another day or other hours: same UIDs, SEQUENCE + 1, and who had accepted is asked again.

    A minor whose week or month is full there is not asked: she is told that she no longer goes. The school is told. A
    visit that is at that time already (a double click) stays as it is and nobody is told; then the answer is False.
    Raises: Rejected with {field: reason} ("on_day", "until", "presentations-0"); Conflict ("wrong_state",
    "times_change_places"); Taken; the database's refusals, for example when vetting ends before.
    """
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        require(actor, "update", "visit", opened)
        if not stands_there(opened, wish):
            require_seen(opened.visit, version)
            release_without_room(act, opened, wish.on_day)
        return move(act, opened, wish, reason=reason)


def release_without_room(act: Act, opened: OpenVisit, day: dt.date, *, leaves: int | None = None) -> None:
    """Before a visit moves to that day: minors to whom it would be too much there leave, and who takes nothing new, and
    their places fall open.

    `leaves`: who is taken out of the crew by the same act, and for its own reason.
    """
    for who, (_name, why) in who_stays_behind(opened.visit.id, day).items():
        rows = opened.of(who, *TO_COME)
        if who != leaves and rows:  # an adult who left may have taken a young person along
            hold_time(act.session, opened.presenter_ids)
            left = release(act, opened, rows, reason=why.code, to=AssignmentState.WITHDRAWN)
            finish_release(act, opened, left, reason=why.code)
