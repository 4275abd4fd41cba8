"""Until when something is kept."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.config import KEPT_FOR
from scheduler.privacy.rules import cut, last_school_year_over, months_before
from scheduler.privacy.terms import KeepingPeriod, RetentionRow
from tests.factories import MONDAY


@pytest.mark.parametrize(("day", "months", "earlier"), [
    (dt.date(2026, 9, 14), 12, dt.date(2025, 9, 14)), (dt.date(2026, 5, 31), 3, dt.date(2026, 2, 28)),
    (dt.date(2028, 2, 29), 24, dt.date(2026, 2, 28)), (dt.date(2026, 1, 1), 1, dt.date(2025, 12, 1)),
])  # fmt: skip
def test_months_before_ends_with_the_month(day, months, earlier):
    assert months_before(day, months) == earlier


def test_every_row_has_a_period_counted_to_the_minute():
    assert cut(KeepingPeriod(24, "hours"), MONDAY) == MONDAY - dt.timedelta(days=1)
    assert cut(KeepingPeriod(3, "years"), MONDAY) == MONDAY.replace(year=2023)
    assert {one.value for one in RetentionRow} == set(KEPT_FOR)


@pytest.mark.parametrize(
    ("today", "ended"), [(dt.date(2026, 8, 31), dt.date(2024, 8, 31)), (dt.date(2026, 9, 1), dt.date(2025, 8, 31))]
)
def test_a_contact_goes_twelve_months_after_its_school_year(today, ended):
    assert last_school_year_over(12, today) == ended


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.integers(1, 400))
def test_nothing_goes_before_its_months_are_over(today, months):
    ended = last_school_year_over(months, today)
    assert ended < months_before(today, months) < today
    assert (ended.month, ended.day) == (8, 31)
