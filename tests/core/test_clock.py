"""Wall clocks of Belgrade and moments in UTC."""

import datetime as dt
from dataclasses import replace

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from scheduler import config
from scheduler.core import clock
from scheduler.core.typed_days import YearMeant, day_typed

DAY_CLOCKS_GO_FORWARD = dt.date(2027, 3, 28)
DAY_CLOCKS_GO_BACK = dt.date(2027, 10, 31)


@pytest.mark.parametrize(
    ("day", "utc_hour"),
    [(dt.date(2027, 3, 27), 9), (DAY_CLOCKS_GO_FORWARD, 8), (dt.date(2027, 10, 30), 8), (DAY_CLOCKS_GO_BACK, 9)],
)
def test_ten_o_clock_stays_ten_o_clock_across_both_clock_changes(day: dt.date, utc_hour: int) -> None:
    moment = clock.moment_of(day, dt.time(10, 0))

    assert moment == dt.datetime.combine(day, dt.time(utc_hour, 0), tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("fold", "utc_hour"), [(0, 0), (1, 1)], ids=["the earlier", "the later where somebody says so"]
)
def test_a_doubled_time_is_one_of_two_and_a_time_that_the_clocks_jump_over_is_refused(fold: int, utc_hour: int) -> None:
    time = dt.time(2, 30, fold=fold)

    assert clock.moment_of(DAY_CLOCKS_GO_BACK, time) == dt.datetime(2027, 10, 31, utc_hour, 30, tzinfo=dt.UTC)
    with pytest.raises(ValueError, match="jump over"):
        clock.moment_of(DAY_CLOCKS_GO_FORWARD, time)


def test_today_is_the_centres_day_and_some_times_come_twice_or_never(app: Flask) -> None:
    asked = [(day, dt.time(hour, 30)) for day in (DAY_CLOCKS_GO_FORWARD, DAY_CLOCKS_GO_BACK) for hour in (1, 2, 3)]

    assert [clock.is_doubled(*one) for one in asked] == [False, False, False, False, True, False]
    assert [clock.is_shown(*one) for one in asked] == [True, False, True, True, True, True]

    late = dt.datetime(2026, 9, 14, 23, 30, tzinfo=dt.UTC)
    assert clock.local_day(late) == dt.date(2026, 9, 15)

    config.use(replace(app.config["SETTINGS"], centre_timezone="America/Toronto"))
    assert clock.local_day(late) == dt.date(2026, 9, 14)
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


# --- a day as people write it, in three scripts ---


TODAY = dt.date(2026, 9, 14)
CHRISTMAS_PARTY = dt.date(2026, 12, 16)


@pytest.mark.parametrize(
    "typed",
    [
        "16.12.2026.", "16.12.", "16.12", "16/12", "16,12", "16. 12. 26.", "16.12.2026. године", "2026-12-16",
        "16. decembar", "16. decembra 2026. god.", "16. децембар", "16.децембра", "16 дец", "16. XII", "16 Dec",
        "16 December 26", "16th December", "December 16, 2026", "Dec 16", "среда, 16. децембар 2026.", "sreda 16.12.",
        "Wed 16 Dec",
    ],
)  # fmt: skip
def test_one_day_in_many_words(typed):
    assert day_typed(typed, TODAY) == CHRISTMAS_PARTY


@pytest.mark.parametrize(
    ("typed", "meant", "day"),
    [
        ("14.9.", YearMeant.NEXT, TODAY),
        ("13. septembar", YearMeant.NEXT, dt.date(2027, 9, 13)),
        ("8.1.", YearMeant.NEXT, dt.date(2027, 1, 8)),
        ("29. фебруар", YearMeant.NEXT, dt.date(2028, 2, 29)),
        ("1 May", YearMeant.NEXT, dt.date(2027, 5, 1)),
        ("1. август", YearMeant.NEXT, dt.date(2027, 8, 1)),
        ("3 Oct", YearMeant.NEXT, dt.date(2026, 10, 3)),
        ("14.9.", YearMeant.LAST, TODAY),
        ("16. decembar", YearMeant.LAST, dt.date(2025, 12, 16)),
        ("29.2.", YearMeant.LAST, dt.date(2024, 2, 29)),
        ("16.12.", YearMeant.NONE, None),  # of a birth date the year is said
        ("16.12.2010.", YearMeant.NONE, dt.date(2010, 12, 16)),
    ],
)
def test_without_its_year_it_is_the_nearest_of_those_that_are_meant(typed, meant, day):
    assert day_typed(typed, TODAY, meant) == day


@pytest.mark.parametrize(
    "typed",
    ["31.2.", "16.13.", "16. nikad", "decembar", "16", "четвртак 16.12.", "9:55", "0.0.", "12.2026.", "16.12.026"],
)
def test_what_is_no_day_or_another_weekday_is_none(typed):
    assert day_typed(typed, TODAY) is None
