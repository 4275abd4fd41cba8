"""What a campaign has at its end, at today's pace: no less than it has, no surer than the weeks behind allow."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.programmes.terms import CampaignVerdict, CityRisk
from scheduler.reports.rules.forecast import (
    MOST_WEEKS,
    by_week,
    days_left,
    forecast,
    risk_of,
    verdict_of,
    weeks_of,
)
from scheduler.reports.terms.control_room import CampaignWeek, CityLine, Forecast, Heads

BEGINS, ENDS = dt.date(2026, 9, 1), dt.date(2026, 12, 31)
PEOPLE = st.integers(0, 400)
WEEKS = st.lists(st.lists(PEOPLE, max_size=6), max_size=MOST_WEEKS)
NUMBERS = st.integers(0, 5_000)
DAYS = st.integers(0, 300)


@given(NUMBERS, NUMBERS, NUMBERS, WEEKS, DAYS)
def test_the_range_contains_the_point_and_nothing_lies_below_what_is_done_and_agreed(
    done, waiting, agreed, weeks, days
):
    said = forecast(done, waiting, agreed, weeks, days)

    assert said.low <= said.point
    assert said.high is None or said.point <= said.high
    assert said.low >= done + waiting + (agreed if days else 0)
    assert said.done == done <= said.point


@given(st.lists(st.integers(1, 400), min_size=1, max_size=6), st.integers(1, MOST_WEEKS - 1), st.integers(1, 300))
def test_the_fewer_equal_weeks_lie_behind_the_wider_is_the_range(week, number, days):
    few, more = (forecast(0, 0, 0, [week] * times, days) for times in (number, number + 1))

    assert few.point == more.point
    assert few.high - few.low >= more.high - more.low
    assert few.high > few.point


@given(NUMBERS, NUMBERS, WEEKS)
def test_a_campaign_that_is_over_has_what_it_has(done, waiting, weeks):
    said = forecast(done, waiting, 500, weeks, 0)

    assert (said.low, said.point, said.high, said.agreed) == (done + waiting,) * 3 + (0,)
    assert said.certain


@given(NUMBERS, NUMBERS, WEEKS, DAYS, st.integers(0, 500))
def test_who_agrees_more_forecasts_no_less(done, agreed, weeks, days, more):
    said, with_more = (forecast(done, 0, number, weeks, days) for number in (agreed, agreed + more))

    assert said.low <= with_more.low
    assert said.point <= with_more.point


def test_the_pace_is_the_mean_week_and_before_a_whole_one_only_what_is_agreed_is_known():
    said = forecast(800, 0, 0, [[100]] * 8, 28)  # four weeks more of 100 each

    # by chance: 100² a week, over 4 weeks and the doubt of the mean of 8: 100 · √(4 · 1.5) = 244.9; t of seven: 1.415
    assert (said.point, said.low, said.high) == (1200, 800 + 400 - 347, 800 + 400 + 347)

    assert forecast(60, 0, 90, [], 30) == Forecast(60, 0, 90, 150, 150, None, 0)


@given(st.lists(st.tuples(st.dates(BEGINS, ENDS), PEOPLE), max_size=40), st.dates(BEGINS, ENDS + dt.timedelta(days=9)))
def test_whole_weeks_hold_each_day_behind_once_and_no_day_of_today(rows, today):
    held = [Heads(*row) for row in rows if row[0] < today]
    weeks = weeks_of(held, BEGINS, ENDS, today)

    end = min(today, ENDS + dt.timedelta(days=1))
    first = end - dt.timedelta(days=7 * len(weeks))
    assert first >= BEGINS
    assert len(weeks) == min(MOST_WEEKS, max(0, (end - BEGINS).days // 7))
    assert sum(map(sum, weeks)) == sum(one.people for one in held if first <= one.on_day < end)


@pytest.mark.parametrize(
    ("today", "left"),
    [(dt.date(2026, 8, 1), 122), (BEGINS, 122), (dt.date(2026, 12, 31), 1), (dt.date(2027, 1, 1), 0)],
)
def test_today_is_among_the_days_that_are_left(today, left):
    assert days_left(BEGINS, ENDS, today) == left


@pytest.mark.parametrize(
    ("target", "said", "verdict"),
    [
        (None, Forecast(10, 0, 0, 20, 15, 30, 3), CampaignVerdict.NO_TARGET),
        (10, Forecast(10, 0, 0, 20, 15, 30, 3), CampaignVerdict.REACHED),
        (15, Forecast(10, 0, 0, 20, 15, 30, 3), CampaignVerdict.LIKELY),
        (30, Forecast(10, 0, 0, 20, 15, 30, 3), CampaignVerdict.OPEN),
        (31, Forecast(10, 0, 0, 20, 15, 30, 3), CampaignVerdict.UNLIKELY),
        (9_000, Forecast(10, 0, 5, 15, 15, None, 0), CampaignVerdict.OPEN),
    ],
)
def test_a_target_is_judged_by_the_range(target, said, verdict):
    assert verdict_of(target, said) is verdict


@pytest.mark.parametrize(
    ("city", "school_days", "free_days", "known", "risk"),
    [
        ({"held": 1}, 0, 0, True, None),
        ({"agreed": 1}, 0, 0, True, None),
        ({}, 0, 0, True, CityRisk.NO_SCHOOL_DAY),
        ({"requests": 2}, 4, 0, True, CityRisk.NOBODY_CAN),
        ({"requests": 2}, 4, 1, True, CityRisk.REQUESTS_WAIT),
        ({}, 4, 1, True, CityRisk.NOBODY_ASKED),
        ({}, 0, 0, False, CityRisk.NOBODY_ASKED),
    ],
)
def test_a_city_with_nothing_held_or_agreed_is_at_risk_and_says_why(city, school_days, free_days, known, risk):
    assert risk_of(CityLine("Ниш", "Niš", 1, 100, **city), school_days, free_days, known=known) is risk


def test_weeks_begin_on_monday_and_none_is_left_out():
    weeks = by_week([(dt.date(2026, 9, 14), 60), (dt.date(2026, 9, 18), 30)], dt.date(2026, 9, 3), dt.date(2026, 9, 20))

    assert weeks == (
        CampaignWeek(dt.date(2026, 8, 31), 0, 0),
        CampaignWeek(dt.date(2026, 9, 7), 0, 0),
        CampaignWeek(dt.date(2026, 9, 14), 2, 90),
    )
