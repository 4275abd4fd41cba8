"""Visits as pages show them: one, a week's, a presenter's. More rows never mean more queries."""

import datetime as dt
import json
from typing import cast

from sqlalchemy import ColumnElement, Select, func, select, union_all
from sqlalchemy.orm import QueryableAttribute, aliased

from scheduler import policy
from scheduler.core.audit import AuditEntry, user_behind
from scheduler.core.db import db
from scheduler.core.names import whole_name
from scheduler.core.paging import Page
from scheduler.core.sorting import Sort
from scheduler.people.models import User
from scheduler.policy import Actor, in_reach
from scheduler.requests.models import SchoolRequest
from scheduler.visits.models.visits import Assignment, Presentation, Replanning, Visit
from scheduler.visits.queries.agenda import readers_in_crew
from scheduler.visits.queries.clearance import not_cleared
from scheduler.visits.queries.lists import crew_of, one_visit, page_of_visits, visits_where
from scheduler.visits.rules.crew import keeps_back, promise_problems
from scheduler.visits.terms.plans import Why
from scheduler.visits.terms.rows import VisitHistoryLine, VisitPage, VisitRow
from scheduler.visits.terms.states import FIRM, OPEN_VISITS, VisitState


def visit_for(actor: Actor, number: str) -> VisitRow:
    """One visit for whoever may read it: staff of its centre, and its crew. Raises: NotAllowed, NotFound."""
    row = one_visit(number).row
    _require_reader(actor, row)
    return row


def _require_reader(actor: Actor, row: VisitRow) -> None:
    policy.require(
        actor,
        "read",
        "visit",
        centre=policy.spot(row),
        request=row.school_request_id,
        presenters=readers_in_crew(row.id) if actor.presenter_id is not None else (),
    )


def visit_page(actor: Actor, number: str) -> VisitPage:
    """The coordinators' page of a visit: who goes, what is missing, what happened. Raises: NotAllowed, NotFound."""
    planned_again = _planned_again(Replanning.new_id, Replanning.stopped_id)
    instead = _planned_again(Replanning.stopped_id, Replanning.new_id)
    request = {SchoolRequest: SchoolRequest.id == Visit.school_request_id}
    found = one_visit(number, SchoolRequest, planned_again, instead, joined=request)
    row, (asked, stands_for, replanned_as) = found.row, found.beside
    _require_reader(actor, row)
    policy.require(actor, "update", "visit", centre=policy.spot(row))
    return VisitPage(
        visit=row,
        contact_name=asked.contact_name if asked else "",
        contact_phone=asked.contact_phone if asked else "",
        safeguarding_contact=(asked or row).safeguarding_contact,
        teacher_stays=(asked or row).teacher_stays and row.with_pupils,
        keeps_back=_keeps_back(row, asked) if row.state in OPEN_VISITS else (),
        history=_history(row),
        request_number=asked.number if asked else "",
        crew_lost=crew_lost(row),
        stands_for=stands_for or "",
        replanned_as=replanned_as or "",
    )


def _planned_again(this: QueryableAttribute[int], other: QueryableAttribute[int]) -> ColumnElement[str | None]:
    """The number of the other visit of a replanning in which this visit stands."""
    beside = aliased(Visit)
    number = select(beside.number).join(Replanning, other == beside.id).where(this == Visit.id)
    return number.correlate(Visit).scalar_subquery()


def crew_lost(row: VisitRow) -> bool:
    """Whether an open visit was confirmed for this very time and is so no longer: since then somebody has left."""
    return row.state in (VisitState.OFFERED, VisitState.PLANNED) and row.confirmed_at is not None


def _keeps_back(row: VisitRow, asked: SchoolRequest | None) -> tuple[Why, ...]:
    """Why the visit cannot be confirmed yet, each reason once."""
    firm = [member for member in row.crew if set(member.states.values()) & set(FIRM)]
    audiences = [presentation.audience for presentation in row.presentations]
    by = asked or row
    problems = keeps_back(
        [crew_of(row, presentation) for presentation in row.presentations],
        row.rule,
        row.on_day,
        uncleared=not_cleared([member.presenter_id for member in firm], row.on_day, row.town_id),
        promise=promise_problems(audiences, by.teacher_stays, by.safeguarding_contact),
    )
    return tuple(dict.fromkeys(problems))


