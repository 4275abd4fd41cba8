"""A held visit whose educator never counts: the coordinator counts, or a colleague of the crew, and it is said."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.attendance.models import Attendance
from scheduler.attendance.queries.counting import counted_visit
from scheduler.attendance.service.counting import submit_counts
from scheduler.attendance.terms import AttendanceState
from scheduler.core.db import db
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.people.models import User
from scheduler.policy import Role
from scheduler.visits.models.visits import Assignment, Visit
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.attendance.stored_counts import state_of
from tests.factories.counting import LEAVING, a_begun_visit, a_count
from tests.factories.people import an_actor, presenter_actor
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.visits import make_assignment
from tests.web.browser import browser_of


def flagged(begun, talk=0) -> bool:
    db.session.rollback()
    return counted_visit(begun.coordinator, begun.visit.number).presentations[talk].at_the_desk


def test_a_coordinator_counts_for_who_never_did_and_the_visit_is_delivered(session):
    begun = a_begun_visit()
    submit_counts(begun.coordinator, begun.first, a_count(), now=LEAVING)

    assert state_of(begun.first) is AttendanceState.SUBMITTED
    assert session.get_one(Visit, begun.visit.id).state is VisitState.DELIVERED
    assert session.scalars(select(Assignment.state)).all() == [AssignmentState.PRESENT]
    assert flagged(begun)


def test_who_was_there_is_not_flagged_and_takes_the_flag_away(session):
    begun = a_begun_visit()
    submit_counts(begun.coordinator, begun.first, a_count(), now=LEAVING)
    submit_counts(begun.teacher, begun.first, a_count(turned_away=3), now=LEAVING)

    assert not flagged(begun)


def test_a_colleague_who_was_in_the_other_room_counts_and_is_flagged(session):
    begun = a_begun_visit(talks=2)
    first, second = [one.id for one in begun.presentations]
    colleague = a_cleared_educator(centre_id=begun.visit.centre_id)
    make_assignment(begun.presentations[1], colleague.id)

    submit_counts(presenter_actor(colleague), first, a_count(), now=LEAVING)
    submit_counts(presenter_actor(colleague), second, a_count(), now=LEAVING)

    assert (flagged(begun, 0), flagged(begun, 1)) == (True, False)


@pytest.mark.parametrize("role", [Role.SAFEGUARDING, Role.INFLUENCER])
def test_nobody_else_counts(session, role):
    begun = a_begun_visit()

    with pytest.raises(NotAllowed):
        submit_counts(an_actor(role, centre_id=begun.visit.centre_id), begun.first, a_count(), now=LEAVING)
    with pytest.raises(NotFound):
        submit_counts(an_actor(), begun.first, a_count(), now=LEAVING)  # of another centre
    assert session.scalars(select(Attendance)).all() == []


def test_the_pages_lead_to_it_and_say_it(app, the_clock):
    begun = a_begun_visit()
    the_clock.stands_at(LEAVING)
    desk = browser_of(app, db.session.get_one(User, begun.coordinator.user_id))
    way = f"/visits/{begun.visit.number}/count/{begun.presentations[0].ordinal}"
    for page in (f"/attendance/{begun.visit.number}", f"/visits/{begun.visit.number}"):
        assert way in desk.get(page).text, page
    assert way not in desk.get("/attendance").text  # on the day itself it is the presenter's turn
    the_clock.stands_at(LEAVING + dt.timedelta(days=1))
    assert way in browser_of(app, db.session.get_one(User, begun.coordinator.user_id)).get("/attendance").text
    the_clock.stands_at(LEAVING)
    assert "You count for the presenters" in desk.get(f"{way}?lang=en").text

    said = {"pupils": "80", "teachers": "2", "parents": "0", "others": "0", "minutes_given": "45", "turned_away": "0"}
    assert desk.post(way, data=said).status_code == 302

    assert "Counted at the desk" in desk.get(f"/attendance/{begun.visit.number}?lang=en").text
    assert "Counted at the desk" in desk.get("/attendance?lang=en").text
