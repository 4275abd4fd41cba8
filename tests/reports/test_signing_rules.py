import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.reports.rules.attendance import as_document, read_period, year_of
from scheduler.reports.rules.signing import (
    before,
    document_of,
    figures_of,
    outstanding,
    plus,
    problems_with_signing,
    seen_of,
)
from scheduler.reports.terms.counting import (
    COUNT_FIELDS,
    Books,
    Correction,
    Filters,
    Period,
    Report,
    ReportCounts,
    SignedTotals,
)
from scheduler.reports.wording import signed_words, since_rows, with_sign

TODAY = dt.date(2027, 2, 1)
YEAR_2025, YEAR_2026 = year_of(2025), year_of(2026)
AT = dt.datetime(2027, 1, 8, 9, 0, tzinfo=dt.UTC)


def a_signed(ident=1, period=YEAR_2025, totals=ReportCounts(), **given):  # noqa: B008
    return SignedTotals(ident, period, totals, AT, **given)


def a_report(books, totals=ReportCounts(), period=YEAR_2026):  # noqa: B008
    return Report(Filters(period, 1), (), totals, (), books=books)


@pytest.mark.parametrize(
    ("first", "last", "problems"),
    [
        ("2026-01-01", "2026-12-31", {}),
        ("2026-01-01", "2027-01-31", {}),
        ("2026-01-01", "2027-02-01", {"last": "period_not_over"}),
        ("2027-01-01", "2027-12-31", {"last": "period_not_over"}),
        ("2025-12-31", "2026-12-31", {"first": "signed_already"}),
        ("2024-01-01", "2025-01-01", {"first": "signed_already"}),
        ("2025-03-01", "2025-03-31", {"first": "signed_already"}),
        ("2024-01-01", "2026-12-31", {"first": "signed_already"}),
        ("2024-01-01", "2024-12-31", {}),
    ],
)
def test_days_are_signed_when_they_are_over_and_none_is_signed_already(first, last, problems):
    period = read_period(first, last)

    assert problems_with_signing(period, [a_signed()], TODAY) == problems


def test_what_changed_since_and_is_not_carried_yet_is_outstanding():
    signed = [a_signed(1, totals=ReportCounts(pupils=100)), a_signed(2, year_of(2024), ReportCounts(pupils=50))]
    carried = [Correction(1, YEAR_2025, ReportCounts(pupils=3)), Correction(1, YEAR_2025, ReportCounts(pupils=-1))]

    found = outstanding(signed, carried, {1: ReportCounts(pupils=104), 2: ReportCounts(pupils=50)})

    assert found == [Correction(1, YEAR_2025, ReportCounts(pupils=2))]


def test_a_period_of_which_nothing_is_counted_any_more_owes_all_that_was_signed():
    found = outstanding([a_signed(totals=ReportCounts(1, 1, 9))], [], {})

    assert found == [Correction(1, YEAR_2025, ReportCounts(-1, -1, -9))]


def test_only_periods_that_were_over_appear_in_a_later_one():
    living = [a_signed(1, YEAR_2025), a_signed(2, YEAR_2026), a_signed(3, year_of(2027))]

    assert [one.id for one in before(YEAR_2026, living)] == [1]


numbers = st.builds(ReportCounts, **{name: st.integers(0, 500) for name in COUNT_FIELDS})


@given(signed=numbers, steps=st.lists(numbers, max_size=5))
def test_signed_totals_and_everything_carried_are_todays_truth_however_often_it_changes(signed, steps):
    carried: list[Correction] = []
    for today in steps:
        carried += outstanding([a_signed(totals=signed)], carried, {1: today})

        assert plus(signed, *(one.counts for one in carried)) == today
        assert outstanding([a_signed(totals=signed)], carried, {1: today}) == []


@pytest.mark.parametrize(("value", "written"), [(3, "+3"), (-2, "−2"), (0, "0")])
def test_a_difference_is_written_with_its_sign(value, written):
    assert with_sign(value, str(abs(value))) == written


def test_what_was_seen_changes_with_any_number():
    seen = seen_of(ReportCounts(pupils=3), [])

    assert seen == seen_of(ReportCounts(pupils=3), [])
    others = [ReportCounts(**{name: 1}) for name in COUNT_FIELDS]
    assert len({seen, *(seen_of(one, []) for one in others)}) == 1 + len(COUNT_FIELDS)
    assert seen_of(ReportCounts(pupils=3), [Correction(1, YEAR_2025, ReportCounts(pupils=1))]) != seen


def test_the_head_of_a_signed_report_says_what_was_signed_and_its_rows_say_both():
    signed = a_signed(period=YEAR_2026, totals=ReportCounts(presentations=2, pupils=60), by="Ана Анић")
    report = a_report(Books(signed, ReportCounts(pupils=3)), ReportCounts(presentations=2, pupils=63))

    assert figures_of(report) == ReportCounts(presentations=2, pupils=60)
    assert signed_words(report, "en", "Europe/Belgrade")[0].startswith("Signed off by Ana Anić: ")
    assert [(words, numbers[2], signs) for words, numbers, signs in since_rows(report, "en")] == [
        ("Signed off", 60, False),
        ("Counted today", 63, False),
        ("Difference", 3, True),
    ]


def test_a_report_that_did_not_change_since_has_no_second_table():
    report = a_report(Books(a_signed(period=YEAR_2026)))

    assert since_rows(report, "en") == []
    assert len(signed_words(report, "en", "Europe/Belgrade")) == 1


def test_days_that_are_signed_in_part_say_that_all_are_counted_today():
    report = a_report(Books(crossed=(a_signed(),)), period=Period(dt.date(2025, 12, 1), dt.date(2026, 1, 31)))

    (sentence,) = signed_words(report, "en", "Europe/Belgrade")
    assert sentence.startswith("Part of these days is signed off")


def test_the_document_only_gains_keys():
    books = Books(corrections=(Correction(1, YEAR_2025, ReportCounts(pupils=-2)),))

    plain, full = as_document(a_report(None)), document_of(a_report(books))

    assert {name: full[name] for name in plain} == plain
    assert full["signed"] is None
    assert [(one["period"], one["pupils"]) for one in full["corrections"]] == [
        ({"from": "2025-01-01", "to": "2025-12-31"}, -2)
    ]
    assert document_of(a_report(None)) == plain
