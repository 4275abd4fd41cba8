"""Book now that goes wrong: a date that lapsed, that another took, that was gone before the proof (TRUST R1, R6)."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from scheduler.booking.rules.holds import KEPT_FOR
from scheduler.core import tokens
from scheduler.core.db import db, transaction
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import HoldState
from tests.factories import MONDAY
from tests.web.requests.answered import text_of
from tests.web.requests.booking_now import QUARTER, SLOT_BUTTON, asked, begin, finish, holds, times_of

pytestmark = pytest.mark.usefixtures("hands")


def sent_late(app, client, programme, host, later) -> str:
    """A booking whose date another visitor got before its address was proven: the address of its status page."""
    slot = times_of(client, begin(client, programme, host))[4]
    client.post("/book/when", data={"slot": slot})
    finish(client, programme)
    client.post("/book/check")
    later(2 * KEPT_FOR)
    other = app.test_client()
    begin(other, programme, host)
    other.post("/book/when", data={"slot": slot})
    with transaction():
        token = tokens.mint("prove", asked()[0].id, lasts=dt.timedelta(days=7), now=MONDAY)
    return str(client.post(f"/book/prove/{token}").location)


def test_a_late_proof_reads_three_dates_on_its_page_and_presses_one(app, client, now_programme, host, educator, later):
    status = sent_late(app, client, now_programme, host, later)
    page = client.get(f"{status}?lang=en")
    three = SLOT_BUTTON.findall(page.text)

    pressed = client.post(f"{status}/dates/other", data={"slot": three[1]})

    assert "went to another school before you opened our mail" in text_of(page)
    assert (len(three), pressed.location) == (3, status)
    after = client.get(f"{status}?lang=en")
    assert "The date is yours." in text_of(after)
    assert SLOT_BUTTON.findall(after.text) == []
    assert [f"{visit.on_day}" for visit in db.session.scalars(sa.select(Visit))] == [three[1][:10]]


@pytest.mark.parametrize("typed", ["", "x", "2026-13-40T99:99", "2020-01-01T10:00", "\0", "9" * 400])
def test_another_date_that_is_no_date_plans_nothing(app, client, now_programme, host, educator, later, typed):
    status = sent_late(app, client, now_programme, host, later)

    assert client.post(f"{status}/dates/other", data={"slot": typed}).location == status
    assert db.session.scalars(sa.select(Visit)).all() == []


def test_another_date_that_was_taken_meanwhile_is_told_with_new_ones(app, client, now_programme, host, educator, later):
    status = sent_late(app, client, now_programme, host, later)
    three = SLOT_BUTTON.findall(client.get(status).text)
    third = app.test_client()
    begin(third, now_programme, host)
    third.post("/book/when", data={"slot": three[0]})

    client.post(f"{status}/dates/other", data={"slot": three[0]})

    page = client.get(f"{status}?lang=en")
    assert "that date was taken meanwhile" in text_of(page)
    assert three[0] not in SLOT_BUTTON.findall(page.text)


def test_a_pressed_day_is_no_wish_and_fills_no_field(client, now_programme, host, educator):
    day = begin(client, now_programme, host)
    times_of(client, day)
    page = client.get("/book/when?lang=en")

    refused = client.post(
        "/book/when", data={"first_day": "", "last_day": "", "day_part": "any"}, follow_redirects=True
    )

    assert re.findall(r'name="(?:first|last)_day"[^>]*value="([^"]*)"', page.text) in ([], ["", ""])
    assert refused.status_code == 422
    assert holds() == []


def test_a_lapsed_date_is_held_again_with_one_press(client, now_programme, host, educator, later):
    slot = times_of(client, begin(client, now_programme, host))[4]
    client.post("/book/when", data={"slot": slot})
    finish(client, now_programme)
    later(QUARTER)
    page = client.get("/book/when?lang=en")

    again = client.post("/book/when", data={"slot": SLOT_BUTTON.findall(page.text)[0]})

    assert SLOT_BUTTON.findall(page.text) == [slot]
    assert "Hold it again for 15 minutes" in text_of(page)
    assert again.location == "/book/check"
    assert "It is held for you until" in text_of(client.get("/book/check?lang=en"))
    assert holds() == [HoldState.LAPSED, HoldState.HELD]


def test_a_date_that_is_gone_is_not_promised_above(app, client, now_programme, host, educator, later):
    slot = times_of(client, begin(client, now_programme, host))[4]
    client.post("/book/when", data={"slot": slot})
    finish(client, now_programme)
    later(QUARTER)
    other = app.test_client()
    begin(other, now_programme, host)
    other.post("/book/when", data={"slot": slot})
    client.post("/book/check")

    said = text_of(client.get("/book/when?lang=en"))

    assert "This date has just been taken:" in said
    assert "The quarter of an hour is over." not in said
