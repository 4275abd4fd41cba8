"""All of visits that the rule of turns asks, and what it says of them: two questions, however many they are."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select, union
from sqlalchemy.orm import aliased

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.rules import TO_BE_LOCKED
from scheduler.attendance.terms import AttendanceState, CountSource
from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.query_hints import some_row
from scheduler.people.models import Presenter
from scheduler.places.models import Host
from scheduler.policy import Actor, in_reach
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
ASKED_OF_VISIT = (
    *(Visit.id, Visit.number, Visit.on_day, Visit.state, Visit.state_since, Visit.version, Visit.school_request_id),
    *(Visit.confirmed_at, Visit.goes_short, Visit.teacher_stays, Visit.safeguarding_contact, Visit.clock_wrong),
    Visit.papers_settled,
)


@dataclass(frozen=True)
class Judged:
    """Visits as they were read, with their presentations."""

    visits: Sequence[Any]
    sittings: Sittings

    def turns(self, now: dt.datetime) -> list[TurnRow]:
        """Each with what the rule says first of it."""
        today = clock.local_day(now)
        return [_visit_turn(row, self.standing(row), now, today) for row in self.visits]

    def standing(self, row: Any) -> VisitStanding:
        return _standing(row, [one for one, _starts in self.sittings.get(row.id, ())])


def read(wanted: Select[Any], now: dt.datetime) -> Judged:
    """Visits of `judged_visits()` with their presentations: two questions, also where there are none."""
    visits = db.session().connection().execute(wanted, {_LATELY.key: now - 2 * DAY}).all()
    return Judged(visits, sittings_of(visits, clock.local_day(now)))


def waiting_visits(actor: Actor, now: dt.datetime, *within: ColumnElement[bool]) -> Judged:
    """Every visit of which it may be the coordinators' turn, and those of today and tomorrow; the rule decides.

    Visits whose papers are settled, nearly all, are not read; nor are confirmed ones that only wait for their day.
    """
    inside = in_reach(actor, Visit), *within
    told = select(Visit.id).where(*inside, ~Visit.papers_settled, Visit.state.in_(_TOLD))
    tomorrow = clock.local_day(now) + DAY
    wishes = select(DateWish.visit_id).where(DateWish.answered_at.is_(None))
    searches = select(SubstituteSearch.visit_id).where(SubstituteSearch.state.in_(OPEN_SEARCHES))
    speaks_against = or_(
        Visit.clock_wrong.is_not(None),
        Visit.id.in_(wishes),
        Visit.id.in_(searches),
        _somebody_away(),
        _somebody_left(),
        _in_two_places(),
        _numbers_asked_at().is_not(None),
    )
    counted = select(Presentation.visit_id).join(Attendance, Attendance.presentation_id == Presentation.id)
    to_lock = counted.where(Attendance.state.in_(TO_BE_LOCKED))
    may_wait = union(  # beside an OR, both databases would look at every visit of the centre
        select(Visit.id).where(*inside, ~Visit.papers_settled, Visit.state.in_(_OPEN)),
        told.where(Visit.on_day <= tomorrow),
        told.where(Visit.on_day > tomorrow, speaks_against),
        select(Visit.id).where(*inside, Visit.state == VisitState.DELIVERED, Visit.id.in_(to_lock)),
    )
    return read(judged_visits().where(Visit.id.in_(may_wait)), now)


_OPEN = (VisitState.PLANNED, VisitState.OFFERED, VisitState.DISRUPTED)
_TOLD = (VisitState.CONFIRMED, VisitState.READY)
# What began before it is over, and stands in nobody's way: of a presenter's ten years few seats are looked at.
_LATELY: Any = bindparam("lately", type_=Assignment.busy_from.type)
CREWED = (VisitState.PLANNED, VisitState.OFFERED, *_TOLD)
_VISITS: Any = bindparam("visit_ids", expanding=True)


@cache
def judged_visits() -> Select[Any]:
    """Visits with all that the rule asks of each, but its presentations and its crew; at most one row for each.

    To write the question takes longer than to ask it of a few visits, so it is written once.
    """
    told = select(func.max(ToldNote.told_at)).where(ToldNote.visit_id == Visit.id, ToldNote.presenter_id.is_(None))
    wanted: Any = (
        select(
            *ASKED_OF_VISIT,
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
    elsewhere = and_(
        other.presenter_id == mine.presenter_id,
        other.presentation_id != mine.presentation_id,
        other.state.in_(PROMISED),
        other.busy_from > _LATELY,
        other.busy_from < mine.busy_until,
        mine.busy_from < other.busy_until,
    )
    seats = select(mine.id).join(Presentation, Presentation.id == mine.presentation_id).join(other, elsewhere)
    of_visit = Presentation.visit_id == Visit.id, mine.state == AssignmentState.SUGGESTED
    return some_row(seats.where(*of_visit).correlate(Visit))


def _counted_otherwise() -> ColumnElement[bool]:
    """Both have counted a presentation, and the school's numbers are not the educator's."""
    hers, schools = aliased(HeadCount), aliased(HeadCount)
    other_number = exists().where(
        schools.presentation_id == Attendance.presentation_id,
        schools.source == CountSource.SCHOOL,
        hers.presentation_id == schools.presentation_id,
        hers.source == CountSource.EDUCATOR,
        hers.version == schools.version,
        hers.audience == schools.audience,
        hers.people != schools.people,
    )
    return and_(Attendance.state == AttendanceState.COUNTERSIGNED, other_number)


def sittings_of(visits: Sequence[Any], today: dt.date) -> Sittings:
    """The presentations of these visits with their counting, and who goes or left: two questions.

    Of crews those of visits to come: the rule asks for no other.
    """
    crews = _crews_of([row.id for row in visits if row.on_day >= today and row.state in CREWED])
    found: dict[int, list[tuple[SittingStanding, dt.time]]] = defaultdict(list)
    for visit_id, starts_local, count, differs, sitting_id, *facts in _rows(_sittings(), [row.id for row in visits]):
        state, starts_at, ends_at, audience = facts
        counted, crew = count or AttendanceState.OPEN, tuple(crews.get(sitting_id, ()))
        sitting = SittingStanding(sitting_id, state, starts_at, ends_at, audience, counted, crew, bool(differs))
        found[visit_id].append((sitting, starts_local))
    return found


def _crews_of(visit_ids: Sequence[int]) -> Mapping[int, Sequence[SeatStanding]]:
    seats: dict[int, list[SeatStanding]] = defaultdict(list)
    for sitting_id, since, until, presenter_id, kind, adult_on, state in _rows(_seats(), visit_ids):
        seats[sitting_id].append(SeatStanding(CrewMember(presenter_id, kind, "", "", adult_on, state), since, until))
    return seats


def _rows(question: Select[Any], visit_ids: Sequence[int]) -> Sequence[Any]:
    """Rows as the database gives them, and no objects: they are thousands."""
    return db.session().connection().execute(question, {"visit_ids": visit_ids}).all()


@cache
def _sittings() -> Select[Any]:
    """Presentations of `:visit_ids`."""
    sat = Presentation
    wanted: Any = (
        select(
            *(sat.visit_id, sat.starts_local, Attendance.state, _counted_otherwise()),
            *(sat.id, sat.state, sat.starts_at, sat.ends_at, sat.audience),
        )
        .outerjoin(Attendance, Attendance.presentation_id == sat.id)
        .where(sat.visit_id.in_(_VISITS), sat.state != PresentationState.MERGED_INTO)
        .order_by(sat.starts_at, sat.ordinal)
    )
    return cast(Select[Any], wanted)


@cache
def _seats() -> Select[Any]:
    """Everybody who goes to a presentation of `:visit_ids`, is asked to or left it."""
    seat = Assignment
    wanted: Any = (
        select(
            *(seat.presentation_id, seat.state_since, seat.offered_until, seat.presenter_id),
            *(Presenter.kind, Presenter.adult_on, seat.state),
        )
        .join(Presentation, Presentation.id == seat.presentation_id)
        .join(Presenter, Presenter.id == seat.presenter_id)
        .where(Presentation.visit_id.in_(_VISITS))
        .order_by(seat.id)
    )
    return cast(Select[Any], wanted)


def _visit_turn(row: Any, standing: VisitStanding, now: dt.datetime, today: dt.date) -> TurnRow:
    return TurnRow(
        verdict=turn_of_visit(standing, now, today),
        host=about_host(row, row.contact_phone or row.phone),
        on_day=row.on_day,
        number=row.number,
        request_number=row.asked or "",
        request_id=row.school_request_id,
        version=row.version,
        since=row.state_since,
        wished_day=row.first_choice,
        starts_at=standing.starts_at,
    )


def _standing(row: Any, sittings: Sequence[SittingStanding]) -> VisitStanding:
    asked = row.asked is not None  # then the school's promise stands on its request
    return VisitStanding(
        state=row.state,
        on_day=row.on_day,
        rule=CrewRule(row.educators, row.influencers),
        sittings=tuple(sittings),
        confirmed_at=row.confirmed_at,
        goes_short=row.goes_short,
        teacher_stays=row.asked_stays if asked else row.teacher_stays,
        safeguarding_contact=row.asked_contact if asked else row.safeguarding_contact,
        clock_wrong=row.clock_wrong,
        search=row.search,
        wished_day=row.first_choice,
        wished_at=row.asked_at,
        crew_away=row.away,
        numbers_asked_at=row.numbers_asked_at,
        clash=row.clash,
        told_at=row.told_at,
        papers_settled=row.papers_settled,
        due_days_before=settings().due_days_before,
    )
