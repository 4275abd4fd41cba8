"""Visits as pages show them: one, a week's, a presenter's. More rows never mean more queries."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlalchemy.orm import joinedload, selectinload

from scheduler import policy
from scheduler.core import clock
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.sorting import Columns, Sort, ordered_by
from scheduler.people.models import Presenter, User
from scheduler.people.rules import is_minor
from scheduler.places.models import Host
from scheduler.policy import Actor, Role
from scheduler.programmes.models import Programme
from scheduler.requests.models import SchoolRequest
from scheduler.visits.models.visits import Assignment, Presentation, Replanning, Visit
from scheduler.visits.queries.agenda import asked_presenters, readers_in_crew
from scheduler.visits.queries.clearance import not_cleared, photographed, town_of
from scheduler.visits.rules.crew import cards_of, is_whole, keeps_back, promise_problems
from scheduler.visits.rules.timetable import wall_end
from scheduler.visits.terms.plans import CrewMember, CrewRule, Why
from scheduler.visits.terms.rows import (
    CrewRow,
    CrewShown,
    NearingVisits,
    Offer,
    PresentationRow,
    VisitHistoryLine,
    VisitPage,
    VisitRow,
)
from scheduler.visits.terms.states import (
    GONE_VISITS,
    LIVING,
    OPEN_VISITS,
    AssignmentState,
    PresentationState,
    VisitState,
)

FIRM = (AssignmentState.ACCEPTED, AssignmentState.PRESENT)
FIRM_OR_OFFERED = (*FIRM, AssignmentState.OFFERED)
SORTS: Columns = {
    "day": (Visit.on_day,),
    "host": (Host.search_key,),
    "programme": (Programme.name_sr_cyrl,),
    "state": (case({state: place for place, state in enumerate(VisitState)}, value=Visit.state),),
}


def visits_where(*wanted: ColumnElement[bool], sort: Sort | None = None) -> list[VisitRow]:
    """Visits in order of time or as asked, with presentations, crews and names: five queries, however many visits."""
    found = db.session().scalars(
        select(Visit)
        .join(Visit.host)
        .join(Visit.programme)
        .where(*wanted)
        .options(
            joinedload(Visit.host),
            joinedload(Visit.programme),
            selectinload(Visit.presentations)
            .selectinload(Presentation.assignments)
            .joinedload(Assignment.presenter)
            .joinedload(Presenter.user),
        )
        .order_by(*ordered_by(sort, SORTS), Visit.on_day, Visit.number)
        .execution_options(populate_existing=True)
    )
    return [_with_crew(_visit_row(visit)) for visit in found]


def _with_crew(row: VisitRow) -> VisitRow:
    """Whether its crew is short: asked only of a visit that somebody left, missed, or was confirmed without."""
    gone = {AssignmentState.WITHDRAWN, AssignmentState.ABSENT}
    left = row.goes_short or any(gone & set(member.states.values()) for member in row.crew)
    if not left or row.state not in (*OPEN_VISITS, VisitState.DELIVERED):
        return row
    crews = [crew_of(row, presentation) for presentation in row.presentations]
    return replace(row, short_crew=bool(crews) and not is_whole(crews, row.rule, row.on_day))


def _visit_row(visit: Visit) -> VisitRow:
    host, programme = visit.host, visit.programme
    sittings = [_presentation_row(row) for row in visit.presentations]
    return VisitRow(
        id=visit.id,
        number=visit.number,
        centre_id=visit.centre_id,
        host_id=visit.host_id,
        school_request_id=visit.school_request_id,
        on_day=visit.on_day,
        zone=visit.zone,
        state=visit.state,
        reason=visit.reason,
        cancelled_by=visit.cancelled_by,
        clock_wrong=visit.clock_wrong,
        kilometres=visit.kilometres,
        version=visit.version,
        teacher_stays=visit.teacher_stays,
        safeguarding_contact=visit.safeguarding_contact,
        host_sr_cyrl=host.name_sr_cyrl,
        host_sr_latn=host.name_sr_latn,
        place_sr_cyrl=host.place_sr_cyrl,
        place_sr_latn=host.place_sr_latn,
        address_sr_cyrl=host.address_sr_cyrl,
        address_sr_latn=host.address_sr_latn,
        programme_sr_cyrl=programme.name_sr_cyrl,
        programme_en=programme.name_en,
        rule=CrewRule(programme.educators, programme.influencers),
        presentations=tuple(row for row in sittings if row.state is not PresentationState.MERGED_INTO),
        crew=_crew_rows(visit),
        goes_short=visit.goes_short,
        online_link=visit.online_link,
        town_id=town_of(visit),
        merged=tuple(row for row in sittings if row.state is PresentationState.MERGED_INTO),
        confirmed_at=visit.confirmed_at,
        moved_at=visit.moved_at,
        moved_from_day=visit.moved_from_day,
        moved_from_times=visit.moved_from_times,
    )


def _presentation_row(row: Presentation) -> PresentationRow:
    return PresentationRow(
        id=row.id,
        ordinal=row.ordinal,
        starts_local=row.starts_local,
        ends_local=wall_end(row.starts_local, row.minutes),
        minutes=row.minutes,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        audience=row.audience,
        level=row.level,
        classes=row.classes,
        room=row.room,
        expected_pupils=row.expected_pupils,
        expected_parents=row.expected_parents,
        expected_teachers=row.expected_teachers,
        state=row.state,
        reason=row.reason,
        outside_shift=row.outside_shift,
        minutes_given=row.minutes_given,
        notice_hours=row.notice_hours,
    )


def _crew_rows(visit: Visit) -> tuple[CrewRow, ...]:
    """Each presenter once, adults first; of several assignments to one presentation the last one counts."""
    seats: dict[int, list[Assignment]] = {}
    for presentation in visit.presentations:
        for row in presentation.assignments:
            seats.setdefault(row.presenter_id, []).append(row)
    crew = [_crew_row(rows, visit.on_day) for rows in seats.values()]
    return tuple(sorted(crew, key=lambda row: (row.minor, row.full_name, row.presenter_id)))


def _crew_row(rows: Sequence[Assignment], day: dt.date) -> CrewRow:
    person, last = rows[0].presenter, rows[-1]
    return CrewRow(
        presenter_id=person.id,
        kind=person.kind,
        full_name=person.user.full_name,
        given_name=person.user.given_name,
        minor=is_minor(person.adult_on, day),
        adult_on=person.adult_on,
        states={row.presentation_id: row.state for row in rows},
        offered_until=last.offered_until,
        reason=last.reason if all(row.state not in LIVING for row in rows) else "",
    )


def visit_for(actor: Actor, number: str) -> VisitRow:
    """One visit for whoever may read it: staff of its centre, and its crew. Raises: NotAllowed, NotFound."""
    rows = visits_where(Visit.number == number)
    if not rows:
        raise NotFound("visit")
    row = rows[0]
    policy.require(
        actor,
        "read",
        "visit",
        centre=row.centre_id,
        request=row.school_request_id,
        presenters=readers_in_crew(row.id),
    )
    return row


def offered_visit_id(actor: Actor, number: str) -> int:
    """The visit of an offer that was ever made to the reader: she may answer it. Raises: NotFound."""
    visit_id = db.session().scalar(select(Visit.id).where(Visit.number == number))
    if visit_id is None:
        raise NotFound("visit")
    policy.require(actor, "answer", "offer", presenters=asked_presenters(visit_id))
    return visit_id


def visit_page(actor: Actor, number: str) -> VisitPage:
    """The coordinators' page of a visit: who goes, what is missing, what happened. Raises: NotAllowed, NotFound."""
    row = visit_for(actor, number)
    policy.require(actor, "update", "visit", centre=row.centre_id)
    asked = db.session().scalar(select(SchoolRequest).where(SchoolRequest.id == row.school_request_id))
    return VisitPage(
        visit=row,
        contact_name=asked.contact_name if asked else "",
        contact_phone=asked.contact_phone if asked else "",
        safeguarding_contact=(asked or row).safeguarding_contact,
        teacher_stays=(asked or row).teacher_stays,
        keeps_back=_keeps_back(row, asked),
        history=_history(row),
        request_number=asked.number if asked else "",
        crew_lost=_crew_lost(row),
        stands_for=_number_of(Visit.id == Replanning.stopped_id, Replanning.new_id == row.id),
        replanned_as=_number_of(Visit.id == Replanning.new_id, Replanning.stopped_id == row.id),
    )


