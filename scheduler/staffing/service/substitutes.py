"""Somebody cannot come: who could go instead is asked wave after wave; the first who accepts goes.

All of it happens under the visit's lock: what two people do at one moment, and what the job does beside them, comes
one after the other. A wave that went moved the moment of the next one, so a job that runs twice finds nothing to do.
"""

import datetime as dt
import logging
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from scheduler.core import audit
from scheduler.core.db import db
from scheduler.core.errors import Conflict, SchedulerError
from scheduler.core.states import move
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.policy import SYSTEM, Actor
from scheduler.staffing.queries.candidates import candidates
from scheduler.staffing.queries.substitutes import loads, open_relief, open_reliefs, passed_over
from scheduler.staffing.rules.substitutes import (
    WAVE,
    answer_until,
    choose_at,
    in_order,
    missing_kinds,
    pause,
    sought_kind,
)
from scheduler.staffing.service.crew import finish_release, release
from scheduler.visits.models.substitution import Relief, ReliefAsk
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.queries.agenda import promised_stops, stops_of_visit
from scheduler.visits.rules.arrival import clash_of
from scheduler.visits.service import notify, transitions
from scheduler.visits.service.confirm import confirm_open, what_keeps_back
from scheduler.visits.service.locked_visit import (
    OpenVisit,
    change,
    hold_time,
    living_assignments,
    open_visit,
    require,
    require_seen,
    touch,
)
from scheduler.visits.terms.states import OPEN_VISITS, RELIEF_MACHINE, AssignmentState, ReliefState, VisitState

log = logging.getLogger(__name__)
QUICKER = "somebody_was_quicker"
BY_HAND = 0  # the wave of those whom a coordinator asked herself


def begin(
    session: Session, actor: Actor, opened: OpenVisit, *, at: dt.datetime, now: dt.datetime, was_confirmed: bool
) -> Relief:
    """Open a search for a visit whose crew is short, its first wave at `at`; one that is open already goes on.

    Within the last three hours there are no waves: the coordinator decides.
    """
    relief = open_relief(opened.visit.id)
    if relief is not None:
        relief.was_confirmed = relief.was_confirmed or was_confirmed
        return relief
    late = now >= choose_at(opened.starts_at)
    relief = Relief(
        visit_id=opened.visit.id,
        state=ReliefState.CHOOSING if late else ReliefState.SEARCHING,
        state_since=now,
        opened_at=now,
        was_confirmed=was_confirmed,
        wave=0,
        next_wave_at=None if late else at,
    )
    session.add(relief)
    session.flush()
    audit.record(actor, "substitute sought", opened.visit, at=now, details={"first_wave": str(relief.next_wave_at)})
    return relief


def seek_substitute(actor: Actor, visit_id: int, *, now: dt.datetime, version: int | None = None) -> bool:
    """A coordinator lets the waves begin now, or go on after a stop; whether anything changed.

    Within the last three hours a search that is new asks nobody: it opens where the coordinator chooses. Raises:
    NotFound; Conflict("wrong_state" when the visit is over or its crew is whole, "too_late_for_waves").
    """
    with change() as session:
        opened = open_visit(session, visit_id)
        require(actor, "update", "assignment", opened)
        relief = open_relief(visit_id)
        if relief is not None and opened.presentations and now >= choose_at(opened.starts_at):
            raise Conflict("too_late_for_waves")
        if relief is not None and relief.state is ReliefState.SEARCHING and _at_once(relief, now):
            return False
        require_seen(opened.visit, version)
        if opened.visit.state not in OPEN_VISITS or not opened.presentations or transitions.is_staffed(opened):
            raise Conflict("wrong_state")
        if relief is None:
            begin(session, actor, opened, at=now, now=now, was_confirmed=opened.visit.confirmed_at is not None)
            return True
        relief.next_wave_at = now
        if relief.state is ReliefState.STOPPED:
            move(RELIEF_MACHINE, relief, ReliefState.SEARCHING, actor=actor, at=now)
        audit.record(actor, "substitute sought", opened.visit, at=now)
        return True


def _at_once(relief: Relief, now: dt.datetime) -> bool:
    return relief.wave > 0 or (relief.next_wave_at is not None and relief.next_wave_at <= now)


def stop_relief(actor: Actor, visit_id: int, *, now: dt.datetime) -> None:
    """No more waves; who is asked stays asked. Said twice, it is said once. Raises: NotFound."""
    with change() as session:
        opened = open_visit(session, visit_id)
        require(actor, "update", "assignment", opened)
        relief = open_relief(visit_id)
        if relief is not None and relief.state is ReliefState.SEARCHING:
            relief.next_wave_at = None
            move(RELIEF_MACHINE, relief, ReliefState.STOPPED, actor=actor, at=now)
            audit.record(actor, "substitute no longer sought", opened.visit, at=now)


