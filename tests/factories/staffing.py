"""Visits in whole states: planned, offered, accepted, confirmed, ready, held; each with all its rows.

They are as the services leave them (tests/visits/test_states.py holds both side by side), written in one step: no
rule is asked, nobody is written to, and calendar texts are written only for who asks (`with_entries`).
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from scheduler.core import audit, clock
from scheduler.core.db import transaction
from scheduler.core.numbers import next_number
from scheduler.core.states import move
from scheduler.people.models import Presenter
from scheduler.people.rules import is_minor
from scheduler.places.models import Host, Municipality
from scheduler.places.terms.hosts import Point
from scheduler.places.terms.venue import Venue
from scheduler.policy import SYSTEM, Actor
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import REQUEST_MACHINE, RequestState
from scheduler.visits.models.drive import Drive
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.queries.agenda import place_of
from scheduler.visits.rules.arrival import kilometres, who_drives
from scheduler.visits.rules.timetable import visit_schedule
from scheduler.visits.service.calendar_entries import write_entries
from scheduler.visits.service.locked_visit import loaded_visit
from scheduler.visits.terms.plans import PresentationPlan, Span, VisitDraft
from scheduler.visits.terms.states import (
    ASSIGNMENT_MACHINE,
    LIVING,
    PRESENTATION_MACHINE,
    STAFFED,
    VISIT_MACHINE,
    AssignmentState,
    PresentationState,
    VisitState,
)
from tests.factories import MONDAY
from tests.factories.people import presenter_actor
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.visits import VISIT_DAY, make_assignment, make_presentation, make_visit

UNTIL = MONDAY + dt.timedelta(days=3)
THE_DAY = dt.datetime(2026, 10, 6, 12, 0, tzinfo=dt.UTC)  # 14:00 in Belgrade on VISIT_DAY


class Staffing:
    """A visit taken on from state to state inside the caller's transaction, as the services would leave its rows.

    Visit, presentations, crew, school request and audit: the same rows. No rule is asked, nobody is written to and no
    calendar text is written; a test that is about those plays the services.
    """

    def __init__(self, session: Session, visit_id: int, by: Actor, now: dt.datetime) -> None:
        self.session, self.by, self.now = session, by, now
        whole = selectinload(Visit.host).selectinload(Host.municipality), selectinload(Visit.school_request)
        self.visit = session.scalars(sa.select(Visit).where(Visit.id == visit_id).options(*whole)).one()
        staffed = sa.select(Presentation).where(Presentation.visit_id == visit_id, Presentation.state.in_(STAFFED))
        self.sittings = session.scalars(staffed.order_by(Presentation.ordinal)).all()
        living = sa.select(Assignment).where(
            Assignment.presentation_id.in_([one.id for one in self.sittings]), Assignment.state.in_(LIVING)
        )
        self.seats = [*session.scalars(living.order_by(Assignment.id))]

    def suggest(self, people: Sequence[Presenter]) -> None:
        """Everybody to every presentation where she is not yet in the crew."""
        taken = {(seat.presentation_id, seat.presenter_id) for seat in self.seats}
        for person in people:
            free = [one for one in self.sittings if (one.id, person.id) not in taken]
            new = [
                make_assignment(one, person.id, AssignmentState.SUGGESTED, offered_until=None, state_since=self.now)
                for one in free
            ]
            for seat in new:
                audit.record(self.by, "assignment suggested", seat, at=self.now, details={"visit": self.visit.id})
            self.seats += new
            self._seen_anew(bool(new))

    def people(self) -> list[Presenter]:
        return [self._person(seat) for seat in self.seats]

    def offer(self, until: dt.datetime = UNTIL) -> None:
        """Whoever is suggested, adults first."""
        rows = self._adults_first(AssignmentState.SUGGESTED)
        for seat in rows:
            seat.offered_until = until
            move(ASSIGNMENT_MACHINE, seat, AssignmentState.OFFERED, actor=self.by, at=self.now)
        if self.visit.state is VisitState.PLANNED:
            move(VISIT_MACHINE, self.visit, VisitState.OFFERED, actor=self.by, at=self.now)
        self._edited({seat.presentation_id for seat in rows})

    def accept(self, people: Sequence[Presenter]) -> None:
        """Each of them all that she is offered."""
        for person in people:
            rows = [row for row in self.seats if row.presenter_id == person.id and row.state is AssignmentState.OFFERED]
            for seat in rows:
                move(ASSIGNMENT_MACHINE, seat, AssignmentState.ACCEPTED, actor=presenter_actor(person), at=self.now)
            self._edited({seat.presentation_id for seat in rows})

    def confirm(self) -> None:
        for one in self.sittings:
            if one.state is PresentationState.PLANNED:
                move(PRESENTATION_MACHINE, one, PresentationState.CONFIRMED, actor=self.by, at=self.now)
        place, seats = place_of(self.visit), self._adults_first(AssignmentState.ACCEPTED)
        crew = {seat.presenter_id: (self._home(seat), not self._is_minor(seat)) for seat in seats}
        self.visit.kilometres = kilometres((home for home, _grown in crew.values()), place)
        self._seen_anew(True)
        if driver := who_drives(((who, home, grown) for who, (home, grown) in crew.items()), place):
            planned = {"planned_kilometres": self.visit.kilometres, "planned_minutes": driver[1]}
            self.session.add(Drive(visit_id=self.visit.id, presenter_id=driver[0], **planned))
        self.visit.confirmed_at = self.now
        self._with_request(VisitState.CONFIRMED, RequestState.CONFIRMED)
        self._edited({one.id for one in self.sittings})

    def ready(self) -> None:
        self._with_request(VisitState.READY, RequestState.READY)
        self._edited(set())

    def hold(self) -> None:
        """It was held, and everybody who had accepted came."""
        self._with_request(VisitState.DELIVERED, RequestState.DELIVERED)
        for seat in reversed(self._adults_first(AssignmentState.ACCEPTED)):
            move(ASSIGNMENT_MACHINE, seat, AssignmentState.PRESENT, actor=self.by, at=self.now)
        self.session.flush()
        for one in self.sittings:
            move(PRESENTATION_MACHINE, one, PresentationState.DELIVERED, actor=self.by, at=self.now)
        self._edited({one.id for one in self.sittings})

    def _with_request(self, to: VisitState, asked_to: RequestState) -> None:
        move(VISIT_MACHINE, self.visit, to, actor=self.by, at=self.now)
        if self.visit.school_request is not None:
            move(REQUEST_MACHINE, self.visit.school_request, asked_to, actor=self.by, at=self.now)

    def _adults_first(self, state: AssignmentState) -> list[Assignment]:
        rows = [row for row in self.seats if row.state is state]
        return sorted(rows, key=lambda row: (self._is_minor(row), row.id))

    def _is_minor(self, seat: Assignment) -> bool:
        return is_minor(self._person(seat).adult_on, seat.on_day)

    def _person(self, seat: Assignment) -> Presenter:
        return self.session.get_one(Presenter, seat.presenter_id)

    def _home(self, seat: Assignment) -> Point:
        town = self.session.get_one(Municipality, self._person(seat).home_id)
        return Point(town.lat, town.lon)

    def _edited(self, presentation_ids: set[int]) -> None:
        """Calendars learn of it by a higher SEQUENCE, pages by a higher version."""
        for one in self.sittings:
            if one.id in presentation_ids:
                one.sequence += 1
                one.edited_at = self.now
        self._seen_anew(True)

    def _seen_anew(self, changed: bool) -> None:
        if changed:
            flag_modified(self.visit, "state_since")
            self.session.flush()


def a_plan(starts: dt.time = dt.time(10, 0), **given: Any) -> PresentationPlan:
    fair = {"minutes": 45, "audience": Audience.PUPILS, "level": SchoolLevel.PRIMARY, "expected_pupils": 90}
    return PresentationPlan(starts, **(fair | {"venue": Venue(given.pop("room", ""))} | given))


def a_planned_visit(*plans: PresentationPlan, by: Actor = SYSTEM, **given: Any) -> Visit:
    """Planned for an agreed request, which is in staffing now; one presentation at 10:00 unless there are `plans`.

    `asked` and `on_day` as needed; what else is given goes to the request, for example `programme` and `host_id`.
    """
    with transaction() as session:
        on_day = given.pop("on_day", VISIT_DAY)
        asked: SchoolRequest = given.pop("asked", None) or make_school_request(RequestState.AGREED, **given)
        programme, host = session.get_one(Programme, asked.programme_id), session.get_one(Host, asked.host_id)
        wanted = plans or (a_plan(),)
        draft = VisitDraft(programme.id, host.id, on_day, wanted)
        visit = make_visit(
            programme=programme, host_id=host.id, school_request_id=asked.id, campaign_id=asked.campaign_id,
            number=next_number("P", on_day), on_day=on_day, zone=host.zone,
        )  # fmt: skip
        audit.record(by, "visit planned", visit, at=MONDAY)
        spans = visit_schedule(draft, host.zone, programme.set_up_minutes, clock.moment_of)
        for ordinal, (plan, span) in enumerate(zip(wanted, spans, strict=True), start=1):
            audit.record(by, "presentation planned", _planned_presentation(visit, ordinal, plan, span), at=MONDAY)
        move(REQUEST_MACHINE, asked, RequestState.STAFFING, actor=by, at=MONDAY)
        flag_modified(visit, "state_since")  # the version that pages show rises with each act
    return visit


def _planned_presentation(visit: Visit, ordinal: int, plan: PresentationPlan, span: Span) -> Presentation:
    return make_presentation(
        visit, plan.starts_local, ordinal=ordinal, minutes=plan.minutes, starts_at=span.starts_at, ends_at=span.ends_at,
        busy_from=span.busy_from, busy_until=span.busy_until, audience=plan.audience, level=plan.level,
        classes=plan.classes, venue=plan.venue, outside_shift=plan.outside_shift, expected_pupils=plan.expected_pupils,
        expected_parents=plan.expected_parents, expected_teachers=plan.expected_teachers,
    )  # fmt: skip


@contextmanager
def staffing(visit_id: int, by: Actor = SYSTEM, *, now: dt.datetime = MONDAY) -> Iterator[Staffing]:
    """A stored visit, to be taken on in one transaction."""
    with transaction() as session:
        yield Staffing(session, visit_id, by, now)


def an_offered_visit(*people: Presenter, by: Actor = SYSTEM, **given: Any) -> Visit:
    """Offered to these presenters, minors after an adult; without any, to a fresh educator. `plans` as needed."""
    with transaction():
        visit = a_planned_visit(*given.pop("plans", ()), by=by, **given)
        with staffing(visit.id, by) as going:
            going.suggest(people or (a_cleared_educator(centre_id=visit.centre_id),))
            going.offer()
    return visit


def an_accepted_visit(*people: Presenter, by: Actor = SYSTEM, **given: Any) -> Visit:
    """All of its crew have said yes; nobody has confirmed it."""
    with transaction():
        visit = an_offered_visit(*people, by=by, **given)
        with staffing(visit.id, by) as going:
            going.accept(people or going.people())
    return visit


def a_confirmed_visit(*people: Presenter, by: Actor = SYSTEM, **given: Any) -> Visit:
    """Its school knows who comes."""
    with transaction():
        visit = an_accepted_visit(*people, by=by, **given)
        with staffing(visit.id, by) as going:
            going.confirm()
    return visit


def a_ready_visit(*people: Presenter, by: Actor = SYSTEM, **given: Any) -> Visit:
    """Confirmed, and its checklist is done."""
    with transaction():
        visit = a_confirmed_visit(*people, by=by, **given)
        with staffing(visit.id, by) as going:
            going.ready()
    return visit


def a_held_visit(*people: Presenter, by: Actor = SYSTEM, **given: Any) -> Visit:
    """It was held and everybody came; nobody has counted yet."""
    with transaction():
        visit = a_ready_visit(*people, by=by, **given)
        with staffing(visit.id, by, now=THE_DAY) as going:
            going.hold()
    return visit


def with_entries(visit_id: int) -> None:
    """The calendar texts of a visit as it stands, by the product's own writer."""
    with transaction() as session:
        write_entries(session, loaded_visit(session, visit_id), now=MONDAY)


def make_busy(person: Presenter, *days: dt.date, minutes: int = 45) -> None:
    """Somebody has promised a visit on each of these days, beside an adult."""
    for day in days:
        visit = make_visit(VisitState.OFFERED, on_day=day)
        presentation = make_presentation(visit, minutes=minutes)
        for who in (a_cleared_educator(centre_id=visit.centre_id), person):
            make_assignment(presentation, who.id)
