"""Any rotation, any start, any day: time to lesson, lesson to time, across holidays, months and changes of clocks."""

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from scheduler.core.clock import BELGRADE, moment_of
from scheduler.places.rules.school_time import (
    bells_on,
    lesson_at,
    lesson_on,
    lessons_of,
    problems_with_school_time,
    shift_on,
)
from scheduler.places.terms.school_time import Bells, ClassName, Grouping, Rotation, SchoolTime, Shift
from tests.places.one_school import AFTERNOON, DAY, MORNING, WEEK, on_weekdays, shifts

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
