"""Open calls on their pages."""

import pytest

from scheduler.staffing.models.open_calls import RaisedHand
from tests.factories.people import make_presenter
from tests.factories.safeguarding import a_cleared_educator
from tests.web.browser import browser_of
from tests.web.reading import rows_of
from tests.web.visits.pages import body, plan_soon, reading


@pytest.fixture
def number(scene) -> str:
    return plan_soon(scene)


@pytest.fixture
def phone(app, scene):
    """The browser of an educator who could go."""
    return reading(app, a_cleared_educator(centre_id=scene.centre_id))


def test_a_call_is_opened_a_hand_put_up_and_chosen(desk, phone, number):
    assert "I could go" not in body(phone.get("/offers"))
    assert phone.post(f"/offers/{number}/hand/up").status_code == 404

    desk.post(f"/visits/{number}/call/open")
    assert "I could go" in body(phone.get("/offers"))
    for _press in range(2):
        phone.post(f"/offers/{number}/hand/up")
    assert "Take my hand down" in body(phone.get("/offers"))
    assert "Hands up" in body(desk.get(f"/visits/{number}"))
    assert len(rows_of(RaisedHand)) == 1

    phone.post(f"/offers/{number}/hand/down")
    assert rows_of(RaisedHand) == []
    desk.post(f"/visits/{number}/call/close")
    assert phone.post(f"/offers/{number}/hand/up").status_code == 404


def test_another_centres_presenter_sees_nothing(app, desk, number):
    desk.post(f"/visits/{number}/call/open")
    stranger = browser_of(app, make_presenter())

    assert number not in stranger.get("/offers").text
    assert stranger.post(f"/offers/{number}/hand/up").status_code == 404
    assert stranger.post(f"/visits/{number}/call/close").status_code == 403


def test_a_chosen_hand_is_not_called_none_at_all(desk, phone, number):
    desk.post(f"/visits/{number}/call/open")
    phone.post(f"/offers/{number}/hand/up")
    [presenter_id] = rows_of(RaisedHand.presenter_id)
    desk.post(f"/visits/{number}/suggest/{presenter_id}")

    assert "no hand waits for you now" in body(desk.get(f"/visits/{number}"))
