"""The calendar of schools as rules read it, and what keeps a line of it from being stored."""

import datetime as dt
from typing import Any

import pytest

from scheduler.places.rules import hosts
from scheduler.places.rules.presence import left_on
from scheduler.places.rules.school_time import classes_in, grades_in
from scheduler.places.terms.hosts import (
    CalendarDraft,
    CalendarLine,
    CalendarSpan,
    ClosureDraft,
    ClosureReason,
    Extent,
    HolidayDraft,
    Level,
    SchoolCalendar,
)

YEAR = CalendarSpan("term1", dt.date(2026, 9, 1), dt.date(2026, 12, 31))
SATURDAY, SUNDAY, MONDAY = dt.date(2026, 10, 3), dt.date(2026, 10, 4), dt.date(2026, 10, 5)
WORKING = CalendarSpan("working-saturday", SATURDAY, SATURDAY)
NORTH = next(iter(SchoolCalendar))


def test_a_host_that_teaches_no_level_is_open_on_every_working_day():
    assert hosts.days_with_pupils([SATURDAY, SUNDAY, MONDAY], [], {MONDAY}, [YEAR]) == [MONDAY]
    assert hosts.days_with_pupils([SUNDAY, MONDAY], [Level.PRIMARY], {MONDAY}, [YEAR]) == []
    assert hosts.days_with_pupils([SUNDAY, MONDAY], [Level.PRIMARY], set(), [YEAR]) == [MONDAY]


def test_a_grade_has_the_days_on_which_one_of_its_levels_has_lessons():
    early = CalendarSpan("term1", dt.date(2026, 9, 1), SUNDAY, "primary-8")
    others = CalendarSpan("term1", dt.date(2026, 9, 1), dt.date(2026, 12, 31), "primary-1-7")

    found = hosts.days_by_grade([MONDAY], [Level.PRIMARY], set(), [early, others])

    assert set(found) == {None, *range(1, 9)}
    assert [grade for grade in range(1, 9) if not found[grade]] == [8]
    assert hosts.levels_taught(True, True) == [Level.PRIMARY, Level.SECONDARY]
    assert hosts.levels_taught(False, False) == []


def test_a_working_saturday_alone_is_no_calendar_of_its_year():
    assert hosts.years_entered([YEAR, WORKING]) == {"2026/27"}
    assert hosts.years_entered([WORKING]) == set()


@pytest.mark.parametrize("name", ["2026", "2026/28", "1999/00", "x"])
def test_what_names_no_school_year_is_refused(name):
    with pytest.raises(ValueError, match=name):
        hosts.days_of_school_year(name)


def test_a_school_year_is_september_to_august():
    assert hosts.days_of_school_year("2026/27") == (dt.date(2026, 9, 1), dt.date(2027, 8, 31))
    assert hosts.school_year(dt.date(2027, 8, 31)) == "2026/27"
    assert hosts.school_year(dt.date(2099, 9, 1)) == "2099/00"


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, {}),
        ({"kind": "term3"}, {"kind": "unknown_kind"}),
        ({"applies_to": "nobody"}, {"applies_to": "unknown"}),
        ({"last_day": dt.date(2026, 8, 1)}, {"last_day": "days_not_in_order"}),
        ({"last_day": dt.date(2027, 9, 1)}, {"first_day": "outside_the_school_year"}),
        ({"kind": "working-saturday", "first_day": MONDAY, "last_day": MONDAY}, {"first_day": "not_a_saturday"}),
        ({"kind": "working-saturday", "first_day": SATURDAY, "last_day": SATURDAY, "timetable_of": 2}, {}),
        ({"timetable_of": 2}, {"timetable_of": "only_a_saturday_follows"}),
    ],
)
def test_a_line_of_a_file_is_a_line_of_a_calendar(given: dict[str, Any], found: dict[str, str]):
    fair = {"kind": "term1", "first_day": dt.date(2026, 9, 1), "last_day": dt.date(2026, 12, 31)}

    assert hosts.problems_of_line(CalendarLine(NORTH, "2026/27", **(fair | given))) == found


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, {}),
        ({"kind": "term3"}, {"kind": "not_a_choice"}),
        ({"applies_to": "nobody"}, {"applies_to": "not_a_choice"}),
        ({"last_day": dt.date(2026, 8, 1)}, {"last_day": "days_not_in_order"}),
        ({"last_day": dt.date(2027, 9, 1)}, {"last_day": "other_school_year"}),
        ({"kind": "working-saturday", "first_day": MONDAY, "last_day": MONDAY}, {"first_day": "not_a_saturday"}),
        ({"kind": "working-saturday", "first_day": SATURDAY, "last_day": SATURDAY, "timetable_of": 2}, {}),
        ({"timetable_of": 2}, {"timetable_of": "only_a_saturday_follows"}),
    ],
)
def test_a_typed_line_is_a_line_of_a_calendar(given: dict[str, Any], found: dict[str, str]):
    fair = {"kind": "term1", "first_day": dt.date(2026, 9, 1), "last_day": dt.date(2026, 12, 31), "applies_to": "all"}

    assert hosts.problems_with_calendar(CalendarDraft(NORTH, **(fair | given))) == found


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, {}),
        ({"reason": ClosureReason.OTHER}, {"note": "reason_missing"}),
        ({"reason": ClosureReason.OTHER, "note": "Flood"}, {}),
    ],
)
def test_days_are_closed_near_to_today_for_a_reason(given: dict[str, Any], found: dict[str, str]):
    fair = {"first_day": MONDAY, "last_day": MONDAY, "reason": ClosureReason.SNOW}

    assert hosts.problems_of_closure(ClosureDraft(Extent(), **(fair | given)), MONDAY) == found


@pytest.mark.parametrize(
    ("draft", "found"),
    [
        (HolidayDraft(MONDAY, "Свети Сава"), {}),
        (HolidayDraft(MONDAY, " … "), {"name": "missing"}),
    ],
)
def test_a_typed_holiday_has_a_name_and_is_to_come(draft: HolidayDraft, found: dict[str, str]):
    assert hosts.problems_with_holiday(draft, today=MONDAY) == found


def test_a_grade_that_has_ended_its_year_is_left_on_school_days_only():
    days = {None: frozenset({MONDAY}), 8: frozenset[dt.date]()}

    assert [str(one) for one in left_on(days, "7a, 8a", MONDAY)] == [str(one) for one in classes_in("8a")]
    assert left_on(days, "7a, 8a", SUNDAY) == []


@pytest.mark.parametrize(
    ("typed", "grades"),
    [("", frozenset()), (" 1, 3; 5. ", frozenset({1, 3, 5})), ("1 9", None), ("first", None), ("٣", None)],
)
def test_grades_of_a_list_are_numbers_from_one_to_eight(typed: str, grades: frozenset[int] | None):
    assert grades_in(typed) == grades
