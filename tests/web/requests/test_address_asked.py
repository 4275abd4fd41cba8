"""An address that looks mistyped is asked about, and never refused; what follows a corrected one says all again."""

import pytest

from scheduler.messages.models import OutboxMessage
from tests.web.reading import rows_of
from tests.web.requests.booking import sent

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
