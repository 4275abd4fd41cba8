"""Periods and their pieces, rows and documents of a report, what is signed, forecasts; each rule at its bounds."""

import calendar
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.core.months import MonthCell
from scheduler.programmes.terms import Audience, CampaignVerdict, CityRisk, SchoolLevel
from scheduler.reports.rules.attendance import (
    adds_up,
    as_document,
    districts_of,
    each_month,
    in_whole_months,
    months_up_to,
    period_of,
    presets,
    read_period,
    school_year_of,
    split_again,
    year_of,
)
from scheduler.reports.rules.forecast import MOST_WEEKS, by_week, days_left, forecast, risk_of, verdict_of, weeks_of
from scheduler.reports.rules.jointly import corrected
from scheduler.reports.rules.public import exact_before, in_tens, public_cells
from scheduler.reports.rules.signing import (
    before,
    document_of,
    figures_of,
    outstanding,
    period_or_none,
    plus,
    problems_with_signing,
    seen_of,
)
from scheduler.reports.rules.spans import MonthRun, Spans, can_be_kept, spans_of
from scheduler.reports.terms.control_room import CampaignWeek, CityLine, Forecast, Heads
from scheduler.reports.terms.counting import (
    COUNT_FIELDS,
    BadPeriod,
    Books,
    Correction,
    CountRow,
    DistrictLine,
    FigureCell,
    Filters,
    Group,
    Key,
    Period,
    Report,
    ReportCounts,
    SignedTotals,
)
from scheduler.reports.wording import label_of, months_of, reader_table, signed_words, since_rows, title, with_sign
from tests.bounds import at_each_bound
from tests.factories import MONDAY

TODAY = dt.date(2027, 2, 1)
YEAR_2025, YEAR_2026 = year_of(2025), year_of(2026)
AT = dt.datetime(2027, 1, 8, 9, 0, tzinfo=dt.UTC)


def a_report(*rows, by=()):
    return Report(Filters(year_of(2023)), by, ReportCounts(presentations=2, pupils=9), rows, "ncc")


def a_signed(ident=1, period=YEAR_2025, totals=ReportCounts(), **given):  # noqa: B008
    return SignedTotals(ident, period, totals, AT, **given)


def with_its_books(books, totals=ReportCounts(), period=YEAR_2026):  # noqa: B008
    return Report(Filters(period, 1), (), totals, (), books=books)


def test_periods_that_people_ask_for_need_no_counting_and_no_month_loses_its_place():
    first, last = dt.date(2023, 1, 1), dt.date(2023, 12, 31)
    assert read_period("2023-01-01", "2023-12-31") == period_or_none(first, last) == Period(first, last)
    assert [period_or_none(*days) for days in ((last, first), (None, last), (first, None))] == [None] * 3

    rows = (CountRow((Key(Group.MONTH, "2026-10", "2026-10"),), ReportCounts(presentations=4)),)
    report = Report(Filters(Period(dt.date(2026, 9, 1), dt.date(2026, 11, 3))), (Group.MONTH,), ReportCounts(), rows)
    chart = months_of(report, "en")
    assert (chart.labels, chart.series[0].values) == (("Sep", "Oct", "Nov"), (0, 4, 0))

    found = presets(dt.date(2026, 2, 3))

    assert {name: (one.first.isoformat(), one.last.isoformat()) for name, one in found.items()} == {
        "this_year": ("2026-01-01", "2026-12-31"),
        "last_year": ("2025-01-01", "2025-12-31"),
        "school_year": ("2025-09-01", "2026-08-31"),
        "year_2023": ("2023-01-01", "2023-12-31"),
    }

    assert spans_of(LEAP_YEAR, by_month=False) == Spans(years=(2024,))
    assert spans_of(LEAP_YEAR, by_month=True) == Spans(months=(MonthRun(2024, 2024),))
    school_year = Period(dt.date(2024, 9, 1), dt.date(2025, 8, 31))
    assert spans_of(school_year, by_month=False) == Spans(
        months=(MonthRun(2024, 2024, 9, 12), MonthRun(2025, 2025, 1, 8))
    )


