"""A day as people write it, in three scripts; without a year it is the nearest that is meant."""

import datetime as dt

import pytest

from scheduler.core.typed_days import YearMeant, day_typed

TODAY = dt.date(2026, 9, 14)
CHRISTMAS_PARTY = dt.date(2026, 12, 16)


@pytest.mark.parametrize(
    "typed",
    [
        "16.12.2026.",
        "16.12.",
        "16.12",
        "16/12",
        "16,12",
        "16. 12. 26.",
        "16.12.2026. године",
        "2026-12-16",
        "16. decembar",
        "16. decembra 2026. god.",
        "16. децембар",
        "16.децембра",
        "16 дец",
        "16. XII",
        "16 Dec",
        "16 December 26",
        "16th December",
        "December 16, 2026",
        "Dec 16",
        "среда, 16. децембар 2026.",
        "sreda 16.12.",
        "Wed 16 Dec",
    ],
)
def test_one_day_in_many_words(typed):
    assert day_typed(typed, TODAY) == CHRISTMAS_PARTY


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("14.9.", TODAY),
        ("13. septembar", dt.date(2027, 9, 13)),
        ("8.1.", dt.date(2027, 1, 8)),
        ("29. фебруар", dt.date(2028, 2, 29)),
        ("1 May", dt.date(2027, 5, 1)),
        ("1. август", dt.date(2027, 8, 1)),
        ("3 Oct", dt.date(2026, 10, 3)),
    ],
)
def test_without_its_year_it_is_the_nearest_to_come(typed, day):
    assert day_typed(typed, TODAY) == day


def test_where_one_looks_back_it_is_the_nearest_that_was():
    assert day_typed("14.9.", TODAY, YearMeant.LAST) == TODAY
    assert day_typed("16. decembar", TODAY, YearMeant.LAST) == dt.date(2025, 12, 16)
    assert day_typed("29.2.", TODAY, YearMeant.LAST) == dt.date(2024, 2, 29)


def test_of_a_birth_date_the_year_is_said():
    assert day_typed("16.12.", TODAY, YearMeant.NONE) is None
    assert day_typed("16.12.2010.", TODAY, YearMeant.NONE) == dt.date(2010, 12, 16)


@pytest.mark.parametrize(
    "typed",
    ["31.2.", "16.13.", "16. nikad", "decembar", "16", "четвртак 16.12.", "9:55", "0.0.", "12.2026.", "16.12.026"],
)
def test_what_is_no_day_or_another_weekday_is_none(typed):
    assert day_typed(typed, TODAY) is None
