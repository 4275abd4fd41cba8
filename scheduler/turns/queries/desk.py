"""What of a centre waits for whom: a handful of questions, however many visits and requests there are."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Bundle, aliased

from scheduler import policy
from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.rules import TO_BE_LOCKED
from scheduler.attendance.terms import AttendanceState, CountSource
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.names import whole_name
from scheduler.people.models import Presenter, User
from scheduler.places.models import Host
from scheduler.policy import Actor, in_reach
from scheduler.programmes.models import Programme
from scheduler.readiness.models import NumbersAsked, ToldNote
from scheduler.requests.models import SchoolRequest
from scheduler.turns.queries.requests_and_mails import (
    ABOUT_HOST,
    about_host,
    failed_mails,
    judged_requests,
    posts_to_judge,
    requests_to_judge,
    waited_for,
)
from scheduler.turns.rules import DAY, in_order, not_counted, turn_of_visit, turns_of_visit
from scheduler.turns.terms import Desk, Matter, SeatStanding, SittingStanding, SoonRow, TurnRow, Verdict, VisitStanding
from scheduler.visits.models.finding import Finding
from scheduler.visits.models.substitution import SubstituteSearch
from scheduler.visits.models.visits import Assignment, DateWish, Presentation, Visit
from scheduler.visits.rules.crew import is_whole
from scheduler.visits.terms.plans import CrewMember, CrewRule
from scheduler.visits.terms.states import (
    FIRM,
    LIVING,
    OFF_VISITS,
    OPEN_SEARCHES,
    PROMISED,
    STAFFED,
    AssignmentState,
    FindingKind,
    PresentationState,
    VisitState,
)

_LEFT = (AssignmentState.WITHDRAWN, AssignmentState.REPLACED)
Sittings = Mapping[int, Sequence[tuple[SittingStanding, dt.time]]]
# What the rule asks of a visit: hundreds are judged for a page, and their texts and papers are read by none.
ASKED_OF_VISIT: Bundle[Any] = Bundle(
    "Visit",
    *(Visit.id, Visit.number, Visit.on_day, Visit.state, Visit.state_since, Visit.version, Visit.school_request_id),
    *(Visit.confirmed_at, Visit.goes_short, Visit.teacher_stays, Visit.safeguarding_contact, Visit.clock_wrong),
    Visit.papers_settled,
)


def desk_of(actor: Actor, now: dt.datetime) -> Desk:
    """All that is the coordinators' turn in the actor's centre, and who goes today and tomorrow: five questions.

    Raises: NotAllowed.
    """
    policy.require(actor, "read", "visit", centre=policy.own_part(actor))
    policy.require(actor, "read", "request", centre=policy.own_part(actor))
    return _desk(actor, now)


def rows_told_to(reader: Actor, now: dt.datetime) -> tuple[TurnRow, ...]:
    """The same rows for whoever writes to her: the product itself."""
    return _desk(reader, now).rows


def _desk(actor: Actor, now: dt.datetime) -> Desk:
    today = clock.local_day(now)
    visits = db.session().execute(_visits_to_judge(actor, today)).all()
    sittings = _sittings_of([row.Visit.id for row in visits])
    judged = [_visit_turn(row, sittings, now, today) for row in visits]
    found = [*judged, *requests_to_judge(actor, now), *failed_mails(actor), *posts_to_judge(actor, today)]
    return Desk(
        rows=in_order([row for row in found if row.verdict.ours], today),
        soon=tuple(_soon(row, sittings) for row in visits if _is_soon(row, today)),
    )


def rows_of_requests(actor: Actor, now: dt.datetime) -> dict[int, TurnRow]:
    """Visits that are the coordinators' turn, and requests that stand still, by request: three questions."""
    policy.require(actor, "read", "visit", centre=policy.own_part(actor))
    today = clock.local_day(now)
    visits = db.session().execute(_visits_to_judge(actor, today)).all()
    sittings = _sittings_of([row.Visit.id for row in visits])
    rows = [_visit_turn(row, sittings, now, today) for row in visits]
    rows += [row for row in judged_requests(actor, now, waited_for()) if row.matter is Matter.STANDS_STILL]
    return {row.request_id: row for row in rows if row.request_id is not None and row.verdict.ours}


