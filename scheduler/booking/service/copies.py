"""A visit is copied: to another day, as a series over classes, to several hosts at once. All copies or none."""

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.booking.rules.copies import copies_of, days_of_copies
from scheduler.booking.terms.copies import CopiesAway, CopyAway, CopyPlan
from scheduler.booking.terms.reasons import BookingReason
from scheduler.core import clock, form_keys
from scheduler.core.db import advisory_lock
from scheduler.core.errors import GroundReason, NotFound, Rejected
from scheduler.people.rules import lock_number
from scheduler.places import queries as place_queries
from scheduler.places.rules.presence import class_standings
from scheduler.places.rules.school_time import said_together
from scheduler.places.terms.school_time import AskedTime, SchoolClock
from scheduler.policy import Actor
from scheduler.requests.queries.hours import school_clock
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.rules.starts import outside_shifts
from scheduler.visits.service.calendar_entries import touch
from scheduler.visits.service.locked_visit import open_visit
from scheduler.visits.service.plan_and_move import write_visit
from scheduler.visits.terms.plans import PresentationPlan, VisitDraft
from scheduler.visits.terms.states import PresentationState

log = logging.getLogger(__name__)
COPIES_LOCK = 41  # kind of core.db.advisory_lock: one form of copies
MOST_COPIES = 20
SEARCH_SPAN = dt.timedelta(days=60)  # after the last wished day, for a day on which the host has pupils
LEFT_OUT = (PresentationState.CANCELLED, PresentationState.MERGED_INTO, PresentationState.MOVED)
COPY_FIELDS = (
    *("starts_local", "minutes", "audience", "level", "classes", "venue"),
    *("expected_pupils", "expected_parents", "expected_teachers"),
)


def copy_visit(actor: Actor, visit_id: int, plan: CopyPlan, *, form_key: str, now: dt.datetime) -> tuple[str, ...]:
    """Plan the same visit for other days, classes and hosts; the numbers of the copies, in the order of their days.

    A copy falls on a day on which its host has pupils, the wished one or the next. It has no request and no crew, and
    nobody is told. At the same host it keeps what the school promised. The same form sent twice copies once. Raises:
    NotAllowed; NotFound; Rejected with {field: reason}; CopiesAway when classes are not in the building at the hour of
    a copy, as their host told it, and the plan does not say that they come for it.
    """
    key = f"copies:{form_key}"
    with change(actor, now) as act:
        advisory_lock(act.session, COPIES_LOCK, [lock_number(key)])
        source = act.session.get(Visit, visit_id)
        policy.require(actor, "create", "visit", centre=policy.spot(source))
        if source is None:
            raise NotFound("visit")
        if (earlier := form_keys.answer_of(key)) is not None:
            return tuple(earlier.split())
        for host_id in plan.host_ids:
            policy.require(actor, "create", "visit", centre=policy.Spot(source.centre_id, host_id))
        drafts = _as_meant(_drafts(act.session, source, plan, now), plan, now)
        numbers = tuple(_copy(act, source, draft) for draft in drafts)
        act.record("visit copied", source, details={"to": list(numbers)})
        form_keys.remember(key, " ".join(numbers), at=now)
    log.info("visit copied", extra={"visit_id": visit_id, "copies": len(numbers)})
    return numbers


def _copy(act: Act, source: Visit, draft: VisitDraft) -> str:
    visit = write_visit(act, draft)
    if visit.host_id == source.host_id:
        visit.teacher_stays, visit.safeguarding_contact = source.teacher_stays, source.safeguarding_contact
    touch(act, open_visit(act, visit.id), ())
    return visit.number


def _drafts(session: Session, source: Visit, plan: CopyPlan, now: dt.datetime) -> list[VisitDraft]:
    copies = copies_of(plan)
    if not copies or len(copies) > MOST_COPIES:
        raise Rejected(
            {"hosts": GroundReason.NOTHING_TICKED} if not copies else {"classes": BookingReason.TOO_MANY_COPIES}
        )
    if plan.on_day <= clock.local_day(now):
        raise Rejected({"on_day": GroundReason.IN_THE_PAST})
    last = plan.on_day + len(copies) * dt.timedelta(days=plan.every_days) + SEARCH_SPAN
    school_days = {
        host_id: place_queries.school_days(place_queries.host_of(host_id), plan.on_day, last)
        for host_id in plan.host_ids
    }
    days = days_of_copies(plan, school_days)
    if days is None:
        raise Rejected({"on_day": BookingReason.NOT_A_SCHOOL_DAY})
    sittings = session.scalars(
        select(Presentation)
        .where(Presentation.visit_id == source.id, Presentation.state.not_in(LEFT_OUT))
        .order_by(Presentation.ordinal)
    ).all()
    return [
        VisitDraft(
            source.programme_id,
            host_id,
            day,
            tuple(_plan(row, classes) for row in sittings),
            campaign_id=source.campaign_id,
        )
        for (host_id, classes), day in zip(copies, days, strict=True)
    ]


def _plan(row: Presentation, classes: str) -> PresentationPlan:
    said = {name: getattr(row, name) for name in COPY_FIELDS}
    return PresentationPlan(**said | ({"classes": classes} if classes else {}))


def _as_meant(drafts: Sequence[VisitDraft], plan: CopyPlan, now: dt.datetime) -> list[VisitDraft]:
    """The copies, each presentation outside the shift of its classes marked as meant; or refused until it is."""
    away: list[CopyAway] = []
    meant: list[VisitDraft] = []
    clocks = {host_id: _clock(host_id, drafts, now) for host_id in {draft.host_id for draft in drafts}}
    for draft in drafts:
        hours = clocks[draft.host_id]
        wrong = outside_shifts(hours, draft.on_day, draft.presentations) if hours else []
        away += [_away(hours, draft, draft.presentations[place]) for place in wrong if hours]
        sittings = [replace(sitting, outside_shift=place in wrong) for place, sitting in enumerate(draft.presentations)]
        meant.append(replace(draft, presentations=tuple(sittings)))
    if away and not plan.outside_shift:
        raise CopiesAway(away)
    return meant


def _clock(host_id: int, drafts: Sequence[VisitDraft], now: dt.datetime) -> SchoolClock | None:
    """Shifts and bells of one host over all days on which it gets a copy."""
    days = [draft.on_day for draft in drafts if draft.host_id == host_id]
    host = place_queries.host_of(host_id)
    return school_clock(host, min(days), max(days), today=clock.local_day(now, host.zone))


def _away(hours: SchoolClock, draft: VisitDraft, sitting: PresentationPlan) -> CopyAway:
    asked = AskedTime(sitting.minutes, sitting.starts_local)
    said = said_together(class_standings(hours, sitting.classes, draft.on_day, asked))
    return CopyAway(place_queries.host_of(draft.host_id), draft.on_day, sitting.starts_local, tuple(said))
