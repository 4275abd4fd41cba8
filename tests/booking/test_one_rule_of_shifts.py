"""Free dates offer the very times at which plan, move and booking do not refuse a class: one rule, compared."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.booking.rules.days_that_suit import times_of_day
from scheduler.places.rules.presence import class_away, class_standings, is_anyone_away, left_on, starts_of
from scheduler.places.rules.school_time import shift_on
from scheduler.places.terms.school_time import AskedTime, Bells, Grouping, Rotation, SchoolClock, SchoolTime, Shift
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.visits.rules.starts import outside_shifts
from scheduler.visits.terms.plans import PresentationPlan
from tests.booking.free_facts import DAY, TODAY, facts

QUARTERS = [dt.time(*divmod(minute, 60)) for minute in range(7 * 60, 21 * 60, 15)]
BELLS = st.builds(
    Bells,
    starts=st.builds(dt.time, st.sampled_from([7, 8, 13, 14]), st.sampled_from([0, 30])),
    lesson_minutes=st.sampled_from([30, 40, 45]),
    long_break_after=st.sampled_from([0, 2]),
    lessons=st.integers(1, 7),
)
SCHOOLS = st.builds(
    SchoolTime,
    bells=st.dictionaries(st.sampled_from([(shift, short) for shift in Shift for short in (False, True)]), BELLS),
    grouping=st.sampled_from(Grouping),
    rotation=st.sampled_from(Rotation),
    first_grades=st.frozensets(st.integers(1, 8)),
    first_sections=st.frozensets(st.sampled_from(["1", "2", "a"])),
    middle_grades=st.frozensets(st.integers(1, 3), max_size=1),
    anchor_day=st.just(TODAY),
    short_days=st.frozensets(st.sampled_from([TODAY + number * DAY for number in range(5)]), max_size=2),
)
CLASSES = st.lists(st.sampled_from(["7-1", "VI-2", "IIIa", "8", "2-1", "choir", "9-1"]), max_size=3).map(", ".join)
DAYS = st.integers(0, 60).map(lambda number: TODAY + number * DAY)
MINUTES = st.sampled_from([30, 45, 90])


def refused(clock: SchoolClock, classes: str, day: dt.date, time: dt.time, minutes: int) -> bool:
    plan = PresentationPlan(time, minutes, Audience.PUPILS, SchoolLevel.PRIMARY, classes)
    return bool(outside_shifts(clock, day, [plan]))


def clock_of(told: SchoolTime, day: dt.date, left: frozenset[int]) -> SchoolClock:
    """A school that is open on a day, while some grades have ended their year."""
    days = frozenset({day})
    return SchoolClock(told, days, {None: days} | {grade: frozenset() for grade in left})


@given(SCHOOLS, CLASSES, DAYS, MINUTES)
@settings(max_examples=150, deadline=None)
def test_no_free_time_is_refused_for_its_classes(told: SchoolTime, classes: str, day: dt.date, minutes: int):
    clock = SchoolClock(told, frozenset({day}))

    offered = times_of_day(facts(told=told, minutes=minutes), day, classes)

    assert [time for time in offered if refused(clock, classes, day, time, minutes)] == []


@given(SCHOOLS, CLASSES, DAYS, MINUTES)
@settings(max_examples=150, deadline=None)
def test_every_lesson_of_the_first_class_that_is_not_refused_is_offered(
    told: SchoolTime, classes: str, day: dt.date, minutes: int
):
    clock = SchoolClock(told, frozenset({day}))
    lessons = {one.lesson.starts for one in starts_of(clock, classes, day, minutes)}

    offered = set(times_of_day(facts(told=told, minutes=minutes), day, classes))

    assert lessons <= offered
    assert not [time for time in lessons if refused(clock, classes, day, time, minutes)]


LEFT = st.frozensets(st.sampled_from([8, 7, 2]), max_size=2)  # grades that have ended their school year


@given(SCHOOLS, CLASSES, DAYS, st.sampled_from(QUARTERS), MINUTES, st.booleans(), LEFT)
@settings(max_examples=300, deadline=None)
def test_the_quick_answer_is_what_the_standings_say(
    told: SchoolTime, classes: str, day: dt.date, time: dt.time, minutes: int, is_open: bool, left: frozenset[int]
):
    clock = clock_of(told, day, left) if is_open else SchoolClock(told, frozenset())

    assert class_away(clock, classes, day, time, minutes) == is_anyone_away(
        class_standings(clock, classes, day, AskedTime(minutes, time))
    )


@given(SCHOOLS, CLASSES, DAYS, MINUTES, LEFT)
@settings(max_examples=150, deadline=None)
def test_no_lesson_is_offered_to_a_list_with_a_class_that_has_left(
    told: SchoolTime, classes: str, day: dt.date, minutes: int, left: frozenset[int]
):
    clock = clock_of(told, day, left)
    gone = [one for one in left_on(clock.of_grades, classes, day) if shift_on(told, one, day)]

    times = [one.lesson.starts for one in starts_of(clock, classes, day, minutes)]

    assert not (gone and times)
    assert not [time for time in times if refused(clock, classes, day, time, minutes)]
    assert all(refused(clock, classes, day, time, minutes) for time in QUARTERS if gone)


def test_a_class_that_nobody_can_place_does_not_open_the_shift_of_another_one():
    told = SchoolTime(
        bells={(Shift.MORNING, False): Bells(dt.time(8)), (Shift.AFTERNOON, False): Bells(dt.time(14))},
        grouping=Grouping.LETTERS,
        first_sections=frozenset({"1"}),
        rotation=Rotation.NONE,
    )

    times = times_of_day(facts(told=told), TODAY, "7-2, 7")  # of "7" nobody can say the group

    assert times[0] == dt.time(14)