def turns_about(visit_id: int, now: dt.datetime) -> list[Verdict]:
    """All that waits about one visit, the most pressing first: two questions. The caller has checked the right."""
    row = db.session().execute(_judged_visits().where(Visit.id == visit_id)).one()
    sittings = _sittings_of([visit_id]).get(visit_id, ())
    return turns_of_visit(_standing(row, [one for one, _starts in sittings]), now, clock.local_day(now))


def sittings_not_counted(actor: Actor, now: dt.datetime) -> list[tuple[int, int]]:
    """(visit, presentation) of what was held and a coordinator must ask about: two questions. Raises: NotAllowed."""
    policy.require(actor, "list", "attendance", centre=policy.own_part(actor))
    today = clock.local_day(now)
    visits = db.session().execute(_visits_to_judge(actor, today).where(Visit.on_day < today)).all()
    sittings = _sittings_of([row.Visit.id for row in visits])
    found = []
    for row in visits:
        one = _standing(row, [sitting for sitting, _starts in sittings.get(row.Visit.id, ())])
        if any(turn.matter is Matter.NOT_COUNTED for turn in turns_of_visit(one, now, today)):
            found += [(row.Visit.id, sitting.id) for sitting in not_counted(one)]
    return found


def visits_to_count(presenter_id: int, now: dt.datetime) -> list[TurnRow]:
    """The visits that a presenter went to and whose numbers are still missing, the oldest first: two questions."""
    today = clock.local_day(now)
    went = (
        select(Presentation.visit_id)
        .join(Assignment, Assignment.presentation_id == Presentation.id)
        .where(Assignment.presenter_id == presenter_id, Assignment.state.in_(FIRM), Presentation.starts_at <= now)
    )
    may_count = Visit.state.in_((VisitState.CONFIRMED, VisitState.READY))
    wanted = _judged_visits().where(~Visit.papers_settled, may_count, Visit.id.in_(went))
    visits = db.session().execute(wanted).all()
    sittings = _sittings_of([row.Visit.id for row in visits])
    rows = []
    for row in visits:
        standing = _standing(row, [one for one, _starts in sittings.get(row.Visit.id, ())])
        counting = [one for one in turns_of_visit(standing, now, today) if one.matter is Matter.TO_COUNT]
        rows += [replace(_visit_turn(row, sittings, now, today), verdict=one) for one in counting[:1]]
    return rows


def _visits_to_judge(actor: Actor, today: dt.date) -> Select[Any]:
    """Every visit of which it may be the coordinators' turn, and those of today and tomorrow; the rule decides.

    Open visits are few and have their index; of the confirmed ones nearly all wait for their day and are not read.
    """
    may_wait = or_(
        Visit.state.in_((VisitState.PLANNED, VisitState.OFFERED, VisitState.DISRUPTED)),
        and_(
            Visit.state.in_((VisitState.CONFIRMED, VisitState.READY)),
            or_(
                Visit.on_day <= today + DAY,
                Visit.clock_wrong.is_not(None),
                DateWish.id.is_not(None),
                SubstituteSearch.id.is_not(None),
                _somebody_away(),
                _somebody_left(),
                _numbers_asked_at().is_not(None),
            ),
        ),
    )
    counted = select(Presentation.visit_id).join(Attendance, Attendance.presentation_id == Presentation.id)
    to_lock = counted.where(Attendance.state.in_(TO_BE_LOCKED))
    return _judged_visits().where(
        in_reach(actor, Visit),
        or_(
            and_(~Visit.papers_settled, may_wait),  # so that the index of those not settled is read
            and_(Visit.state == VisitState.DELIVERED, Visit.id.in_(to_lock)),
        ),
    )


