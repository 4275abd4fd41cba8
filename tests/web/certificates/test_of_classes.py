"""The certificates of classes, issued from the page of a visit's numbers."""

from sqlalchemy import select

from scheduler.certificates.models import Certificate
from scheduler.core.db import db
from scheduler.policy import Role
from scheduler.visits.models.visits import Visit
from tests.factories.counting import LEAVING, a_counted_visit, a_locked_visit
from tests.factories.people import make_user
from tests.web.browser import browser_of

PRESS = "Issue one for each class or group"


def pages_of(app, begun, role=Role.COORDINATOR):
    number = db.session.scalar(select(Visit.number).where(Visit.id == begun.visit.id))
    return browser_of(app, make_user(role, centre_id=begun.visit.centre_id)), f"/attendance/{number}"


def test_one_press_issues_them_and_the_list_shows_them(app, session, the_clock):
    the_clock.stands_at(LEAVING)
    desk, there = pages_of(app, a_locked_visit(talks=2))
    assert PRESS in desk.get(f"{there}?lang=en").text

    answer = desk.post(f"{there}/certificates?lang=en")

    assert answer.location == "/certificates/issued?kind=group"
    shown = desk.get("/certificates/issued?kind=group&lang=en").text
    assert "2 certificates are issued." in shown
    assert shown.count("of a class or a group · 7b, 7c") == 2  # which class, so that papers of one visit differ
    numbers = db.session.scalars(select(Certificate.number)).all()
    assert len(numbers) == 2
    assert "Pupils" in app.test_client().get(f"/certificates/{numbers[0]}?lang=en").text


def test_before_the_numbers_are_locked_there_is_no_press_and_nothing_is_issued(app, session, the_clock):
    the_clock.stands_at(LEAVING)
    desk, there = pages_of(app, a_counted_visit())

    assert PRESS not in desk.get(f"{there}?lang=en").text
    assert desk.post(f"{there}/certificates?lang=en").location == there
    assert "Lock the attendance first." in desk.get(f"{there}?lang=en").text
    assert db.session.scalars(select(Certificate)).all() == []
    educator, there = pages_of(app, a_locked_visit(), Role.EDUCATOR)
    assert educator.post(f"{there}/certificates").status_code in (403, 404)
