"""Counted visits stay where they were held; what was not held is noted, not counted."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from scheduler.attendance.models import HeadCount
from scheduler.attendance.service.counting import submit_counts
from scheduler.attendance.service.locking import correct_counts
from scheduler.attendance.service.not_held import note_not_held
from scheduler.attendance.terms import HeadCounts
from scheduler.core.db import db
from scheduler.core.errors import Conflict, NotAllowed
from scheduler.people.models import User
from scheduler.policy import Role
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.queries.invariants import violations
from scheduler.staffing.service.move import move_visit
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.terms.plans import NewTimes
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.factories.counting import LEAVING, a_begun_visit, a_count, a_locked_visit
from tests.factories.people import make_user
from tests.visits.scene import mails
from tests.web.browser import browser_of
from tests.web.visits.pages import body, reading


def stored(session, kind, row_id: int):
    session.rollback()
    return session.scalar(select(kind.state).where(kind.id == row_id))


def test_a_visit_counted_in_part_is_neither_moved_nor_cancelled(session):
    begun = a_begun_visit(2)
    submit_counts(begun.teacher, begun.first, a_count(), now=LEAVING)

    with pytest.raises(Conflict, match="counted_in_part"):
        cancel_visit(begun.coordinator, begun.visit.id, reason="Snow", now=LEAVING)
    wish = NewTimes(begun.visit.on_day + dt.timedelta(days=7), {}, LEAVING + dt.timedelta(days=1))
    with pytest.raises(Conflict, match="counted_in_part"):
        move_visit(begun.coordinator, begun.visit.id, wish, now=LEAVING)

    submit_counts(begun.teacher, begun.presentations[1].id, a_count(), now=LEAVING)
    assert stored(session, Visit, begun.visit.id) is VisitState.DELIVERED


def test_the_rest_of_a_counted_visit_was_not_held_and_the_school_is_asked_for_what_was(session, the_clock):
    begun = a_begun_visit(2)
    submit_counts(begun.teacher, begun.first, a_count(), now=LEAVING)

    for _press in range(2):
        note_not_held(begun.coordinator, begun.presentations[1].id, host_absent=True, now=LEAVING)

    assert stored(session, Presentation, begun.presentations[1].id) is PresentationState.NO_SHOW_HOST
    assert stored(session, Visit, begun.visit.id) is VisitState.DELIVERED
    assert stored(session, SchoolRequest, begun.request.id) is RequestState.DELIVERED
    assert len(mails(session, "countersign")) == 1
    the_clock.stands_at(LEAVING)
    assert violations() == []


@pytest.mark.parametrize(
    ("host_absent", "state", "ended", "seat"),
    [
        (True, PresentationState.NO_SHOW_HOST, RequestState.CANCELLED_BY_SCHOOL, AssignmentState.PRESENT),
        (False, PresentationState.NO_SHOW_PRESENTER, RequestState.CANCELLED_BY_CENTRE, AssignmentState.ABSENT),
    ],
)
def test_when_nothing_was_held_the_visit_is_called_off_by_who_was_not_there(session, host_absent, state, ended, seat):
    begun = a_begun_visit()

    note_not_held(begun.coordinator, begun.first, host_absent=host_absent, now=LEAVING)

    assert stored(session, Presentation, begun.first) is state
    assert stored(session, Visit, begun.visit.id) is VisitState.CANCELLED
    assert stored(session, SchoolRequest, begun.request.id) is ended
    assert session.scalars(select(Assignment.state)).all() == [seat]


def test_only_a_coordinator_after_the_end_and_not_what_was_counted(session):
    begun = a_begun_visit(2)
    with pytest.raises(NotAllowed):
        note_not_held(begun.teacher, begun.first, host_absent=True, now=LEAVING)
    with pytest.raises(Conflict, match="not_yet"):
        note_not_held(begun.coordinator, begun.first, host_absent=True, now=LEAVING - dt.timedelta(hours=9))
    submit_counts(begun.teacher, begun.first, a_count(), now=LEAVING)
    with pytest.raises(Conflict, match="wrong_state"):
        note_not_held(begun.coordinator, begun.first, host_absent=True, now=LEAVING)


def test_trust_r11_a_correction_sent_twice_is_one_version(session):
    begun = a_locked_visit()
    for _press in range(2):
        correct_counts(begun.coordinator, begun.first, HeadCounts(pupils=80), "Typo", now=LEAVING)

    session.rollback()
    assert session.scalar(select(func.max(HeadCount.version))) == 2


def test_a_coordinator_notes_it_from_the_form_of_counting_once_its_time_is_over(app, session, the_clock):
    begun = a_begun_visit(talks=2)
    path, way = f"/visits/{begun.visit.number}/count/1", f"/visits/{begun.visit.number}/presentations/1/not-held/host"
    over = begun.presentations[0].ends_at
    the_clock.stands_at(over - dt.timedelta(minutes=1))
    desk = browser_of(app, make_user(Role.COORDINATOR, centre_id=begun.visit.centre_id))
    assert way not in desk.get(path).text
    the_clock.stands_at(over)
    assert way in desk.get(path).text
    assert way not in browser_of(app, begun.educator).get(path).text

    desk.post(way)

    db.session.rollback()
    assert db.session.get_one(Presentation, begun.first).state is PresentationState.NO_SHOW_HOST
    assert desk.get(path).status_code == 404, "what was not held is not counted"


def test_a_coordinator_notes_it_on_the_visits_page(app, session, the_clock):
    begun = a_begun_visit()
    number = begun.visit.number
    the_clock.stands_at(LEAVING)
    browser = reading(app, db.session.get_one(User, begun.coordinator.user_id))
    path = f"/visits/{number}/presentations/1/not-held/presenter"

    assert path in body(browser.get(f"/visits/{number}"))
    assert browser.post(path).status_code == 302
    assert browser.post(path).status_code == 302
    shown = body(browser.get(f"/visits/{number}"))
    assert "The presenter was not there" in shown
    assert path not in shown
