"""Visits come into being and move."""

import datetime as dt
import logging
import secrets
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.core.numbers import next_number
from scheduler.places.models import Host
from scheduler.policy import Actor
from scheduler.programmes.models import Programme
from scheduler.programmes.queries import fits_campaign
from scheduler.programmes.terms import CampaignReason
from scheduler.requests.models import SchoolRequest
from scheduler.requests.service.desk import follow_visit
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.queries.agenda import point_of
from scheduler.visits.rules.timetable import order_of_moves, overlapping, problems_with, visit_schedule
from scheduler.visits.service import notify, transitions
from scheduler.visits.service.calendar_entries import touch
from scheduler.visits.service.locked_visit import (
    OpenVisit,
    hold_time,
    open_visit,
    refuse_clashes,
    refuse_counted,
    require,
)
from scheduler.visits.service.school_hours import outside_shifts, refuse_outside_shifts
from scheduler.visits.terms.plans import NewTimes, PresentationPlan, Span, Stop, VisitDraft
from scheduler.visits.terms.reasons import VisitReason
from scheduler.visits.terms.states import (
    OPEN_VISITS,
    PRESENTATION_MACHINE,
    PROMISED,
    AssignmentState,
    PresentationState,
    VisitState,
)

log = logging.getLogger(__name__)
VISIT_NUMBERS = "P"  # P-2026-0417, from poseta


def plan_visit(actor: Actor, draft: VisitDraft, *, now: dt.datetime) -> Visit:
    """Plan a visit, free or for an agreed school request, which moves on to "staffing".

    Raises: NotFound; Conflict("wrong_state") when the request is not agreed; Rejected with {field: reason}, where the
    field of a presentation is "presentations-0".
    """
    with change(actor, now) as act:
        programme, asked = _what_is_asked(act.session, draft)
        lies = policy.Spot(programme.centre_id, asked.host_id if asked is not None else draft.host_id)
        policy.require(actor, "create", "visit", centre=lies)
        if asked is not None:
            draft = replace(draft, host_id=asked.host_id)
        if not _in_campaign(draft.campaign_id, programme.id, draft.on_day):
            raise Rejected({"campaign": CampaignReason.NOT_OF_THIS_VISIT})
        visit = write_visit(act, replace(draft, programme_id=programme.id))
        refuse_outside_shifts(draft, now)
        if asked is not None:
            follow_visit(actor, asked, RequestState.STAFFING, now=now)
        touch(act, open_visit(act, visit.id), ())
    log.info("visit planned", extra={"visit_id": visit.id, "presentations": len(draft.presentations)})
    return visit


def write_visit(act: Act, draft: VisitDraft) -> Visit:
    """The rows of a planned visit, inside the caller's transaction; who may is checked by the caller.

    Raises: NotFound; Rejected with {field: reason}.
    """
    programme, host = act.session.get(Programme, draft.programme_id), act.session.get(Host, draft.host_id)
    if programme is None or host is None:
        raise NotFound("programme" if programme is None else "host")
    spans = _spans(draft, host.zone, programme.set_up_minutes, clock.local_day(act.now, host.zone))
    visit = Visit(
        number=next_number(VISIT_NUMBERS, draft.on_day),
        centre_id=programme.centre_id,
        host_id=host.id,
        school_request_id=draft.school_request_id,
        programme_id=programme.id,
        campaign_id=draft.campaign_id if _in_campaign(draft.campaign_id, programme.id, draft.on_day) else None,
        on_day=draft.on_day,
        zone=host.zone,
        state=VisitState.PLANNED,
        state_since=act.now,
    )
    act.session.add(visit)
    act.session.flush()
    act.record("visit planned", visit)
    if visit.campaign_id != draft.campaign_id:  # booked by itself on a day outside: said, not dropped in silence
        act.record("campaign left", visit, details={"from": draft.campaign_id})
    for ordinal, (plan, span) in enumerate(zip(draft.presentations, spans, strict=True), start=1):
        _add_presentation(act, visit, ordinal, plan, span)
    return visit


def _in_campaign(campaign_id: int | None, programme_id: int, on_day: dt.date) -> bool:
    return campaign_id is None or fits_campaign(campaign_id, programme_id, on_day)


def _what_is_asked(session: Session, draft: VisitDraft) -> tuple[Programme, SchoolRequest | None]:
    asked = None
    if draft.school_request_id is not None:
        asked = session.scalar(
            select(SchoolRequest)
            .where(SchoolRequest.id == draft.school_request_id)
            .options(selectinload(SchoolRequest.presentations))
            .with_for_update()
        )
        if asked is None:
            raise NotFound("request")
        if asked.state is not RequestState.AGREED:
            raise Conflict(GroundReason.WRONG_STATE)
    programme = session.get(Programme, asked.programme_id if asked else draft.programme_id)
    if programme is None:
        raise NotFound("programme")
    return programme, asked


def _spans(draft: VisitDraft, zone: str, set_up_minutes: int, today: dt.date) -> list[Span]:
    problems = problems_with(draft, today)
    if problems:
        raise Rejected(problems)
    try:
        spans = visit_schedule(draft, zone, set_up_minutes, clock.moment_of)
    except ValueError as error:
        raise Rejected({"on_day": VisitReason.CLOCKS_JUMP}) from error
    if late := overlapping(spans):
        raise Rejected({f"presentations-{number}": VisitReason.OVERLAPS for number in late})
    return spans


