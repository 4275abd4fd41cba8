"""Bounds of reports: periods, weeks of a forecast, and the number that may be read."""

import datetime as dt

from scheduler.reports.rules.attendance import period_of, split_again, year_of
from scheduler.reports.rules.forecast import by_week, forecast, weeks_of
from scheduler.reports.rules.public import public_cells
from scheduler.reports.rules.signing import before, period_or_none
from scheduler.reports.terms.control_room import Heads
from scheduler.reports.terms.counting import (
    BadPeriod,
    CountRow,
    Filters,
    Group,
    Key,
    Period,
    Report,
    ReportCounts,
    SignedTotals,
)
from tests.bounds import at_each_bound
from tests.factories import MONDAY

A_DAY = dt.timedelta(days=1)
AROUND = (-1, 0, 1)
FIRST, LAST = dt.date(2026, 9, 1), dt.date(2026, 9, 20)
THURSDAY = dt.date(2026, 9, 24)
A_BEGINNING = dt.date(2026, 8, 31)  # of the week of FIRST


def is_period(days: int) -> bool:
    """A period whose last day lies so many days after its first."""
    return period_or_none(FIRST, FIRST + days * A_DAY) is not None


def is_too_long(years: int) -> bool:
    try:
        period_of(FIRST, dt.date(FIRST.year + years, 1, 1))
    except BadPeriod:
        return True
    return False


def counted_since_october(month: str) -> int:
    """Presentations of a month in a report that is split again from October on."""
    row = CountRow((Key(Group.DISTRICT, "RS-20", "Niš"), Key(Group.MONTH, month, month)), ReportCounts(presentations=1))
    report = Report(Filters(year_of(2026)), (Group.DISTRICT, Group.MONTH), ReportCounts(presentations=1), (row,))
    return split_again(report, Group.DISTRICT, dt.date(2026, 10, 1)).totals.presentations


def signed_before(days: int) -> int:
    """How many periods were over, of one that ends so many days after another begins."""
    signed = SignedTotals(1, Period(dt.date(2025, 1, 1), FIRST + days * A_DAY), ReportCounts(), MONDAY)
    return len(before(Period(FIRST, LAST), [signed]))


def in_weeks(day: dt.date, today: dt.date) -> int:
    """People of one presentation whose day lies in a whole week of the campaign before today."""
    return sum(map(sum, weeks_of([Heads(day, 90)], FIRST, dt.date(2026, 12, 31), today)))


def by_weeks(day: dt.date) -> list[int]:
    return [week.presentations for week in by_week([(day, 90)], FIRST, LAST)]


def most_after(weeks: int) -> int | None:
    """The upper end of a forecast for a week, after so many of these."""
    return forecast(0, 0, 0, [[10] * 10, [30] * 10, [20] * 10][:weeks], 7).high


BOUNDS = (
    ("a period of one day", is_period, AROUND, (False, True, True)),
    ("thirty years", is_too_long, (29, 30, 31), (False, False, True)),
    ("a month since when", counted_since_october, ("2026-09", "2026-10", "2026-11"), (0, 1, 1)),
    ("signed the day before another begins", signed_before, (-2, -1, 0), (1, 1, 0)),
    ("held today", lambda n: in_weeks(THURSDAY + n * A_DAY, THURSDAY), AROUND, (90, 0, 0)),
    ("held in the first whole week", lambda n: in_weeks(THURSDAY + (n - 21) * A_DAY, THURSDAY), AROUND, (0, 90, 90)),
    ("the first week by calendar", lambda n: by_weeks(A_BEGINNING + n * A_DAY), AROUND,
     ([0, 0, 0], [1, 0, 0], [1, 0, 0])),
    ("the last week by calendar", lambda n: by_weeks(LAST + n * A_DAY), (0, 1, 2), ([0, 0, 1], [0, 0, 0], [0, 0, 0])),
    ("two weeks to compare", most_after, (1, 2, 3), (238, 734, 418)),  # by hand: 100 + 3.078 · √2000 is 237.7, …
    ("five people", lambda n: public_cells([n, 3]), (4, 5, 6),
     (((None, None), None), ((None, None), 8), ((None, None), 9))),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer
