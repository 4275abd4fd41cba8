"""All of visits that the rule of turns asks, and what it says of them: two questions, however many they are."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Bundle, aliased

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.rules import TO_BE_LOCKED
from scheduler.attendance.terms import AttendanceState, CountSource
from scheduler.core.db import db
from scheduler.core.query_hints import some_row
from scheduler.people.models import Presenter, User
from scheduler.places.models import Host
from scheduler.programmes.models import Programme
from scheduler.readiness.models import NumbersAsked, ToldNote
from scheduler.requests.models import SchoolRequest
from scheduler.turns.queries.requests_and_mails import ABOUT_HOST, about_host
from scheduler.turns.rules import DAY, turn_of_visit
from scheduler.turns.terms import SeatStanding, SittingStanding, TurnRow, VisitStanding
from scheduler.visits.models.finding import Finding
from scheduler.visits.models.substitution import SubstituteSearch
from scheduler.visits.models.visits import Assignment, DateWish, Presentation, Visit
from scheduler.visits.terms.plans import CrewMember, CrewRule
from scheduler.visits.terms.states import (
    LEFT,
    OPEN_SEARCHES,
    PROMISED,
    AssignmentState,
    FindingKind,
    PresentationState,
    VisitState,
)

Sittings = Mapping[int, Sequence[tuple[SittingStanding, dt.time]]]
# What the rule asks of a visit: hundreds are judged for a page, and their texts and papers are read by none.
ASKED_OF_VISIT: Bundle[Any] = Bundle(
    "Visit",
    *(Visit.id, Visit.number, Visit.on_day, Visit.state, Visit.state_since, Visit.version, Visit.school_request_id),
    *(Visit.confirmed_at, Visit.goes_short, Visit.teacher_stays, Visit.safeguarding_contact, Visit.clock_wrong),
    Visit.papers_settled,
)


@dataclass(frozen=True)
class Judged:
    """Visits as they were read, with their presentations."""

    visits: Sequence[Any]
    sittings: Sittings

    def turns(self, now: dt.datetime, today: dt.date) -> list[TurnRow]:
        """Each with what the rule says first of it."""
        return [_visit_turn(row, self.standing(row), now, today) for row in self.visits]

    def standing(self, row: Any) -> VisitStanding:
        return _standing(row, [one for one, _starts in self.sittings.get(row.Visit.id, ())])


def read(wanted: Select[Any]) -> Judged:
    """Visits of `judged_visits()` with their presentations: two questions, also where there are none."""
    visits = db.session().execute(wanted).all()
    return Judged(visits, sittings_of([row.Visit.id for row in visits]))


def may_be_asked(today: dt.date) -> ColumnElement[bool]:
    """Every visit of which it may be the coordinators' turn, and those of today and tomorrow; the rule decides.

    Open visits are few and have their index; of the confirmed ones nearly all wait for their day and are not read.
    """
    may_wait = or_(
        Visit.state.in_(_OPEN),
        and_(
            Visit.state.in_(_TOLD),
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
    to_lock = counted.where(Attendance.state.in_(TO_BE_LOCKED), Presentation.visit_id == Visit.id)
    return or_(
        and_(~Visit.papers_settled, may_wait),  # so that the index of those not settled is read
        and_(Visit.state == VisitState.DELIVERED, some_row(to_lock.correlate(Visit))),
    )


_OPEN = (VisitState.PLANNED, VisitState.OFFERED, VisitState.DISRUPTED)
_TOLD = (VisitState.CONFIRMED, VisitState.READY)
ASKED_VISITS = (*_OPEN, *_TOLD)  # of today and tomorrow all of these are judged


@cache
def judged_visits() -> Select[Any]:
    """Visits with all that the rule asks of each, but its presentations and its crew; at most one row for each.

    To write the question takes longer than to ask it of a few visits, so it is written once.
    """
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
    return some_row(seats.where(Presentation.visit_id == Visit.id, Assignment.state.in_(LEFT)).correlate(Visit))


def _numbers_asked_at() -> Any:
    open_ones = select(func.min(NumbersAsked.asked_at)).where(NumbersAsked.visit_id == Visit.id)
    return open_ones.where(NumbersAsked.answered_at.is_(None)).correlate(Visit).scalar_subquery()


def _in_two_places() -> ColumnElement[bool]:
    """Somebody suggested for a visit has promised that time elsewhere."""
    mine, other = aliased(Assignment), aliased(Assignment)
    seats = (
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
    )
    return some_row(seats)


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


def sittings_of(visit_ids: Sequence[int]) -> Sittings:
    """The presentations of these visits with their counting and crews, also who left them: one question."""
    found: dict[int, dict[int, tuple[Any, AttendanceState, bool]]] = defaultdict(dict)
    seats: dict[int, list[SeatStanding]] = defaultdict(list)
    of_visits = {"visit_ids": visit_ids}
    for sitting, count, seat, kind, adult_on, given, family, differs in db.session().execute(_seats(), of_visits):
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


@cache
def _seats() -> Select[Any]:
    """Presentations of `:visit_ids`, and a row for each seat."""
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
        .where(
            Presentation.visit_id.in_(bindparam("visit_ids", expanding=True)),
            Presentation.state != PresentationState.MERGED_INTO,
        )
        .order_by(Presentation.starts_at, Presentation.ordinal, Assignment.id)
    )
    return cast(Select[Any], wanted)


def _sitting(row: Any, count: AttendanceState, seats: Sequence[SeatStanding], differs: bool) -> SittingStanding:
    return SittingStanding(row.id, row.state, row.starts_at, row.ends_at, row.audience, count, tuple(seats), differs)


def _visit_turn(row: Any, standing: VisitStanding, now: dt.datetime, today: dt.date) -> TurnRow:
    visit = row.Visit
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
