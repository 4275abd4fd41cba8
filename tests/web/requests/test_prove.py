"""The page behind the mailed link, and the way to a new one (TRUST S8, S12)."""

import re

import pytest
from sqlalchemy import update

from scheduler.core.audit import AuditEntry
from scheduler.core.db import transaction
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Centre
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.web.requests.booking.own_visits import ANSWERED_AFTER_S
from tests.factories.requests import make_school_request
from tests.web.reading import a_link, rows_of


@pytest.fixture
def row(app) -> SchoolRequest:
    return make_school_request(RequestState.UNVERIFIED)


@pytest.fixture
def proof(row) -> str:
    """The page behind the mailed link (TRUST S12)."""
    return f"/book/prove/{a_link(row.id, 'prove')}"


def test_twenty_scanners_open_the_link_and_change_nothing(app, client, row, proof):
    for _ in range(20):
        assert app.test_client().get(proof).status_code == 200
        assert app.test_client().head(proof).status_code == 200
    assert (row.state, rows_of(AuditEntry)) == (RequestState.UNVERIFIED, [])

    response = client.post(proof)

    assert row.state is RequestState.NEW
    assert response.location.startswith("/status/")
    assert row.number in client.get(response.location).text


def test_a_scanner_that_posts_without_the_pages_own_sign_is_refused(app, client, row, proof, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)

    assert client.post(proof).status_code == 400
    assert row.state is RequestState.UNVERIFIED


def test_a_proven_link_says_so(client, proof):
    client.post(proof)

    assert "Your address is confirmed" in client.get(f"{proof}?lang=en").text
    assert client.post(proof).location == proof


def test_unknown_links_are_not_found_and_old_ones_gone_with_a_way_on(client, row, proof):
    with transaction():
        row.state = RequestState.EXPIRED

    old = client.get(proof)

    assert client.get("/book/prove/invented").status_code == 404
    assert (old.status_code, "/book/link" in old.text, row.number in old.text) == (410, True, False)


def test_asking_for_a_new_link_says_the_same_to_everybody(client):
    make_school_request(contact_email="has@school.example")
    told = {client.post("/book/link", data={"email": f"{who}@school.example"}).text for who in ("has", "hasnot")}

    strip = {re.sub(r'(name="(?:csrf_token|form_key)"[^>]*value=)"[^"]*"|value="[^"]{20,}"', "", text) for text in told}
    assert len(strip) == 1
    assert rows_of(OutboxMessage.address) == ["has@school.example"]


def test_trust_s08_no_answer_comes_sooner_than_two_mails_take(client, monkeypatch):
    slept = []
    monkeypatch.setattr("scheduler.web.requests.booking.own_visits.time.sleep", slept.append)
    monkeypatch.setattr("scheduler.web.requests.booking.own_visits.time.perf_counter", lambda: 0.0)

    client.post("/book/link", data={"email": "nobody@skola.example.org"})

    assert slept == [ANSWERED_AFTER_S]


def test_the_refusal_says_from_when_it_goes_again_and_whom_to_call(client):
    make_school_request(contact_email="has@school.example")
    with transaction() as session:
        session.execute(update(Centre).values(phone="011 222 333"))
    for _ in range(3):
        client.post("/book/link", data={"email": "x@school.example"})

    answer = client.post("/book/link?lang=en", data={"email": "x@school.example"})

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, str(24 * 3600))
    assert "Send it again from Tuesday, 15 September 2026 at 11:00" in answer.text
    assert "011 222 333" in answer.text
