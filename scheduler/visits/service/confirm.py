"""A visit is confirmed and made ready."""

import datetime as dt
import logging
from collections.abc import Collection

from sqlalchemy import delete

from scheduler.acts import Act, change
from scheduler.core.errors import Conflict, GroundReason, Rejected
from scheduler.people.queries import home_point
from scheduler.people.rules import is_minor
from scheduler.policy import Actor
from scheduler.visits.models.drive import Drive
from scheduler.visits.models.visits import Assignment
from scheduler.visits.queries.agenda import place_of
from scheduler.visits.queries.clearance import not_cleared, town_of
from scheduler.visits.rules.arrival import kilometres, who_drives
from scheduler.visits.rules.crew import keeps_back, promise_problems
from scheduler.visits.service import notify, transitions
from scheduler.visits.service.calendar_entries import touch
from scheduler.visits.service.locked_visit import (
    OpenVisit,
    hold_time,
    open_visit,
    refuse_clashes,
    require,
    require_seen,
)
from scheduler.visits.terms.plans import Why
from scheduler.visits.terms.states import (
    OPEN_VISITS,
    PRESENTATION_MACHINE,
    AssignmentState,
    PresentationState,
    VisitState,
)

log = logging.getLogger(__name__)


def confirm_visit(actor: Actor, visit_id: int, *, now: dt.datetime, version: int | None = None) -> None:
    """Confirm a visit whose crew has accepted, and tell the school who comes.

    The crew rule must be met in every presentation; vetting and consent must still cover the day; the school must have
    promised a teacher and named a safeguarding contact. Raises: Conflict with the first reason ("educators_missing",
    "unvetted", "no_consent", "teacher_not_promised", "no_safeguarding_contact", …); Taken.
    """
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        require(actor, "update", "visit", opened)
        if opened.visit.state is VisitState.CONFIRMED:
            return  # the second press of a double click (TRUST R11)
        require_seen(opened.visit, version)
        if opened.visit.state is not VisitState.OFFERED:
            raise Conflict(GroundReason.WRONG_STATE)
        hold_time(act.session, opened.presenter_ids)
        if problems := what_keeps_back(opened):
            raise Conflict(problems[0].code)
        crew = opened.in_state(AssignmentState.ACCEPTED)
        refuse_clashes(opened, {row.presenter_id for row in crew}, now)
        confirm_open(act, opened)
    log.info("visit confirmed", extra={"visit_id": visit_id})


def confirm_open(act: Act, opened: OpenVisit, *, outcome: str = "") -> None:
    """Confirm a visit that nothing keeps back, and tell the school and the crew.

    `outcome` is how the search for a substitute ended: then that is what the school reads, in its one mail.
    """
    crew, link = opened.in_state(AssignmentState.ACCEPTED), opened.visit.online_link
    _plan_drive(act, opened, crew)
    for presentation in opened.presentations:
        if presentation.state is PresentationState.PLANNED:
            act.move(PRESENTATION_MACHINE, presentation, PresentationState.CONFIRMED)
    transitions.move_with_request(act, opened, VisitState.CONFIRMED)
    touch(act, opened, opened.presentations)
    if outcome:
        notify.tell_school("crew_settled", opened, now=act.now, outcome=outcome, online_link=link)
    else:
        notify.tell_school("visit_confirmed", opened, now=act.now)
    page = f"/visits/{opened.visit.number}"
    if link:
        notify.tell_presenters("crew_online", opened, crew, now=act.now, path=page, online_link=link)
    else:
        notify.tell_presenters("crew_confirmed", opened, crew, now=act.now, path=page)


def what_keeps_back(opened: OpenVisit, *, short: bool = False) -> list[Why]:
    """Every reason against confirming, the most serious first; with `short` a crew that is not whole is none."""
    visit = opened.visit
    by = visit.school_request or visit
    firm = {row.presenter_id for row in opened.in_state(AssignmentState.ACCEPTED)}
    audiences = [presentation.audience for presentation in opened.presentations]
    return keeps_back(
        () if short else map(opened.crew_of, opened.presentations),
        transitions.crew_rule(opened),
        visit.on_day,
        uncleared=not_cleared(firm, visit.on_day, town_of(visit)),
        promise=promise_problems(audiences, by.teacher_stays, by.safeguarding_contact),
    )


def _plan_drive(act: Act, opened: OpenVisit, crew: Collection[Assignment]) -> None:
    """Who of the crew drives, how far and for how long; a plan for an earlier crew is gone."""
    visit, place, people = opened.visit, place_of(opened.visit), {row.presenter_id: row.presenter for row in crew}
    visit.kilometres = kilometres(map(home_point, people.values()), place)
    act.session.execute(delete(Drive).where(Drive.visit_id == visit.id))
    homes = [(who, home_point(one), not is_minor(one.adult_on, visit.on_day)) for who, one in people.items()]
    if driver := who_drives(homes, place):
        drive = Drive(
            visit_id=visit.id,
            presenter_id=driver[0],
            planned_kilometres=visit.kilometres,
            planned_minutes=driver[1],
        )
        act.session.add(drive)


def record_promise(
    actor: Actor, visit_id: int, *, safeguarding_contact: str, now: dt.datetime, version: int | None = None
) -> None:
    """Note that the school promised, by word: a teacher stays, and whom to tell.

    Raises: Rejected({"safeguarding_contact": "missing"}); Conflict("wrong_state") when the visit is over, or has a
    school request that holds the school's own promise.
    """
    if not safeguarding_contact:
        raise Rejected({"safeguarding_contact": GroundReason.MISSING})
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        require(actor, "update", "visit", opened)
        visit = opened.visit
        by = visit.school_request or visit
        if by.teacher_stays and by.safeguarding_contact == safeguarding_contact:
            return  # the second press of a double click
        require_seen(visit, version)
        promised = visit.school_request is not None and by.teacher_stays and by.safeguarding_contact
        if promised or visit.state not in OPEN_VISITS:
            raise Conflict(GroundReason.WRONG_STATE)
        by.teacher_stays = True
        by.safeguarding_contact = safeguarding_contact
        act.record("visit promise recorded", visit)
    log.info("promise recorded", extra={"visit_id": visit_id})


def mark_ready(actor: Actor, visit_id: int, *, now: dt.datetime, version: int | None = None) -> None:
    """The checklist of a confirmed visit is done. Raises: Conflict("wrong_state")."""
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        require(actor, "update", "visit", opened)
        if opened.visit.state is VisitState.READY:
            return  # the second press of a double click
        require_seen(opened.visit, version)
        transitions.move_with_request(act, opened, VisitState.READY)
        touch(act, opened, ())
    log.info("visit ready", extra={"visit_id": visit_id})
