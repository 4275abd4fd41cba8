"""Free dates by rules alone: beside brute force over every crew, each reason by itself, any school, and its shifts."""

import datetime as dt
from dataclasses import replace
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.booking.rules.days_that_suit import HORIZON_DAYS, minutes_of_all, refusals, times_of_day
from scheduler.booking.rules.free_dates import able_at, against, free_dates
from scheduler.booking.rules.slots import MOST_OF_DAY, best_day, best_time, times_to_press, wish_for
from scheduler.booking.terms.free_dates import Bounds, FreeDates, FreeDay, FreeFacts, KeptSitting, Lack, Seeker
from scheduler.core.clock import moment_of
from scheduler.people.rules import is_available
from scheduler.people.terms import ExceptionRow, Hours, PresenterKind, TeachingLanguage, Topic
from scheduler.places.rules.hosts import road_minutes
from scheduler.places.rules.presence import class_away, class_standings, is_anyone_away, is_away, left_on, starts_of
from scheduler.places.rules.school_time import shift_on
from scheduler.places.terms.hosts import Point
from scheduler.places.terms.school_time import AskedTime, Bells, Grouping, Rotation, SchoolClock, SchoolTime, Shift
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.terms.school_request import Blackout, DayPart, Preference
from scheduler.visits.rules.arrival import clash_of
from scheduler.visits.rules.crew import crew_problems, uncleared, why_not
from scheduler.visits.rules.limits import FURTHEST_MINUTES, MOST_A_DAY, MOST_A_WEEK, too_far
from scheduler.visits.rules.starts import outside_shifts
from scheduler.visits.rules.timetable import span_of, wall_end
from scheduler.visits.terms.plans import CrewMember, CrewRule, PresentationPlan, Stop, UnderLaw
from scheduler.visits.terms.states import AssignmentState
from tests.booking.dice import NEAR, TWO_SHIFTS, Dice, a_stop
from tests.booking.free_facts import (
    ALWAYS,
    DAY,
    EDUCATOR,
    INFLUENCER,
    NIS,
    PIROT,
    SUBOTICA,
    TODAY,
    WORKING,
    a_seeker,
    facts,
)


def on(answer: FreeDates, day: dt.date) -> tuple[dt.time, ...]:
    return next(one.starts for one in answer.days if one.day == day)


def lack_on(answer: FreeDates, day: dt.date) -> tuple[Lack | None, PresenterKind | None]:
    return next((one.lack, one.kind) for one in answer.days if one.day == day)


# --- Brute force: every crew, every time, by the rules that a plan is confirmed with ---


def can_go(one: Seeker, wish: FreeFacts, day: dt.date, starts: dt.time) -> bool:
    """What the planner's own rules say of one presenter at one time."""
    ends = wall_end(starts, wish.minutes)
    covered = [any(span.first_day <= day <= span.last_day for span in spans) for spans in (one.vetted, one.agreed)]
    free = is_available(one.hours, one.exceptions, day, starts, ends)
    span = span_of(moment_of(day, starts, wish.zone), wish.minutes, wish.set_up_minutes)
    here = Stop(-1, -1, span.busy_from, span.busy_until, wish.point)
    monday = day - day.weekday() * DAY
    of_week = sum(count for when, count in one.presentations.items() if monday <= when < monday + 7 * DAY)
    return (
        not why_not(one, wish.topic, wish.language, free)
        and not uncleared(one.law, day, vetted=covered[0], agreed=covered[1])
        and not clash_of([here], one.promised)
        and one.presentations.get(day, 0) + 1 <= MOST_A_DAY
        and of_week + 1 <= MOST_A_WEEK
        and (wish.point is None or road_minutes(one.home, wish.point) <= FURTHEST_MINUTES)
    )


def some_crew_can(wish: FreeFacts, day: dt.date, starts: dt.time) -> bool:
    """Whether any crew at all, of those who can go, would be confirmed."""
    able = [
        CrewMember(one.presenter_id, one.kind, "", "", one.law.adult_on, AssignmentState.ACCEPTED)
        for one in wish.people
        if can_go(one, wish, day, starts)
    ]
    crews = (crew for size in range(1, len(able) + 1) for crew in combinations(able, size))
    return any(not crew_problems(crew, wish.rule, day) for crew in crews)


