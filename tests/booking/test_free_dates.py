"""Free dates: the fast rule against brute force over every candidate crew, and each reason by itself."""

import datetime as dt
from dataclasses import replace
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.booking.rules.days_that_suit import HORIZON_DAYS, times_of_day
from scheduler.booking.rules.free_dates import able_at, free_dates
from scheduler.booking.terms.free_dates import FreeDates, FreeFacts, Lack, Seeker
from scheduler.core.clock import moment_of
from scheduler.people.rules import is_available
from scheduler.people.terms import ExceptionRow, Hours, PresenterKind, TeachingLanguage, Topic
from scheduler.places.rules.hosts import road_minutes
from scheduler.places.terms.hosts import Point
from scheduler.programmes.terms import Audience
from scheduler.visits.rules.arrival import clash_of
from scheduler.visits.rules.crew import crew_problems, uncleared, why_not
from scheduler.visits.rules.limits import FURTHEST_MINUTES, MOST_A_DAY, MOST_A_WEEK
from scheduler.visits.rules.timetable import span_of, wall_end
from scheduler.visits.terms.plans import CrewMember, CrewRule, Stop, UnderLaw
from scheduler.visits.terms.states import AssignmentState
from tests.booking.dice import NEAR, TWO_SHIFTS, Dice, a_stop
from tests.booking.free_facts import ALWAYS, DAY, EDUCATOR, INFLUENCER, NIS, PIROT, SUBOTICA, TODAY, a_seeker, facts


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
def test_free_dates_are_those_that_brute_force_over_every_crew_finds(seed: int):
    wish = Dice(seed).wish()

    assert near(free_dates(wish, moment_of)) == by_brute_force(wish, NEAR)


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


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_a_day_has_times_or_one_reason(seed: int):
    answer = free_dates(Dice(seed).wish(), moment_of)

    assert [bool(one.starts) for one in answer.days] == [one.lack is None for one in answer.days]
    assert [one.day for one in answer.days] == [TODAY + number * DAY for number in range(HORIZON_DAYS)]


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


def test_a_class_is_visited_while_it_is_in_the_building():
    wish = facts(a_seeker(hours=tuple(Hours(day, dt.time(7), dt.time(20)) for day in range(5))), told=TWO_SHIFTS)

    odd = free_dates(replace(wish, classes=("VII-2",)), moment_of)
    even = free_dates(replace(wish, classes=("VI-1",)), moment_of)

    assert [on(odd, TUESDAY)[0], on(odd, TUESDAY + 7 * DAY)[0]] == [dt.time(8), dt.time(14)]
    assert [on(even, TUESDAY)[0], on(even, TUESDAY + 7 * DAY)[0]] == [dt.time(14), dt.time(8)]


def test_a_day_of_two_sittings_is_free_when_each_class_can_be_met_in_its_own_shift():
    whole_day = tuple(Hours(day, dt.time(7), dt.time(20)) for day in range(5))
    mornings = tuple(Hours(day, dt.time(7), dt.time(13, 30)) for day in range(5))
    wish = facts(a_seeker(hours=whole_day), told=TWO_SHIFTS, classes=("VII-2", "VI-1"))

    starts = on(free_dates(wish, moment_of), TUESDAY)
    in_the_morning = free_dates(replace(wish, people=(a_seeker(hours=mornings),)), moment_of)

    assert (starts[0], starts[-1]) == (dt.time(8), dt.time(19, 15))
    assert lack_on(in_the_morning, TUESDAY) == (Lack.TIME, EDUCATOR)  # of the two only one could be met


def test_two_classes_of_different_shifts_in_one_sitting_are_never_in_the_building_together():
    busy = a_seeker(promised=(a_stop(1, TUESDAY, dt.time(10)),))
    wish = facts(busy, told=TWO_SHIFTS, classes=("VII-2, VI-1",))

    assert lack_on(free_dates(wish, moment_of), TUESDAY) == (Lack.NOT_IN_THE_BUILDING, None)


def test_the_reason_of_the_whole_is_the_one_that_goes_furthest_before_the_first_free_day():
    away = ExceptionRow(1, TODAY, TODAY + 2 * DAY, available=False)
    busy = a_stop(1, TODAY + 3 * DAY, dt.time(8), 480)

    answer = free_dates(facts(a_seeker(exceptions=(away,), promised=(busy,))), moment_of)

    assert answer.first is not None
    assert answer.first.day == TODAY + 4 * DAY
    assert answer.lacking is not None
    assert answer.lacking.lack is Lack.TAKEN


def test_what_she_has_promised_between_two_shifts_takes_no_time_of_either():
    two_lessons = {shift: replace(bells, lessons=2) for shift, bells in TWO_SHIFTS.bells.items()}
    hours = tuple(Hours(day, dt.time(7), dt.time(20)) for day in range(5))
    between = a_seeker(hours=hours, promised=(a_stop(1, TUESDAY, dt.time(11)),))
    wish = facts(between, told=replace(TWO_SHIFTS, bells=two_lessons), classes=("VII-2", "VI-1"))

    assert on(free_dates(wish, moment_of), TUESDAY) == (dt.time(8), dt.time(8, 50), dt.time(14), dt.time(14, 50))


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
