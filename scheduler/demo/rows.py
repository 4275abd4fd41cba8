"""Writing plans as rows, in bulk and in order, each with the audit rows of the way it came."""

import datetime as dt
import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.terms import ATTENDANCE_MACHINE, AttendanceState, CountSource
from scheduler.core.audit import AuditEntry
from scheduler.core.clock import BELGRADE, moment_of
from scheduler.core.db import Base
from scheduler.core.machines import Machine
from scheduler.core.numbers import next_number
from scheduler.core.tokens import new_token
from scheduler.demo.plans import DemoSitting, RequestPlan, VisitPlan
from scheduler.people.terms import TeachingLanguage
from scheduler.policy import ANONYMOUS, SYSTEM, school_contact
from scheduler.programmes.terms import Audience
from scheduler.requests.models import DateProposal, RequestedPresentation, SchoolRequest
from scheduler.requests.terms.school_request import REQUEST_MACHINE, DayPart, RequestChannel, RequestState
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import (
    ASSIGNMENT_MACHINE,
    PRESENTATION_MACHINE,
    VISIT_MACHINE,
    AssignmentState,
    VisitState,
)

SET_UP = dt.timedelta(minutes=15)
BY_SCHOOL = (RequestState.NEW, RequestState.WITHDRAWN, RequestState.CANCELLED_BY_SCHOOL)
BY_NOBODY = dict.fromkeys((RequestState.DRAFT, RequestState.UNVERIFIED), ANONYMOUS.label) | {
    RequestState.EXPIRED: SYSTEM.label
}
PATIENCE = dt.timedelta(days=3)  # an offer's, when the plan names none


@dataclass(frozen=True)
class Ids:
    """What plans name by slug or address, by its id in the database."""

    centres: Mapping[str, int]
    programmes: Mapping[str, int]
    campaigns: Mapping[str, int]
    users: Mapping[str, int]
    presenters: Mapping[str, int]
    young: frozenset[str]  # influencers: assigned after their educator, because some are minors
    owners: Mapping[str, int]  # each centre's coordinator
    uid_domain: str
    now: dt.datetime


@dataclass
class History:
    """Audit rows waiting to be written together."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def tell(self, thing: type[Base], ident: int, machine: Machine, state: StrEnum, story: "Story") -> None:
        """One row for each state on the way to `state`, evenly between the story's beginning and end."""
        way = way_to(machine, state)
        step = (story.until - story.since) / max(1, len(way) - 1)
        for place, reached in enumerate(way):
            details = {"from": way[place - 1].value} if place else {}
            details |= {"to": reached.value}
            if reached in machine.needs_reason:
                details["reason"] = story.reason
            self.rows.append(
                _entry(
                    story.actor_of(reached),
                    f"{machine.name} {reached.value}",
                    thing.__tablename__,
                    ident,
                    story.since + step * place,
                    details,
                )
            )

    def write(self, session: Session) -> None:
        """In the order of time, as the change rows of a living installation are."""
        if self.rows:
            session.execute(insert(AuditEntry), sorted(self.rows, key=lambda row: row["at"]))
        self.rows.clear()


@dataclass(frozen=True)
class Story:
    """From when to when something came to its present state, who did it, and why."""

    actor: str
    since: dt.datetime
    until: dt.datetime
    reason: str = ""
    by_others: Mapping[RequestState, str] = field(default_factory=dict)  # states that somebody else brought about

    def actor_of(self, state: StrEnum) -> str:
        return self.by_others.get(state, self.actor) if isinstance(state, RequestState) else self.actor


def way_to(machine: Machine, state: StrEnum) -> list[StrEnum]:
    """The shortest way from a start of the machine to a state. Raises: ValueError when there is none."""
    waiting = deque([start] for start in sorted(machine.starts, reverse=True))
    seen = set(machine.starts)
    while waiting:
        way = waiting.popleft()
        if way[-1] == state:
            return way
        for following in sorted(machine.moves.get(way[-1], ()), reverse=True):  # countersigned rather than assumed
            if following not in seen:
                seen.add(following)
                waiting.append([*way, following])
    raise ValueError(f"{machine.name} never becomes {state}")