def _judged_visits() -> Select[Any]:
    """Visits with all that the rule asks of each, but its presentations and its crew; at most one row for each."""
    told = select(func.max(ToldNote.told_at)).where(ToldNote.visit_id == Visit.id, ToldNote.presenter_id.is_(None))
    wanted: Any = (
        select(
            ASKED_OF_VISIT,
            *ABOUT_HOST,
            Host.phone,
            Programme.educators,
            Programme.influencers,
            SchoolRequest.number.label("asked"),
            SchoolRequest.teacher_stays.label("asked_stays"),
            SchoolRequest.safeguarding_contact.label("asked_contact"),
            SchoolRequest.contact_phone,
            DateWish.first_choice,
            DateWish.asked_at,
            SubstituteSearch.state.label("search"),
            _somebody_away().label("away"),
            _in_two_places().label("clash"),
            _numbers_asked_at().label("numbers_asked_at"),
            told.scalar_subquery().label("told_at"),
        )
        .join(Host, Host.id == Visit.host_id)
        .join(Programme, Programme.id == Visit.programme_id)
        .outerjoin(SchoolRequest, SchoolRequest.id == Visit.school_request_id)
        .outerjoin(DateWish, and_(DateWish.visit_id == Visit.id, DateWish.answered_at.is_(None)))
        .outerjoin(
            SubstituteSearch,
            and_(SubstituteSearch.visit_id == Visit.id, SubstituteSearch.state.in_(OPEN_SEARCHES)),
        )
        .order_by(Visit.on_day, Visit.number)
    )
    return cast(Select[Any], wanted)


def _somebody_away() -> ColumnElement[bool]:
    """Who goes, or is asked to go, has no time then; whoever left since is nobody's matter."""
    seats = select(Assignment.id).join(Presentation, Presentation.id == Assignment.presentation_id)
    goes = seats.where(
        Presentation.visit_id == Visit.id,
        Assignment.presenter_id == Finding.presenter_id,
        Assignment.state.in_(PROMISED),
    )
    of_visit = Finding.visit_id == Visit.id, Finding.kind == FindingKind.AWAY, Finding.settled_at.is_(None)
    return exists().where(*of_visit, goes.correlate(Visit, Finding).exists()).correlate(Visit)


def _somebody_left() -> ColumnElement[bool]:
    seats = select(Assignment.id).join(Presentation, Presentation.id == Assignment.presentation_id)
    return seats.where(Presentation.visit_id == Visit.id, Assignment.state.in_(_LEFT)).exists()


def _numbers_asked_at() -> Any:
    open_ones = select(func.min(NumbersAsked.asked_at)).where(NumbersAsked.visit_id == Visit.id)
    return open_ones.where(NumbersAsked.answered_at.is_(None)).correlate(Visit).scalar_subquery()


def _in_two_places() -> ColumnElement[bool]:
    """Somebody suggested for a visit has promised that time elsewhere."""
    mine, other = aliased(Assignment), aliased(Assignment)
    return (
        select(mine.id)
        .join(Presentation, Presentation.id == mine.presentation_id)
        .join(
            other,
            and_(
                other.presenter_id == mine.presenter_id,
                other.presentation_id != mine.presentation_id,
                other.state.in_(PROMISED),
                other.busy_from < mine.busy_until,
                mine.busy_from < other.busy_until,
            ),
        )
        .where(Presentation.visit_id == Visit.id, mine.state == AssignmentState.SUGGESTED)
        .correlate(Visit)
        .exists()
    )


def _counted_otherwise() -> ColumnElement[bool]:
    """The school's numbers of a presentation are not the educator's."""
    hers, schools = aliased(HeadCount), aliased(HeadCount)
    return exists().where(
        schools.presentation_id == Attendance.presentation_id,
        schools.source == CountSource.SCHOOL,
        hers.presentation_id == schools.presentation_id,
        hers.source == CountSource.EDUCATOR,
        hers.version == schools.version,
        hers.audience == schools.audience,
        hers.people != schools.people,
    )