def _crew_lost(row: VisitRow) -> bool:
    """Whether an open visit was confirmed for this very time and is so no longer: since then somebody has left."""
    return row.state in (VisitState.OFFERED, VisitState.PLANNED) and row.confirmed_at is not None


def _number_of(*wanted: ColumnElement[bool]) -> str:
    return db.session().scalar(select(Visit.number).where(*wanted)) or ""


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


def crew_of(row: VisitRow, presentation: PresentationRow) -> list[CrewMember]:
    """The crew of one presentation as rules see it."""
    return [member_of(one, one.states[presentation.id]) for one in row.crew if presentation.id in one.states]


def member_of(row: CrewRow, state: AssignmentState) -> CrewMember:
    """Somebody of a crew as rules see her."""
    family = row.full_name.removeprefix(row.given_name).strip()
    return CrewMember(row.presenter_id, row.kind, row.given_name, family, row.adult_on, state)


def _history(row: VisitRow) -> tuple[VisitHistoryLine, ...]:
    """Every change of the visit, its presentations and its crew, in order; what one act did to several rows, once."""
    seats = select(Assignment.id).join(Presentation, Presentation.id == Assignment.presentation_id)
    entries = (
        db.session()
        .scalars(
            select(AuditEntry)
            .where(
                or_(
                    and_(AuditEntry.thing == "visit", AuditEntry.thing_id == row.id),
                    and_(
                        AuditEntry.thing == "presentation",
                        AuditEntry.thing_id.in_([sitting.id for sitting in (*row.presentations, *row.merged)]),
                    ),
                    and_(
                        AuditEntry.thing == "assignment",
                        AuditEntry.thing_id.in_(seats.where(Presentation.visit_id == row.id)),
                    ),
                )
            )
            .order_by(AuditEntry.id)
        )
        .all()
    )
    ids = {int(entry.actor.removeprefix("user:")) for entry in entries if entry.actor.startswith("user:")}
    people = db.session().execute(select(User.id, User.given_name, User.family_name).where(User.id.in_(ids)))
    names = {f"user:{person.id}": f"{person.given_name} {person.family_name}".strip() for person in people}
    lines = (
        VisitHistoryLine(
            entry.at, entry.action, names.get(entry.actor, ""), str(json.loads(entry.details).get("reason", ""))
        )
        for entry in entries
    )
    return tuple(dict.fromkeys(lines))


