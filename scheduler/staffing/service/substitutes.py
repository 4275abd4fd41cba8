"""Somebody cannot come: who could go instead is asked wave after wave; the first who accepts goes.

All of it happens under the visit's lock: what two people do at one moment, and what the job does beside them, comes
one after the other. A wave that went moved the moment of the next one, so a job that runs twice finds nothing to do.
"""

import datetime as dt
import logging
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from scheduler.acts import LEFT_BEHIND, Act, change
from scheduler.core.errors import Conflict, GroundReason
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.policy import SYSTEM, Actor
from scheduler.staffing.queries.candidates import candidates
from scheduler.staffing.queries.substitutes import loads, open_search, open_searches, passed_over
from scheduler.staffing.queries.young_load import refuse_too_much
from scheduler.staffing.rules.substitutes import (
    WAVE,
    answer_until,
    choose_at,
    in_order,
    missing_kinds,
    sought_kind,
    wave_pause,
)
from scheduler.staffing.service.crew import add_seat, finish_release, release
from scheduler.staffing.terms.reasons import StaffingReason
from scheduler.visits.models.substitution import SubstituteAsk, SubstituteSearch
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.queries.agenda import promised_stops, stops_of_visit
from scheduler.visits.rules.arrival import clash_of
from scheduler.visits.service import notify, transitions
from scheduler.visits.service.calendar_entries import touch
from scheduler.visits.service.confirm import confirm_open, what_keeps_back
from scheduler.visits.service.locked_visit import OpenVisit, hold_time, open_visit, require, require_seen
from scheduler.visits.terms.states import (
    OPEN_VISITS,
    SUBSTITUTE_SEARCH_MACHINE,
    AssignmentState,
    SubstituteSearchState,
    VisitState,
)

log = logging.getLogger(__name__)
QUICKER = "somebody_was_quicker"
BY_HAND = 0  # the wave of those whom a coordinator asked herself


def begin_search(act: Act, opened: OpenVisit, *, at: dt.datetime, was_confirmed: bool) -> SubstituteSearch:
    """Open a search for a visit whose crew is short, its first wave at `at`; one that is open already goes on.

    Within the last three hours there are no waves: the coordinator decides.
    """
    search = open_search(opened.visit.id)
    if search is not None:
        search.was_confirmed = search.was_confirmed or was_confirmed
        return search
    late = act.now >= choose_at(opened.starts_at)
    search = SubstituteSearch(
        visit_id=opened.visit.id,
        state=SubstituteSearchState.CHOOSING if late else SubstituteSearchState.SEARCHING,
        state_since=act.now,
        opened_at=act.now,
        was_confirmed=was_confirmed,
        wave=0,
        next_wave_at=None if late else at,
    )
    act.session.add(search)
    act.session.flush()
    act.record("substitute sought", opened.visit, details={"first_wave": str(search.next_wave_at)})
    return search


def seek_substitute(actor: Actor, visit_id: int, *, now: dt.datetime, version: int | None = None) -> bool:
    """A coordinator lets the waves begin now, or go on after a stop; whether anything changed.

    Within the last three hours a search that is new asks nobody: it opens where the coordinator chooses. Raises:
    NotFound; Conflict("wrong_state" when the visit is over or its crew is whole, "too_late_for_waves").
    """
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        require(actor, "update", "assignment", opened)
        search = open_search(visit_id)
        if search is not None and opened.presentations and now >= choose_at(opened.starts_at):
            raise Conflict(StaffingReason.TOO_LATE_FOR_WAVES)
        if search is not None and search.state is SubstituteSearchState.SEARCHING and _at_once(search, now):
            return False
        require_seen(opened.visit, version)
        if opened.visit.state not in OPEN_VISITS or not opened.presentations or transitions.is_staffed(opened):
            raise Conflict(GroundReason.WRONG_STATE)
        if search is None:
            begin_search(act, opened, at=now, was_confirmed=opened.visit.confirmed_at is not None)
            return True
        search.next_wave_at = now
        if search.state is SubstituteSearchState.STOPPED:
            act.move(SUBSTITUTE_SEARCH_MACHINE, search, SubstituteSearchState.SEARCHING)
        act.record("substitute sought", opened.visit)
        return True


def _at_once(search: SubstituteSearch, now: dt.datetime) -> bool:
    return search.wave > 0 or (search.next_wave_at is not None and search.next_wave_at <= now)


