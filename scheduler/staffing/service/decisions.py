"""The coordinator decides about a visit that is short of its crew: a substitute, online, or without who is missing.

The fourth choice, a new date, is `move_visit`. Whatever it is, the school reads one mail: the outcome.
"""

import datetime as dt
import logging

from sqlalchemy import select

from scheduler.acts import Act, change
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.policy import Actor
from scheduler.staffing.queries.candidates import candidates
from scheduler.staffing.queries.substitutes import open_search
from scheduler.staffing.rules.substitutes import answer_until, choose_at, problem_with_link
from scheduler.staffing.service import substitutes
from scheduler.staffing.terms.reasons import StaffingReason
from scheduler.visits.models.substitution import SubstituteAsk, SubstituteSearch
from scheduler.visits.service import transitions
from scheduler.visits.service.calendar_entries import touch
from scheduler.visits.service.confirm import what_keeps_back
from scheduler.visits.service.locked_visit import OpenVisit, hold_time, open_visit, raise_version, require, require_seen
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.states import OPEN_VISITS, AssignmentState, SubstituteSearchState

log = logging.getLogger(__name__)


def ask_substitute(
    actor: Actor,
    visit_id: int,
    presenter_id: int,
    *,
    now: dt.datetime,
    version: int | None = None,
    meant: bool = False,
) -> None:
    """Ask one presenter for the seats that are lacking, in one press; until the visit begins if it is near.

    Who is asked already (a double click) stays asked. Raises: NotFound; Conflict("wrong_state" without an open search,
    "cannot_stand_in" when law, road, time or the kind of seat speaks against her, "beyond_reach" unless it is meant).
    """
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        require(actor, "create", "assignment", opened)
        if opened.of(presenter_id, AssignmentState.OFFERED):
            return
        require_seen(opened.visit, version)
        search = _open(opened, now)
        able = {one.presenter_id: one for one in candidates(actor, visit_id, now=now, among=[presenter_id])}
        if presenter_id not in able:
            raise NotFound("presenter")
        if able[presenter_id].beyond_reach and not meant:
            raise Conflict(WhyNot.BEYOND_REACH)
        near = now >= choose_at(opened.starts_at)
        until = opened.starts_at if near else answer_until(opened.starts_at, now)
        if able[presenter_id].barred or not substitutes.ask_presenters(act, opened, [presenter_id], until=until):
            raise Conflict(StaffingReason.CANNOT_STAND_IN)
        _note(act, search, presenter_id)
    log.info("substitute asked", extra={"visit_id": visit_id, "presenter_id": presenter_id})


def _note(act: Act, search: SubstituteSearch, presenter_id: int) -> None:
    """She was asked by hand, perhaps after a wave that she let pass."""
    row = act.session.scalar(
        select(SubstituteAsk).where(SubstituteAsk.relief_id == search.id, SubstituteAsk.presenter_id == presenter_id)
    )
    if row is None:
        row = SubstituteAsk(relief_id=search.id, presenter_id=presenter_id)
        act.session.add(row)
    row.wave, row.asked_at = substitutes.BY_HAND, act.now


def go_short(actor: Actor, visit_id: int, *, now: dt.datetime, version: int | None = None) -> None:
    """Confirm a visit without its whole crew, before the day or on it: marked short, and the school reads who comes.

    Only where an adult educator has accepted everywhere; whoever is still asked is released and told. Pressed twice,
    it is once. Raises: NotFound; Conflict("wrong_state" without an open search, "educator_must_stay", or the first of
    what else keeps the visit back).
    """
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        require(actor, "update", "visit", opened)
        if opened.visit.goes_short:
            return
        require_seen(opened.visit, version)
        search = _open(opened, now)
        hold_time(act.session, opened.presenter_ids)
        if not transitions.may_go_short(opened):
            raise Conflict(StaffingReason.EDUCATOR_MUST_STAY)
        if problems := what_keeps_back(opened, short=True):
            raise Conflict(problems[0].code)
        substitutes.release_spare(act, opened, everybody=True)
        substitutes.conclude_search(act, opened, search, SubstituteSearchState.SHORT)
        act.record("visit goes short", opened.visit)
    log.info("visit goes short", extra={"visit_id": visit_id})


def hold_online(actor: Actor, visit_id: int, link: str, *, now: dt.datetime, version: int | None = None) -> None:
    """Hold a visit online: nobody drives. With an adult educator everywhere it is confirmed and told at once; else as
    soon as one whom the coordinator asks has accepted: who lives far away can then be asked too.

    The same address twice is once. Raises: Rejected({"link": …}); NotFound; Conflict("wrong_state" without an open
    search, or the first of what else keeps the visit back).
    """
    if problem := problem_with_link(link):
        raise Rejected({"link": problem})
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        require(actor, "update", "visit", opened)
        visit = opened.visit
        if visit.online_link == link:
            return
        require_seen(visit, version)
        search = _open(opened, now)
        hold_time(act.session, opened.presenter_ids)
        visit.online_link = link
        act.record("visit goes online", visit)
        if not transitions.may_go_short(opened):
            raise_version(opened)
            touch(act, opened, opened.presentations)
        elif problems := what_keeps_back(opened, short=True):
            raise Conflict(problems[0].code)
        else:
            substitutes.release_spare(act, opened, everybody=True)
            substitutes.conclude_search(act, opened, search, SubstituteSearchState.ONLINE)
    log.info("visit goes online", extra={"visit_id": visit_id})


def _open(opened: OpenVisit, now: dt.datetime) -> SubstituteSearch:
    """The search that goes on for a visit that has not begun. Raises: Conflict("wrong_state")."""
    search = open_search(opened.visit.id)
    if search is None or opened.visit.state not in OPEN_VISITS or not opened.presentations or opened.starts_at <= now:
        raise Conflict(GroundReason.WRONG_STATE)
    return search