def added(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert all rows at once; their ids in the same order."""
    if not rows:
        return []
    identity: Any = model
    return list(session.scalars(insert(model).returning(identity.id, sort_by_parameter_order=True), list(rows)))


def note(session: Session, thing: str, ids: Sequence[int], action: str, at: dt.datetime) -> None:
    """One audit row for each of the things that have no states."""
    if ids:
        session.execute(insert(AuditEntry), [_entry("system", action, thing, ident, at, {}) for ident in ids])


def _entry(
    actor: str, action: str, thing: str, ident: int, at: dt.datetime, details: Mapping[str, str]
) -> dict[str, Any]:
    written = json.dumps(dict(details), ensure_ascii=False, sort_keys=True)
    return {"at": at, "actor": actor, "action": action, "thing": thing, "thing_id": ident, "details": written}


def _proposals(ident: int, plan: RequestPlan, now: dt.datetime) -> list[dict[str, Any]]:
    """Two dates to choose from, where the centre has proposed some."""
    if plan.state is not RequestState.PROPOSED:
        return []
    held_until = now + dt.timedelta(days=3)
    days = (plan.first_day, plan.last_day)
    return [
        {"school_request_id": ident, "on_day": day, "starts_local": dt.time(10), "held_until": held_until}
        for day in days
    ]


def write_requests(session: Session, plans: Sequence[RequestPlan], ids: Ids) -> list[int]:
    """School requests with the presentations they ask for; ids in the same order."""
    waiting = (RequestState.DRAFT, RequestState.UNVERIFIED, RequestState.NEW)
    numbers = [next_number("R", plan.submitted_at.date()) for plan in plans]
    made: list[int] = []
    for number, plan in zip(numbers, plans, strict=True):
        row = {
            "number": number,
            "centre_id": ids.centres[plan.centre],
            "programme_id": ids.programmes[plan.programme],
            "campaign_id": ids.campaigns[plan.campaign] if plan.campaign else None,
            "host_id": plan.host_id,
            "merged_into_id": made[plan.merged_into] if plan.merged_into is not None else None,
            "channel": RequestChannel.WEB,
            "language": "sr_Cyrl",
            "teaching_language": TeachingLanguage.SERBIAN,
            "first_day": plan.first_day,
            "last_day": plan.last_day,
            "contact_name": plan.contact[0],
            "contact_email": plan.contact[1],
            "contact_phone": "000 555 100",
            "room": "Свечана сала",
            "has_projector": True,
            "has_sound": True,
            "has_internet": len(made) % 2 == 0,
            "step_free": len(made) % 3 == 0,
            "teacher_stays": True,
            "safeguarding_contact": "Психолог школе",
            "state": plan.state,
            "state_since": plan.state_since,
            "reason": plan.reason,
            "question": plan.question,
            "owner_id": None if plan.state in waiting else ids.owners[plan.centre],
            "submitted_at": plan.submitted_at,
            "proved_at": None if plan.state in waiting[:2] else plan.submitted_at + dt.timedelta(minutes=20),
        }
        made += added(session, SchoolRequest, [row])
    of_each = [(ident, *one) for ident, plan in zip(made, plans, strict=True) for one in enumerate(plan.sittings, 1)]
    added(session, RequestedPresentation, [_asked(ident, number, one) for ident, number, one in of_each])
    offered = [one for ident, plan in zip(made, plans, strict=True) for one in _proposals(ident, plan, ids.now)]
    added(session, DateProposal, offered)
    history = History()
    for ident, plan in zip(made, plans, strict=True):
        others = BY_NOBODY | dict.fromkeys(BY_SCHOOL, school_contact(ident, plan.host_id).label)
        story = Story(f"user:{ids.owners[plan.centre]}", plan.submitted_at, plan.state_since, plan.reason, others)
        history.tell(SchoolRequest, ident, REQUEST_MACHINE, plan.state, story)
    history.write(session)
    return made


def _asked(request_id: int, ordinal: int, sitting: DemoSitting) -> dict[str, Any]:
    evening = sitting.starts_local >= dt.time(17, 0)
    return {
        "school_request_id": request_id,
        "ordinal": ordinal,
        "audience": sitting.audience,
        "level": sitting.level,
        "classes": sitting.classes,
        "pupils": sitting.expected.pupils,
        "parents": sitting.expected.parents,
        "teachers": sitting.expected.teachers,
        "day_part": DayPart.EVENING if evening else DayPart.MORNING,
        "starts_local": None,
    }


def write_visits(session: Session, plans: Sequence[VisitPlan], ids: Ids) -> list[int]:
    """Visits with presentations, crews, attendance and counts; visit ids in the same order."""
    asked = [(place, plan.request) for place, plan in enumerate(plans) if plan.request]
    request_ids = dict(
        zip(
            (place for place, _ in asked),
            write_requests(session, [request for _, request in asked], ids),
            strict=True,
        )
    )
    visits = added(session, Visit, [_visit(plan, ids, request_ids.get(place)) for place, plan in enumerate(plans)])
    history = History()
    for ident, plan in zip(visits, plans, strict=True):
        history.tell(Visit, ident, VISIT_MACHINE, plan.state, _story(plan, ids))
    held = _write_presentations(session, plans, visits, ids, history)
    _write_crews(session, held, ids, history)
    _write_attendance(session, held, ids, history)
    history.write(session)
    return visits


@dataclass(frozen=True)
class _Held:
    """A presentation that was written, with what it came from."""

    ident: int
    row: Mapping[str, Any]
    sitting: DemoSitting
    plan: VisitPlan


def _story(plan: VisitPlan, ids: Ids) -> Story:
    return Story(f"user:{ids.owners[plan.centre]}", plan.planned_at, plan.state_since, plan.reason)


def _visit(plan: VisitPlan, ids: Ids, request_id: int | None) -> dict[str, Any]:
    return {
        "number": next_number("P", plan.on_day),
        "centre_id": ids.centres[plan.centre],
        "host_id": plan.host_id,
        "school_request_id": request_id,
        "programme_id": ids.programmes[plan.programme],
        "campaign_id": ids.campaigns[plan.campaign] if plan.campaign else None,
        "on_day": plan.on_day,
        "zone": BELGRADE,
        "state": plan.state,
        "state_since": plan.state_since,
        "reason": plan.reason,
        "cancelled_by": plan.cancelled_by,
        "confirmed_at": plan.state_since if VisitState.CONFIRMED in way_to(VISIT_MACHINE, plan.state) else None,
        "kilometres": plan.kilometres,
    }


def _write_presentations(
    session: Session, plans: Sequence[VisitPlan], visits: Sequence[int], ids: Ids, history: History
) -> list[_Held]:
    rows = [
        (plan, sitting, _presentation(plan, sitting, visit_id, number, ids))
        for visit_id, plan in zip(visits, plans, strict=True)
        for number, sitting in enumerate(plan.sittings, 1)
    ]
    made = added(session, Presentation, [row for _, _, row in rows])
    for ident, (plan, _, _) in zip(made, rows, strict=True):
        history.tell(Presentation, ident, PRESENTATION_MACHINE, plan.presentation_state, _story(plan, ids))
    return [_Held(ident, row, sitting, plan) for ident, (plan, sitting, row) in zip(made, rows, strict=True)]


def _presentation(plan: VisitPlan, sitting: DemoSitting, visit_id: int, ordinal: int, ids: Ids) -> dict[str, Any]:
    starts_at = moment_of(plan.on_day, sitting.starts_local)
    ends_at = starts_at + dt.timedelta(minutes=sitting.minutes)
    return {
        "visit_id": visit_id,
        "ordinal": ordinal,
        "uid": f"{new_token()[:22]}@{ids.uid_domain}",
        "edited_at": plan.state_since,
        "on_day": plan.on_day,
        "starts_local": sitting.starts_local,
        "minutes": sitting.minutes,
        "zone": BELGRADE,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "busy_from": starts_at - SET_UP,
        "busy_until": ends_at,
        "audience": sitting.audience,
        "level": sitting.level,
        "classes": sitting.classes,
        "room": "Свечана сала",
        "expected_pupils": sitting.expected.pupils,
        "expected_parents": sitting.expected.parents,
        "expected_teachers": sitting.expected.teachers,
        "state": plan.presentation_state,
        "state_since": plan.state_since,
        "reason": plan.reason,
    }


def _write_crews(session: Session, held: Sequence[_Held], ids: Ids, history: History) -> None:
    """Adults first: the database lets a minor in only beside one."""
    for young in (False, True):
        wanted = [(one, place) for one in held for place in one.plan.crew if (place.email in ids.young) == young]
        rows = [
            {
                "presentation_id": one.ident,
                "presenter_id": ids.presenters[place.email],
                "on_day": one.row["on_day"],
                "busy_from": one.row["busy_from"],
                "busy_until": one.row["busy_until"],
                "state": place.state,
                "state_since": one.plan.state_since,
                "offered_until": one.plan.offered_until or one.plan.planned_at + PATIENCE,
                "reason": one.plan.reason if place.state is AssignmentState.WITHDRAWN else "",
            }
            for one, place in wanted
        ]
        for ident, (one, place) in zip(added(session, Assignment, rows), wanted, strict=True):
            history.tell(Assignment, ident, ASSIGNMENT_MACHINE, place.state, _story(one.plan, ids))


def _write_attendance(session: Session, held: Sequence[_Held], ids: Ids, history: History) -> None:
    begun = [(one, one.sitting.attendance) for one in held if one.sitting.attendance is not None]
    rows = [_attendance(one, state, ids) for one, state in begun]
    for ident, row, (one, state) in zip(added(session, Attendance, rows), rows, begun, strict=True):
        story = Story(f"user:{_writer_of(one, ids)}", one.row["ends_at"], row["state_since"], row["reason"])
        history.tell(Attendance, ident, ATTENDANCE_MACHINE, state, story)
    added(session, HeadCount, [count for one, state in begun for count in _counts(one, state)])


def _attendance(one: _Held, state: AttendanceState, ids: Ids) -> dict[str, Any]:
    over = one.row["ends_at"]
    submitted = over + dt.timedelta(minutes=25) if state is not AttendanceState.OPEN else None
    signed = state in (AttendanceState.COUNTERSIGNED, AttendanceState.LOCKED, AttendanceState.CORRECTED)
    locked = state in (AttendanceState.LOCKED, AttendanceState.CORRECTED)
    countersigned_at = min(ids.now, over + dt.timedelta(hours=26)) if signed else None
    locked_at = min(ids.now, over + dt.timedelta(days=8)) if locked else None
    since = locked_at or countersigned_at or submitted or over
    corrected = state is AttendanceState.CORRECTED
    return {
        "presentation_id": one.ident,
        "state": state,
        "state_since": since,
        "version": 2 if corrected else 1,
        "teacher_present": True if submitted else None,
        "minutes_given": one.sitting.minutes if submitted else None,
        "submitted_by_id": _writer_of(one, ids) if submitted else None,
        "submitted_at": submitted,
        "countersigned_at": countersigned_at,
        "locked_at": locked_at,
        "reason": "Школа је накнадно јавила тачан број." if corrected else "",
    }


def _writer_of(one: _Held, ids: Ids) -> int:
    return ids.users[one.plan.crew[0].email]


def _counts(one: _Held, state: AttendanceState) -> list[dict[str, Any]]:
    """Four numbers as the educator typed them; after a correction the coordinator's count instead."""
    came = one.sitting.counted
    if came is None or state is AttendanceState.OPEN:
        return []
    numbers = {
        Audience.PUPILS: came.pupils,
        Audience.PARENTS: came.parents,
        Audience.TEACHERS: came.teachers,
        Audience.OTHERS: came.others,
    }
    corrected = state is AttendanceState.CORRECTED
    entered = one.row["ends_at"] + dt.timedelta(minutes=25)
    rows = []
    for audience, people in numbers.items():
        row = {"presentation_id": one.ident, "audience": audience, "entered_at": entered}
        typed = people + (3 if corrected and people else 0)
        rows.append(row | {"source": CountSource.EDUCATOR, "version": 1, "people": typed, "counts": not corrected})
        if state is AttendanceState.COUNTERSIGNED:  # not locked: other numbers, or the same, far from announced
            said = people + (2 if audience is Audience.PUPILS and not one.sitting.agreed else 0)
            rows.append(row | {"source": CountSource.SCHOOL, "version": 1, "people": said, "counts": False})
        if corrected:
            rows.append(row | {"source": CountSource.COORDINATOR, "version": 2, "people": people, "counts": True})
    return rows
