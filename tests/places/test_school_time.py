"""School time: each kind of rotation is a test; both directions hold for any rotation, any start, any day."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.places.rules.school_time import (
    classes_in,
    lesson_at,
    lesson_on,
    problems_with_school_time,
    read_class,
    said_together,
    sections_in,
    shift_on,
    week_of,
)
from scheduler.places.terms.school_time import Bells, ClassName, ClassStanding, Grouping, Rotation, SchoolTime
from tests.places.one_school import AFTERNOON, DAY, MAY_12, MIDDLE, MORNING, WEEK, on_weekdays, shifts

BELLS = {(MORNING, False): Bells(dt.time(8)), (AFTERNOON, False): Bells(dt.time(14))}
SEVEN_B, SIX_B, SEVEN_1, SEVEN_2 = (
    ClassName(7, "b"),
    ClassName(6, "b"),
    ClassName(7, "1"),
    ClassName(7, "2"),
)


def a_school(**given) -> SchoolTime:
    """Odd grades are the first group; in the morning in the week of 12 May 2025."""
    fair = {
        "bells": BELLS,
        "grouping": Grouping.GRADES,
        "first_grades": frozenset({1, 3, 5, 7}),
        "anchor_day": MAY_12,
    }
    return SchoolTime(**(fair | given))


def starts(told: SchoolTime, class_name: ClassName, number: int, day: dt.date) -> dt.time:
    found = lesson_on(told, class_name, number, day, on_weekdays).lesson
    assert found
    return found.starts


# --- what people write ---


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("7b", SEVEN_B),
        ("7б", SEVEN_B),
        ("VII-2", SEVEN_2),
        ("VII/2", SEVEN_2),
        ("7-2", SEVEN_2),
        ("vii 02", SEVEN_2),
        ("IV3", ClassName(4, "3")),
        ("8. razred", ClassName(8)),
        ("8. разред", ClassName(8)),
        ("9a", None),
        ("0-1", None),
        ("all of them", None),
        ("", None),
    ],
)
def test_a_class_is_read_as_people_write_it(typed, meant):
    assert read_class(typed) == meant


def test_a_list_of_classes_names_each_once_and_letters_are_read_in_both_scripts():
    assert classes_in("VII-1, VII-2; 7/1 i 6б") == [SEVEN_1, SEVEN_2, SIX_B]
    assert classes_in("савет родитеља") == []

    assert sections_in("а, ц") == sections_in("a c") == frozenset({"a", "c"})
    assert sections_in("01, 3") == frozenset({"1", "3"})
    assert sections_in("первый") is None


@given(st.text(max_size=60))
def test_nothing_typed_as_a_class_or_a_letter_is_an_error(typed):
    read_class(typed)
    classes_in(typed)
    sections_in(typed)


# --- each kind of rotation ---


def test_the_third_lesson_of_7b_in_the_week_of_12_may_is_at_9_55():
    told = a_school(rotation=Rotation.WEEK)

    found = week_of(told, SEVEN_B, 3, MAY_12 + 2 * DAY, on_weekdays)

    assert [(one.day, one.shift, one.lesson.starts) for one in found] == [
        (MAY_12 + number * DAY, MORNING, dt.time(9, 55)) for number in range(5)
    ]


def test_without_a_rotation_everybody_stays_in_one_shift_or_in_the_same_of_two():
    told = SchoolTime(bells={(MORNING, False): Bells(dt.time(8))})

    assert shifts(told, SEVEN_B, MAY_12, MAY_12 + WEEK, MAY_12 + 30 * WEEK) == [MORNING] * 3

    told = a_school(rotation=Rotation.NONE, anchor_day=None)

    assert shifts(told, SEVEN_B, MAY_12, MAY_12 + WEEK) == [MORNING, MORNING]
    assert shifts(told, SIX_B, MAY_12, MAY_12 + WEEK) == [AFTERNOON, AFTERNOON]


def test_a_weekly_rotation_changes_on_monday():
    told = a_school(rotation=Rotation.WEEK, anchor_day=MAY_12 + 2 * DAY)

    assert shifts(told, SEVEN_B, MAY_12, MAY_12 + 6 * DAY, MAY_12 + WEEK, MAY_12 - DAY) == [
        MORNING,
        MORNING,
        AFTERNOON,
        AFTERNOON,
    ]


def test_a_monthly_rotation_changes_on_the_first_monday_of_the_month():
    told = a_school(rotation=Rotation.MONTH)

    # 1 October 2026 is a Thursday: that week still belongs to September.
    assert shifts(told, SEVEN_B, dt.date(2026, 9, 30), dt.date(2026, 10, 2)) == [MORNING] * 2
    assert shifts(told, SEVEN_B, dt.date(2026, 10, 5), dt.date(2026, 11, 1)) == [AFTERNOON] * 2
    assert shifts(told, SEVEN_B, dt.date(2026, 11, 2)) == [MORNING]


def test_a_rotation_by_grade_puts_odd_and_even_grades_opposite_and_one_by_letters_parts_classes_of_a_grade():
    told = a_school(rotation=Rotation.WEEK)

    assert [shift_on(told, ClassName(grade, "b"), MAY_12) for grade in range(1, 9)] == [MORNING, AFTERNOON] * 4

    told = a_school(rotation=Rotation.WEEK, grouping=Grouping.LETTERS, first_sections=frozenset({"1", "3"}))

    assert shifts(told, SEVEN_1, MAY_12, MAY_12 + WEEK) == [MORNING, AFTERNOON]
    assert shifts(told, SEVEN_2, MAY_12, MAY_12 + WEEK) == [AFTERNOON, MORNING]


def test_a_rotation_by_period_changes_on_the_named_days_only_also_before_the_anchor():
    told = a_school(rotation=Rotation.PERIOD, anchor_day=dt.date(2024, 9, 2), turns=frozenset({dt.date(2025, 1, 20)}))

    assert shifts(told, SEVEN_B, dt.date(2024, 12, 24), dt.date(2025, 1, 20), MAY_12) == [MORNING, AFTERNOON, AFTERNOON]

    told = a_school(rotation=Rotation.PERIOD, anchor_day=MAY_12, turns=frozenset({dt.date(2025, 1, 20)}))

    assert shifts(told, SEVEN_B, dt.date(2025, 1, 19), dt.date(2025, 1, 20)) == [AFTERNOON, MORNING]


def test_mid_shift_grades_do_not_rotate():
    bells = BELLS | {(MIDDLE, False): Bells(dt.time(11), lessons=4)}
    told = a_school(rotation=Rotation.WEEK, middle_grades=frozenset({3}), bells=bells)

    assert shifts(told, ClassName(3, "a"), MAY_12, MAY_12 + WEEK) == [MIDDLE, MIDDLE]
    assert starts(told, ClassName(3, "a"), 1, MAY_12) == dt.time(11)


def test_holidays_do_not_stop_the_rotation():
    told = a_school(rotation=Rotation.WEEK)
    closed = [MAY_12 + number * DAY for number in range(21)]

    standing = lesson_on(told, SEVEN_B, 3, MAY_12, lambda day: on_weekdays(day) and day not in closed)

    assert standing.reason == "no_school"
    assert [(one.day, one.shift) for one in standing.nearest] == [
        (MAY_12 - 3 * DAY, AFTERNOON),
        (MAY_12 + 3 * WEEK, AFTERNOON),
    ]


def test_a_school_whose_rotation_stood_still_names_the_day_on_which_it_began_anew():
    told = a_school(rotation=Rotation.WEEK, turns=frozenset({MAY_12 + 3 * WEEK}))

    assert shifts(told, SEVEN_B, MAY_12 + 3 * WEEK - DAY, MAY_12 + 3 * WEEK, MAY_12 + 4 * WEEK) == [
        MORNING,
        MORNING,
        AFTERNOON,
    ]


# --- days that differ ---


def test_on_shortened_days_lessons_have_30_minutes_and_an_afternoon_may_begin_at_another_time():
    told = a_school(rotation=Rotation.WEEK, short_days=frozenset({MAY_12 + 4 * DAY}))

    assert starts(told, SEVEN_B, 3, MAY_12) == dt.time(9, 55)
    assert starts(told, SEVEN_B, 3, MAY_12 + 4 * DAY) == dt.time(9, 25)

    bells = BELLS | {(AFTERNOON, True): Bells(dt.time(12), 30, 5, 2, 10)}
    told = a_school(rotation=Rotation.WEEK, short_days=frozenset({MAY_12}), bells=bells)

    assert starts(told, SIX_B, 1, MAY_12) == dt.time(12)
    assert starts(told, SIX_B, 3, MAY_12) == dt.time(13, 15)
    assert starts(told, SIX_B, 1, MAY_12 + DAY) == dt.time(14)

    told = a_school(rotation=Rotation.WEEK, afternoon_weekday=4, afternoon_starts=dt.time(13, 15))

    assert [starts(told, SIX_B, 1, MAY_12 + number * DAY) for number in (3, 4)] == [dt.time(14), dt.time(13, 15)]
    assert starts(told, SEVEN_B, 1, MAY_12 + 4 * DAY) == dt.time(8)


# --- a time when the class is not in the building ---


def test_a_time_in_the_other_shift_is_refused_with_the_nearest_right_ones():
    told = a_school(rotation=Rotation.WEEK)

    standing = lesson_at(told, SIX_B, dt.date(2025, 5, 14), dt.time(9, 55), 45, on_weekdays)

    assert (standing.shift, standing.reason, standing.lesson) == (AFTERNOON, "too_early", None)
    assert [(one.day, one.lesson.number, one.lesson.starts) for one in standing.nearest] == [
        (dt.date(2025, 5, 9), 3, dt.time(9, 55)),
        (dt.date(2025, 5, 14), 1, dt.time(14)),
        (dt.date(2025, 5, 19), 3, dt.time(9, 55)),
    ]


def test_a_presentation_that_outlasts_the_last_lesson_is_refused():
    told = a_school(
        rotation=Rotation.WEEK,
        bells={key: Bells(one.starts, lessons=5) for key, one in BELLS.items()},
    )
    begins = dt.time(11, 35)

    assert lesson_at(told, SEVEN_B, MAY_12, begins, 45, on_weekdays).lesson.number == 5
    refused = lesson_at(told, SEVEN_B, MAY_12, begins, 60, on_weekdays)
    assert refused.reason == "runs_over"
    assert (MAY_12, 4) in [(one.day, one.lesson.number) for one in refused.nearest]


def test_a_day_without_school_is_refused_a_break_is_in_the_building_and_who_is_never_open_has_no_nearest_time():
    standing = lesson_at(a_school(), SEVEN_B, dt.date(2025, 5, 17), dt.time(9, 55), 45, on_weekdays)

    assert (standing.reason, [one.day for one in standing.nearest]) == (
        "no_school",
        [dt.date(2025, 5, 16), dt.date(2025, 5, 19)],
    )

    standing = lesson_at(a_school(), SEVEN_B, dt.date(2025, 5, 12), dt.time(9, 40), 45, on_weekdays)

    assert (standing.reason, standing.lesson, standing.after) == ("", None, 2)

    assert lesson_at(a_school(), SEVEN_B, dt.date(2025, 5, 12), dt.time(9), 45, lambda day: False).nearest == ()


def test_a_lesson_that_is_not_there_says_why():
    standing = lesson_on(a_school(), SEVEN_B, 8, MAY_12, on_weekdays)

    assert (standing.reason, [one.lesson.number for one in standing.nearest]) == ("no_such_lesson", [7])

    mornings_only = a_school(bells={(MORNING, False): Bells(dt.time(8))})

    standing = lesson_on(mornings_only, SIX_B, 3, MAY_12, on_weekdays)

    assert (standing.shift, standing.reason, standing.nearest) == (AFTERNOON, "no_bells", ())

    told = a_school(grouping=Grouping.LETTERS, first_sections=frozenset({"1"}), rotation=Rotation.WEEK)

    assert lesson_on(told, ClassName(7), 3, MAY_12, on_weekdays).reason == "unknown_class"


def test_classes_that_are_in_the_same_place_are_named_together():
    here, away = ClassStanding(MAY_12, SEVEN_1, MORNING), ClassStanding(MAY_12, SIX_B, AFTERNOON, reason="too_early")
    unread = ClassStanding(MAY_12, None, reason="unknown_class")

    said = said_together([here, away, replace(here, class_name=SEVEN_2), unread])

    assert [(names, one.reason) for names, one in said] == [
        ("7-1, 7-2", ""),
        ("6b", "too_early"),
        ("", "unknown_class"),
    ]
    assert {one.class_name for _names, one in said} == {None}


def test_what_is_missing_is_named_by_its_field():
    assert problems_with_school_time(SchoolTime(bells={})) == {"morning_starts": "missing"}
    told = SchoolTime(bells={}, grouping=Grouping.GRADES, rotation=Rotation.PERIOD, middle_grades=frozenset({3}))
    assert set(problems_with_school_time(told)) == {
        "first_grades",
        "anchor_day",
        "turns",
        "morning_starts",
        "afternoon_starts",
        "middle_starts",
    }
    late = a_school(bells=BELLS | {(AFTERNOON, False): Bells(dt.time(20))})
    assert problems_with_school_time(late) == {"afternoon_starts": "lessons_past_midnight"}
    assert problems_with_school_time(a_school(afternoon_weekday=4)) == {"other_starts": "missing"}
