"""The school's own page behind its secret link."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.core import audit, clock, tokens
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.language import moment, short_day
from scheduler.policy import SYSTEM
from scheduler.requests.models import RequestedPresentation, SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from tests.factories import MONDAY
from tests.factories.people import make_centre
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request


def secret_of(row) -> str:
    with transaction():
        return tokens.mint("status", row.id, lasts=dt.timedelta(days=30), now=MONDAY)


def state_of(row) -> RequestState:
    db.session.expire_all()
    return db.session.get(SchoolRequest, row.id).state


@pytest.mark.parametrize("state", [state for state in RequestState if state is not RequestState.MERGED_INTO])
@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_every_state_has_a_page_with_the_helpline_and_what_happens_next(client, state, language):
    row = make_school_request(state)
    if state is RequestState.DRAFT:
        return
    response = client.get(f"/status/{secret_of(row)}?lang={language}")

    assert response.status_code == 200
    assert row.number in response.text
    assert "19833" in response.text


def test_an_invented_secret_is_not_found_and_an_ended_one_gone(client):
    row = make_school_request()
    secret = secret_of(row)
    with transaction():
        tokens.end_links("status", row.id, now=MONDAY)

    assert client.get("/status/invented").status_code == 404
    assert client.get(f"/status/{secret}").status_code == 410
    assert row.number not in client.get(f"/status/{secret}").text


def test_looking_changes_nothing(client):
    row = make_school_request()
    secret = secret_of(row)
    for path in ("", "/counts", "/withdraw", "/request.pdf"):
        assert client.get(f"/status/{secret}{path}").status_code == 200

    assert db.session.scalars(select(AuditEntry)).all() == []
    assert state_of(row) is RequestState.NEW


def test_the_question_is_answered_on_the_page(client):
    row = make_school_request(RequestState.NEEDS_INFO, question="Имате ли пројектор?")
    secret = secret_of(row)
    assert "Имате ли пројектор?" in client.get(f"/status/{secret}").text

    client.post(f"/status/{secret}", data={"answer": "Имамо.", "version": row.version})

    assert state_of(row) is RequestState.TRIAGE


def test_an_empty_answer_is_asked_for_again(client):
    row = make_school_request(RequestState.NEEDS_INFO, question="?")
    response = client.post(f"/status/{secret_of(row)}", data={"answer": " "})

    assert (response.status_code, state_of(row)) == (422, RequestState.NEEDS_INFO)


def test_numbers_change_on_their_own_page(client):
    row = make_school_request()
    secret = secret_of(row)
    shown = client.get(f"/status/{secret}/counts").text
    assert 'value="90"' in shown

    typed = {"presentations-0-pupils": "74", "presentations-0-parents": "0", "presentations-0-teachers": "3"}
    response = client.post(f"/status/{secret}/counts", data=typed | {"version": row.version})

    assert response.location == f"/status/{secret}"
    asked = db.session.scalars(select(RequestedPresentation)).one()
    assert (asked.pupils, asked.teachers) == (74, 3)


@pytest.mark.parametrize(
    ("typed", "told"), [("9" * 5000, "whole number"), ("-1", "number between 0 and"), ("500", "fit"), ("0", "how many")]
)
def test_impossible_numbers_are_told_beside_the_field(client, typed, told):
    row = make_school_request()
    given = {"presentations-0-pupils": typed, "presentations-0-parents": "0", "presentations-0-teachers": "0"}
    response = client.post(f"/status/{secret_of(row)}/counts?lang=en", data=given)

    assert response.status_code == 422
    assert told in response.text
    assert db.session.scalars(select(RequestedPresentation.pupils)).all() == [90]


def test_two_people_with_the_link_do_not_overwrite_each_other(client):
    row = make_school_request()
    secret, seen = secret_of(row), row.version
    given = {"presentations-0-pupils": "74", "presentations-0-parents": "0", "presentations-0-teachers": "0"}
    client.post(f"/status/{secret}/counts", data=given | {"version": seen})
    response = client.post(
        f"/status/{secret}/counts?lang=en", data=given | {"presentations-0-pupils": "60", "version": seen}
    )

    assert response.status_code == 422
    assert "something has changed" in response.text
    assert db.session.scalars(select(RequestedPresentation.pupils)).all() == [74]


def test_a_school_withdraws_on_a_page_that_asks_once(client):
    row = make_school_request(RequestState.WAITLISTED)
    secret = secret_of(row)
    data = {"reason": "", "version": row.version}
    pressed_twice = [client.post(f"/status/{secret}/withdraw", data=data).location for _press in range(2)]

    assert pressed_twice == [f"/status/{secret}"] * 2
    assert state_of(row) is RequestState.WITHDRAWN
    assert f"/status/{secret}/withdraw" not in client.get(f"/status/{secret}").text


def test_a_confirmed_visit_is_not_withdrawn_by_a_press(client):
    row = make_school_request(RequestState.CONFIRMED)
    response = client.post(f"/status/{secret_of(row)}/withdraw?lang=en", data={"reason": ""})

    assert (response.status_code, state_of(row)) == (422, RequestState.CONFIRMED)
    assert "call us" in response.text


def test_the_paper_for_the_director_is_a_pdf(client):
    row = make_school_request()
    response = client.get(f"/status/{secret_of(row)}/request.pdf")

    assert response.mimetype == "application/pdf"
    assert response.data.startswith(b"%PDF-")


def test_staff_notes_do_not_reach_the_school(client):
    row = make_school_request()

    assert f'href="/requests/{row.number}' not in client.get(f"/status/{secret_of(row)}").text


def test_what_the_school_can_do_stands_before_the_history(client):
    shown = client.get(f"/status/{secret_of(make_school_request())}?lang=en").text

    assert shown.index("Withdraw the request") < shown.index("Where the request is") < shown.index("What you asked for")


def test_the_line_tells_days_and_not_minutes(client):
    row = make_school_request()
    line = client.get(f"/status/{secret_of(row)}?lang=en").text.split("Where the request is")[1]

    assert short_day(clock.local_day(row.state_since), "en") in line
    assert moment(row.state_since, "en", "Europe/Belgrade") not in line


def test_numbers_are_changed_only_of_those_whom_the_programme_is_for(client):
    row = make_school_request()
    shown = client.get(f"/status/{secret_of(row)}/counts").text

    assert 'name="presentations-0-pupils"' in shown
    assert 'name="presentations-0-parents"' not in shown


def test_the_centres_phone_stands_on_the_page(client):
    row = make_school_request(programme=make_programme(centre_id=make_centre(phone="011 555 44").id))

    assert 'href="tel:01155544"' in client.get(f"/status/{secret_of(row)}").text


@pytest.mark.parametrize(
    ("state", "reason", "heading"),
    [
        (RequestState.CANCELLED_BY_SCHOOL, "no_show_host", "The presentation was not held"),
        (RequestState.CANCELLED_BY_CENTRE, "no_show_presenter", "The presentation was not held"),
        (RequestState.CANCELLED_BY_SCHOOL, "flu", "You cancelled the visit"),
    ],
)
def test_who_was_not_there_has_not_cancelled(client, state, reason, heading):
    row = make_school_request(state)
    with transaction():
        audit.record(SYSTEM, f"school request {state.value}", row, at=MONDAY, details={"reason": reason})
    shown = client.get(f"/status/{secret_of(row)}?lang=en").text

    assert f"<h1>{heading}</h1>" in shown
    assert ("Cancelled by" in shown.split("Where the request is")[1]) is (reason == "flu")
