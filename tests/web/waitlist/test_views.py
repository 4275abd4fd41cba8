"""The waiting list on its pages: ranks in words, points set, a date given, the school's answer."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from scheduler.core import tokens
from scheduler.core.db import db, transaction
from scheduler.policy import Role
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Visit
from scheduler.waitlist.models import DateOffer, OpenDate
from scheduler.waitlist.terms import DateOfferState
from tests.factories import MONDAY
from tests.factories.people import make_user, works
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator
from tests.web.browser import browser_of

SOON = MONDAY.date() + dt.timedelta(days=21)
SOON -= dt.timedelta(days=max(0, SOON.weekday() - 4))  # a day on which schools have pupils


@pytest.fixture
def sign_in(app):
    return lambda *roles, **given: browser_of(app, make_user(*roles, **given))


@pytest.fixture
def programme(app):
    """With two educators who can go."""
    made = make_programme()
    for _educator in range(2):
        works(a_cleared_educator(centre_id=made.centre_id))
    return made


@pytest.fixture
def desk(sign_in, programme):
    return sign_in(centre_id=programme.centre_id)


def waiting(programme, days_ago=0):
    came = MONDAY - dt.timedelta(days=days_ago)
    first = MONDAY.date() + dt.timedelta(days=5)
    return make_school_request(
        RequestState.WAITLISTED, programme=programme, submitted_at=came, first_day=first, last_day=first
    )


def secret_of(row) -> str:
    with transaction():
        return tokens.mint("status", row.id, lasts=dt.timedelta(days=7), now=MONDAY)


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
    secret = secret_of(row)

    page = client.get(f"/status/{secret}?lang=en").text
    assert "Take this date" in page
    take = re.search(r'action="(/status/[^"]+/date/\d+/take)"', page)[1]
    assert client.get(take).status_code == 405  # a scanner that opens links takes nothing
    for _press in range(2):
        assert client.post(take).status_code == 302

    visits = db.session.scalars(select(Visit)).all()
    assert [(one.on_day, one.school_request_id) for one in visits] == [(SOON, row.id)]
    assert "Take this date" not in client.get(f"/status/{secret}?lang=en").text


def test_a_date_that_is_left_goes_to_the_next(desk, client, programme):
    second, first = waiting(programme), waiting(programme, days_ago=40)
    give(desk, programme)
    secret = secret_of(first)
    leave = re.search(r'action="([^"]+/leave)"', client.get(f"/status/{secret}").text)[1]

    client.post(leave)
    told = client.post(leave.replace("/leave", "/take"), follow_redirects=True, query_string={"lang": "en"})

    assert (state_of(first), state_of(second)) == (RequestState.WAITLISTED, RequestState.PROPOSED)
    assert "no longer held for you" in client.get(f"/status/{secret}?lang=en").text + told.text


def test_a_date_for_nobody_says_so_beside_the_day_and_keeps_what_was_typed(desk, programme):
    answer = give(desk, programme)

    assert answer.status_code == 422
    assert "nobody on the waiting list can use this one" in answer.text
    assert f"{SOON.day}.{SOON.month}.{SOON.year}." in answer.text
    assert db.session.scalars(select(OpenDate)).all() == []


def test_a_date_is_taken_back(desk, programme):
    row = waiting(programme)
    give(desk, programme)
    back = re.search(r'action="([^"]+/take-back)"', desk.get("/waiting-list").text)[1]

    desk.post(back)

    assert state_of(row) is RequestState.WAITLISTED
    assert db.session.scalar(select(DateOffer.state)) is DateOfferState.WITHDRAWN


def test_the_administrator_sets_the_points(sign_in, programme):
    admin = sign_in(Role.ADMINISTRATOR, centre_id=programme.centre_id)
    waiting(programme)
    assert 'value="2"' in admin.get("/settings/waiting-list").text
    given = {"per_year": "4", "most_years": "5", "rural": "3", "special_needs": "2", "per_month": "1"}

    assert admin.post("/settings/waiting-list", data=given | {"per_year": "x"}).status_code == 422
    assert admin.post("/settings/waiting-list", data=given).status_code == 302
    assert "never visited +20" in admin.get("/waiting-list?lang=en").text


@pytest.mark.parametrize("role", [Role.EDUCATOR, Role.SAFEGUARDING])
def test_other_roles_are_refused(sign_in, role):
    browser = sign_in(role)
    for path in ("/waiting-list", "/waiting-list/dates/new", "/settings/waiting-list"):
        assert browser.get(path).status_code == 403
