"""Wall clocks of Belgrade and moments in UTC."""

import datetime as dt
from dataclasses import replace

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from scheduler import config
from scheduler.core import clock

DAY_CLOCKS_GO_FORWARD = dt.date(2027, 3, 28)
DAY_CLOCKS_GO_BACK = dt.date(2027, 10, 31)


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [(dt.date(2027, 3, 27), 9), (DAY_CLOCKS_GO_FORWARD, 8), (dt.date(2027, 10, 30), 8), (DAY_CLOCKS_GO_BACK, 9)],
)
def test_ten_o_clock_stays_ten_o_clock_across_both_clock_changes(day: dt.date, utc_hour: int) -> None:
    moment = clock.moment_of(day, dt.time(10, 0))

    assert moment == dt.datetime.combine(day, dt.time(utc_hour, 0), tzinfo=dt.UTC)


def test_a_time_that_the_clocks_jump_over_is_refused() -> None:
    with pytest.raises(ValueError, match="jump over"):
        clock.moment_of(DAY_CLOCKS_GO_FORWARD, dt.time(2, 30))


def test_a_doubled_time_is_the_earlier_one() -> None:
    assert clock.moment_of(DAY_CLOCKS_GO_BACK, dt.time(2, 30)) == dt.datetime(2027, 10, 31, 0, 30, tzinfo=dt.UTC)


def test_a_doubled_time_is_the_later_one_where_somebody_said_so() -> None:
    second = dt.time(2, 30, fold=1)

    assert clock.moment_of(DAY_CLOCKS_GO_BACK, second) == dt.datetime(2027, 10, 31, 1, 30, tzinfo=dt.UTC)
    with pytest.raises(ValueError, match="jump over"):
        clock.moment_of(DAY_CLOCKS_GO_FORWARD, second)


def test_which_times_come_twice_and_which_never() -> None:
    asked = [(day, dt.time(hour, 30)) for day in (DAY_CLOCKS_GO_FORWARD, DAY_CLOCKS_GO_BACK) for hour in (1, 2, 3)]

    assert [clock.is_doubled(*one) for one in asked] == [False, False, False, False, True, False]
    assert [clock.is_shown(*one) for one in asked] == [True, False, True, True, True, True]


def test_today_is_the_centres_day(app: Flask) -> None:
    late = dt.datetime(2026, 9, 14, 23, 30, tzinfo=dt.UTC)
    assert clock.local_day(late) == dt.date(2026, 9, 15)

    config.use(replace(app.config["SETTINGS"], centre_timezone="America/Toronto"))
    assert clock.local_day(late) == dt.date(2026, 9, 14)
    assert clock.begin_of(dt.date(2026, 9, 14)) == dt.datetime(2026, 9, 14, 4, 0, tzinfo=dt.UTC)
    config.use(app.config["SETTINGS"])


@given(
    day=st.dates(dt.date(2020, 1, 1), dt.date(2035, 12, 31)),
    hour=st.integers(4, 23),  # the clocks change between two and three
    minute=st.integers(0, 59),
)
def test_the_wall_clock_comes_back_from_the_moment(day: dt.date, hour: int, minute: int) -> None:
    moment = clock.moment_of(day, dt.time(hour, minute))

    assert clock.local_day(moment, clock.BELGRADE) == day
    assert moment.utcoffset() == dt.timedelta(0)
