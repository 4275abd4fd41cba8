"""Visits that have begun, with a request, a crew and presentations to count; and ones that are counted and locked.

What is counted and locked is written in one step, as the services leave it (tests/attendance/test_queries.py holds both
side by side) but for letters and calendar texts. `count_all` and `sign_all` play the services.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from scheduler import policy
from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.service.counting import countersign, name_adults, submit_counts
from scheduler.attendance.service.figures import add_up_marked
from scheduler.attendance.terms import ATTENDANCE_MACHINE, AttendanceState, CountDraft, CountSource, HeadCounts
from scheduler.core import audit
from scheduler.core.db import transaction
from scheduler.core.states import move
from scheduler.people.models import Presenter
from scheduler.policy import SYSTEM, Actor
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import REQUEST_MACHINE, RequestState
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import (
    ASSIGNMENT_MACHINE,
    PRESENTATION_MACHINE,
    VISIT_MACHINE,
    AssignmentState,
    PresentationState,
    VisitState,
)
from tests.factories.people import an_actor, presenter_actor
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.visits import VISIT_DAY, make_assignment, make_presentation, make_visit

LEAVING = dt.datetime(2026, 10, 6, 12, 0, tzinfo=dt.UTC)  # 14:00 in Belgrade on VISIT_DAY: the talks are over
FAIR = HeadCounts(pupils=88, teachers=2)


@dataclass
class Begun:
    """A visit on its day, everybody who has to do with it, and its presentations in order."""

    visit: Visit
    request: SchoolRequest
    educator: Presenter
    presentations: list[Presentation]

    @property
    def teacher(self) -> Actor:
        """The educator, signed in."""
        return presenter_actor(self.educator)

    @property
    def school(self) -> Actor:
        """Whoever holds the school's secret link."""
        return policy.school_contact(self.request.id, self.request.host_id)

    @property
    def coordinator(self) -> Actor:
        return an_actor(centre_id=self.visit.centre_id)

    @property
    def first(self) -> int:
        return self.presentations[0].id


def a_begun_visit(talks: int = 1, **given: Any) -> Begun:
    """A confirmed visit, its request and one accepted educator; `contact_email`, `host_id`, `from_hour` as needed."""
    from_hour = given.pop("from_hour", 9)
    with transaction():
        programme = given.pop("programme", None) or make_programme()
        request = make_school_request(RequestState.CONFIRMED, programme=programme, **given)
        visit = make_visit(
            VisitState.CONFIRMED, programme=programme, host_id=request.host_id, school_request_id=request.id,
            on_day=VISIT_DAY,
        )  # fmt: skip
        educator = a_cleared_educator(centre_id=programme.centre_id)
        presentations = [
            make_presentation(visit, dt.time(from_hour + turn), PresentationState.CONFIRMED, ordinal=turn + 1)
            for turn in range(talks)
        ]
        for presentation in presentations:
            make_assignment(presentation, educator.id)
    return Begun(visit, request, educator, presentations)


def a_count(counts: HeadCounts = FAIR, **given: Any) -> CountDraft:
    """A count that every rule accepts once the talk has begun."""
    fair: dict[str, Any] = {"teacher_present": True, "minutes_given": 45, "sure_of": counts.total}
    return CountDraft(counts, **(fair | given))


def a_counted_visit(talks: int = 1, counts: HeadCounts = FAIR, **given: Any) -> Begun:
    """A visit whose educator has said the numbers of every presentation; the school has not been written to."""
    with transaction() as session:
        begun = a_begun_visit(talks, **given)
        for presentation in begun.presentations:
            _counted(session, begun, presentation, counts)
        _delivered(session, begun)
    return begun


def a_locked_visit(talks: int = 1, counts: HeadCounts = FAIR, names: tuple[str, ...] = (), **given: Any) -> Begun:
    """A visit that both have counted alike; its school has named these adults."""
    with transaction() as session:
        begun = a_counted_visit(talks, counts, **given)
        rows = sa.select(Attendance).where(Attendance.presentation_id.in_([row.id for row in begun.presentations]))
        for row in session.scalars(rows.order_by(Attendance.id)).all():
            _say(session, row.presentation_id, CountSource.SCHOOL, counts)
            session.flush()  # numbers come before their lock
            row.countersigned_at = row.locked_at = LEAVING
            for state in (AttendanceState.COUNTERSIGNED, AttendanceState.LOCKED):
                move(ATTENDANCE_MACHINE, row, state, actor=begun.school, at=LEAVING)
        move(REQUEST_MACHINE, begun.request, RequestState.REPORTED, actor=SYSTEM, at=LEAVING)
        if names:
            name_adults(begun.school, begun.visit.id, names, now=LEAVING)
        add_up_marked()
    return begun


def _counted(session: Session, begun: Begun, presentation: Presentation, counts: HeadCounts) -> None:
    draft, teacher = a_count(counts), begun.teacher
    row = Attendance(
        presentation_id=presentation.id, state=AttendanceState.OPEN, state_since=LEAVING,
        teacher_present=draft.teacher_present, minutes_given=draft.minutes_given,
        submitted_by_id=teacher.user_id, submitted_at=LEAVING,
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(teacher, "attendance open", row, at=LEAVING)
    _say(session, presentation.id, CountSource.EDUCATOR, counts)
    move(ATTENDANCE_MACHINE, row, AttendanceState.SUBMITTED, actor=teacher, at=LEAVING)
    move(PRESENTATION_MACHINE, presentation, PresentationState.DELIVERED, actor=SYSTEM, at=LEAVING)
    presentation.sequence, presentation.edited_at = presentation.sequence + 1, LEAVING
    _seen_anew(session, begun.visit)


def _say(session: Session, presentation_id: int, source: CountSource, counts: HeadCounts) -> None:
    session.add_all(
        HeadCount(
            presentation_id=presentation_id, audience=audience, source=source, version=1, people=people,
            counts=source is CountSource.EDUCATOR, entered_at=LEAVING,
        )
        for audience, people in counts.by_audience().items()
    )  # fmt: skip


def _delivered(session: Session, begun: Begun) -> None:
    for visit_to, request_to in (
        (VisitState.READY, RequestState.READY),
        (VisitState.DELIVERED, RequestState.DELIVERED),
    ):
        move(VISIT_MACHINE, begun.visit, visit_to, actor=SYSTEM, at=LEAVING)
        move(REQUEST_MACHINE, begun.request, request_to, actor=SYSTEM, at=LEAVING)
    of_visit = Assignment.presentation_id.in_([row.id for row in begun.presentations])
    for seat in session.scalars(sa.select(Assignment).where(of_visit).order_by(Assignment.id.desc())).all():
        move(ASSIGNMENT_MACHINE, seat, AssignmentState.PRESENT, actor=SYSTEM, at=LEAVING)
    session.flush()
    _seen_anew(session, begun.visit)


def _seen_anew(session: Session, visit: Visit) -> None:
    """The version that pages show rises with each act."""
    flag_modified(visit, "state_since")
    session.flush()


def count_all(begun: Begun, counts: HeadCounts = FAIR) -> Begun:
    """The educator says the numbers of every presentation, by the service: the school is written to."""
    for presentation in begun.presentations:
        submit_counts(begun.teacher, presentation.id, a_count(counts), now=LEAVING)
    return begun


def sign_all(begun: Begun, counts: HeadCounts = FAIR) -> Begun:
    """The school says the same, by the service."""
    said = {presentation.id: counts for presentation in begun.presentations}
    countersign(begun.school, begun.visit.id, said, now=LEAVING)
    return begun
