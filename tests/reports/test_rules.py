import datetime as dt

import pytest

from scheduler.programmes.terms import SchoolLevel
from scheduler.reports.rules.attendance import (
    adds_up,
    as_document,
    as_table,
    districts_of,
    each_month,
    in_whole_months,
    months_up_to,
    presets,
    read_period,
    school_year_of,
    year_of,
)
from scheduler.reports.rules.signing import period_or_none
from scheduler.reports.terms.counting import (
    BadPeriod,
    CountRow,
    DistrictLine,
    Filters,
    Group,
    Key,
    Period,
    Report,
    ReportCounts,
)
from scheduler.reports.wording import label_of, months_of, title


def test_a_period_is_two_days_with_both_ends():
    assert read_period("2023-01-01", "2023-12-31") == Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31))


@pytest.mark.parametrize(
    ("first", "last", "field", "reason"),
    [
        ("2023-02-30", "2023-12-31", "from", "not_a_day"),
        ("", "2023-12-31", "from", "not_a_day"),
        ("20230101", "2023-12-31", "from", "not_a_day"),
        ("2023-01-01", "31. 12. 2023.", "to", "not_a_day"),
        ("2023-01-02", "2023-01-01", "to", "last_before_first"),
        ("1900-01-01", "2023-01-01", "to", "too_long"),
    ],
)
def test_what_is_no_period_says_which_day_is_wrong_and_why(first, last, field, reason):
    with pytest.raises(BadPeriod) as refusal:
        read_period(first, last)

    assert (refusal.value.field, refusal.value.reason) == (field, reason)


@pytest.mark.parametrize(
    ("day", "first"),
    [(dt.date(2026, 8, 31), dt.date(2025, 9, 1)), (dt.date(2026, 9, 1), dt.date(2026, 9, 1))],
)
def test_a_school_year_begins_in_september(day, first):
    period = school_year_of(day)

    assert (period.first, period.last) == (first, dt.date(first.year + 1, 8, 31))


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (dt.date(2026, 11, 24), dt.date(2025, 12, 1)),
        (dt.date(2026, 12, 31), dt.date(2026, 1, 1)),
        (dt.date(2028, 2, 29), dt.date(2027, 3, 1)),
    ],
)
def test_twelve_months_up_to_a_day_end_with_the_month_it_lies_in(day, first):
    period = months_up_to(day)

    assert period == Period(first, day)
    months = each_month(Report(Filters(period), (Group.MONTH,), ReportCounts(), ()))
    assert len(months) == 12
    assert (months[0][0].value, months[-1][0].value) == (f"{first:%Y-%m}", f"{day:%Y-%m}")


def test_a_month_of_which_nothing_is_counted_keeps_its_place_in_the_drawing():
    rows = (CountRow((Key(Group.MONTH, "2026-10", "2026-10"),), ReportCounts(presentations=4)),)
    report = Report(Filters(Period(dt.date(2026, 9, 1), dt.date(2026, 11, 3))), (Group.MONTH,), ReportCounts(), rows)

    chart = months_of(report, "en")

    assert (chart.labels, chart.series[0].values) == (("Sep", "Oct", "Nov"), (0, 4, 0))


def test_the_periods_that_people_ask_for_most_are_years_around_today():
    found = presets(dt.date(2026, 2, 3))

    assert {name: (one.first.isoformat(), one.last.isoformat()) for name, one in found.items()} == {
        "this_year": ("2026-01-01", "2026-12-31"),
        "last_year": ("2025-01-01", "2025-12-31"),
        "school_year": ("2025-09-01", "2026-08-31"),
        "year_2023": ("2023-01-01", "2023-12-31"),
    }


def test_a_map_is_drawn_of_districts_alone():
    nisava = Key(Group.DISTRICT, "RS-20", "Nišava")
    counts = ReportCounts(presentations=2, pupils=40, parents=3)
    split = CountRow((nisava, Key(Group.MONTH, "2023-02", "2023-02")), counts)

    assert districts_of(a_report(CountRow((nisava,), counts), by=(Group.DISTRICT,))) == (
        DistrictLine("RS-20", "Nišava", 2, 43),
    )
    assert districts_of(a_report(split, by=(Group.DISTRICT, Group.MONTH))) == ()


