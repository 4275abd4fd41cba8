"""The coordinator decides about a visit that is short of its crew: a substitute, online, or without who is missing.

The fourth choice, a new date, is `move_visit`. Whatever it is, the school reads one mail: the outcome.
"""

import datetime as dt
import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.core import audit
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.policy import Actor
from scheduler.staffing.queries.candidates import candidates
from scheduler.staffing.queries.substitutes import open_relief
from scheduler.staffing.rules.substitutes import answer_until, choose_at, problem_with_link
from scheduler.staffing.service import substitutes
from scheduler.staffing.terms.reasons import StaffingReason
from scheduler.visits.models.substitution import Relief, ReliefAsk
from scheduler.visits.service import transitions
from scheduler.visits.service.confirm import what_keeps_back
from scheduler.visits.service.locked_visit import (
    OpenVisit,
    change,
    hold_time,
    open_visit,
    raise_version,
    require,
    require_seen,
    touch,
)
from scheduler.visits.terms.states import OPEN_VISITS, AssignmentState, ReliefState

log = logging.getLogger(__name__)


def ask_substitute(
    actor: Actor, visit_id: int, presenter_id: int, *, now: dt.datetime, version: int | None = None
) -> None:
    """Ask one presenter for the seats that are lacking, in one press; until the visit begins if it is near.

    Who is asked already (a double click) stays asked. Raises: NotFound; Conflict("wrong_state" without an open search,
    "cannot_stand_in" when law, road, time or the kind of seat speaks against her).
    """
    with change() as session:
        opened = open_visit(session, visit_id)
        require(actor, "create", "assignment", opened)
        if opened.of(presenter_id, AssignmentState.OFFERED):
            return
        require_seen(opened.visit, version)
        search = _open(opened, now)
        able = {one.presenter_id: one for one in candidates(actor, visit_id, now=now)}
        if presenter_id not in able:
            raise NotFound("presenter")
        near = now >= choose_at(opened.starts_at)
        until = opened.starts_at if near else answer_until(opened.starts_at, now)
        if able[presenter_id].barred or not substitutes.ask(
            session, actor, opened, [presenter_id], until=until, now=now
        ):
            raise Conflict(StaffingReason.CANNOT_STAND_IN)
        _note(session, search, presenter_id, now)
    log.info("substitute asked", extra={"visit_id": visit_id, "presenter_id": presenter_id})


def _note(session: Session, search: Relief, presenter_id: int, now: dt.datetime) -> None:
    """She was asked by hand, perhaps after a wave that she let pass."""
    row = session.scalar(
        select(ReliefAsk).where(ReliefAsk.relief_id == search.id, ReliefAsk.presenter_id == presenter_id)
    )
    if row is None:
        row = ReliefAsk(relief_id=search.id, presenter_id=presenter_id)
        session.add(row)
    row.wave, row.asked_at = substitutes.BY_HAND, now


def go_short(actor: Actor, visit_id: int, *, now: dt.datetime, version: int | None = None) -> None:
    """Confirm a visit without its whole crew, before the day or on it: marked short, and the school reads who comes.

    Only where an adult educator has accepted everywhere; whoever is still asked is released and told. Pressed twice,
    it is once. Raises: NotFound; Conflict("wrong_state" without an open search, "educator_must_stay", or the first of
    what else keeps the visit back).
    """
    with change() as session:
        opened = open_visit(session, visit_id)
        require(actor, "update", "visit", opened)
        if opened.visit.goes_short:
            return
        require_seen(opened.visit, version)
        search = _open(opened, now)
        hold_time(session, opened.presenter_ids)
        if not transitions.may_go_short(opened):
            raise Conflict(StaffingReason.EDUCATOR_MUST_STAY)
        if problems := what_keeps_back(opened, short=True):
            raise Conflict(problems[0].code)
        substitutes.release_spare(session, opened, now=now, everybody=True)
        substitutes.conclude(session, actor, opened, search, ReliefState.SHORT, now=now)
        audit.record(actor, "visit goes short", opened.visit, at=now)
    log.info("visit goes short", extra={"visit_id": visit_id})


def hold_online(actor: Actor, visit_id: int, link: str, *, now: dt.datetime, version: int | None = None) -> None:
    """Hold a visit online: nobody drives. With an adult educator everywhere it is confirmed and told at once; else as
    soon as one whom the coordinator asks has accepted: who lives far away can then be asked too.

    The same address twice is once. Raises: Rejected({"link": …}); NotFound; Conflict("wrong_state" without an open
    search, or the first of what else keeps the visit back).
    """
    if problem := problem_with_link(link):
        raise Rejected({"link": problem})
    with change() as session:
        opened = open_visit(session, visit_id)
        require(actor, "update", "visit", opened)
        visit = opened.visit
        if visit.online_link == link:
            return
        require_seen(visit, version)
        search = _open(opened, now)
        hold_time(session, opened.presenter_ids)
        visit.online_link = link
        audit.record(actor, "visit goes online", visit, at=now)
        if not transitions.may_go_short(opened):
            raise_version(opened)
            touch(session, opened, opened.presentations, now)
        elif problems := what_keeps_back(opened, short=True):
            raise Conflict(problems[0].code)
        else:
            substitutes.release_spare(session, opened, now=now, everybody=True)
            substitutes.conclude(session, actor, opened, search, ReliefState.ONLINE, now=now)
    log.info("visit goes online", extra={"visit_id": visit_id})


def _open(opened: OpenVisit, now: dt.datetime) -> Relief:
    """The search that goes on for a visit that has not begun. Raises: Conflict("wrong_state")."""
    search = open_relief(opened.visit.id)
    if search is None or opened.visit.state not in OPEN_VISITS or not opened.presentations or opened.starts_at <= now:
        raise Conflict(GroundReason.WRONG_STATE)
    return search
