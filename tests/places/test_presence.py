"""Whether classes are in the building at an asked hour: refused only by the school's own words, and never silently."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.places.rules.presence import best_standings, class_away, class_standings, is_anyone_away, starts_of
from scheduler.places.rules.school_time import classes_in
from scheduler.places.terms.school_time import AskedTime, Bells, Rotation, Shift
from tests.places.one_school import MAY_12 as MONDAY
from tests.places.one_school import a_clock

DAYS = a_clock().open_days
WEEK = [MONDAY + dt.timedelta(days=number) for number in range(5)]


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

    assert is_anyone_away(best_standings(a_clock(), "8b, 9", WEEK, AskedTime(45, dt.time(9, 55))))


def test_over_several_days_the_first_that_suits_all_classes_is_meant():
    morning = AskedTime(45, dt.time(9, 55))
    two_weeks = [*WEEK, *(day + dt.timedelta(days=7) for day in WEEK)]

    assert {one.day for one in best_standings(a_clock(), "8b", two_weeks, morning)} == {WEEK[0] + dt.timedelta(days=7)}
    assert is_anyone_away(best_standings(a_clock(), "8b", WEEK, morning))
    assert is_anyone_away(best_standings(a_clock(), "7b, 8b", two_weeks, morning))  # they are never there together


def test_an_asked_lesson_is_meant_on_the_first_day_on_which_the_class_has_it():
    short_afternoons = {
        (Shift.MORNING, False): Bells(dt.time(8)),
        (Shift.AFTERNOON, False): Bells(dt.time(14), lessons=5),
    }
    sixth, two_weeks = AskedTime(45, lesson=6), [*WEEK, *(day + dt.timedelta(days=7) for day in WEEK)]

    [standing] = best_standings(a_clock(bells=short_afternoons), "8b", two_weeks, sixth)

    assert (standing.day, standing.shift, standing.reason) == (MONDAY + dt.timedelta(days=7), Shift.MORNING, "")
    assert is_anyone_away(best_standings(a_clock(bells=short_afternoons), "8b", WEEK, sixth))


def test_a_class_without_lessons_on_a_day_of_its_school_is_away():
    eighth_has_left = a_clock(of_grades={7: DAYS, 8: DAYS - {MONDAY}})

    assert class_away(eighth_has_left, "8b", MONDAY, dt.time(15, 55), 45)
    assert not class_away(eighth_has_left, "7b", MONDAY, dt.time(9, 55), 45)


def test_the_nearest_right_times_of_several_classes_are_right_for_all_of_them():
    fifth_is_out = a_clock(of_grades={7: DAYS, 5: DAYS - {MONDAY}})

    said = class_standings(fifth_is_out, "7b, 5c", MONDAY, AskedTime(45, dt.time(7, 30)))

    assert [one.reason for one in said] == ["too_early", "no_school"]
    near = {(one.day, one.lesson.starts) for standing in said for one in standing.nearest}
    assert near
    assert not [one for one in near if class_away(fifth_is_out, "7b, 5c", *one, 45)]


def test_starts_are_those_lessons_that_all_classes_have_and_that_leave_time_enough():
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