def _sittings_of(visit_ids: Sequence[int]) -> Sittings:
    """The presentations of these visits with their counting and crews, also who left them: one question."""
    found: dict[int, dict[int, tuple[Any, AttendanceState, bool]]] = defaultdict(dict)
    seats: dict[int, list[SeatStanding]] = defaultdict(list)
    sat = Presentation
    of_sitting = sat.id, sat.visit_id, sat.state, sat.starts_at, sat.ends_at, sat.starts_local, sat.audience
    of_seat = Assignment.presenter_id, Assignment.state, Assignment.state_since, Assignment.offered_until
    wanted: Any = (
        select(
            Bundle("sitting", *of_sitting),
            Attendance.state,
            Bundle("seat", *of_seat),
            Presenter.kind,
            Presenter.adult_on,
            User.given_spelled,
            User.family_spelled,
            _counted_otherwise(),
        )
        .outerjoin(Attendance, Attendance.presentation_id == Presentation.id)
        .outerjoin(Assignment, Assignment.presentation_id == Presentation.id)
        .outerjoin(Presenter, Presenter.id == Assignment.presenter_id)
        .outerjoin(User, User.id == Presenter.user_id)
        .where(Presentation.visit_id.in_(visit_ids), Presentation.state != PresentationState.MERGED_INTO)
        .order_by(Presentation.starts_at, Presentation.ordinal, Assignment.id)
    )
    for sitting, count, seat, kind, adult_on, given, family, differs in (
        db.session().execute(wanted) if visit_ids else ()
    ):
        found[sitting.visit_id][sitting.id] = (sitting, count or AttendanceState.OPEN, differs)
        if seat.presenter_id is not None:
            member = CrewMember(seat.presenter_id, kind, given, family, adult_on, seat.state)
            seats[sitting.id].append(SeatStanding(member, seat.state_since, seat.offered_until))
    return {
        visit_id: [
            (_sitting(row, count, seats[row.id], differs), row.starts_local) for row, count, differs in rows.values()
        ]
        for visit_id, rows in found.items()
    }


def _sitting(row: Any, count: AttendanceState, seats: Sequence[SeatStanding], differs: bool) -> SittingStanding:
    return SittingStanding(row.id, row.state, row.starts_at, row.ends_at, row.audience, count, tuple(seats), differs)


def _visit_turn(row: Any, sittings: Sittings, now: dt.datetime, today: dt.date) -> TurnRow:
    visit = row.Visit
    standing = _standing(row, [one for one, _starts in sittings.get(visit.id, ())])
    return TurnRow(
        verdict=turn_of_visit(standing, now, today),
        host=about_host(row, row.contact_phone or row.phone),
        on_day=visit.on_day,
        number=visit.number,
        request_number=row.asked or "",
        request_id=visit.school_request_id,
        version=visit.version,
        since=visit.state_since,
        wished_day=row.first_choice,
        starts_at=standing.starts_at,
    )


def _standing(row: Any, sittings: Sequence[SittingStanding]) -> VisitStanding:
    visit = row.Visit
    asked = row.asked is not None  # then the school's promise stands on its request
    return VisitStanding(
        state=visit.state,
        on_day=visit.on_day,
        rule=CrewRule(row.educators, row.influencers),
        sittings=tuple(sittings),
        confirmed_at=visit.confirmed_at,
        goes_short=visit.goes_short,
        teacher_stays=row.asked_stays if asked else visit.teacher_stays,
        safeguarding_contact=row.asked_contact if asked else visit.safeguarding_contact,
        clock_wrong=visit.clock_wrong,
        search=row.search,
        wished_day=row.first_choice,
        wished_at=row.asked_at,
        crew_away=row.away,
        numbers_asked_at=row.numbers_asked_at,
        clash=row.clash,
        told_at=row.told_at,
        papers_settled=visit.papers_settled,
    )


def _is_soon(row: Any, today: dt.date) -> bool:
    return today <= row.Visit.on_day <= today + DAY and row.Visit.state not in OFF_VISITS


def _soon(row: Any, sittings: Sittings) -> SoonRow:
    visit = row.Visit
    of_visit = sittings.get(visit.id, ())
    members = {seat.member.presenter_id: seat.member for one, _at in of_visit for seat in one.seats if _goes(seat)}
    crews = [[seat.member for seat in one.seats] for one, _starts in of_visit if one.state in STAFFED]
    return SoonRow(
        number=visit.number,
        on_day=visit.on_day,
        state=visit.state,
        starts_local=tuple(starts for _one, starts in of_visit),
        host=about_host(row, row.contact_phone or row.phone),
        crew=tuple(whole_name(one.given_name, one.family_name) for one in members.values()),
        short=bool(crews) and not is_whole(crews, CrewRule(row.educators, row.influencers), visit.on_day),
    )


def _goes(seat: SeatStanding) -> bool:
    return seat.member.state in LIVING