def by_brute_force(wish: FreeFacts, days: list[dt.date]) -> dict[dt.date, tuple[dt.time, ...]]:
    found = {}
    for day in days:
        asked = day in wish.open_days and day not in wish.shut_days and (day - TODAY).days >= wish.notice_days
        sittings = [times_of_day(wish, day, classes) for classes in wish.classes or ("",)] if asked else []
        can = [{time for time in times if some_crew_can(wish, day, time)} for times in sittings]
        found[day] = tuple(sorted(set().union(*can))) if all(can) else ()
    return found


SEEDS = st.integers(0, 10**9)


def near(answer: FreeDates) -> dict[dt.date, tuple[dt.time, ...]]:
    return {one.day: one.starts for one in answer.days if one.day in NEAR}


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_free_dates_are_those_that_brute_force_over_every_crew_finds_and_other_days_have_one_reason(seed: int):
    wish = Dice(seed).wish()
    answer = free_dates(wish, moment_of)

    assert near(answer) == by_brute_force(wish, NEAR)
    assert [bool(one.starts) for one in answer.days] == [one.lack is None for one in answer.days]
    assert [one.day for one in answer.days] == [TODAY + number * DAY for number in range(HORIZON_DAYS)]


@given(SEEDS)
@settings(max_examples=40, deadline=None)
def test_a_crew_can_be_held_at_the_very_times_that_the_calendar_shows(seed: int):
    wish = Dice(seed).wish()
    sittings = {day: [times_of_day(wish, day, classes) for classes in wish.classes or ("",)] for day in NEAR}

    for day, shown in near(free_dates(wish, moment_of)).items():
        for time in sorted({time for times in sittings[day] for time in times}):
            asked = able_at(wish, day, time, moment_of, by_the_bell=True)
            crew = bool(asked) and all(len(ids) >= number for number, ids in asked)
            assert crew or time not in shown
            assert not crew or (some_crew_can(wish, day, time) and all(sittings[day]))
            assert time in shown or not crew or not shown  # of several sittings another one may have no crew that day


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_an_agreed_time_is_free_when_a_crew_can_come_then_whatever_the_bells_and_the_notice_say(seed: int):
    time = Random(seed).choice([dt.time(7, 10), dt.time(10), dt.time(16), dt.time(18, 30)])
    wish = replace(Dice(seed).wish(), at=time)

    for day, shown in near(free_dates(wish, moment_of)).items():
        is_open = day in wish.open_days and day not in wish.shut_days
        assert shown == ((time,) if is_open and some_crew_can(wish, day, time) else ())


@given(SEEDS, st.sampled_from([NIS, PIROT, None]), st.sampled_from([30, 90]))
@settings(max_examples=60, deadline=None)
def test_what_she_has_promised_takes_the_times_that_the_rule_of_arrival_says(
    seed: int, point: Point | None, minutes: int
):
    wish = facts(a_seeker(promised=Dice(seed).promises()), point=point, minutes=minutes)

    assert near(free_dates(wish, moment_of)) == by_brute_force(wish, NEAR)


def test_the_random_wishes_have_days_with_free_times_and_days_without():
    """The comparison above compares something."""
    found = [starts for seed in range(120) for starts in near(free_dates(Dice(seed).wish(), moment_of)).values()]

    assert len([starts for starts in found if starts]) > 40
    assert len([starts for starts in found if not starts]) > 40


# --- Each reason by itself ---

TUESDAY = TODAY + DAY


@pytest.mark.parametrize(
    ("given", "lack", "kind"),
    [
        ({"notice_days": 2}, Lack.TOO_SOON, None),
        ({"shut_days": frozenset({TUESDAY})}, Lack.SHUT, None),
        ({"open_days": frozenset()}, Lack.NO_LESSONS, None),
        ({"people": ()}, Lack.TOPIC, EDUCATOR),
        ({"topic": Topic.PARENTING}, Lack.TOPIC, EDUCATOR),
        ({"language": TeachingLanguage.HUNGARIAN}, Lack.LANGUAGE, EDUCATOR),
        ({"point": SUBOTICA}, Lack.REACH, EDUCATOR),
        ({"audience": Audience.PARENTS}, Lack.TIME, EDUCATOR),
        ({"people": (a_seeker(vetted=()),)}, Lack.TIME, EDUCATOR),
        ({"people": (a_seeker(law=UnderLaw(None, None, suspended=True)),)}, Lack.TIME, EDUCATOR),
        ({"rule": CrewRule(1, 1)}, Lack.TOPIC, INFLUENCER),
        ({"people": (a_seeker(presentations={TUESDAY: MOST_A_DAY}),)}, Lack.TAKEN, EDUCATOR),
        ({"people": (a_seeker(presentations={TODAY: MOST_A_WEEK}),)}, Lack.TAKEN, EDUCATOR),
        ({"people": (a_seeker(promised=(a_stop(1, TUESDAY, dt.time(8), 480),)),)}, Lack.TAKEN, EDUCATOR),
    ],
)
def test_a_day_without_times_says_why(given: dict[str, Any], lack: Lack, kind: PresenterKind | None):
    answer = free_dates(replace(facts(a_seeker()), **given), moment_of)

    assert lack_on(answer, TUESDAY) == (lack, kind)


