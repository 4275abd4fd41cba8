"""A mistyped address is corrected by the browser that booked; nobody else is written to more than TRUST S13 allows."""

import pytest

from scheduler.core import tokens
from scheduler.messages.models import OutboxMessage
from scheduler.messages.service import deliver
from scheduler.requests.service.submission import prove_address
from tests.factories import MONDAY
from tests.web.reading import a_link, rows_of
from tests.web.requests.booking import Booking, sent

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


def test_the_mail_goes_to_the_right_address_and_nothing_is_typed_again(booked):
    assert "/book/address" in booked.get("sent").text

    assert corrected(booked, RIGHT).location == "/book/sent"

    assert mails() == [("o.matic@skola.example.org", "stopped"), (RIGHT, "waiting")]
    assert [row.contact_email for row in sent()] == [RIGHT]
    assert RIGHT in booked.get("sent").text


def test_the_link_of_the_first_mail_opens_nothing_any_more(booked):
    first = a_link(sent()[0].id, "prove")
    corrected(booked, RIGHT)

    assert tokens.opened_by(first, "prove", now=MONDAY) is None
    assert booked.get(f"prove/{first}").status_code == 410


def test_a_stopped_mail_is_not_sent(booked):
    corrected(booked, RIGHT)

    assert deliver(rows_of(OutboxMessage.id)[0], MONDAY) is None


def test_an_address_is_corrected_twice_at_most(booked):
    answers = [corrected(booked, f"{number}@skola.example.org").status_code for number in range(3)]

    assert answers == [302, 302, 429]
    assert len(mails()) == 3


def test_the_same_address_again_sends_nothing(booked):
    corrected(booked, " O.Matic@skola.example.org ")

    assert len(mails()) == 1


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


def test_what_is_no_address_is_shown_again(booked):
    answer = corrected(booked, "olivera")

    assert answer.status_code == 422
    assert 'value="olivera"' in answer.text
