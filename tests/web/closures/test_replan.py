"""The page on which a coordinator finds a new date for a visit that a closure stopped."""

import datetime as dt

import pytest

from tests.closures.incidents import stop
from tests.visits.scene import Scene
from tests.web.visits.pages import DAY, body, coordinator, meant, number_of_request, plan_soon


@pytest.fixture
def scene(app):
    return Scene(planned=False)


def test_the_request_leads_to_a_plan_filled_from_the_old_visit_and_on_to_the_new_one(app, scene):
    number, browser = plan_soon(scene), coordinator(app, scene)
    stop(scene)
    path, new_day = f"/visits/{number}/replan", DAY + dt.timedelta(days=7)

    assert path in body(browser.get(f"/requests/{number_of_request(scene)}"))
    assert path in body(browser.get(f"/visits/{number}"))
    assert 'value="10:00"' in body(browser.get(path))
    typed = {
        "on_day": f"{new_day.day}.{new_day.month}.{new_day.year}.",
        "presentations-0-starts_local": "11:00",
        "presentations-0-minutes": "45",
        "presentations-0-room": "Hall",
        **meant(new_day, "11:00"),
    }
    assert browser.post(path, data=typed | {"on_day": "1.1.2020."}).status_code == 422
    answer = browser.post(path, data=typed)

    assert answer.status_code == 302
    shown = body(browser.get(answer.location))
    assert number in shown
    assert "11:00" in shown
    old = body(browser.get(f"/visits/{number}"))
    assert answer.location.rsplit("/", 1)[1] in old
    assert path not in old
    again = browser.post(path, data=typed)
    assert again.location == answer.location  # pressed twice: the same answer