def test_a_minor_needs_consent_and_an_educator_beside_her():
    minor = a_seeker(2, INFLUENCER, law=UnderLaw(dt.date(2027, 5, 1), None, suspended=False))
    agreed = replace(minor, agreed=ALWAYS)
    pair = facts(rule=CrewRule(1, 1))

    answers = [
        on(free_dates(replace(pair, people=people), moment_of), TUESDAY) != ()
        for people in [(a_seeker(), minor), (a_seeker(), agreed), (agreed,)]
    ]

    assert answers == [False, True, False]


def test_a_visit_far_away_takes_the_hours_of_the_road_too():
    educator = a_seeker(promised=(a_stop(1, TUESDAY, dt.time(12), point=PIROT),))
    road = road_minutes(PIROT, NIS)

    starts = on(free_dates(facts(educator), moment_of), TUESDAY)

    gone = [time for time in on(free_dates(facts(a_seeker()), moment_of), TUESDAY) if time not in starts]
    first, last = (time.hour * 60 + time.minute for time in (gone[0], gone[-1]))
    assert first + 45 + road > 11 * 60 + 45 >= first - 15 + 45 + road
    assert last - 15 < 12 * 60 + 45 + road <= last


WHOLE_DAY = tuple(Hours(day, dt.time(7), dt.time(20)) for day in range(5))


def test_a_class_is_visited_while_it_is_in_the_building():
    wish = facts(a_seeker(hours=WHOLE_DAY), told=TWO_SHIFTS)

    odd, even = (free_dates(replace(wish, classes=(one,)), moment_of) for one in ("VII-2", "VI-1"))
    never = free_dates(replace(wish, classes=("VII-2, VI-1",)), moment_of)  # of two shifts, in one sitting
    letters = SchoolTime(TWO_SHIFTS.bells, Grouping.LETTERS, rotation=Rotation.NONE, first_sections=frozenset({"1"}))

    assert [on(odd, TUESDAY)[0], on(odd, TUESDAY + 7 * DAY)[0]] == [dt.time(8), dt.time(14)]
    assert [on(even, TUESDAY)[0], on(even, TUESDAY + 7 * DAY)[0]] == [dt.time(14), dt.time(8)]
    assert lack_on(never, TUESDAY) == (Lack.NOT_IN_THE_BUILDING, None)
    assert times_of_day(facts(told=letters), TODAY, "7-2, 7")[0] == dt.time(14)  # of "7" nobody can say the group


def test_a_day_of_two_sittings_is_free_when_each_class_can_be_met_in_its_own_shift():
    wish = facts(a_seeker(hours=WHOLE_DAY), told=TWO_SHIFTS, classes=("VII-2", "VI-1"))
    mornings = tuple(Hours(day, dt.time(7), dt.time(13, 30)) for day in range(5))
    two_lessons = {shift: replace(bells, lessons=2) for shift, bells in TWO_SHIFTS.bells.items()}
    between = a_seeker(hours=WHOLE_DAY, promised=(a_stop(1, TUESDAY, dt.time(11)),))

    starts = on(free_dates(wish, moment_of), TUESDAY)
    in_the_morning = free_dates(replace(wish, people=(a_seeker(hours=mornings),)), moment_of)
    around = free_dates(replace(wish, people=(between,), told=replace(TWO_SHIFTS, bells=two_lessons)), moment_of)

    assert (starts[0], starts[-1]) == (dt.time(8), dt.time(19, 15))
    assert lack_on(in_the_morning, TUESDAY) == (Lack.TIME, EDUCATOR)  # of the two only one could be met
    assert on(around, TUESDAY) == (dt.time(8), dt.time(8, 50), dt.time(14), dt.time(14, 50))


