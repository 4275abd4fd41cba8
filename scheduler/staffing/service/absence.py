"""A presenter cannot come: one press from the phone frees her days and her visits, and the coordinators know (C8)."""

import datetime as dt
import logging
from collections.abc import Collection

from scheduler import policy
from scheduler.acts import change
from scheduler.core.errors import Conflict, NotFound
from scheduler.people.service.presenters import add_exception
from scheduler.people.terms import ExceptionDraft
from scheduler.policy import Actor
from scheduler.staffing.queries.own_days import visits_to_leave
from scheduler.staffing.queries.substitutes import open_search
from scheduler.staffing.rules.substitutes import first_wave_at
from scheduler.staffing.service import substitutes
from scheduler.staffing.service.crew import finish_release, release
from scheduler.staffing.terms.reasons import StaffingReason
from scheduler.visits.models.visits import Assignment
from scheduler.visits.rules.cancelling import is_late_cancel
from scheduler.visits.service import notify, transitions
from scheduler.visits.service.locked_visit import OpenVisit, hold_time, open_visit
from scheduler.visits.terms.states import (
    OPEN_VISITS,
    PROMISED,
    TO_COME,
    AssignmentState,
    SubstituteSearchState,
    VisitState,
)

log = logging.getLogger(__name__)
ABSENCE_REASON = "cannot_come"  # never why: illness is nobody's business but her own


def report_absence(
    actor: Actor, first_day: dt.date, last_day: dt.date, *, seen: Collection[str], now: dt.datetime
) -> int:
    """A presenter cannot come on some days: her calendar says so, and every visit of these days that has not begun
    loses her. How many visits.

    `seen` are the numbers of the visits that she was shown. Minors who would stay without an adult leave with her and
    are told; a confirmed visit that is short of its crew is offered again; the coordinators get one mail a visit. Where
    somebody is missing then, a substitute is sought: at once within the week, else from a week before on.
    Raises: Rejected with {field: reason}; NotFound for who is no presenter; Conflict("other_visits").
    """
    presenter_id = actor.presenter_id
    policy.require(actor, "create", "absence", presenters=[presenter_id])
    if presenter_id is None:
        raise NotFound("presenter")
    with change(actor, now) as act:
        add_exception(actor, presenter_id, ExceptionDraft(first_day, last_day, available=False), now=now)
        rows = visits_to_leave(presenter_id, first_day, last_day, now=now)
        if {row.number for row in rows} != set(seen):
            raise Conflict(StaffingReason.OTHER_VISITS)
        visits = [open_visit(act, visit_id) for visit_id in sorted(row.id for row in rows)]
        # all visits first: no deadlock
        hold_time(act.session, {who for opened in visits for who in opened.presenter_ids})
        for opened in visits:
            leaving = opened.of(presenter_id, *TO_COME)
            promised = [row for row in leaving if row.state in PROMISED]
            if not promised:
                continue
            was_confirmed = opened.visit.state in (VisitState.CONFIRMED, VisitState.READY)
            had_accepted = any(row.state is AssignmentState.ACCEPTED for row in promised)
            told = release(act, opened, leaving, reason=ABSENCE_REASON, to=AssignmentState.WITHDRAWN)
            finish_release(act, opened, told, reason=ABSENCE_REASON)
            if had_accepted and opened.visit.state in OPEN_VISITS and not transitions.may_go_as_it_is(opened):
                first = first_wave_at(opened.starts_at, now)
                substitutes.begin_search(act, opened, at=first, was_confirmed=was_confirmed)
            _tell(opened, promised[0], now)
    log.info("absence reported", extra={"presenter_id": presenter_id, "visits": len(rows)})
    return len(rows)


def _tell(opened: OpenVisit, seat: Assignment, now: dt.datetime) -> None:
    person, urgent = seat.presenter.user, is_late_cancel(opened.starts_at, now)
    who = person.given_spelled if opened.minor(seat) else person.full_name
    search = open_search(opened.visit.id)
    choose = search is not None and search.state is SubstituteSearchState.CHOOSING
    asks_from = search.next_wave_at if search is not None else None
    notify.tell_coordinators(
        "presenter_absent", opened, now=now, who=who, urgent=urgent, choose=choose, asks_from=asks_from
    )