def visit_of_request(actor: Actor, request_id: int) -> VisitRow | None:
    """The newest visit that was planned for a school request, also a cancelled one; None while there is none.

    Raises: NotAllowed.
    """
    policy.require(actor, "read", "visit", centre=actor.centre_id)
    found = visits_where(in_centre(actor), Visit.school_request_id == request_id)
    return max(found, key=lambda visit: visit.id, default=None)


def visits_of_week(actor: Actor, monday: dt.date, sort: Sort | None = None) -> list[VisitRow]:
    """The centre's visits of the seven days from `monday`, in order of time or as asked. Raises: NotAllowed."""
    return visits_between(actor, monday, monday + dt.timedelta(days=6), sort)


def visits_between(actor: Actor, first_day: dt.date, last_day: dt.date, sort: Sort | None = None) -> list[VisitRow]:
    """The centre's visits of these days, both included, in order of day and number or as asked. Raises: NotAllowed."""
    policy.require(actor, "read", "visit", centre=actor.centre_id)
    return visits_where(in_centre(actor), Visit.on_day.between(first_day, last_day), sort=sort)


def in_centre(actor: Actor) -> ColumnElement[bool]:
    """That a visit is of the actor's centre; the system sees all."""
    return Visit.centre_id.is_not(None) if Role.SYSTEM in actor.roles else Visit.centre_id == actor.centre_id