def send_waves(*, now: dt.datetime) -> int:
    """For the job: ask the next who could go, or hand over to the coordinator; how many changed. Twice is once."""
    changed = 0
    for visit_id in open_reliefs():
        try:
            changed += _go_on(visit_id, now)
        except SchedulerError:
            log.exception("wave not sent", extra={"visit_id": visit_id})
    return changed


def _go_on(visit_id: int, now: dt.datetime) -> bool:
    with change() as session:
        opened = open_visit(session, visit_id)
        relief = open_relief(visit_id)
        if relief is None:
            return False
        if end := _has_ended(opened, now):
            return _end(relief, end, now)
        if settle(session, opened, now=now):
            return True
        if now >= choose_at(opened.starts_at):
            return _hand_over(opened, relief, now)
        if relief.state is not ReliefState.SEARCHING or relief.next_wave_at is None or relief.next_wave_at > now:
            return False
        return _send_wave(session, opened, relief, now)


def _has_ended(opened: OpenVisit, now: dt.datetime) -> ReliefState | None:
    if opened.visit.state not in OPEN_VISITS or not opened.presentations:
        return ReliefState.CALLED_OFF
    return ReliefState.OVER if opened.starts_at <= now else None


def _end(relief: Relief, to: ReliefState, now: dt.datetime) -> bool:
    move(RELIEF_MACHINE, relief, to, actor=SYSTEM, at=now)
    return True


def _hand_over(opened: OpenVisit, relief: Relief, now: dt.datetime) -> bool:
    """Three hours before: one mail to the coordinators, who decide on the visit's page."""
    if relief.state is ReliefState.CHOOSING:
        return False
    move(RELIEF_MACHINE, relief, ReliefState.CHOOSING, actor=SYSTEM, at=now)
    relief.next_wave_at = None
    audit.record(SYSTEM, "substitute not found", opened.visit, at=now)
    notify.tell_coordinators("substitute_choice", opened, now=now, asked=relief.wave)
    log.info("substitute not found", extra={"visit_id": opened.visit.id, "waves": relief.wave})
    return True


def _send_wave(session: Session, opened: OpenVisit, relief: Relief, now: dt.datetime) -> bool:
    """Ask the best who were not asked yet; without any, look again when the next wave is due."""
    relief.next_wave_at = now + pause(opened.starts_at, now)
    seats = lacking(opened)
    kind = sought_kind(seats.values())
    if kind is None:
        return False
    day, passed = opened.visit.on_day, passed_over(relief)
    able = [one for one in candidates(SYSTEM, opened.visit.id, now=now) if one.kind is kind]
    able = [one for one in able if one.presenter_id not in passed]
    best = in_order(able, loads([one.presenter_id for one in able], day))
    most = WAVE * max(missing.get(kind, 0) for missing in seats.values())
    until = answer_until(opened.starts_at, now)
    asked = ask(session, SYSTEM, opened, [one.presenter_id for one in best[:most]], until=until, now=now)
    if not asked:
        return False
    relief.wave += 1
    session.add_all(ReliefAsk(relief_id=relief.id, presenter_id=who, wave=relief.wave, asked_at=now) for who in asked)
    audit.record(SYSTEM, "wave sent", opened.visit, at=now, details={"wave": relief.wave, "asked": len(asked)})
    log.info("wave sent", extra={"visit_id": opened.visit.id, "wave": relief.wave, "asked": len(asked)})
    return True


def lacking(opened: OpenVisit) -> dict[int, dict[PresenterKind, int]]:
    """What each presentation still lacks, by its id."""
    rule, day = transitions.crew_rule(opened), opened.visit.on_day
    return {row.id: missing_kinds(opened.crew_of(row), rule, day) for row in opened.presentations}


def ask(
    session: Session, actor: Actor, opened: OpenVisit, presenter_ids: Sequence[int], *, until: dt.datetime,
    now: dt.datetime,
) -> list[int]:  # fmt: skip
    """Offer the seats that are lacking to these presenters, each whom nothing keeps back; who was asked, in order."""
    hold_time(session, {*presenter_ids, *opened.presenter_ids})
    people = {
        row.id: row
        for row in session.scalars(
            select(Presenter)
            .where(Presenter.id.in_(presenter_ids), Presenter.centre_id == opened.visit.centre_id)
            .options(joinedload(Presenter.user), joinedload(Presenter.home))
            .order_by(Presenter.id)
        )
    }
    seats = lacking(opened)
    here = stops_of_visit(opened.visit, opened.presentations)
    promised = promised_stops(presenter_ids, here, except_visit=opened.visit.id, now=now)
    rows: list[Assignment] = []
    for who in presenter_ids:
        wanted = [row for row in opened.presentations if who in people and people[who].kind in seats[row.id]]
        stops = [stop for stop in here if stop.presentation_id in {row.id for row in wanted}]
        if stops and not clash_of(stops, promised.get(who, [])):
            rows += _seat(actor, opened, people[who], wanted, until, now)
    if rows:
        if opened.visit.state is VisitState.PLANNED:
            transitions.move_with_request(actor, opened, VisitState.OFFERED, now=now)
        offered = {row.presentation_id for row in rows}
        touch(session, opened, [row for row in opened.presentations if row.id in offered], now)
        notify.tell_presenters("visit_offered", opened, rows, now=now, until=until)
    return list(dict.fromkeys(row.presenter_id for row in rows))