def stop_search(actor: Actor, visit_id: int, *, now: dt.datetime) -> None:
    """No more waves; who is asked stays asked. Said twice, it is said once. Raises: NotFound."""
    with change(actor, now) as act:
        opened = open_visit(act, visit_id)
        require(actor, "update", "assignment", opened)
        search = open_search(visit_id)
        if search is not None and search.state is SubstituteSearchState.SEARCHING:
            search.next_wave_at = None
            act.move(SUBSTITUTE_SEARCH_MACHINE, search, SubstituteSearchState.STOPPED)
            act.record("substitute no longer sought", opened.visit)


def send_waves(*, now: dt.datetime) -> int:
    """For the job: ask the next who could go, or hand over to the coordinator; how many changed. Twice is once."""
    changed = 0
    for visit_id in open_searches():
        try:
            changed += _go_on(visit_id, now)
        except LEFT_BEHIND:
            log.exception("wave not sent", extra={"visit_id": visit_id})
    return changed


def _go_on(visit_id: int, now: dt.datetime) -> bool:
    with change(SYSTEM, now) as act:
        opened = open_visit(act, visit_id)
        search = open_search(visit_id)
        if search is None:
            return False
        if end := _has_ended(opened, now):
            return _end(act, search, end)
        if settle_search(act, opened):
            return True
        if now >= choose_at(opened.starts_at):
            return _hand_over(act, opened, search)
        if (
            search.state is not SubstituteSearchState.SEARCHING
            or search.next_wave_at is None
            or search.next_wave_at > now
        ):
            return False
        return _send_wave(act, opened, search)


def _has_ended(opened: OpenVisit, now: dt.datetime) -> SubstituteSearchState | None:
    if opened.visit.state not in OPEN_VISITS or not opened.presentations:
        return SubstituteSearchState.CALLED_OFF
    return SubstituteSearchState.OVER if opened.starts_at <= now else None


def _end(act: Act, search: SubstituteSearch, to: SubstituteSearchState) -> bool:
    act.move(SUBSTITUTE_SEARCH_MACHINE, search, to)
    return True


def _hand_over(act: Act, opened: OpenVisit, search: SubstituteSearch) -> bool:
    """Three hours before: one mail to the coordinators, who decide on the visit's page."""
    if search.state is SubstituteSearchState.CHOOSING:
        return False
    act.move(SUBSTITUTE_SEARCH_MACHINE, search, SubstituteSearchState.CHOOSING)
    search.next_wave_at = None
    act.record("substitute not found", opened.visit)
    notify.tell_coordinators("substitute_choice", opened, now=act.now, asked=search.wave)
    log.info("substitute not found", extra={"visit_id": opened.visit.id, "waves": search.wave})
    return True


def _send_wave(act: Act, opened: OpenVisit, search: SubstituteSearch) -> bool:
    """Ask the best who were not asked yet; without any, look again when the next wave is due."""
    search.next_wave_at = act.now + wave_pause(opened.starts_at, act.now)
    seats = missing_seats(opened)
    kind = sought_kind(seats.values())
    if kind is None:
        return False
    day, passed = opened.visit.on_day, passed_over(search)
    able = [one for one in candidates(act.actor, opened.visit.id, now=act.now) if one.kind is kind]
    able = [one for one in able if one.presenter_id not in passed]
    best = in_order(able, loads([one.presenter_id for one in able], day))
    most = WAVE * max(missing.get(kind, 0) for missing in seats.values())
    until = answer_until(opened.starts_at, act.now)
    asked = ask_presenters(act, opened, [one.presenter_id for one in best[:most]], until=until)
    if not asked:
        return False
    search.wave += 1
    act.session.add_all(
        SubstituteAsk(relief_id=search.id, presenter_id=who, wave=search.wave, asked_at=act.now) for who in asked
    )
    act.record("wave sent", opened.visit, details={"wave": search.wave, "asked": len(asked)})
    log.info("wave sent", extra={"visit_id": opened.visit.id, "wave": search.wave, "asked": len(asked)})
    return True


def missing_seats(opened: OpenVisit) -> dict[int, dict[PresenterKind, int]]:
    """What each presentation still lacks, by its id."""
    rule, day = transitions.crew_rule(opened), opened.visit.on_day
    return {row.id: missing_kinds(opened.crew_of(row), rule, day) for row in opened.presentations}