def test_the_reason_of_the_whole_is_the_one_that_goes_furthest_before_the_first_free_day():
    away = ExceptionRow(1, TODAY, TODAY + 2 * DAY, available=False)
    busy = a_stop(1, TODAY + 3 * DAY, dt.time(8), 480)

    answer = free_dates(facts(a_seeker(exceptions=(away,), promised=(busy,))), moment_of)

    assert answer.first is not None
    assert answer.first.day == TODAY + 4 * DAY
    assert answer.lacking is not None
    assert answer.lacking.lack is Lack.TAKEN


def test_an_agreed_time_that_the_clocks_jump_over_is_free_on_the_days_around_only():
    sunday = dt.date(2027, 3, 28)
    days = (sunday - DAY, sunday, sunday + DAY)
    awake = a_seeker(hours=tuple(Hours(day, dt.time(0), dt.time(23)) for day in range(7)))
    wish = facts(awake, today=days[0], open_days=frozenset(days), at=dt.time(2, 30))

    answer = free_dates(wish, moment_of)

    assert [on(answer, day) for day in days] == [(dt.time(2, 30),), (), (dt.time(2, 30),)]


def test_who_can_go_at_a_time_is_named_with_the_least_busy_first():
    busy, idle, away = a_seeker(1, presentations={TODAY: 2}), a_seeker(2), a_seeker(3, hours=())
    wish = facts(busy, idle, away, told=TWO_SHIFTS, classes=("VII-2",))

    def able(time: dt.time, wish: FreeFacts = wish, *, by_the_bell: bool = True) -> list[tuple[int, list[int]]]:
        return able_at(wish, TUESDAY, time, moment_of, by_the_bell=by_the_bell)

    assert able(dt.time(8, 50)) == [(1, [2, 1])]
    assert able(dt.time(8, 50), replace(wish, shut_days=frozenset({TUESDAY}))) == []
    assert able(dt.time(14, 50)) == []  # the class has gone home
    assert able(dt.time(14, 50), by_the_bell=False) == [(1, [2, 1])]  # the school says that it stays


TEN = dt.time(10)
BELLS = {(Shift.MORNING, False): Bells(dt.time(8), lessons=6), (Shift.AFTERNOON, False): Bells(dt.time(14), lessons=6)}
AHEAD = st.integers(-3, 130).map(lambda number: TODAY + number * DAY)


@st.composite
def spans(draw) -> tuple[dt.date, dt.date]:
    first, second = draw(AHEAD), draw(AHEAD)
    return min(first, second), max(first, second)


BOUNDS = st.builds(
    lambda span, cannot, after: Bounds(*(span or (None, None)), tuple(Blackout(*one) for one in cannot), after),
    st.none() | spans(),
    st.lists(spans(), max_size=2),
    st.none() | AHEAD,
)
KEPT = st.lists(
    st.builds(KeptSitting, st.sampled_from([dt.time(8), TEN, dt.time(14)]), st.just(45), st.sampled_from(["", "7-2"])),
    max_size=2,
    unique_by=lambda one: one.starts_local,
).map(lambda some: tuple(sorted(some, key=lambda one: one.starts_local)))


@settings(max_examples=120, deadline=None)
@given(
    bounds=BOUNDS, kept=KEPT, notice=st.integers(0, 40), shut=st.lists(AHEAD, max_size=9), told=st.booleans(),
    homes=st.lists(st.sampled_from([NIS, SUBOTICA]), max_size=2), reach=st.none() | st.integers(0, 500),
)  # fmt: skip
def test_no_day_that_is_offered_breaks_a_rule(bounds, kept, notice, shut, told, homes, reach):
    people = [a_seeker(number, home=home, reach_km=reach) for number, home in enumerate(homes, 1)]
    told_time = (
        SchoolTime(BELLS, rotation=Rotation.WEEK, first_grades=frozenset({7}), anchor_day=TODAY) if told else None
    )
    wish = facts(
        *people, bounds=bounds, kept=kept, notice_days=notice, shut_days=frozenset(shut), told=told_time,
        minutes=minutes_of_all(kept, 1, 45),
    )  # fmt: skip

    for one in free_dates(wish, moment_of).free:
        assert one.day >= TODAY + notice * DAY
        assert (bounds.first_day or one.day) <= one.day <= (bounds.last_day or one.day)
        assert bounds.after is None or one.day > bounds.after
        assert not any(span.holds(one.day) for span in bounds.cannot)
        assert one.day in wish.open_days - wish.shut_days
        assert not kept or one.starts == (kept[0].starts_local,)
        assert not told or not any(is_away(told_time, k.classes, one.day, k.starts_local, k.minutes) for k in kept)
        assert any(not too_far(person.home, NIS, reach) for person in people)
        for start in one.starts:
            assert any(
                row.weekday == one.day.weekday() and row.from_local <= start
                and wall_end(start, wish.minutes) <= row.until_local for row in WORKING
            )  # fmt: skip
        if kept:
            assert against(wish, one.day, moment_of) == []


