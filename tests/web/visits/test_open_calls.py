"""Open calls on their pages."""

import pytest
from sqlalchemy import select

from scheduler.core.db import db
from scheduler.people.terms import PresenterKind
from scheduler.staffing.models.open_calls import RaisedHand
from tests.factories.people import make_presenter, make_user
from tests.factories.safeguarding import a_cleared_educator
from tests.visits.scene import Scene
from tests.web.browser import browser_of
from tests.web.visits.pages import plan_soon


@pytest.fixture
def scene(app):
    return Scene(planned=False)


def test_a_call_is_opened_a_hand_put_up_and_chosen(app, scene):
    number = plan_soon(scene)
    desk = browser_of(app, make_user(centre_id=scene.centre_id))
    phone = browser_of(app, a_cleared_educator(centre_id=scene.centre_id))
    assert "I could go" not in phone.get("/offers?lang=en").text
    assert phone.post(f"/offers/{number}/hand/up").status_code == 404

    desk.post(f"/visits/{number}/call/open")
    assert "I could go" in phone.get("/offers?lang=en").text
    for _press in range(2):
        phone.post(f"/offers/{number}/hand/up")
    assert "Take my hand down" in phone.get("/offers?lang=en").text
    page = desk.get(f"/visits/{number}?lang=en").text
    assert "Hands up" in page
    assert len(db.session.scalars(select(RaisedHand)).all()) == 1

    phone.post(f"/offers/{number}/hand/down")
    assert db.session.scalars(select(RaisedHand)).all() == []
    desk.post(f"/visits/{number}/call/close")
    assert phone.post(f"/offers/{number}/hand/up").status_code == 404


def test_another_centres_presenter_sees_nothing(app, scene):
    number = plan_soon(scene)
    browser_of(app, make_user(centre_id=scene.centre_id)).post(f"/visits/{number}/call/open")
    stranger = browser_of(app, make_presenter(PresenterKind.EDUCATOR))

    assert number not in stranger.get("/offers").text
    assert stranger.post(f"/offers/{number}/hand/up").status_code == 404
    assert stranger.post(f"/visits/{number}/call/close").status_code == 403


def test_a_chosen_hand_is_not_called_none_at_all(app, scene):
    number = plan_soon(scene)
    desk = browser_of(app, make_user(centre_id=scene.centre_id))
    user_id = a_cleared_educator(centre_id=scene.centre_id)
    phone = browser_of(app, user_id)
    desk.post(f"/visits/{number}/call/open")
    phone.post(f"/offers/{number}/hand/up")
    presenter_id = db.session.scalars(select(RaisedHand)).one().presenter_id
    desk.post(f"/visits/{number}/suggest/{presenter_id}")

    assert "no hand waits for you now" in desk.get(f"/visits/{number}?lang=en").text
