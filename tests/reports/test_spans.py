"""A period in whole years, whole months and days that are left over: each day once."""

import calendar
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.reports.rules.spans import MonthRun, Spans, can_be_kept, spans_of
from scheduler.reports.terms.counting import Filters, Group, Period

DAYS = st.dates(dt.date(2019, 1, 1), dt.date(2025, 12, 31))
YEAR = Period(dt.date(2024, 1, 1), dt.date(2024, 12, 31))


def days_of(spans: Spans) -> list[dt.date]:
    whole = [(year, month) for year in spans.years for month in range(1, 13)]
    for run in spans.months:
        months = range(run.first_month, run.last_month + 1)
        whole += [(year, month) for year in range(run.first_year, run.last_year + 1) for month in months]
    days = [
        dt.date(year, month, day)
        for year, month in whole
        for day in range(1, calendar.monthrange(year, month)[1] + 1)
    ]  # fmt: skip
    for one in spans.days:
        days += [one.first + dt.timedelta(days=step) for step in range((one.last - one.first).days + 1)]
    return sorted(days)


def holds_a_month(piece: Period) -> bool:
    begins = (
        piece.first if piece.first.day == 1 else (piece.first.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    )
    return begins.replace(day=calendar.monthrange(begins.year, begins.month)[1]) <= piece.last


@given(DAYS, DAYS, st.booleans())
def test_every_day_of_a_period_lies_in_one_piece(one, other, by_month):
    first, last = sorted((one, other))

    days = days_of(spans_of(Period(first, last), by_month=by_month))

    assert days == [first + dt.timedelta(days=step) for step in range((last - first).days + 1)]


@given(DAYS, DAYS)
def test_no_whole_month_is_left_over_and_no_year_is_whole_where_months_are_asked_for(one, other):
    period = Period(*sorted((one, other)))

    assert not any(map(holds_a_month, spans_of(period, by_month=False).days))
    assert spans_of(period, by_month=True).years == ()


def test_years_and_a_school_year_need_no_counting():
    assert spans_of(YEAR, by_month=False) == Spans(years=(2024,))
    assert spans_of(YEAR, by_month=True) == Spans(months=(MonthRun(2024, 2024),))
    school_year = Period(dt.date(2024, 9, 1), dt.date(2025, 8, 31))
    assert spans_of(school_year, by_month=False) == Spans(
        months=(MonthRun(2024, 2024, 9, 12), MonthRun(2025, 2025, 1, 8))
    )


@pytest.mark.parametrize(
    ("asked", "by", "kept"),
    [
        ({}, (), True),
        ({}, (Group.CITY, Group.MONTH), True),
        ({"audience": Audience.PUPILS, "level": SchoolLevel.PRIMARY}, (Group.AUDIENCE,), True),
        ({"level": SchoolLevel.PRIMARY}, (), False),
        ({"audience": Audience.PUPILS}, (), False),
        ({"presenter": 7}, (Group.CITY,), True),
        ({"young": True}, (), True),
        ({}, (Group.PRESENTER, Group.MONTH), True),
        ({}, (Group.PRESENTER, Group.AUDIENCE), False),
        ({"presenter": 7, "audience": Audience.PUPILS, "level": SchoolLevel.PRIMARY}, (), False),
        ({"presenter": 7}, (Group.PRESENTER,), False),
        ({"presenter": 7, "young": True}, (), False),
    ],
)
def test_what_kept_figures_answer(asked, by, kept):
    assert can_be_kept(Filters(YEAR, **asked), by) is kept