def _history(row: VisitRow) -> tuple[VisitHistoryLine, ...]:
    """Every change of the visit, its presentations and its crew, in order; what one act did to several rows, once."""
    seats = select(Assignment.id).join(Presentation, Presentation.id == Assignment.presentation_id)
    sittings = [sitting.id for sitting in (*row.presentations, *row.merged)]
    of_each = (
        _entries_of("visit", AuditEntry.thing_id == row.id),
        _entries_of("presentation", AuditEntry.thing_id.in_(sittings)),
        _entries_of("assignment", AuditEntry.thing_id.in_(seats.where(Presentation.visit_id == row.id))),
    )
    entries = db.session().execute(
        select(AuditEntry, User.given_spelled, User.family_spelled)
        .outerjoin(User, User.id == user_behind(AuditEntry.actor))
        .where(AuditEntry.id.in_(union_all(*of_each)))
        .order_by(AuditEntry.id)
    )
    lines = (
        VisitHistoryLine(
            entry.at,
            entry.action,
            "" if given is None else whole_name(given, family),
            str(json.loads(entry.details).get("reason", "")),
        )
        for entry, given, family in entries
    )
    return tuple(dict.fromkeys(lines))


def _entries_of(thing: str, those: ColumnElement[bool]) -> Select[int]:
    """Each kind by its index; where one question asks for all with OR, PostgreSQL reads the whole audit."""
    return select(AuditEntry.id).where(AuditEntry.thing == thing, those)


def visit_of_request(actor: Actor, request_id: int) -> VisitRow | None:
    """The newest visit that was planned for a school request, also a cancelled one; None while there is none.

    Raises: NotAllowed.
    """
    policy.require(actor, "read", "visit", centre=policy.own_part(actor))
    found = visits_where(in_centre(actor), Visit.school_request_id == request_id)
    return max(found, key=lambda visit: visit.id, default=None)


def newest_visit(actor: Actor) -> VisitRow | None:
    """The visit of the actor's that was planned last, for an example; None while there is none. Raises: NotAllowed."""
    policy.require(actor, "read", "visit", centre=policy.own_part(actor))
    newest = select(func.max(Visit.id)).where(in_centre(actor)).scalar_subquery()
    return next(iter(visits_where(Visit.id == newest)), None)


def visits_of_week(actor: Actor, monday: dt.date, page: int, sort: Sort | None = None) -> Page[VisitRow]:
    """A page of the centre's visits of seven days from `monday`, in order of time or as asked. Raises: NotAllowed."""
    policy.require(actor, "read", "visit", centre=policy.own_part(actor))
    week = Visit.on_day.between(monday, monday + dt.timedelta(days=6))
    return page_of_visits(in_centre(actor), week, sort=sort, page=page)


def visits_between(actor: Actor, first_day: dt.date, last_day: dt.date, *wanted: ColumnElement[bool]) -> list[VisitRow]:
    """The centre's visits of these days, both included, or some of them, by day and number. Raises: NotAllowed."""
    policy.require(actor, "read", "visit", centre=policy.own_part(actor))
    days = Visit.on_day.between(first_day, last_day)
    return visits_where(in_centre(actor), days, *wanted, level=bool(wanted))


def in_centre(actor: Actor) -> ColumnElement[bool]:
    """That a visit is of the actor's centre, and of her districts if she is limited to some."""
    return cast("ColumnElement[bool]", in_reach(actor, Visit))


def has_seat(*wanted: ColumnElement[bool]) -> ColumnElement[bool]:
    """That a visit has an assignment of which all this holds."""
    seated = select(Presentation.visit_id).join(Assignment, Assignment.presentation_id == Presentation.id)
    return Visit.id.in_(seated.where(*wanted))  # few have such a seat: from them to their visits
