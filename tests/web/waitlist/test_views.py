"""The waiting list on its pages: ranks in words, points set, a date given, the school's answer."""

import datetime as dt
import re

import pytest

from scheduler.core.db import db
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Visit
from scheduler.waitlist.models import DateOffer, OpenDate
from scheduler.waitlist.terms import DateOfferState
from tests.factories import MONDAY
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import an_educator_on_working_days
from tests.web.reading import a_link, rows_of

SOON = MONDAY.date() + dt.timedelta(days=21)
SOON -= dt.timedelta(days=max(0, SOON.weekday() - 4))  # a day on which schools have pupils


@pytest.fixture
def programme(app):
    """With two educators who can go."""
    made = make_programme()
    for _educator in range(2):
        an_educator_on_working_days(centre_id=made.centre_id)
    return made


def waiting(programme, days_ago=0):
    first = MONDAY.date() + dt.timedelta(days=5)
    given = {"submitted_at": MONDAY - dt.timedelta(days=days_ago), "first_day": first, "last_day": first}
    return make_school_request(RequestState.WAITLISTED, programme=programme, **given)


def give(desk, programme, **given):
    day = f"{SOON.day}.{SOON.month}.{SOON.year}."
    fair = {"programme": str(programme.id), "on_day": day, "starts_local": "10:00", "hold_hours": "48", "district": ""}
    return desk.post("/waiting-list/dates/new?lang=en", data=fair | given)


def state_of(row) -> RequestState:
    db.session.expire_all()
    return db.session.get_one(SchoolRequest, row.id).state


def test_the_list_says_why_in_words(desk, programme):
    row = waiting(programme, days_ago=65)
    page = desk.get("/waiting-list?lang=en")

    assert page.status_code == 200
    assert "never visited +10, waits 2 months +2" in page.text
    assert f"/requests/{row.number}" in page.text


def test_an_empty_list_teaches(desk):
    assert "Nobody waits" in desk.get("/waiting-list?lang=en").text


def test_a_date_is_given_taken_and_planned(desk, client, programme):
    row = waiting(programme)
    assert give(desk, programme).status_code == 302
    assert state_of(row) is RequestState.PROPOSED
    assert "is held for it until" in desk.get("/waiting-list?lang=en").text
    link = f"/status/{a_link(row.id)}"

    page = client.get(f"{link}?lang=en").text
    assert "Take this date" in page
    take = re.search(r'action="(/status/[^"]+/date/\d+/take)"', page)[1]
    assert client.get(take).status_code == 405  # a scanner that opens links takes nothing
    for _press in range(2):
        assert client.post(take).status_code == 302

    assert [(one.on_day, one.school_request_id) for one in rows_of(Visit)] == [(SOON, row.id)]
    assert "Take this date" not in client.get(f"{link}?lang=en").text


def test_a_date_that_is_left_goes_to_the_next(desk, client, programme):
    second, first = waiting(programme), waiting(programme, days_ago=40)
    give(desk, programme)
    link = f"/status/{a_link(first.id)}"
    leave = re.search(r'action="([^"]+/leave)"', client.get(link).text)[1]

    client.post(leave)
    told = client.post(leave.replace("/leave", "/take"), follow_redirects=True, query_string={"lang": "en"})

    assert (state_of(first), state_of(second)) == (RequestState.WAITLISTED, RequestState.PROPOSED)
    assert "no longer held for you" in client.get(f"{link}?lang=en").text + told.text


def test_a_date_for_nobody_says_so_beside_the_day_and_keeps_what_was_typed(desk, programme):
    answer = give(desk, programme)

    assert answer.status_code == 422
    assert "nobody on the waiting list can use this one" in answer.text
    assert f"{SOON.day}.{SOON.month}.{SOON.year}." in answer.text
    assert rows_of(OpenDate) == []


def test_a_date_is_taken_back(desk, programme):
    row = waiting(programme)
    give(desk, programme)
    back = re.search(r'action="([^"]+/take-back)"', desk.get("/waiting-list").text)[1]

    desk.post(back)

    assert state_of(row) is RequestState.WAITLISTED
    assert rows_of(DateOffer.state) == [DateOfferState.WITHDRAWN]


def test_the_administrator_sets_the_points(chief, programme):
    waiting(programme)
    assert 'value="2"' in chief.get("/settings/waiting-list").text
    given = {"per_year": "4", "most_years": "5", "rural": "3", "special_needs": "2", "per_month": "1"}

    assert chief.post("/settings/waiting-list", data=given | {"per_year": "x"}).status_code == 422
    assert chief.post("/settings/waiting-list", data=given).status_code == 302
    assert "never visited +20" in chief.get("/waiting-list?lang=en").text
