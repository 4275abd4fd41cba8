"""The page behind the mailed link, and the way to a new one (TRUST S8, S12)."""

import datetime as dt
import re

from sqlalchemy import func, select, update

from scheduler.core import tokens
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Centre
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.web.requests.booking.own_visits import ANSWERED_AFTER_S
from tests.factories import MONDAY
from tests.factories.requests import make_school_request

# the proof (TRUST S12)


def prove_token(row) -> str:
    with transaction():
        return tokens.mint("prove", row.id, lasts=dt.timedelta(days=7), now=MONDAY)


def test_twenty_scanners_open_the_link_and_change_nothing(app, client):
    row = make_school_request(RequestState.UNVERIFIED)
    token = prove_token(row)
    for _ in range(20):
        assert app.test_client().get(f"/book/prove/{token}").status_code == 200
        assert app.test_client().head(f"/book/prove/{token}").status_code == 200

    db.session.expire_all()
    assert db.session.get(SchoolRequest, row.id).state is RequestState.UNVERIFIED
    assert db.session.scalar(select(func.count(AuditEntry.id))) == 0

    response = client.post(f"/book/prove/{token}")

    db.session.expire_all()
    assert db.session.get(SchoolRequest, row.id).state is RequestState.NEW
    assert response.location.startswith("/status/")
    assert row.number in client.get(response.location).text


def test_a_scanner_that_posts_without_the_pages_own_sign_is_refused(app):
    row = make_school_request(RequestState.UNVERIFIED)
    token = prove_token(row)
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        response = app.test_client().post(f"/book/prove/{token}")
    finally:
        app.config["WTF_CSRF_ENABLED"] = False

    db.session.expire_all()
    assert response.status_code == 400
    assert db.session.get(SchoolRequest, row.id).state is RequestState.UNVERIFIED


def test_a_proven_link_says_so(client):
    row = make_school_request(RequestState.UNVERIFIED)
    token = prove_token(row)
    client.post(f"/book/prove/{token}")

    assert "Your address is confirmed" in client.get(f"/book/prove/{token}?lang=en").text
    assert client.post(f"/book/prove/{token}").location == f"/book/prove/{token}"


def test_unknown_links_are_not_found_and_old_ones_gone_with_a_way_on(client):
    row = make_school_request(RequestState.EXPIRED)

    assert client.get("/book/prove/invented").status_code == 404
    old = client.get(f"/book/prove/{prove_token(row)}")
    assert old.status_code == 410
    assert "/book/link" in old.text
    assert row.number not in old.text


def test_asking_for_a_new_link_says_the_same_to_everybody(client):
    make_school_request(contact_email="has@school.example")
    told = {client.post("/book/link", data={"email": f"{who}@school.example"}).text for who in ("has", "hasnot")}

    strip = {re.sub(r'(name="(?:csrf_token|form_key)"[^>]*value=)"[^"]*"|value="[^"]{20,}"', "", text) for text in told}
    assert len(strip) == 1
    assert [mail.address for mail in db.session.scalars(select(OutboxMessage))] == ["has@school.example"]


def test_trust_s08_no_answer_comes_sooner_than_two_mails_take(client, monkeypatch):
    slept = []
    monkeypatch.setattr("scheduler.web.requests.booking.own_visits.time.sleep", slept.append)
    monkeypatch.setattr("scheduler.web.requests.booking.own_visits.time.perf_counter", lambda: 0.0)

    client.post("/book/link", data={"email": "nobody@skola.example.org"})

    assert slept == [ANSWERED_AFTER_S]


def test_the_refusal_says_from_when_it_goes_again_and_whom_to_call(client):
    make_school_request(contact_email="has@school.example")
    db.session.execute(update(Centre).values(phone="011 222 333"))
    db.session.commit()
    for _ in range(3):
        client.post("/book/link", data={"email": "x@school.example"})

    answer = client.post("/book/link?lang=en", data={"email": "x@school.example"})

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, str(24 * 3600))
    assert "Send it again from Tuesday, 15 September 2026 at 11:00" in answer.text
    assert "011 222 333" in answer.text


def test_new_links_are_limited(client):
    for _ in range(3):
        client.post("/book/link", data={"email": "x@school.example"})

    assert client.post("/book/link", data={"email": "x@school.example"}).status_code == 429
