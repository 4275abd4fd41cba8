"""A mistyped address is corrected by the browser that booked; nobody else is written to more than TRUST S13 allows."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.core import tokens
from scheduler.core.db import db, transaction
from scheduler.messages.models import OutboxMessage
from scheduler.messages.service import deliver
from scheduler.messages.terms import MessageState
from scheduler.requests.models import SchoolRequest
from scheduler.requests.service.submission import prove_address
from tests.factories import MONDAY
from tests.web.requests.answered import answer_all

pytestmark = pytest.mark.usefixtures("hands")
RIGHT = "olivera@skola.example.org"


@pytest.fixture
def booked(client, programme, host):
    answer_all(client, programme, host)
    client.post("/book/check", data={"form_key": "one"})
    return client


def mails() -> list[tuple[str, str]]:
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [(row.address, row.state.value) for row in rows]


def corrected(client, address: str):
    return client.post("/book/address", data={"email": address})


def test_the_mail_goes_to_the_right_address_and_nothing_is_typed_again(booked):
    assert "/book/address" in booked.get("/book/sent").text

    assert corrected(booked, RIGHT).location == "/book/sent"

    assert mails() == [("o.matic@skola.example.org", "stopped"), (RIGHT, "waiting")]
    assert db.session.scalars(select(SchoolRequest.contact_email)).all() == [RIGHT]
    assert RIGHT in booked.get("/book/sent").text


def test_the_link_of_the_first_mail_opens_nothing_any_more(booked):
    request_id = db.session.scalar(select(SchoolRequest.id))
    with transaction():
        first = tokens.mint("prove", request_id, lasts=dt.timedelta(days=7), now=MONDAY)
    corrected(booked, RIGHT)

    assert tokens.opened_by(first, "prove", now=MONDAY) is None
    assert booked.get(f"/book/prove/{first}").status_code == 410


def test_a_stopped_mail_is_not_sent(booked):
    corrected(booked, RIGHT)
    stopped = db.session.scalar(select(OutboxMessage.id).where(OutboxMessage.state == MessageState.STOPPED))

    assert deliver(stopped, MONDAY) is None


def test_an_address_is_corrected_twice_at_most(booked):
    answers = [corrected(booked, f"{number}@skola.example.org").status_code for number in range(3)]

    assert answers == [302, 302, 429]
    assert len(mails()) == 3


def test_the_same_address_again_sends_nothing(booked):
    corrected(booked, " O.Matic@skola.example.org ")

    assert len(mails()) == 1


def test_the_limits_of_an_address_hold_here_too(booked, app, programme, host):
    for number in range(3):
        other = app.test_client()
        answer_all(other, programme, host, you={"contact_email": RIGHT})
        other.post("/book/check", data={"form_key": f"other {number}"})

    assert corrected(booked, RIGHT).status_code == 429


def test_a_confirmed_address_stays(booked):
    request_id = db.session.scalar(select(SchoolRequest.id))
    with transaction():
        token = tokens.mint("prove", request_id, lasts=dt.timedelta(days=7), now=MONDAY)
    prove_address(token, now=MONDAY)

    assert corrected(booked, RIGHT).status_code == 422
    db.session.rollback()
    assert db.session.scalar(select(SchoolRequest.contact_email)) == "o.matic@skola.example.org"


def test_a_browser_that_did_not_book_corrects_nothing(booked, app):
    assert corrected(app.test_client(), RIGHT).location == "/book"
    assert len(mails()) == 1


def test_what_is_no_address_is_shown_again(booked):
    answer = corrected(booked, "olivera")

    assert answer.status_code == 422
    assert 'value="olivera"' in answer.text
