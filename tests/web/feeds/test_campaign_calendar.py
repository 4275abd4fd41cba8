"""The page of a campaign's calendar, and its address as calendars read it."""

import re

import pytest

from scheduler.policy import Role
from tests.calendar_readers import by_icalendar
from tests.factories.people import an_actor, make_user
from tests.factories.posts import planned
from tests.factories.programmes import make_campaign
from tests.web.browser import browser_of, staff_of


@pytest.fixture
def campaign(app):
    return make_campaign(slug="respect")


def address_on(page) -> str:
    return re.search(r"https?://[^/\"]+(/feeds/campaigns/[^\"<\s]+\.ics)", page.text)[1]


def test_an_address_is_made_shown_once_and_ended(app, campaign):
    desk, phone = staff_of(app, campaign), app.test_client()
    planned(an_actor(centre_id=campaign.centre_id), campaign_id=campaign.id)

    made = desk.post("/campaigns/respect/calendar?lang=sr_Latn")
    address = address_on(made)

    assert made.headers["Cache-Control"] == "no-store"
    assert address not in desk.get("/campaigns/respect/calendar").text
    answer = phone.get(address)
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    assert [one["summary"] for one in by_icalendar(answer.data)] == ["Instagram: Pokaži poštovanje"]
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "private, no-cache"
    again = phone.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    desk.post("/campaigns/respect/calendar/end")
    assert phone.get(address).status_code == 404


def test_another_centre_and_another_role_make_none(app, campaign):
    officer, stranger = staff_of(app, campaign, Role.SAFEGUARDING), browser_of(app, make_user(Role.COORDINATOR))
    for method, path in (("GET", "calendar"), ("POST", "calendar"), ("POST", "calendar/end")):
        assert stranger.open(f"/campaigns/respect/{path}", method=method).status_code == 404
        assert officer.open(f"/campaigns/respect/{path}", method=method).status_code == 403
