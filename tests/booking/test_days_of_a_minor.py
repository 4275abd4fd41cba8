"""Free dates keep the limits of a minor: what is offered can be booked, by somebody who is given it."""

import datetime as dt

import pytest

from scheduler.booking.queries.free_dates import free_dates
from scheduler.booking.terms.free_dates import FreeDay, Lack
from scheduler.staffing.queries.young_load import violations
from tests.booking.book_now import DAY, TEN, BookNow, mails, visits
from tests.factories import MONDAY
from tests.factories.staffing import make_busy

pytestmark = pytest.mark.both_databases
NEXT_WEEK = TEN.on_day + 7 * DAY


@pytest.fixture
def school(session) -> BookNow:
    """A school asks for an educator and an influencer; on Thursday at ten nobody is promised elsewhere."""
    return BookNow(influencers=1)


def day_of(school: BookNow, day: dt.date) -> FreeDay:
    return next(one for one in free_dates(school.wish().wish, now=MONDAY).days if one.day == day)


def a_full_minor(school: BookNow, *days: dt.date) -> None:
    make_busy(school.works(school.minor()), *days)


def test_no_day_of_a_full_week_is_free_by_a_minor_and_the_next_one_is(school):
    a_full_minor(school, *(TEN.on_day - number * DAY for number in (1, 2, 3)))

    assert day_of(school, TEN.on_day).lack is Lack.TAKEN
    assert day_of(school, NEXT_WEEK).starts


def test_nor_a_day_of_a_month_that_is_full_before_its_week_begins(school):
    day = dt.date(2026, 10, 29)
    a_full_minor(school, *(dt.date(2026, 10, number) for number in (6, 7, 8, 13, 14, 15, 20, 21)))

    assert day_of(school, day).lack is Lack.TAKEN
    assert day_of(school, day + 7 * DAY).starts


def test_hours_count_as_visits_do(school):
    make_busy(school.works(school.minor()), TEN.on_day - DAY, minutes=330)

    assert day_of(school, TEN.on_day).lack is Lack.TAKEN


def test_a_booking_is_given_to_who_has_room_and_its_proof_plans_the_visit(school):
    a_full_minor(school, *(TEN.on_day - number * DAY for number in (1, 2, 3)))
    school.works(school.minor())

    school.hold()
    request_id = school.send()
    school.prove(request_id)

    assert "booking_taken" in mails()
    assert "booking_gone" not in mails()
    assert [one.school_request_id for one in visits() if one.on_day == TEN.on_day] == [request_id]
    assert violations() == []