@settings(max_examples=80, deadline=None)
@given(bounds=BOUNDS, kept=KEPT.filter(bool), day=AHEAD, notice=st.integers(0, 40))
def test_what_speaks_against_a_typed_day_is_told_exactly_where_it_is_not_offered(bounds, kept, day, notice):
    wish = facts(a_seeker(), bounds=bounds, kept=kept, notice_days=notice, minutes=minutes_of_all(kept, 1, 45))
    offered = {one.day for one in free_dates(wish, moment_of).free}

    assert (against(wish, day, moment_of) == []) == (day in offered)


def test_every_rule_that_is_broken_is_told_at_once_and_of_a_day_that_nobody_knows_of_only_that():
    saturday = TODAY + 5 * DAY
    bounds = Bounds(TODAY + 20 * DAY, TODAY + 30 * DAY, (Blackout(saturday, saturday),), after=TODAY + 9 * DAY)
    wish = facts(a_seeker(home=SUBOTICA), bounds=bounds, notice_days=14, kept=(KeptSitting(TEN, 45),))

    assert [one.lack for one in against(wish, saturday, moment_of)] == [
        Lack.BEFORE, Lack.OUTSIDE, Lack.SCHOOL_CANNOT, Lack.TOO_SOON, Lack.NO_LESSONS, Lack.REACH,
    ]  # fmt: skip
    for days in (-1, 120, 4000):
        assert refusals(facts(bounds=Bounds(after=TODAY)), TODAY + days * DAY) == [Lack.BEYOND]


def test_a_visit_of_several_presentations_needs_its_crew_from_the_first_to_the_last():
    kept = (KeptSitting(dt.time(14), 45), KeptSitting(dt.time(15, 30), 45))  # to 16:15; they leave at four

    assert minutes_of_all(kept, 1, 45) == 135
    assert minutes_of_all((), 3, 45) == 165
    assert free_dates(facts(a_seeker(), kept=kept, minutes=135), moment_of).free == ()
    assert free_dates(facts(a_seeker(), kept=kept[:1], minutes=45), moment_of).free


def test_the_day_that_is_liked_most_comes_first_with_a_few_of_its_times_the_wished_one_among_them():
    quarters = [dt.time(*divmod(minute, 60)) for minute in range(480, 1080, 15)]
    shown = times_to_press(quarters, Preference(TODAY, dt.time(9, 15), DayPart.MORNING))
    assert len(shown) == MOST_OF_DAY
    assert dt.time(9, 15) in shown
    assert all(time < dt.time(12) for time in shown)
    assert times_to_press(quarters[:2], Preference(TODAY, TEN)) == tuple(quarters[:2])
    evening = Preference(TODAY, None, DayPart.EVENING)
    assert times_to_press([TEN], evening) == (TEN,)

    liked = [Preference(TODAY + 9 * DAY, day_part=DayPart.AFTERNOON), Preference(TODAY + 3 * DAY, TEN)]
    free = [FreeDay(TODAY + number * DAY, (TEN,)) for number in (1, 3)]
    usual = Preference(TODAY, dt.time(9), DayPart.MORNING)
    assert best_day(free, liked, usual) == free[1]
    assert best_day(free, [], usual) == free[0]
    assert best_day([FreeDay(TODAY, (TEN,)), FreeDay(TODAY + DAY, (dt.time(18),))], [], evening).day == TODAY + DAY
    assert best_day([], liked, usual) is None
    late = Preference(TODAY, dt.time(18))
    assert best_day([FreeDay(TODAY, (TEN,)), FreeDay(TODAY + DAY, (TEN, dt.time(18)))], [], late).day == TODAY + DAY
    assert [best_time(FreeDay(TODAY, times), late) for times in (tuple(quarters), (*quarters, dt.time(18)))] == [
        dt.time(17, 45), dt.time(18),
    ]  # fmt: skip
    assert best_time(FreeDay(TODAY, (TEN, dt.time(17, 15))), evening) == dt.time(17, 15)
    assert wish_for(TODAY + 3 * DAY, liked, usual) == (2, Preference(TODAY + 3 * DAY, TEN, DayPart.MORNING))
    assert wish_for(TODAY + DAY, liked, usual) == (0, usual)