def ask_presenters(act: Act, opened: OpenVisit, presenter_ids: Sequence[int], *, until: dt.datetime) -> list[int]:
    """Offer the seats that are lacking to these presenters, each whom nothing keeps back; who was asked, in order."""
    hold_time(act.session, {*presenter_ids, *opened.presenter_ids})
    people = {
        row.id: row
        for row in act.session.scalars(
            select(Presenter)
            .where(Presenter.id.in_(presenter_ids), Presenter.centre_id == opened.visit.centre_id)
            .options(joinedload(Presenter.user), joinedload(Presenter.home))
            .order_by(Presenter.id)
        )
    }
    seats = missing_seats(opened)
    here = stops_of_visit(opened.visit, opened.presentations)
    promised = promised_stops(presenter_ids, here, except_visit=opened.visit.id, now=act.now)
    rows: list[Assignment] = []
    for who in presenter_ids:
        wanted = [row for row in opened.presentations if who in people and people[who].kind in seats[row.id]]
        stops = [stop for stop in here if stop.presentation_id in {row.id for row in wanted}]
        if stops and not clash_of(stops, promised.get(who, [])):
            rows += _seat(act, opened, people[who], wanted, until)
    if rows:
        if opened.visit.state is VisitState.PLANNED:
            transitions.move_with_request(act, opened, VisitState.OFFERED)
        offered = {row.presentation_id for row in rows}
        touch(act, opened, [row for row in opened.presentations if row.id in offered])
        notify.tell_presenters("visit_offered", opened, rows, now=act.now, until=until)
    return list(dict.fromkeys(row.presenter_id for row in rows))


def _seat(
    act: Act, opened: OpenVisit, person: Presenter, wanted: Iterable[Presentation], until: dt.datetime
) -> list[Assignment]:
    """All these seats offered to one person, or none when law or database refuse her: the others are asked anyway."""
    before = list(opened.assignments)
    try:
        with act.session.begin_nested():
            rows = [add_seat(act, opened, person, presentation, until=until) for presentation in wanted]
            refuse_too_much(opened, rows)
            for row in rows:
                transitions.move_assignment(act, row, AssignmentState.OFFERED)
    except (IntegrityError, Conflict):
        log.info("substitute refused", extra={"visit_id": opened.visit.id, "presenter_id": person.id})
        opened.assignments = before
        return []
    return rows


def settle_search(act: Act, opened: OpenVisit) -> bool:
    """Somebody has accepted: whoever was asked for a seat that is taken is released and told; with the whole crew the
    search ends, and the school reads who comes. Whether the search has ended."""
    search = open_search(opened.visit.id)
    if search is None:
        return False
    before = len(opened.in_state(AssignmentState.OFFERED))
    whole = transitions.is_staffed(opened)
    online = bool(opened.visit.online_link) and transitions.may_go_short(opened)
    release_spare(act, opened)
    if whole or online:
        conclude_search(
            act.by(SYSTEM), opened, search, SubstituteSearchState.ONLINE if online else SubstituteSearchState.FILLED
        )
        return True
    if before > len(opened.in_state(AssignmentState.OFFERED)):
        _hurry(act, search)  # that seat is taken: the next kind is asked
    return False


def release_spare(act: Act, opened: OpenVisit, *, everybody: bool = False) -> None:
    """Take back what is offered for seats that are taken, or with `everybody` whatever is offered; each is told."""
    seats = missing_seats(opened)
    spare = [
        row
        for row in opened.in_state(AssignmentState.OFFERED)
        if everybody or row.presenter.kind not in seats[row.presentation_id]
    ]
    if spare:
        released = release(act.by(SYSTEM), opened, spare, reason=QUICKER, to=AssignmentState.WITHDRAWN)
        asked_only = {row.presenter_id for row in spare}
        finish_release(act.by(SYSTEM), opened, released, reason=QUICKER, asked_only=asked_only)


def conclude_search(act: Act, opened: OpenVisit, search: SubstituteSearch, to: SubstituteSearchState) -> None:
    """The search has its outcome. The visit is confirmed, and the school reads it in one mail, if it had been confirmed
    before or a coordinator decided so; else she confirms it as ever."""
    act.move(SUBSTITUTE_SEARCH_MACHINE, search, to)
    short = to is not SubstituteSearchState.FILLED
    ready = opened.visit.state is VisitState.OFFERED and not what_keeps_back(opened, short=short)
    told = ready and (short or search.was_confirmed)
    if told:
        opened.visit.goes_short = short and not transitions.is_staffed(opened)
        confirm_open(act, opened, outcome=to.value)
    if act.actor == SYSTEM:
        notify.tell_coordinators(
            "substitute_found", opened, now=act.now, who=notify.who_comes(opened, act.now), told=told
        )
    log.info("substitute settled", extra={"visit_id": opened.visit.id, "outcome": to.value})


def answered_no(act: Act, opened: OpenVisit) -> None:
    """Somebody said no: when nobody of the visit is left to answer, the next wave need not wait."""
    search = open_search(opened.visit.id)
    if search is not None and not opened.in_state(AssignmentState.OFFERED):
        _hurry(act, search)


def _hurry(act: Act, search: SubstituteSearch) -> None:
    if search.state is SubstituteSearchState.SEARCHING and search.wave > 0:
        search.next_wave_at = act.now
