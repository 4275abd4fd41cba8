"""Book now that goes wrong: the date was gone before the address was proven (TRUST R1, R6)."""

import pytest

from scheduler.booking.rules.holds import KEPT_FOR
from scheduler.visits.models.visits import Visit
from tests.web.reading import a_link, rows_of, text_of
from tests.web.requests.booking import SLOT_BUTTON, Booking, sent


@pytest.fixture
def status(now, rival, later) -> str:
    """The page of a booking whose date another visitor got before its address was proven."""
    slot = now.hold()
    now.finish()
    now.send()
    later(2 * KEPT_FOR)
    rival.hold(slot)
    return now.post(f"prove/{a_link(sent()[0].id, 'prove')}")


def test_a_late_proof_reads_three_dates_on_its_page_and_presses_one(client, status):
    page = client.get(f"{status}?lang=en")
    three = SLOT_BUTTON.findall(page.text)

    pressed = client.post(f"{status}/dates/other", data={"slot": three[1]})

    assert "went to another school before you opened our mail" in text_of(page)
    assert (len(three), pressed.location) == (3, status)
    after = client.get(f"{status}?lang=en")
    assert ("The date is yours." in text_of(after), SLOT_BUTTON.findall(after.text)) == (True, [])
    assert [str(day) for day in rows_of(Visit.on_day)] == [three[1][:10]]


@pytest.mark.parametrize("typed", ["", "x", "2026-13-40T99:99", "2020-01-01T10:00", "\0", "9" * 400])
def test_another_date_that_is_no_date_plans_nothing(client, status, typed):
    assert client.post(f"{status}/dates/other", data={"slot": typed}).location == status
    assert rows_of(Visit) == []


def test_another_date_that_was_taken_meanwhile_is_told_with_new_ones(app, now, client, status):
    three = SLOT_BUTTON.findall(client.get(status).text)
    Booking(app.test_client(), now.host, *now.programmes).hold(three[0])

    client.post(f"{status}/dates/other", data={"slot": three[0]})

    page = client.get(f"{status}?lang=en")
    assert "that date was taken meanwhile" in text_of(page)
    assert three[0] not in SLOT_BUTTON.findall(page.text)