QUARTERS = [dt.time(*divmod(minute, 60)) for minute in range(7 * 60, 21 * 60, 15)]
OF_A_SHIFT = st.builds(
    Bells,
    starts=st.builds(dt.time, st.sampled_from([7, 8, 13, 14]), st.sampled_from([0, 30])),
    lesson_minutes=st.sampled_from([30, 40, 45]),
    long_break_after=st.sampled_from([0, 2]),
    lessons=st.integers(1, 7),
)
SCHOOLS = st.builds(
    SchoolTime,
    bells=st.dictionaries(st.sampled_from([(shift, short) for shift in Shift for short in (False, True)]), OF_A_SHIFT),
    grouping=st.sampled_from(Grouping),
    rotation=st.sampled_from(Rotation),
    first_grades=st.frozensets(st.integers(1, 8)),
    first_sections=st.frozensets(st.sampled_from(["1", "2", "a"])),
    middle_grades=st.frozensets(st.integers(1, 3), max_size=1),
    anchor_day=st.just(TODAY),
    short_days=st.frozensets(st.sampled_from([TODAY + number * DAY for number in range(5)]), max_size=2),
)
CLASSES = st.lists(st.sampled_from(["7-1", "VI-2", "IIIa", "8", "2-1", "choir", "9-1"]), max_size=3).map(", ".join)
SOME_DAYS = st.integers(0, 60).map(lambda number: TODAY + number * DAY)
MINUTES = st.sampled_from([30, 45, 90])


def refused(clock: SchoolClock, classes: str, day: dt.date, time: dt.time, minutes: int) -> bool:
    plan = PresentationPlan(time, minutes, Audience.PUPILS, SchoolLevel.PRIMARY, classes)
    return bool(outside_shifts(clock, day, [plan]))


def clock_of(told: SchoolTime, day: dt.date, left: frozenset[int]) -> SchoolClock:
    """A school that is open on a day, while some grades have ended their year."""
    days = frozenset({day})
    return SchoolClock(told, days, {None: days} | {grade: frozenset() for grade in left})


@given(SCHOOLS, CLASSES, SOME_DAYS, MINUTES)
@settings(max_examples=150, deadline=None)
def test_no_free_time_is_refused_for_its_classes_and_every_lesson_of_the_first_one_is_offered(
    told: SchoolTime, classes: str, day: dt.date, minutes: int
):
    clock = SchoolClock(told, frozenset({day}))
    lessons = {one.lesson.starts for one in starts_of(clock, classes, day, minutes)}

    offered = set(times_of_day(facts(told=told, minutes=minutes), day, classes))

    assert lessons <= offered
    assert not [time for time in offered if refused(clock, classes, day, time, minutes)]


LEFT = st.frozensets(st.sampled_from([8, 7, 2]), max_size=2)  # grades that have ended their school year


@given(SCHOOLS, CLASSES, SOME_DAYS, st.sampled_from(QUARTERS), MINUTES, st.booleans(), LEFT)
@settings(max_examples=300, deadline=None)
def test_the_quick_answer_is_what_the_standings_say(
    told: SchoolTime, classes: str, day: dt.date, time: dt.time, minutes: int, is_open: bool, left: frozenset[int]
):
    clock = clock_of(told, day, left) if is_open else SchoolClock(told, frozenset())

    assert class_away(clock, classes, day, time, minutes) == is_anyone_away(
        class_standings(clock, classes, day, AskedTime(minutes, time))
    )


@given(SCHOOLS, CLASSES, SOME_DAYS, MINUTES, LEFT)
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
