"""How far and how much: one rule for free dates, candidates and the board."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.booking.rules.free_dates import full_days
from scheduler.places.rules.hosts import road_minutes
from scheduler.places.terms.hosts import Point
from scheduler.visits.rules import limits
from scheduler.visits.rules.limits import FURTHEST_MINUTES, load_on, too_much
from scheduler.visits.terms.plans import Why
from tests.booking.free_facts import NIS, SUBOTICA, TODAY, a_seeker

DAY = dt.timedelta(days=1)
DAYS = [TODAY + number * DAY for number in range(28)]


@pytest.mark.parametrize(
    ("of_day", "of_week", "more", "found"),
    [
        (3, 11, 1, []),
        (4, 4, 1, [Why("enough_of_day", 5, 4)]),
        (3, 3, 2, [Why("enough_of_day", 5, 4)]),
        (0, 12, 1, [Why("enough_of_week", 13, 12)]),
        (0, 9, 4, [Why("enough_of_week", 13, 12)]),
        (4, 12, 1, [Why("enough_of_day", 5, 4)]),  # one reason is enough, the nearer one
    ],
)
def test_four_a_day_and_twelve_a_week_are_the_most(of_day: int, of_week: int, more: int, found: list[Why]):
    assert too_much(of_day, of_week, more) == found


def test_nobody_is_sent_further_than_four_hours_from_home():
    [too_far] = limits.too_far(NIS, SUBOTICA, None)

    assert (too_far.code, too_far.available) == ("too_far", 240)
    assert too_far.needed > 240
    assert limits.too_far(NIS, NIS, None) == []
    assert limits.too_far(NIS, None, None) == []  # a host without a point: people know the way


def test_a_week_goes_from_monday_to_sunday():
    sunday, monday = TODAY - DAY, TODAY
    told = {sunday: 1, monday: 2, TODAY + 6 * DAY: 4, TODAY + 7 * DAY: 8}

    assert load_on(told, TODAY + 3 * DAY) == (0, 6)
    assert load_on(told, sunday) == (1, 1)


@given(st.dictionaries(st.sampled_from(DAYS), st.integers(1, 6)))
def test_the_full_days_of_free_dates_are_those_on_which_a_candidate_is_warned_of(presentations: dict[dt.date, int]):
    seeker = a_seeker(presentations=presentations)

    warned = [day for day in DAYS if too_much(*load_on(presentations, day))]

    assert full_days(seeker, DAYS) == warned


@given(st.floats(42.2, 46.2), st.floats(18.8, 23.0))
def test_who_is_out_of_reach_of_free_dates_is_a_candidate_with_a_warning(lat: float, lon: float):
    home = Point(lat, lon)

    assert bool(limits.too_far(home, NIS, None)) == (road_minutes(home, NIS) > FURTHEST_MINUTES)