def _add_presentation(act: Act, visit: Visit, ordinal: int, plan: PresentationPlan, span: Span) -> None:
    presentation = Presentation(
        visit_id=visit.id,
        ordinal=ordinal,
        uid=f"{secrets.token_hex(8)}@{settings().uid_domain}",
        edited_at=act.now,
        on_day=visit.on_day,
        starts_local=plan.starts_local,
        minutes=plan.minutes,
        zone=visit.zone,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        busy_from=span.busy_from,
        busy_until=span.busy_until,
        audience=plan.audience,
        level=plan.level,
        classes=plan.classes,
        venue=plan.venue,
        expected_pupils=plan.expected_pupils,
        expected_parents=plan.expected_parents,
        expected_teachers=plan.expected_teachers,
        outside_shift=plan.outside_shift,
        state=PresentationState.PLANNED,
        state_since=act.now,
    )
    act.session.add(presentation)
    act.session.flush()
    act.record("presentation planned", presentation)


def move(act: Act, opened: OpenVisit, wish: NewTimes, *, reason: str = "") -> bool:
    """Give a visit other times; its crew must have room for it there (`staffing.service.move` looks to that)."""
    require(act.actor, "update", "visit", opened)
    open_now = opened.visit.state in OPEN_VISITS and bool(opened.presentations)
    if open_now and stands_there(opened, wish):
        return False
    refuse_counted(opened)
    if not open_now:
        raise Conflict(GroundReason.WRONG_STATE)
    hold_time(act.session, opened.presenter_ids)
    was_day, was_times = opened.visit.on_day, notify.times_of(opened.presentations)
    opened.visit.moved_from_day, opened.visit.moved_from_times = was_day, was_times
    _shift(act, opened, wish)
    if not _in_campaign(opened.visit.campaign_id, opened.visit.programme_id, wish.on_day):
        act.record("campaign left", opened.visit, details={"from": opened.visit.campaign_id})
        opened.visit.campaign_id = None
    act.record("visit moved", opened.visit, details={"to": wish.on_day, "reason": reason})
    transitions.settle_moved(act, opened)
    asked_again = _ask_again(act, opened, wish.until)
    if opened.visit.state in (VisitState.CONFIRMED, VisitState.READY):
        transitions.move_with_request(act, opened, VisitState.OFFERED, reason=reason)
        for presentation in opened.presentations:
            if presentation.state is PresentationState.CONFIRMED:
                act.move(PRESENTATION_MACHINE, presentation, PresentationState.PLANNED)
    touch(act, opened, opened.presentations)
    notify.tell_presenters(
        "visit_offered", opened, asked_again, now=act.now, until=wish.until, was_day=was_day, was_times=was_times
    )
    notify.tell_school("visit_moved", opened, now=act.now, was_day=was_day, was_times=was_times)
    log.info("visit moved", extra={"visit_id": opened.visit.id})
    return True


def stands_there(opened: OpenVisit, wish: NewTimes) -> bool:
    """Whether a visit's day and hours are the wished ones already; of an hour that comes twice, the same of the two."""
    rows = [(row, wish.starts_local[row.id]) for row in opened.presentations if row.id in wish.starts_local]
    if opened.visit.on_day != wish.on_day or any(start != row.starts_local for row, start in rows):
        return False
    return all(clock.moment_of(wish.on_day, start, row.zone) == row.starts_at for row, start in rows)


def _shift(act: Act, opened: OpenVisit, wish: NewTimes) -> None:
    """Write the new times one presentation after the other, in an order that never runs into one not moved yet."""
    visit, presentations = opened.visit, opened.presentations
    plans = tuple(
        PresentationPlan(
            wish.starts_local.get(row.id, row.starts_local),
            row.minutes,
            row.audience,
            row.level,
            row.classes,
            outside_shift=wish.outside_shift is None or row.id in wish.outside_shift,
        )
        for row in presentations
    )
    draft = VisitDraft(visit.programme_id, visit.host_id, wish.on_day, plans)
    new = _spans(draft, visit.zone, visit.programme.set_up_minutes, clock.local_day(act.now, visit.zone))
    refuse_outside_shifts(draft, act.now)
    outside = outside_shifts(draft, act.now)
    if wish.until <= act.now:
        raise Rejected({"until": GroundReason.IN_THE_PAST})
    if wish.until > min(span.starts_at for span in new):
        raise Rejected({"until": VisitReason.AFTER_THE_VISIT})
    old = [Span(row.starts_at, row.ends_at, row.busy_from, row.busy_until) for row in presentations]
    order = order_of_moves(old, new)
    if order is None:
        raise Conflict(VisitReason.TIMES_CHANGE_PLACES)
    stops = [
        Stop(visit.id, row.id, span.busy_from, span.busy_until, point_of(visit.host))
        for row, span in zip(presentations, new, strict=True)
    ]
    refuse_clashes(opened, {row.presenter_id for row in opened.in_state(*PROMISED)}, act.now, stops)
    visit.on_day = wish.on_day
    for place in order:
        row, span = presentations[place], new[place]
        row.on_day, row.starts_local = wish.on_day, plans[place].starts_local
        row.outside_shift = place in outside
        row.starts_at, row.ends_at = span.starts_at, span.ends_at
        row.busy_from, row.busy_until = span.busy_from, span.busy_until
        act.session.flush()
    for seat in opened.assignments:
        act.session.refresh(seat, ["on_day", "busy_from", "busy_until"])  # the cascade moved them


def _ask_again(act: Act, opened: OpenVisit, until: dt.datetime) -> list[Assignment]:
    """Who had accepted is offered the new time, who was still asked keeps the offer; all with the new deadline."""
    rows = opened.in_state(AssignmentState.OFFERED, AssignmentState.ACCEPTED)
    for row in rows:
        row.offered_until = until
        if row.state is AssignmentState.ACCEPTED:
            transitions.move_assignment(act, row, AssignmentState.OFFERED)
    return rows
