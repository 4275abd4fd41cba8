"""School time: each kind of rotation, both directions for any of them, and who is in the building at an asked hour."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from scheduler.core.clock import BELGRADE, moment_of
from scheduler.places.rules.presence import best_standings, class_away, class_standings, is_anyone_away, starts_of
from scheduler.places.rules.school_time import (
    bells_on,
    classes_in,
    lesson_at,
    lesson_on,
    lessons_of,
    problems_with_school_time,
    read_class,
    said_together,
    sections_in,
    shift_on,
    week_of,
)
from scheduler.places.terms.school_time import (
    AskedTime,
    Bells,
    ClassName,
    ClassStanding,
    Grouping,
    Rotation,
    SchoolTime,
    Shift,
)
from tests.places.one_school import AFTERNOON, DAY, MAY_12, MIDDLE, MORNING, WEEK, a_clock, on_weekdays, shifts
from tests.places.one_school import MAY_12 as MONDAY

BELLS = {(MORNING, False): Bells(dt.time(8)), (AFTERNOON, False): Bells(dt.time(14))}
SEVEN_B, SIX_B, SEVEN_1, SEVEN_2 = (ClassName(7, "b"), ClassName(6, "b"), ClassName(7, "1"), ClassName(7, "2"))


def a_school(**given) -> SchoolTime:
    """Odd grades are the first group; in the morning in the week of 12 May 2025."""
    fair = {"bells": BELLS, "grouping": Grouping.GRADES, "first_grades": frozenset({1, 3, 5, 7}), "anchor_day": MAY_12}
    return SchoolTime(**(fair | given))


def starts(told: SchoolTime, class_name: ClassName, number: int, day: dt.date) -> dt.time:
    found = lesson_on(told, class_name, number, day, on_weekdays).lesson
    assert found
    return found.starts


# --- what people write ---


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("7b", SEVEN_B), ("7б", SEVEN_B), ("VII-2", SEVEN_2), ("VII/2", SEVEN_2), ("7-2", SEVEN_2), ("vii 02", SEVEN_2),
        ("IV3", ClassName(4, "3")), ("8. razred", ClassName(8)), ("8. разред", ClassName(8)), ("9a", None),
        ("0-1", None), ("all of them", None), ("", None),
    ],
)  # fmt: skip
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
        MORNING, MORNING, AFTERNOON, AFTERNOON,
    ]  # fmt: skip


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


def test_a_rotation_goes_on_through_holidays_not_for_a_middle_shift_and_anew_where_it_stood_still():
    bells = BELLS | {(MIDDLE, False): Bells(dt.time(11), lessons=4)}
    told = a_school(rotation=Rotation.WEEK, middle_grades=frozenset({3}), bells=bells)
    assert shifts(told, ClassName(3, "a"), MAY_12, MAY_12 + WEEK) == [MIDDLE, MIDDLE]
    assert starts(told, ClassName(3, "a"), 1, MAY_12) == dt.time(11)

    told = a_school(rotation=Rotation.WEEK)
    closed = [MAY_12 + number * DAY for number in range(21)]
    standing = lesson_on(told, SEVEN_B, 3, MAY_12, lambda day: on_weekdays(day) and day not in closed)
    assert standing.reason == "no_school"
    assert [(one.day, one.shift) for one in standing.nearest] == [
        (MAY_12 - 3 * DAY, AFTERNOON),
        (MAY_12 + 3 * WEEK, AFTERNOON),
    ]

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


def test_a_time_outside_of_the_shift_or_beyond_its_last_lesson_is_refused():
    told = a_school(rotation=Rotation.WEEK)
    standing = lesson_at(told, SIX_B, dt.date(2025, 5, 14), dt.time(9, 55), 45, on_weekdays)
    assert (standing.shift, standing.reason, standing.lesson) == (AFTERNOON, "too_early", None)
    assert [(one.day, one.lesson.number, one.lesson.starts) for one in standing.nearest] == [
        (dt.date(2025, 5, 9), 3, dt.time(9, 55)),
        (dt.date(2025, 5, 14), 1, dt.time(14)),
        (dt.date(2025, 5, 19), 3, dt.time(9, 55)),
    ]

    told = a_school(rotation=Rotation.WEEK, bells={key: Bells(one.starts, lessons=5) for key, one in BELLS.items()})
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


def test_classes_in_the_same_place_are_named_together_and_a_missing_answer_by_its_field():
    here, away = ClassStanding(MAY_12, SEVEN_1, MORNING), ClassStanding(MAY_12, SIX_B, AFTERNOON, reason="too_early")
    unread = ClassStanding(MAY_12, None, reason="unknown_class")

    said = said_together([here, away, replace(here, class_name=SEVEN_2), unread])

    assert [(names, one.reason) for names, one in said] == [
        ("7-1, 7-2", ""),
        ("6b", "too_early"),
        ("", "unknown_class"),
    ]
    assert {one.class_name for _names, one in said} == {None}

    assert problems_with_school_time(SchoolTime(bells={})) == {"morning_starts": "missing"}
    told = SchoolTime(bells={}, grouping=Grouping.GRADES, rotation=Rotation.PERIOD, middle_grades=frozenset({3}))
    assert set(problems_with_school_time(told)) == {
        "first_grades", "anchor_day", "turns", "morning_starts", "afternoon_starts", "middle_starts",
    }  # fmt: skip
    late = a_school(bells=BELLS | {(AFTERNOON, False): Bells(dt.time(20))})
    assert problems_with_school_time(late) == {"afternoon_starts": "lessons_past_midnight"}
    assert problems_with_school_time(a_school(afternoon_weekday=4)) == {"other_starts": "missing"}


OPEN_DAYS = a_clock().open_days
FIVE_DAYS = [MONDAY + dt.timedelta(days=number) for number in range(5)]


def test_a_start_is_right_within_the_shift_if_the_lesson_does_not_end_before_the_programme():
    assert not is_anyone_away(class_standings(a_clock(), "7b, 7c", MONDAY, AskedTime(45, dt.time(9, 55))))
    refused = class_standings(a_clock(), "7b, 8c", MONDAY, AskedTime(45, dt.time(9, 55)))
    assert [one.reason for one in refused] == ["", "too_early"]
    assert is_anyone_away(refused)
    assert dt.time(14) in {near.lesson.starts for near in refused[1].nearest}
    assert not is_anyone_away(class_standings(a_clock(), "7b", MONDAY, AskedTime(45, lesson=7)))
    assert [one.reason for one in class_standings(a_clock(), "7b", MONDAY, AskedTime(90, lesson=7))] == ["runs_over"]


def test_a_class_that_cannot_be_read_is_no_reason_to_refuse_and_hides_none_that_is_away():
    for unknown in ("the choir", "7b and the choir", ""):
        assert not is_anyone_away(class_standings(a_clock(), unknown, MONDAY, AskedTime(45, dt.time(9, 55))))
    without_bells = a_clock(bells={(Shift.MORNING, False): Bells(dt.time(8))})
    assert not is_anyone_away(class_standings(without_bells, "8b", MONDAY, AskedTime(45, dt.time(9, 55))))
    assert is_anyone_away(best_standings(a_clock(), "8b, 9", FIVE_DAYS, AskedTime(45, dt.time(9, 55))))


def test_the_first_day_that_suits_all_classes_is_meant():
    morning = AskedTime(45, dt.time(9, 55))
    two_weeks = [*FIVE_DAYS, *(day + dt.timedelta(days=7) for day in FIVE_DAYS)]
    assert {one.day for one in best_standings(a_clock(), "8b", two_weeks, morning)} == {
        FIVE_DAYS[0] + dt.timedelta(days=7)
    }
    assert is_anyone_away(best_standings(a_clock(), "8b", FIVE_DAYS, morning))
    assert is_anyone_away(best_standings(a_clock(), "7b, 8b", two_weeks, morning))  # they are never there together

    short_afternoons = {
        (Shift.MORNING, False): Bells(dt.time(8)),
        (Shift.AFTERNOON, False): Bells(dt.time(14), lessons=5),
    }
    sixth, two_weeks = AskedTime(45, lesson=6), [*FIVE_DAYS, *(day + dt.timedelta(days=7) for day in FIVE_DAYS)]
    [standing] = best_standings(a_clock(bells=short_afternoons), "8b", two_weeks, sixth)
    assert (standing.day, standing.shift, standing.reason) == (MONDAY + dt.timedelta(days=7), Shift.MORNING, "")
    assert is_anyone_away(best_standings(a_clock(bells=short_afternoons), "8b", FIVE_DAYS, sixth))


def test_nearest_times_and_starts_are_right_for_all_classes():
    eighth_has_left = a_clock(of_grades={7: OPEN_DAYS, 8: OPEN_DAYS - {MONDAY}})
    assert class_away(eighth_has_left, "8b", MONDAY, dt.time(15, 55), 45)
    assert not class_away(eighth_has_left, "7b", MONDAY, dt.time(9, 55), 45)

    fifth_is_out = a_clock(of_grades={7: OPEN_DAYS, 5: OPEN_DAYS - {MONDAY}})
    said = class_standings(fifth_is_out, "7b, 5c", MONDAY, AskedTime(45, dt.time(7, 30)))
    assert [one.reason for one in said] == ["too_early", "no_school"]
    near = {(one.day, one.lesson.starts) for standing in said for one in standing.nearest}
    assert near
    assert not [one for one in near if class_away(fifth_is_out, "7b, 5c", *one, 45)]

    assert [one.lesson.number for one in starts_of(a_clock(), "7b, 5c", MONDAY, 45)] == [1, 2, 3, 4, 5, 6, 7]
    assert [one.lesson.number for one in starts_of(a_clock(), "7b", MONDAY, 90)] == [1, 2, 3, 4, 5, 6]
    assert starts_of(a_clock(), "7b, 8b", MONDAY, 45) == []
    assert starts_of(a_clock(), "", MONDAY, 45) == []


@given(
    number=st.integers(1, 9),
    days=st.integers(-40, 100),
    minutes=st.integers(15, 120),
    rotation=st.sampled_from([Rotation.NONE, Rotation.WEEK, Rotation.MONTH]),
    classes=st.sampled_from(["7b", "8b", "7b, 5a", "7b, 8b", "1", "IV-2"]),
)
@settings(deadline=None)
def test_what_is_suggested_is_never_refused_and_what_is_refused_is_never_suggested(
    number, days, minutes, rotation, classes
):
    hours, day = a_clock(rotation=rotation), MONDAY + dt.timedelta(days=days)
    suggested = {one.lesson.number: one.lesson.starts for one in starts_of(hours, classes, day, minutes)}
    for start in suggested.values():
        assert not is_anyone_away(class_standings(hours, classes, day, AskedTime(minutes, start)))
    right = not is_anyone_away(class_standings(hours, classes, day, AskedTime(minutes, lesson=number)))
    if len(classes_in(classes)) == 1:  # several classes of one shift begin their lessons together, of two never
        assert right == (number in suggested)


DAYS = st.dates(dt.date(2024, 8, 1), dt.date(2028, 9, 1))
GRADES = st.frozensets(st.integers(1, 8), min_size=1)


@st.composite
def bells(draw) -> Bells:
    return Bells(
        starts=dt.time(draw(st.integers(6, 13)), draw(st.sampled_from((0, 15, 30, 45)))),
        lesson_minutes=draw(st.integers(15, 60)),
        break_minutes=draw(st.integers(0, 15)),
        long_break_after=draw(st.integers(0, 9)),
        long_break_minutes=draw(st.integers(0, 30)),
        lessons=draw(st.integers(1, 7)),
    )


@st.composite
def schools(draw, rotations=tuple(Rotation)) -> SchoolTime:
    told = SchoolTime(
        bells={
            (shift, short): draw(bells())
            for shift in Shift
            for short in (False, True)
            if not short or draw(st.booleans())
        },
        grouping=draw(st.sampled_from(Grouping)),
        rotation=draw(st.sampled_from(rotations)),
        first_grades=draw(GRADES),
        first_sections=draw(st.frozensets(st.sampled_from("abcd1234"), min_size=1)),
        middle_grades=draw(st.frozensets(st.integers(1, 8), max_size=2)),
        anchor_day=draw(DAYS),
        turns=draw(st.frozensets(DAYS, min_size=1, max_size=5)),
        short_days=draw(st.frozensets(DAYS, max_size=5)),
    )
    assume(problems_with_school_time(told) == {})
    return told


unhurried = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine is no fault
CLASSES = st.builds(ClassName, st.integers(1, 8), st.sampled_from("abcd1234"))


@unhurried
@given(schools(), CLASSES, DAYS, st.integers(1, 9))
def test_the_time_of_a_lesson_is_that_lesson(told, class_name, day, number):
    there = lesson_on(told, class_name, number, day, on_weekdays)
    assume(there.lesson)
    back = lesson_at(told, class_name, day, there.lesson.starts, 1, on_weekdays)
    assert back == there


@unhurried
@given(schools(), CLASSES, DAYS, st.times(), st.integers(1, 120))
def test_a_time_is_a_lesson_a_break_or_refused_and_every_nearest_time_is_right(told, class_name, day, time, minutes):
    there = lesson_at(told, class_name, day, time.replace(second=0, microsecond=0), minutes, on_weekdays)
    assert bool(there.reason) is (there.lesson is None and there.after == 0)
    for one in there.nearest:
        again = lesson_at(told, class_name, one.day, one.lesson.starts, minutes, on_weekdays)
        assert (again.reason, again.lesson, again.shift) == ("", one.lesson, one.shift)


@unhurried
@given(schools(), CLASSES, DAYS)
def test_two_groups_share_the_day_whenever_there_are_two(told, class_name, day):
    others = {
        Grouping.TOGETHER: [],
        Grouping.GRADES: [ClassName(grade, "a") for grade in set(range(1, 9)) - told.middle_grades],
        Grouping.LETTERS: [ClassName(class_name.grade, section) for section in "abcd1234"],
    }[told.grouping]
    other = next((one for one in others if shift_on(told, one, day) != shift_on(told, class_name, day)), None)
    assume(other and class_name.grade not in told.middle_grades)
    assert {shift_on(told, class_name, day), shift_on(told, other, day)} == {MORNING, AFTERNOON}


@unhurried
@given(schools(), CLASSES, DAYS)
def test_a_week_stays_whole_unless_the_school_names_a_day_in_it(told, class_name, day):
    monday = day - day.weekday() * DAY
    week = [monday + number * DAY for number in range(7)]
    assume(not told.turns & set(week[1:]))
    assume(told.rotation is not Rotation.PERIOD or told.anchor_day not in week or monday not in told.turns)
    assert len(set(shifts(told, class_name, *week))) == 1


@unhurried
@given(schools((Rotation.WEEK,)), CLASSES, DAYS)
def test_a_weekly_rotation_goes_on_for_any_start(told, class_name, day):
    assume(class_name.grade not in told.middle_grades)
    assume(not told.turns & {day + number * DAY for number in range(1, 15)})
    now, then, again = shifts(told, class_name, day, day + WEEK, day + 2 * WEEK)
    assert (now != then, now == again) == (True, True)


@unhurried
@given(schools(), st.sampled_from(Shift), DAYS)
def test_lessons_follow_each_other_and_last_as_long_as_the_bells_say(told, shift, day):
    rung = bells_on(told, shift, day)
    lessons = lessons_of(rung)
    assert [one.number for one in lessons] == list(range(1, rung.lessons + 1))
    assert all(a.ends <= b.starts for a, b in pairwise(lessons))
    assert lessons[0].starts == rung.starts


@unhurried
@given(
    schools(),
    CLASSES,
    st.sampled_from((dt.date(2026, 3, 29), dt.date(2026, 10, 25))),
    st.integers(-8, 8),
    st.integers(1, 7),
)
def test_across_the_change_of_clocks_a_lesson_keeps_its_hour_on_the_wall(told, class_name, change, days, number):
    there = lesson_on(told, class_name, number, change + days * DAY, lambda day: True)
    assume(there.lesson)
    begins, ends = (moment_of(there.day, wall) for wall in (there.lesson.starts, there.lesson.ends))
    assert begins.astimezone(ZoneInfo(BELGRADE)).time() == there.lesson.starts
    minutes = bells_on(told, there.shift, there.day).lesson_minutes
    assert ends - begins == dt.timedelta(minutes=minutes)
