"""Joining a duplicate from its page, its link afterwards, and booking again."""

import datetime as dt
import re

import pytest

from scheduler.requests.terms.school_request import RequestState
from tests.factories import MONDAY
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.web.reading import a_link, value_of

SOON = MONDAY.date() + dt.timedelta(days=30)
TYPED = f"{SOON:%d.%m.%Y.}"


@pytest.fixture
def programme(app):
    return make_programme()


def test_a_duplicate_is_joined_by_one_press_its_link_leads_to_the_kept_one_and_it_is_undone(desk, client, programme):
    row = make_school_request(RequestState.TRIAGE, programme=programme)
    kept = make_school_request(programme=programme, host_id=row.host_id)
    status, page = f"/status/{a_link(row.id)}", desk.get(f"/requests/{row.number}?lang=en")
    assert f"Join this one with {kept.number}" in page.text

    desk.post(f"/requests/{row.number}/merge-into/{kept.number}", data={"version": value_of(page, "version")})

    assert row.merged_into_id == kept.id
    assert kept.number in client.get(status).text
    assert row.number in desk.get(f"/requests/{kept.number}").text
    undo = re.search(r'action="(/requests/undo/[^"]+)"', desk.get(f"/requests/{row.number}").text)[1]
    desk.post(undo)
    assert row.state is RequestState.TRIAGE
    assert row.number in client.get(status).text


def test_a_foreign_request_is_not_there(desk, programme):
    row, foreign = make_school_request(RequestState.TRIAGE, programme=programme), make_school_request()

    assert desk.post(f"/requests/{row.number}/merge-into/{foreign.number}").status_code == 404
    assert desk.get(f"/requests/{foreign.number}/again").status_code == 404


def test_what_was_called_off_is_booked_again(desk, programme):
    row = make_school_request(RequestState.CANCELLED_BY_CENTRE, programme=programme)
    assert f"/requests/{row.number}/again" in desk.get(f"/requests/{row.number}").text
    path = f"/requests/{row.number}/again?lang=en"
    assert "keeps the old one" in desk.get(path).text

    assert desk.post(path, data={"first_day": "x", "last_day": TYPED}).status_code == 422
    answer = desk.post(path, data={"first_day": TYPED, "last_day": TYPED}, follow_redirects=True)

    assert "Booked again after" in answer.text
    assert row.number in answer.text


def test_an_open_request_is_not_booked_again(desk, programme):
    row = make_school_request(programme=programme)

    assert desk.get(f"/requests/{row.number}/again").status_code == 409
