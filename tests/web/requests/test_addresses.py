"""The address of who books: asked about, proven, corrected; the way back to what was booked (TRUST S8, S12, S13)."""

import re

import pytest
from sqlalchemy import update

from scheduler.booking.service.addresses import send_own_visits
from scheduler.core import tokens
from scheduler.core.audit import AuditEntry
from scheduler.core.db import transaction
from scheduler.messages.models import OutboxMessage
from scheduler.messages.service import deliver
from scheduler.people.models import Centre
from scheduler.requests.models import SchoolRequest
from scheduler.requests.service.submission import prove_address
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.terms.states import VisitState
from scheduler.web.requests.booking.own_visits import ANSWERED_AFTER_S
from tests.factories import MONDAY
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.visits import make_presentation, make_visit
from tests.web.reading import a_link, rows_of
from tests.web.requests.booking import Booking, sent

# --- an address that looks mistyped is asked about, and never refused ---


SLIP, MEANT = "o.matic@gmial.com", "o.matic@gmail.com"


@pytest.fixture
def at_you(booking):
    booking.begin().answer("when", "who", "where")
    return booking


def typed(booking, **more):
    return booking.post("you", booking.usual["you"] | {"contact_email": SLIP} | more)


def test_a_slip_is_asked_about_with_both_addresses_and_nothing_is_lost(at_you):
    assert typed(at_you) == "/book/you"

    page = at_you.get("you").text
    for words in ("Which address is right?", f'value="{SLIP}"', f'value="{MEANT}"'):
        assert words in page


@pytest.mark.parametrize("chosen", [SLIP, MEANT])
def test_either_is_taken_with_one_press(at_you, chosen):
    typed(at_you)

    assert typed(at_you, meant=chosen) == "/book/check"
    at_you.send()

    assert [row.contact_email for row in sent()] == [chosen]


def test_the_mail_to_a_corrected_address_says_all_that_the_first_said(now):
    now.hold()
    now.finish()
    now.send()

    assert now.client.post("/book/address?lang=en", data={"email": SLIP}).status_code == 422
    now.post("address", {"email": "right@skola.example.org"})

    first, second = rows_of(OutboxMessage)
    assert second.text == first.text
    assert (first.state.value, second.address) == ("stopped", "right@skola.example.org")


# --- the page behind the mailed link, and the way to a new one ---


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


# --- a mistyped address is corrected by the browser that booked ---


RIGHT = "olivera@skola.example.org"


@pytest.fixture
def booked(booking):
    booking.answer_all()
    booking.send()
    return booking


def mails() -> list[tuple[str, str]]:
    return [(row.address, row.state.value) for row in rows_of(OutboxMessage)]


def corrected(booking, address: str):
    return booking.client.post("/book/address", data={"email": address})


def test_the_mail_goes_to_the_right_address_nothing_is_typed_again_and_the_first_link_opens_nothing(booked):
    assert "/book/address" in booked.get("sent").text
    assert corrected(booked, RIGHT).location == "/book/sent"
    assert mails() == [("o.matic@skola.example.org", "stopped"), (RIGHT, "waiting")]
    assert [row.contact_email for row in sent()] == [RIGHT]
    assert RIGHT in booked.get("sent").text

    corrected(booked, RIGHT)
    assert deliver(rows_of(OutboxMessage.id)[0], MONDAY) is None


def test_the_link_of_the_first_mail_opens_nothing_any_more(booked):
    first = a_link(sent()[0].id, "prove")
    corrected(booked, RIGHT)

    assert tokens.opened_by(first, "prove", now=MONDAY) is None
    assert booked.get(f"prove/{first}").status_code == 410


def test_an_address_is_corrected_twice_at_most(booked):
    answers = [corrected(booked, f"{number}@skola.example.org").status_code for number in range(3)]

    assert answers == [302, 302, 429]
    assert len(mails()) == 3


def test_the_same_address_again_and_what_is_no_address_send_nothing(booked):
    corrected(booked, " O.Matic@skola.example.org ")
    assert len(mails()) == 1

    answer = corrected(booked, "olivera")
    assert answer.status_code == 422
    assert 'value="olivera"' in answer.text


def test_the_limits_of_an_address_hold_here_too(booked, app):
    for number in range(3):
        other = Booking(app.test_client(), booked.host, *booked.programmes)
        other.answer_all(you={"contact_email": RIGHT})
        other.send(f"other {number}")

    assert corrected(booked, RIGHT).status_code == 429


def test_a_confirmed_address_stays(booked):
    prove_address(a_link(sent()[0].id, "prove"), now=MONDAY)

    assert corrected(booked, RIGHT).status_code == 422
    assert [row.contact_email for row in sent()] == ["o.matic@skola.example.org"]


def test_a_browser_that_did_not_book_corrects_nothing(booked, app):
    assert corrected(Booking(app.test_client(), booked.host, *booked.programmes), RIGHT).location == "/book"
    assert len(mails()) == 1


# --- a lost link is found again: one mail lists all visits of an address ---


ADDRESS = "has@school.example"


def two_schools() -> list:
    """Two visits of one address at one school and one at another, made in another order."""
    programme = make_programme()
    hosts = make_host("Змај"), make_host("Авала")
    given = {"programme": programme, "contact_email": ADDRESS}
    rows = [make_school_request(RequestState.CONFIRMED, host_id=hosts[n].id, **given) for n in (0, 1)]
    rows.append(make_school_request(RequestState.NEW, host_id=hosts[0].id, **given))
    for row in rows[:2]:
        of_it = {"host_id": row.host_id, "school_request_id": row.id, "on_day": row.first_day}
        make_presentation(make_visit(VisitState.CONFIRMED, programme=programme, **of_it))
    return rows


def test_one_mail_lists_all_visits_by_school_and_day(session):
    rows = two_schools()
    make_school_request(RequestState.NEW, contact_email="other@school.example")

    send_own_visits(ADDRESS, language="en", network="10.0.0.0/24", now=MONDAY)

    [mail] = rows_of(OutboxMessage)
    places = [mail.text.index(row.number) for row in (rows[1], rows[0], rows[2])]
    assert places == sorted(places)
    assert (mail.text.count("The visit is confirmed."), mail.text.count("We have your request.")) == (2, 1)
    assert (mail.link_purpose, mail.address) == ("visits", ADDRESS)


def test_the_page_of_the_mail_opens_each_visit_and_no_other(client, session):
    rows = two_schools()
    other = make_school_request(RequestState.NEW, contact_email="other@school.example")
    token = a_link(rows[2].id, "visits")

    page = client.get(f"/book/mine/{token}?lang=en").text

    assert all(row.number in page for row in rows)
    assert other.number not in page
    opened = client.post(f"/book/mine/{token}/{rows[0].number}")
    assert rows[0].number in client.get(opened.location).text
    assert client.post(f"/book/mine/{token}/{other.number}").status_code == 404
    assert client.get(f"/status/{token}").status_code == 404
    assert client.get("/book/mine/invented").status_code == 404


def test_whoever_looks_for_her_booking_finds_the_way(client):
    assert all("/book/link" in client.get(page).text for page in ("/", "/sign-in"))