@pytest.mark.parametrize(
    ("first", "last", "field", "reason"),
    [
        ("2023-02-30", "2023-12-31", "from", "not_a_day"), ("", "2023-12-31", "from", "not_a_day"),
        ("20230101", "2023-12-31", "from", "not_a_day"), ("2023-01-01", "31. 12. 2023.", "to", "not_a_day"),
        ("2023-01-02", "2023-01-01", "to", "last_before_first"), ("1900-01-01", "2023-01-01", "to", "too_long"),
    ],
)  # fmt: skip
def test_what_is_no_period_says_which_day_is_wrong_and_why(first, last, field, reason):
    with pytest.raises(BadPeriod) as refusal:
        read_period(first, last)
    assert (refusal.value.field, refusal.value.reason) == (field, reason)


@pytest.mark.parametrize(
    ("day", "first"), [(dt.date(2026, 8, 31), dt.date(2025, 9, 1)), (dt.date(2026, 9, 1), dt.date(2026, 9, 1))]
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


def test_a_document_names_what_it_holds_and_only_gains_keys():
    row = CountRow((Key(Group.PRESENTER, "7", "Ana"),), ReportCounts(presentations=2, pupils=9))

    document = as_document(a_report(row, by=(Group.PRESENTER,)))

    assert document["period"] == {"from": "2023-01-01", "to": "2023-12-31"}
    assert document["filters"] == {"centre": "ncc", "campaign": None, "programme": None}
    # The keys are promised to scripts: a field that is renamed must not rename them.
    numbers = {"visits": 0, "presentations": 2, "pupils": 9, "parents": 0, "teachers": 0, "others": 0, "cities": 0}
    numbers |= {"kilometres": 0}
    assert document["totals"] == numbers
    assert document["rows"] == [{"presenter": "Ana", "presenter_id": 7} | numbers]

    books = Books(corrections=(Correction(1, YEAR_2025, ReportCounts(pupils=-2)),))
    plain, full = as_document(with_its_books(None)), document_of(with_its_books(books))
    assert {name: full[name] for name in plain} == plain
    assert full["signed"] is None
    assert [(one["period"], one["pupils"]) for one in full["corrections"]] == [
        ({"from": "2025-01-01", "to": "2025-12-31"}, -2)
    ]
    assert document_of(with_its_books(None)) == plain


def test_months_are_named_and_maps_drawn_of_districts_alone():
    february = Key(Group.MONTH, "2023-02", "2023-02")

    named = {language: label_of(february, language) for language in ("en", "sr_Cyrl", "sr_Latn")}
    assert named == {"en": "February 2023", "sr_Cyrl": "фебруар 2023.", "sr_Latn": "februar 2023."}
    assert [title(year_of(2023), language) for language in named] == [
        "Attendance report for 2023",
        "Извештај о присуству за 2023.",
        "Izveštaj o prisustvu za 2023.",
    ]
    assert title(Period(dt.date(2023, 1, 1), dt.date(2023, 6, 30)), "en") == "Attendance report"

    nisava = Key(Group.DISTRICT, "RS-20", "Nišava")
    counts = ReportCounts(presentations=2, pupils=40, parents=3)
    whole = a_report(CountRow((nisava,), counts), by=(Group.DISTRICT,))
    split = CountRow((nisava, Key(Group.MONTH, "2023-02", "2023-02")), counts)
    assert districts_of(whole) == (DistrictLine("RS-20", "Nišava", 2, 43),)
    assert districts_of(a_report(split, by=(Group.DISTRICT, Group.MONTH))) == ()
    assert (adds_up([Group.MONTH]), adds_up([Group.MONTH, Group.PRESENTER])) == (True, False)


KEYS = [
    (Key(Group.CITY, "Niš", "Ниш"), ["Ниш"], "Ниш"),
    (Key(Group.CITY, "", ""), ["Abroad, or without a municipality"], "Abroad, or without a municipality"),
    (Key(Group.DISTRICT, "RS-20", "Nišava"), ["Nišava", "RS-20"], "Nišava"),
    (Key(Group.MONTH, "2026-10", "2026-10"), [MonthCell(2026, 10, 1)], "October 2026"),
    (Key(Group.PROGRAMME, "talk", "Talk"), ["Talk", "talk"], "Talk"),
    (Key(Group.PRESENTER, "5", "Ana"), ["Ana", "5"], "Ana"),
    (Key(Group.AUDIENCE, "parents", "parents"), ["Parents"], "Parents"),
    (Key(Group.AUDIENCE, "pupils", "pupils", SchoolLevel.PRIMARY), ["Primary school pupils"], "Primary school pupils"),
]


@pytest.mark.parametrize(("key", "cells", "words"), KEYS, ids=lambda one: str(one)[:30])
def test_a_row_is_named_in_the_file_as_on_the_page_with_its_code(key, cells, words):
    filters = Filters(Period(dt.date(2026, 1, 1), dt.date(2026, 12, 31)))
    report = Report(filters, (key.group,), ReportCounts(), (CountRow((key,), ReportCounts()),))
    headings, (line,) = reader_table(report, "en")
    assert len(headings) == len(line)
    assert line[: len(cells)] == cells
    assert label_of(key, "en") == words


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


def test_what_changed_since_and_is_not_carried_yet_is_outstanding_of_periods_that_were_over():
    signed = [a_signed(1, totals=ReportCounts(pupils=100)), a_signed(2, year_of(2024), ReportCounts(pupils=50))]
    carried = [Correction(1, YEAR_2025, ReportCounts(pupils=3)), Correction(1, YEAR_2025, ReportCounts(pupils=-1))]
    living = [a_signed(1, YEAR_2025), a_signed(2, YEAR_2026), a_signed(3, year_of(2027))]
    found = outstanding(signed, carried, {1: ReportCounts(pupils=104), 2: ReportCounts(pupils=50)})
    nothing_left = outstanding([a_signed(totals=ReportCounts(1, 1, 9))], [], {})
    assert found == [Correction(1, YEAR_2025, ReportCounts(pupils=2))]
    assert nothing_left == [Correction(1, YEAR_2025, ReportCounts(-1, -1, -9))]
    assert [one.id for one in before(YEAR_2026, living)] == [1]


numbers = st.builds(ReportCounts, **{name: st.integers(0, 500) for name in COUNT_FIELDS})


@given(signed=numbers, steps=st.lists(numbers, max_size=5))
def test_signed_totals_and_everything_carried_are_todays_truth_however_often_it_changes(signed, steps):
    carried: list[Correction] = []
    for today in steps:
        carried += outstanding([a_signed(totals=signed)], carried, {1: today})
        assert plus(signed, *(one.counts for one in carried)) == today
        assert outstanding([a_signed(totals=signed)], carried, {1: today}) == []


def test_what_was_seen_changes_with_any_number():
    seen = seen_of(ReportCounts(pupils=3), [])
    assert seen == seen_of(ReportCounts(pupils=3), [])
    others = [ReportCounts(**{name: 1}) for name in COUNT_FIELDS]
    assert len({seen, *(seen_of(one, []) for one in others)}) == 1 + len(COUNT_FIELDS)
    assert seen_of(ReportCounts(pupils=3), [Correction(1, YEAR_2025, ReportCounts(pupils=1))]) != seen


def test_the_head_of_a_signed_report_says_what_was_signed_and_its_rows_what_changed_since():
    signed = a_signed(period=YEAR_2026, totals=ReportCounts(presentations=2, pupils=60), by="Ана Анић")
    changed = with_its_books(Books(signed, ReportCounts(pupils=3)), ReportCounts(presentations=2, pupils=63))
    same = with_its_books(Books(a_signed(period=YEAR_2026)))
    part = with_its_books(Books(crossed=(a_signed(),)), period=Period(dt.date(2025, 12, 1), dt.date(2026, 1, 31)))

    assert figures_of(changed) == ReportCounts(presentations=2, pupils=60)
    assert signed_words(changed, "en", "Europe/Belgrade")[0].startswith("Signed off by Ana Anić: ")
    assert [(words, numbers[2], signs) for words, numbers, signs in since_rows(changed, "en")] == [
        ("Signed off", 60, False),
        ("Counted today", 63, False),
        ("Difference", 3, True),
    ]
    assert (since_rows(same, "en"), len(signed_words(same, "en", "Europe/Belgrade"))) == ([], 1)
    [sentence] = signed_words(part, "en", "Europe/Belgrade")
    assert sentence.startswith("Part of these days is signed off")
    assert [with_sign(value, str(abs(value))) for value in (3, -2, 0)] == ["+3", "−2", "0"]


DAYS = st.dates(dt.date(2019, 1, 1), dt.date(2025, 12, 31))
LEAP_YEAR = Period(dt.date(2024, 1, 1), dt.date(2024, 12, 31))


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


@pytest.mark.parametrize(
    ("asked", "by", "kept"),
    [
        ({}, (), True), ({}, (Group.CITY, Group.MONTH), True),
        ({"audience": Audience.PUPILS, "level": SchoolLevel.PRIMARY}, (Group.AUDIENCE,), True),
        ({"level": SchoolLevel.PRIMARY}, (), False), ({"audience": Audience.PUPILS}, (), False),
        ({"presenter": 7}, (Group.CITY,), False), ({"young": True}, (), False),
        ({}, (Group.PRESENTER, Group.MONTH), False),
    ],
)  # fmt: skip
def test_what_kept_figures_answer(asked, by, kept):
    assert can_be_kept(Filters(LEAP_YEAR, **asked), by) is kept


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


def corrected_to(pupils: int, high_school: int = 0) -> FigureCell:
    """What is published where 60 pupils were, so many of them of secondary schools, and others are counted now."""
    was, now = (
        FigureCell(1, "RS-00", "a", None, ReportCounts(presentations=1, pupils=number), min(high_school, number))
        for number in (60, pupils)
    )
    [cell] = corrected([was], [now], {}, 2025)
    return cell


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
    ("the first of March", lambda n: exact_before(dt.date(2027, 3, 1) + n * A_DAY), AROUND, (2026, 2027, 2027)),
    ("ten people of a year that is counted", in_tens, (9, 10, 11), (None, 10, 10)),
    ("five pupils more", lambda n: corrected_to(n).counts.pupils, (64, 65, 66), (60, 65, 65)),
    ("five pupils fewer", lambda n: corrected_to(n).counts.pupils, (54, 55, 56), (55, 55, 60)),
    ("no more pupils than of secondary schools", lambda n: corrected_to(55, n).counts.pupils, (54, 55, 56),
     (55, 55, 60)),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer


BEGINS, ENDS = dt.date(2026, 9, 1), dt.date(2026, 12, 31)
PEOPLE = st.integers(0, 400)
WEEKS = st.lists(st.lists(PEOPLE, max_size=6), max_size=MOST_WEEKS)
NUMBERS = st.integers(0, 5_000)
LEFT = st.integers(0, 300)


@given(NUMBERS, NUMBERS, NUMBERS, WEEKS, LEFT)
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


@given(NUMBERS, NUMBERS, WEEKS, LEFT, st.integers(0, 500))
def test_who_agrees_more_forecasts_no_less(done, agreed, weeks, days, more):
    said, with_more = (forecast(done, 0, number, weeks, days) for number in (agreed, agreed + more))
    assert said.low <= with_more.low
    assert said.point <= with_more.point


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
    ("today", "left"), [(dt.date(2026, 8, 1), 122), (BEGINS, 122), (dt.date(2026, 12, 31), 1), (dt.date(2027, 1, 1), 0)]
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
        ({"held": 1}, 0, 0, True, None), ({"agreed": 1}, 0, 0, True, None), ({}, 0, 0, True, CityRisk.NO_SCHOOL_DAY),
        ({"requests": 2}, 4, 0, True, CityRisk.NOBODY_CAN), ({"requests": 2}, 4, 1, True, CityRisk.REQUESTS_WAIT),
        ({}, 4, 1, True, CityRisk.NOBODY_ASKED), ({}, 0, 0, False, CityRisk.NOBODY_ASKED),
    ],
)  # fmt: skip
def test_a_city_with_nothing_held_or_agreed_is_at_risk_and_says_why(city, school_days, free_days, known, risk):
    assert risk_of(CityLine("Ниш", "Niš", 1, 100, **city), school_days, free_days, known=known) is risk


def test_weeks_begin_on_monday_and_the_pace_is_the_mean_week():
    weeks = by_week([(dt.date(2026, 9, 14), 60), (dt.date(2026, 9, 18), 30)], dt.date(2026, 9, 3), dt.date(2026, 9, 20))
    assert weeks == (
        CampaignWeek(dt.date(2026, 8, 31), 0, 0),
        CampaignWeek(dt.date(2026, 9, 7), 0, 0),
        CampaignWeek(dt.date(2026, 9, 14), 2, 90),
    )
    said = forecast(800, 0, 0, [[100]] * 8, 28)  # four weeks more of 100 each
    # by chance: 100² a week, over 4 weeks and the doubt of the mean of 8: 100 · √(4 · 1.5) = 244.9; t of seven: 1.415
    assert (said.point, said.low, said.high) == (1200, 800 + 400 - 347, 800 + 400 + 347)
    assert forecast(60, 0, 90, [], 30) == Forecast(60, 0, 90, 150, 150, None, 0)
