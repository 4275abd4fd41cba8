"""The certificates of classes, issued from the page of a visit's numbers."""

import pytest

from scheduler.certificates.models import Certificate
from scheduler.policy import Role
from tests.factories.counting import Begun, a_counted_visit, a_locked_visit
from tests.web.browser import staff_of
from tests.web.reading import rows_of

pytestmark = pytest.mark.usefixtures("after_the_talk")
PRESS = "Issue one for each class or group"


def pages_of(app, begun: Begun, *roles: Role):
    """A browser of staff, and the page of the visit's numbers."""
    return staff_of(app, begun.visit, *roles), f"/attendance/{begun.visit.number}"


def test_one_press_issues_them_and_the_list_shows_them(app, client):
    desk, there = pages_of(app, a_locked_visit(talks=2))
    assert PRESS in desk.get(f"{there}?lang=en").text

    answer = desk.post(f"{there}/certificates?lang=en")

    assert answer.location == "/certificates/issued?kind=group"
    shown = desk.get("/certificates/issued?kind=group&lang=en").text
    assert "2 certificates are issued." in shown
    assert shown.count("of a class or a group · 7b, 7c") == 2  # which class, so that papers of one visit differ
    first, _second = rows_of(Certificate.number)
    assert "Pupils" in client.get(f"/certificates/{first}?lang=en").text


def test_before_the_numbers_are_locked_there_is_no_press_and_nothing_is_issued(app):
    desk, there = pages_of(app, a_counted_visit())

    assert PRESS not in desk.get(f"{there}?lang=en").text
    assert desk.post(f"{there}/certificates?lang=en").location == there
    assert "Lock the attendance first." in desk.get(f"{there}?lang=en").text
    assert rows_of(Certificate) == []
    educator, there = pages_of(app, a_locked_visit(), Role.EDUCATOR)
    assert educator.post(f"{there}/certificates").status_code in (403, 404)
