"""Pages of a booking that are sent are kept, and free dates are computed: nobody makes us do either without end."""

import pytest

from scheduler.requests.models import BookingAnswers
from tests.factories.places import make_host, make_municipality
from tests.web.reading import rows_of


def statuses(app, times: int, ask) -> list[int]:
    """Each time by a program that keeps no cookie, so that each would be a row of its own."""
    return [ask(app.test_client()).status_code for _ in range(times)]


def test_a_program_that_sends_the_first_page_without_end_is_stopped(app):
    host_id = make_host().id

    answers = statuses(app, 125, lambda client: client.post("/book", data={"host_id": host_id}))

    assert (answers[:120], set(answers[120:])) == ([302] * 120, {429})
    assert len(rows_of(BookingAnswers)) == 120


def test_a_program_that_types_hosts_without_end_is_stopped(app):
    town = make_municipality().id
    data = {"kind": "primary", "name": "x", "place": "y", "municipality": str(town)}

    answers = statuses(app, 125, lambda client: client.post("/book/new-host", data=data))

    assert answers.count(429) == 5


def test_free_dates_of_a_booking_cost_as_much_as_those_of_their_own_page(booking):
    booking.begin()

    answers = [booking.get("when").status_code for _ in range(61)]

    assert (answers[:60], answers[60]) == ([200] * 60, 429)


@pytest.mark.parametrize("page", ["what", "who", "where", "you"])
def test_pages_that_cost_little_are_opened_as_often_as_one_likes(booking, page):
    booking.begin()

    assert {booking.get(page).status_code for _ in range(65)} == {200}