def _seat(
    actor: Actor, opened: OpenVisit, person: Presenter, wanted: Iterable[Presentation],
    until: dt.datetime, now: dt.datetime,
) -> list[Assignment]:  # fmt: skip
    """All these seats offered to one person, or none when the database refuses her: the others are asked anyway."""
    session, rows = db.session(), []
    try:
        with session.begin_nested():
            for presentation in wanted:
                row = Assignment(
                    presentation_id=presentation.id,
                    presenter_id=person.id,
                    presenter=person,
                    on_day=presentation.on_day,
                    busy_from=presentation.busy_from,
                    busy_until=presentation.busy_until,
                    state=AssignmentState.SUGGESTED,
                    state_since=now,
                    offered_until=until,
                )
                session.add(row)
                session.flush()
                audit.record(actor, "assignment suggested", row, at=now, details={"visit": opened.visit.id})
                transitions.move_assignment(actor, row, AssignmentState.OFFERED, now=now)
                rows.append(row)
    except IntegrityError:
        log.info("substitute refused", extra={"visit_id": opened.visit.id, "presenter_id": person.id})
        return []
    opened.assignments += rows
    return rows


def settle(session: Session, opened: OpenVisit, *, now: dt.datetime) -> bool:
    """Somebody has accepted: whoever was asked for a seat that is taken is released and told; with the whole crew the
    search ends, and the school reads who comes. Whether the search has ended."""
    relief = open_relief(opened.visit.id)
    if relief is None:
        return False
    before = len(opened.in_state(AssignmentState.OFFERED))
    whole = transitions.is_staffed(opened)
    online = bool(opened.visit.online_link) and transitions.may_go_short(opened)
    release_spare(session, opened, now=now)
    if whole or online:
        conclude(session, SYSTEM, opened, relief, ReliefState.ONLINE if online else ReliefState.FILLED, now=now)
        return True
    if before > len(opened.in_state(AssignmentState.OFFERED)):
        _hurry(relief, now)  # that seat is taken: the next kind is asked
    return False


def release_spare(session: Session, opened: OpenVisit, *, now: dt.datetime, everybody: bool = False) -> None:
    """Take back what is offered for seats that are taken, or with `everybody` whatever is offered; each is told."""
    seats = lacking(opened)
    spare = [
        row
        for row in opened.in_state(AssignmentState.OFFERED)
        if everybody or row.presenter.kind not in seats[row.presentation_id]
    ]
    if spare:
        released = release(SYSTEM, opened, spare, reason=QUICKER, now=now, to=AssignmentState.WITHDRAWN)
        finish_release(session, SYSTEM, opened, released, now=now, reason=QUICKER)


def conclude(
    session: Session, actor: Actor, opened: OpenVisit, relief: Relief, to: ReliefState, *, now: dt.datetime
) -> None:
    """The search has its outcome. The visit is confirmed, and the school reads it in one mail, if it had been confirmed
    before or a coordinator decided so; else she confirms it as ever."""
    move(RELIEF_MACHINE, relief, to, actor=actor, at=now)
    short = to is not ReliefState.FILLED
    ready = opened.visit.state is VisitState.OFFERED and not what_keeps_back(opened, short=short)
    told = ready and (short or relief.was_confirmed)
    if told:
        opened.assignments = living_assignments(
            session, opened.visit.id
        )  # calendars were written since: load homes anew
        opened.visit.goes_short = short and not transitions.is_staffed(opened)
        confirm_open(session, actor, opened, now=now, outcome=to.value)
    if actor == SYSTEM:
        notify.tell_coordinators("substitute_found", opened, now=now, who=notify.who_comes(opened, now), told=told)
    log.info("substitute settled", extra={"visit_id": opened.visit.id, "outcome": to.value})


def answered_no(opened: OpenVisit, *, now: dt.datetime) -> None:
    """Somebody said no: when nobody of the visit is left to answer, the next wave need not wait."""
    relief = open_relief(opened.visit.id)
    if relief is not None and not opened.in_state(AssignmentState.OFFERED):
        _hurry(relief, now)


def _hurry(relief: Relief, now: dt.datetime) -> None:
    if relief.state is ReliefState.SEARCHING and relief.wave > 0:
        relief.next_wave_at = now