CONFIRMED_WITHIN = dt.timedelta(days=7)  # an open visit is to be confirmed by then
OFFER_ENDS = dt.timedelta(hours=24)


def nearing_visits(actor: Actor, today: dt.date, now: dt.datetime) -> NearingVisits:
    """The centre's visits that a coordinator looks at first, all in one question. Raises: NotAllowed."""
    policy.require(actor, "read", "visit", centre=actor.centre_id)
    tomorrow, within = today + dt.timedelta(days=1), Visit.on_day.between(today, today + CONFIRMED_WITHIN)
    ending = has_seat(Assignment.state == AssignmentState.OFFERED, Assignment.offered_until <= now + OFFER_ENDS)
    unanswered = set(db.session().scalars(select(Visit.id).where(in_centre(actor), ending)))
    rows = visits_where(in_centre(actor), within | Visit.id.in_(unanswered))
    off = (*GONE_VISITS, VisitState.DISRUPTED)
    return NearingVisits(
        soon=tuple(row for row in rows if today <= row.on_day <= tomorrow and row.state not in off),
        unconfirmed=tuple(
            row
            for row in rows
            if today <= row.on_day < today + CONFIRMED_WITHIN and row.state in (VisitState.PLANNED, VisitState.OFFERED)
        ),
        ending=tuple(row for row in rows if row.id in unanswered),
    )


def has_seat(*wanted: ColumnElement[bool]) -> ColumnElement[bool]:
    """That a visit has an assignment of which all this holds."""
    seated = select(Presentation.visit_id).join(Assignment, Assignment.presentation_id == Presentation.id)
    return Visit.id.in_(seated.where(*wanted))  # few have such a seat: from them to their visits


def offers_of(presenter_id: int, now: dt.datetime) -> list[Offer]:
    """What waits for a presenter's answer, the nearest day first."""
    offered = has_seat(
        Assignment.presenter_id == presenter_id,
        Assignment.state == AssignmentState.OFFERED,
        Assignment.offered_until > now,
    )
    return [
        Offer(row, mine.offered_until, AssignmentState.OFFERED, row.of(mine))
        for row in visits_where(Visit.state.in_(OPEN_VISITS), offered)
        for mine in row.crew
        if mine.presenter_id == presenter_id
    ]


def visits_of_presenter(presenter_id: int, first_day: dt.date, last_day: dt.date) -> list[VisitRow]:
    """The visits that a presenter goes to on these days, both included, in order of time."""
    going = has_seat(Assignment.presenter_id == presenter_id, Assignment.state.in_(FIRM))
    return visits_where(Visit.on_day.between(first_day, last_day), Visit.state.not_in(GONE_VISITS), going)


def crew_for_school(request_id: int, now: dt.datetime) -> CrewShown | None:
    """The visit of a school request as the school may read it: first names of minors, full names of adults.

    None while nothing is planned. Names appear when the visit is confirmed, and never those who have not accepted.
    """
    rows = visits_where(Visit.school_request_id == request_id, Visit.state.not_in(GONE_VISITS))
    if not rows:
        return None
    row = rows[-1]
    told = row.state in (VisitState.CONFIRMED, VisitState.READY, VisitState.DELIVERED)
    firm = [member_of(one, one.state) for one in row.crew if set(one.states.values()) & set(FIRM)]
    today = clock.local_day(now, row.zone)
    return CrewShown(
        visit_id=row.id,
        number=row.number,
        on_day=row.on_day,
        state=row.state,
        starts_local=tuple(presentation.starts_local for presentation in row.presentations),
        cards=tuple(cards_of(firm, min(today, row.on_day), photographed(row, today))) if told else (),
        starts_at=row.starts_at,
        crew_lost=_crew_lost(row),
        clock_wrong=row.clock_wrong,
        online_link=row.online_link if told else "",
    )