def test_rows_by_presenter_do_not_add_up():
    assert adds_up([Group.MONTH])
    assert not adds_up([Group.MONTH, Group.PRESENTER])


def a_report(*rows, by=()):
    return Report(Filters(year_of(2023)), by, ReportCounts(presentations=2, pupils=9), rows, "ncc")


def test_the_document_names_period_filters_totals_and_rows():
    key = Key(Group.PRESENTER, "7", "Ana")

    document = as_document(a_report(CountRow((key,), ReportCounts(presentations=2, pupils=9)), by=(Group.PRESENTER,)))

    assert document["period"] == {"from": "2023-01-01", "to": "2023-12-31"}
    assert document["filters"] == {"centre": "ncc", "campaign": None, "programme": None}
    numbers = {"visits": 0, "presentations": 2, "pupils": 9, "parents": 0, "teachers": 0, "others": 0, "cities": 0}
    assert document["totals"] == numbers | {"kilometres": 0}
    assert document["rows"] == [{"presenter": "Ana", "presenter_id": 7} | numbers | {"kilometres": 0}]


def test_a_table_without_split_is_one_line_of_totals():
    headings, lines = as_table(a_report())

    assert dict(zip(headings, lines[0], strict=True))["pupils"] == 9
    assert len(lines) == 1


@pytest.mark.parametrize(
    ("language", "words"), [("en", "February 2023"), ("sr_Cyrl", "фебруар 2023."), ("sr_Latn", "februar 2023.")]
)
def test_a_month_is_named_in_the_language(language, words):
    assert label_of(Key(Group.MONTH, "2023-02", "2023-02"), language) == words


def test_a_report_of_a_whole_year_says_the_year():
    assert title(year_of(2023), "en") == "Attendance report for 2023"
    assert title(Period(dt.date(2023, 1, 1), dt.date(2023, 6, 30)), "en") == "Attendance report"


KEYS = [
    (Key(Group.CITY, "Niš", "Ниш"), ["Ниш"], "Ниш"),
    (Key(Group.CITY, "", ""), [""], "Abroad, or without a municipality"),
    (Key(Group.DISTRICT, "RS-20", "Nišava"), ["Nišava", "RS-20"], "Nišava"),
    (Key(Group.MONTH, "2026-10", "2026-10"), ["2026-10"], "October 2026"),
    (Key(Group.PROGRAMME, "talk", "Talk"), ["talk", "Talk"], "Talk"),
    (Key(Group.PRESENTER, "5", "Ana"), ["Ana", 5], "Ana"),
    (Key(Group.AUDIENCE, "parents", "parents"), ["parents", ""], "Parents"),
    (Key(Group.AUDIENCE, "pupils", "pupils", SchoolLevel.PRIMARY), ["pupils", "primary"], "Primary school pupils"),
]


@pytest.mark.parametrize(("key", "cells", "words"), KEYS, ids=lambda one: str(one)[:30])
def test_a_row_is_named_for_scripts_in_the_file_and_for_people_on_the_page(key, cells, words):
    filters = Filters(Period(dt.date(2026, 1, 1), dt.date(2026, 12, 31)))
    report = Report(filters, (key.group,), ReportCounts(), (CountRow((key,), ReportCounts()),))

    headings, (line,) = as_table(report)

    assert len(headings) == len(line)
    assert line[: len(cells)] == cells
    assert label_of(key, "en") == words


def test_two_days_in_their_order_are_a_period_and_anything_else_is_none():
    first, last = dt.date(2026, 1, 1), dt.date(2026, 12, 31)

    assert period_or_none(first, last) == Period(first, last)
    assert period_or_none(last, first) is None
    assert period_or_none(None, last) is None
    assert period_or_none(first, None) is None


@pytest.mark.parametrize(
    ("last", "ends"),
    [
        (dt.date(2026, 11, 24), dt.date(2026, 11, 30)),
        (dt.date(2026, 12, 31), dt.date(2026, 12, 31)),
        (dt.date(2028, 2, 1), dt.date(2028, 2, 29)),
    ],
)
def test_a_period_in_whole_months_ends_with_its_last_month(last, ends):
    first = dt.date(2025, 12, 1)

    assert in_whole_months(Period(first, last)) == Period(first, ends)
