"""What speaks by now against visits that were right when they were planned: for the nightly re-check.

A hundred visits ask as often as one.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from scheduler.core.db import db
from scheduler.people import queries as people_queries
from scheduler.people.terms import ExceptionRow, Hours
from scheduler.places import queries as place_queries
from scheduler.places.lessons import lesson_calendar
from scheduler.places.models import Host, Municipality
from scheduler.places.rules.presence import class_standing, left_on
from scheduler.places.rules.school_time import classes_in
from scheduler.places.terms.hosts import ClosureRow
from scheduler.places.terms.school_time import AskedTime
from scheduler.programmes.terms import Audience
from scheduler.readiness.queries.findings import found_in
from scheduler.readiness.rules import comes_usually
from scheduler.readiness.terms import FindingFact
from scheduler.requests.models import RequestedPresentation
from scheduler.requests.queries.hours import AROUND, OpenSchool
from scheduler.visits.models.finding import Finding
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.rules.timetable import wall_end
from scheduler.visits.terms.states import PROMISED, STAFFED, ClockWrong, FindingKind

NOT_IN_SCHOOL = frozenset(
    {ClockWrong.TOO_EARLY, ClockWrong.TOO_LATE, ClockWrong.RUNS_OVER}
)  # what is unknown speaks against nothing
OF_THE_CLOCK = (FindingKind.CLOCK, FindingKind.CLOSED)  # what the school must answer


@dataclass(frozen=True)
class Promised:
    """A visit with its presentations that still need a crew, and who has promised to come."""

    visit: Visit
    presentations: Sequence[Presentation]
    presenter_ids: Collection[int]


@dataclass(frozen=True)
class Surroundings:
    """All that decides whether some visits still stand: read once for all of them."""

    schools: Mapping[int, OpenSchool]  # by host
    closures: Sequence[ClosureRow]
    coming: Mapping[int | None, set[int]]  # presentations of a request of which the class comes for it, or stays
    hours: Mapping[int, tuple[Hours, ...]]
    away: Mapping[int, tuple[ExceptionRow, ...]]

    def against(self, one: Promised) -> set[FindingFact]:
        """Everything that speaks against a visit now: the day, the hour of each class, the hours of each presenter."""
        visit = one.visit
        found = {FindingFact(FindingKind.AWAY, presenter_id=who) for who in self._absent(one)}
        if self._shut(one):
            return found | {FindingFact(FindingKind.CLOSED, why=ClockWrong.CLOSED)}
        coming = self.coming.get(visit.school_request_id, set())
        # who comes for it, or stays, was meant, and is not wrong now
        bound = [row for row in one.presentations if row.ordinal not in coming and _is_bound(row)]
        return found | (_not_in_school(self.schools[visit.host_id], visit.on_day, bound) if bound else set())

    def _absent(self, one: Promised) -> list[int]:
        day = one.visit.on_day
        spans = [(row.starts_local, wall_end(row.starts_local, row.minutes)) for row in one.presentations]
        return [
            who
            for who in one.presenter_ids
            if not comes_usually(self.hours[who], self._exceptions(who, day), day, spans)
        ]

    def _exceptions(self, who: int, day: dt.date) -> list[ExceptionRow]:
        return [row for row in self.away[who] if row.first_day <= day <= row.last_day]

    def _shut(self, one: Promised) -> bool:
        """A closure shuts every door; a day without lessons only keeps the pupils of schools away."""
        school, day = self.schools[one.visit.host_id], one.visit.on_day
        town = school.host.municipality
        if any(row.covers(day) and row.holds(town) for row in self.closures):
            return True
        pupils = any(row.audience is Audience.PUPILS for row in one.presentations)
        return (
            pupils and bool(school.levels) and not school.lessons(day, day).with_pupils(town, school.levels, day, day)
        )


def _is_bound(row: Presentation) -> bool:
    return row.audience is Audience.PUPILS and not row.outside_shift and bool(row.classes)


def _not_in_school(school: OpenSchool, day: dt.date, bound: Sequence[Presentation]) -> set[FindingFact]:
    days, hours = school.days(day, day), school.clock(day, day)
    found = set()
    for row in bound:
        left = left_on(days, row.classes, day)
        found |= {FindingFact(FindingKind.CLOCK, row.ordinal, str(name), ClockWrong.YEAR_ENDED) for name in left}
        asked = AskedTime(row.minutes, row.starts_local)
        for name in classes_in(row.classes):
            if hours is None:
                break
            reason = class_standing(hours, name, day, asked).reason
            if name not in left and reason in NOT_IN_SCHOOL:
                found.add(FindingFact(FindingKind.CLOCK, row.ordinal, str(name), ClockWrong(reason)))
    return found


def found_against(visits: Sequence[Promised]) -> dict[int, set[FindingFact]]:
    """What speaks against each of these visits now: seven questions, however many they are."""
    if not visits:
        return {}
    around = surroundings_of(visits)
    return {one.visit.id: around.against(one) for one in visits}


def surroundings_of(visits: Sequence[Promised]) -> Surroundings:
    first, last = min(one.visit.on_day for one in visits), max(one.visit.on_day for one in visits)
    people = sorted({who for one in visits for who in one.presenter_ids})
    return Surroundings(
        _schools({one.visit.host_id for one in visits}, first, last),
        place_queries.closures_between(first, last),
        _coming_for_it([one.visit.school_request_id for one in visits]),
        people_queries.hours_of(people),
        people_queries.exceptions_of(people, first, last),
    )


def _schools(host_ids: Collection[int], first: dt.date, last: dt.date) -> dict[int, OpenSchool]:
    rows = db.session().scalars(
        select(Host)
        .where(Host.id.in_(host_ids))
        .options(joinedload(Host.municipality).joinedload(Municipality.district))
    )
    told = place_queries.school_times_of(host_ids)
    lessons = lesson_calendar(first - AROUND, last + AROUND)
    return {row.id: OpenSchool.known(place_queries.host_row(row), told.get(row.id), lessons) for row in rows}


def _coming_for_it(request_ids: Sequence[int | None]) -> dict[int | None, set[int]]:
    """Presentations of which the school has said that the class comes for it, or stays: its shift says nothing."""
    coming: dict[int | None, set[int]] = defaultdict(set)
    for request_id, ordinal in db.session().execute(
        select(RequestedPresentation.school_request_id, RequestedPresentation.ordinal).where(
            RequestedPresentation.school_request_id.in_([one for one in request_ids if one is not None]),
            RequestedPresentation.outside_shift.is_(True),
        )
    ):
        coming[request_id].add(ordinal)
    return coming


def visits_with_news(session: Session, visit_ids: Collection[int], now: dt.datetime) -> list[int]:
    """Those of these visits of whom something else is so now than what is stored, in order; nothing is locked."""
    visits = session.scalars(select(Visit).where(Visit.id.in_(visit_ids)).order_by(Visit.on_day, Visit.id)).all()
    sittings: dict[int, list[Presentation]] = defaultdict(list)
    for row in session.scalars(
        select(Presentation)
        .where(Presentation.visit_id.in_(visit_ids), Presentation.state.in_(STAFFED))
        .order_by(Presentation.ordinal)
    ):
        sittings[row.visit_id].append(row)
    crew: dict[int, set[int]] = defaultdict(set)
    for visit_id, who in session.execute(
        select(Presentation.visit_id, Assignment.presenter_id)
        .join(Assignment, Assignment.presentation_id == Presentation.id)
        .where(Presentation.visit_id.in_(visit_ids), Assignment.state.in_(PROMISED), Presentation.state.in_(STAFFED))
    ):
        crew[visit_id].add(who)
    stored: dict[int, list[Finding]] = defaultdict(list)
    for finding in session.scalars(select(Finding).where(Finding.visit_id.in_(visit_ids)).order_by(Finding.id)):
        stored[finding.visit_id].append(finding)
    found = found_against([Promised(row, sittings[row.id], crew[row.id]) for row in visits if sittings[row.id]])
    return [row.id for row in visits if row.id in found and _is_news(row, found[row.id], stored[row.id])]


def _is_news(visit: Visit, found: set[FindingFact], stored: Sequence[Finding]) -> bool:
    return found != {found_in(row) for row in stored} or visit.clock_wrong != wrong_in(stored)


def wrong_in(stored: Sequence[Finding]) -> ClockWrong | None:
    """Why day or hour are in question, as long as a finding of the clock is not settled."""
    return next((row.why for row in stored if row.kind in OF_THE_CLOCK and row.settled_at is None), None)
