"""An address that looks mistyped is asked about, and never refused; what follows a corrected one says all again."""

import pytest
from sqlalchemy import select

from scheduler.core.db import db
from scheduler.messages.models import OutboxMessage
from tests.web.requests.answered import answers
from tests.web.requests.booking_now import asked, begin, finish, times_of

pytestmark = pytest.mark.usefixtures("hands")
SLIP, MEANT = "o.matic@gmial.com", "o.matic@gmail.com"


@pytest.fixture
def at_you(client, programme, host):
    client.post("/book", data={"host_id": host.id})
    for page in ("what", "when", "who", "where"):
        client.post(f"/book/{page}", data=answers(programme)[page])
    return client


def typed(client, programme, **more):
    return client.post("/book/you", data=answers(programme)["you"] | {"contact_email": SLIP} | more).location


def test_a_slip_is_asked_about_with_both_addresses_and_nothing_is_lost(at_you, programme):
    assert typed(at_you, programme) == "/book/you"

    page = at_you.get("/book/you?lang=en").text
    assert "Which address is right?" in page
    assert f'value="{SLIP}"' in page
    assert f'value="{MEANT}"' in page


@pytest.mark.parametrize("chosen", [SLIP, MEANT])
def test_either_is_taken_with_one_press(at_you, programme, chosen):
    typed(at_you, programme)

    assert typed(at_you, programme, meant=chosen) == "/book/check"
    at_you.post("/book/check")

    assert [row.contact_email for row in asked()] == [chosen]


def test_the_mail_to_a_corrected_address_says_all_that_the_first_said(client, now_programme, host, educator):
    client.post("/book/when", data={"slot": times_of(client, begin(client, now_programme, host))[0]})
    finish(client, now_programme)
    client.post("/book/check")

    assert client.post("/book/address?lang=en", data={"email": SLIP}).status_code == 422
    client.post("/book/address", data={"email": "right@skola.example.org"})

    first, second = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    assert second.text == first.text
    assert (first.state.value, second.address) == ("stopped", "right@skola.example.org")
