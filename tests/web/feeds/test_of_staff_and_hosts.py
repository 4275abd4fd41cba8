"""The pages on which staff and hosts keep their calendar addresses, and what these give to a program."""

import datetime as dt
import re

import pytest
from sqlalchemy import update

from scheduler.core import tokens
from scheduler.core.db import db, transaction
from scheduler.feeds.models import FeedToken
from scheduler.feeds.terms import MOST_FEEDS, FeedKind, FeedReader
from scheduler.policy import Role
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Visit
from scheduler.visits.service.cancel import cancel_visit
from tests.calendar_readers import by_icalendar
from tests.factories import MONDAY
from tests.factories.people import an_actor, limited_to, make_user
from tests.factories.places import make_host
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.staffing import a_confirmed_visit
from tests.web.browser import browser_of
from tests.web.reading import rows_of

ADDRESS = re.compile(r"http://localhost(/feeds/[^\"/]+\.ics)")


@pytest.fixture
def school(programme):
    return make_host("Вук Караџић", place="Ниш")


@pytest.fixture
def visit(programme, school):
    adult = a_cleared_educator(centre_id=programme.centre_id, given_name="Јелена", family_name="Илић")
    return a_confirmed_visit(adult, programme=programme, host_id=school.id)


def address_in(page) -> str:
    assert page.status_code == 200
    return ADDRESS.search(page.text)[1]


def test_a_coordinator_makes_renews_and_ends_a_calendar_of_her_centre(desk, client, visit):
    page = desk.get("/feeds?lang=en").text
    for choice in ("All visits of the centre", "District: Nišava", "Posts", "Closures"):
        assert choice in page
    assert "My visits" not in page

    first = address_in(desk.post("/feeds?lang=en", data={"shows": "centre", "name": "Outlook"}))
    answer = client.get(first, headers={"User-Agent": "Microsoft.Exchange/15.20"})
    assert len(by_icalendar(answer.data)) == 1
    assert client.get(first, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.head(first).status_code == 200
    assert "Set-Cookie" not in answer.headers

    [row] = rows_of(FeedToken)
    assert (row.kind, row.last_read_by) == (FeedKind.CENTRE, FeedReader.OUTLOOK)
    assert "Outlook" in desk.get("/feeds?lang=en").text
    second = address_in(desk.post(f"/feeds/{row.id}/renew"))
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    [_old, new] = rows_of(FeedToken)
    assert desk.post(f"/feeds/{new.id}/revoke").status_code == 302
    assert client.get(second).status_code == 404


def test_a_calendar_of_a_district_is_offered_to_who_reaches_it(app, programme, school, visit):
    user = make_user(centre_id=programme.centre_id)
    limited_to(user.id, school)
    make_host(place="Врање")
    browser = browser_of(app, user)

    page = browser.get("/feeds?lang=en").text

    assert page.count('value="district-') == 1
    assert "Visits in my districts" in page
    district = re.search(r'value="(district-\d+)"', page)[1]
    address_in(browser.post("/feeds", data={"shows": district, "name": "phone"}))
    assert rows_of(FeedToken.kind) == [FeedKind.DISTRICT]
    refused = browser.post("/feeds?lang=en", data={"shows": "district-999", "name": "phone"})
    assert refused.status_code == 422


def test_what_somebody_may_read_no_more_is_said_on_her_page(app, programme):
    user = make_user(centre_id=programme.centre_id)
    browser = browser_of(app, user)
    browser.post("/feeds", data={"shows": "posts", "name": "phone"})
    with transaction() as session:
        session.get_one(type(user), user.id).roles[0].role = Role.SAFEGUARDING

    assert "You may no longer read this." in browser.get("/feeds?lang=en").text


def test_nobody_renews_the_address_of_a_colleague(app, desk, programme):
    desk.post("/feeds", data={"shows": "centre", "name": "hers alone"})
    [row] = rows_of(FeedToken)
    colleague = browser_of(app, make_user(centre_id=programme.centre_id))

    assert colleague.post(f"/feeds/{row.id}/renew").status_code == 404
    assert "hers alone" not in colleague.get("/feeds").text


@pytest.fixture
def secret(visit, programme, school):
    """The link of a request whose visit is planned."""
    asked = make_school_request(RequestState.CONFIRMED, host_id=school.id, programme=programme)
    with transaction() as session:
        session.execute(update(Visit).values(school_request_id=asked.id))
    return link_to(asked)


def link_to(asked) -> str:
    with transaction():
        return tokens.mint("status", asked.id, lasts=dt.timedelta(days=365), now=MONDAY)


def test_a_school_keeps_five_addresses_behind_its_link(client, secret):
    way = f"/status/{secret}/calendars"
    assert "All visits of your school" in client.get(f"/status/{secret}?lang=en").text
    for number in range(MOST_FEEDS):
        address = address_in(client.post(way, data={"name": f"a{number}"}))
    page = client.get(f"{way}?lang=en")

    assert "There are five addresses already" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert client.post(way, data={"name": "a9"}).status_code == 422
    read = client.get(address)
    assert [one["status"] for one in by_icalendar(read.data)] == ["CONFIRMED"]
    assert "Јелена" not in read.text
    last = rows_of(FeedToken)[-1]
    renewed = address_in(client.post(f"{way}/{last.id}/renew"))
    assert client.get(address).status_code == 404
    client.post(f"{way}/{rows_of(FeedToken)[-1].id}/revoke")
    assert client.get(renewed).status_code == 404


def test_without_a_visit_or_with_another_schools_link_there_is_nothing(client, secret, programme):
    client.post(f"/status/{secret}/calendars", data={"name": "phone"})
    [row] = rows_of(FeedToken)
    other = link_to(make_school_request(RequestState.NEW, programme=programme))

    assert client.get(f"/status/{other}/calendars").status_code == 404
    assert client.post(f"/status/{other}/calendars", data={"name": "x"}).status_code == 404
    for act in ("renew", "revoke"):
        assert client.post(f"/status/{other}/calendars/{row.id}/{act}").status_code == 404
    assert client.get("/status/nobodys/calendars").status_code == 404
    db.session.rollback()
    assert rows_of(FeedToken.revoked_at) == [None]


def test_the_radar_lists_a_called_off_visit_and_takes_a_tick(desk, officer, programme, visit):
    assert "Nobody has to be told" in desk.get("/changes?lang=en").text
    desk_actor = an_actor(centre_id=programme.centre_id)
    cancel_visit(desk_actor, visit.id, reason="snow", now=MONDAY)
    page = desk.get("/changes?lang=en").text
    for words in ("Jelena Ilić", "called off", "not subscribed", "waiting"):
        assert words in page

    tick = re.search(r'action="(/changes/[^"]+/told)"', page)[1]
    assert desk.post(tick).status_code == 302

    told = desk.get("/changes?lang=en").text
    assert tick not in told
    assert "Marija Kostić" in told
    assert officer.get("/changes").status_code == 403
    assert officer.post(tick).status_code == 403
