"""Whatever the engine is asked for: no minor is ever sent away for a night, nobody for more nights than she said."""

from collections import defaultdict
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.core.clock import moment_of
from scheduler.people.rules import is_minor
from scheduler.planning.rules.judgement import violations
from scheduler.planning.solver.engine import Watch
from scheduler.planning.terms import Plan
from scheduler.proposals.rules.drawing import drawing_of
from scheduler.proposals.solver.outcome import PlanWish, nights_in, rows_of, sums_of
from scheduler.proposals.solver.searching import solve
from scheduler.proposals.terms.plan import AskedVisit, DrawnProblem, Levers
from scheduler.visits.terms.plans import CrewRule, UnderLaw
from tests.booking.dice import NEAR, Dice
from tests.booking.free_facts import BEOGRAD, DAY, INFLUENCER, TODAY, a_seeker, facts

ABOVE_ALL = Levers(kilometres=2)  # a night costs 150 km, a kilometre counts four times


def asked_of(dice: Dice) -> list[AskedVisit]:
    """Talks in Belgrade, far from Niš, that random people could give."""
    people = tuple(dice.seeker(number) for number in range(1, 6))
    wish = facts(*people, point=BEOGRAD, open_days=frozenset(NEAR), minutes=90)
    return [
        AskedVisit(number, number, replace(wish, rule=CrewRule(1, number % 2)), 10, (45,), ("",))
        for number in range(1, 6)
    ]


def drawn(asked: list[AskedVisit], nights: dict[int, int]) -> tuple[DrawnProblem, Plan]:
    drawing = drawing_of(asked, ABOVE_ALL, TODAY, moment_of, lambda _number: None, nights)
    looks = count()
    plan = solve(drawing.problem, Watch(lambda _steps: next(looks) / 6, lambda _what, _figures: None))
    _rows, plan = rows_of(drawing, plan, PlanWish(asked, ABOVE_ALL, nights=nights), moment_of)
    return drawing, plan


@pytest.mark.slow
@given(st.integers(0, 10**9), st.integers(0, 3))
@settings(max_examples=20, deadline=None)
def test_no_minor_is_away_for_a_night_even_where_somebody_says_she_would(seed: int, most: int):
    asked = asked_of(Dice(seed))
    everybody = {one.presenter_id: one for one in asked[0].facts.people}

    drawing, plan = drawn(asked, dict.fromkeys(everybody, most))

    told = {int(one.id): one.nights_max for one in drawing.problem.people}
    slept = defaultdict(set)
    for night in nights_in(drawing, plan):
        slept[night.presenter_id].add(night.after_day)
    for who, one in everybody.items():
        assert told[who] == (0 if is_minor(one.law.adult_on, TODAY) else most)
    assert not any(is_minor(everybody[who].law.adult_on, TODAY) for who in slept)
    for days in slept.values():
        assert not any(all(day + n * DAY in days for n in range(most + 1)) for day in days)
    assert violations(drawing.problem, plan) == []
    assert sums_of(drawing.problem, plan).km_saved >= 0


def two_days(*people, **given) -> list[AskedVisit]:
    """A talk in Belgrade on Monday and one on Tuesday."""
    return [
        AskedVisit(
            number,
            number,
            replace(facts(*people, point=BEOGRAD, **given), open_days=frozenset({TODAY + number * DAY})),
            10,
            (45,),
            ("",),
        )
        for number in (1, 2)
    ]


def test_a_night_between_two_days_far_away_saves_one_road():
    asked = two_days(a_seeker())

    drawing, plan = drawn(asked, {1: 1})

    (night,) = nights_in(drawing, plan)
    sums = sums_of(drawing.problem, plan)
    assert (night.presenter_id, night.after_day, night.host_id) == (1, TODAY + DAY, 1)
    assert sums.km_saved == sums.km > 300


def test_nobody_is_away_who_has_not_said_so_and_roads_are_as_ever():
    asked = two_days(a_seeker())

    drawing, plan = drawn(asked, {})

    assert (nights_in(drawing, plan), sums_of(drawing.problem, plan).km_saved) == ([], 0)
    assert not any(one.unavailable for one in drawing.problem.people)


def test_who_grows_up_within_the_plan_sleeps_at_home_until_the_day_that_she_is_of_age():
    """She is an adult on the second day of it: nobody counts on that."""
    young = a_seeker(2, INFLUENCER, law=UnderLaw(TODAY + DAY, None, False), agreed=a_seeker().vetted)
    asked = two_days(a_seeker(), young, rule=CrewRule(1, 1))

    drawing, plan = drawn(asked, {1: 3, 2: 3})

    assert {one.presenter_id for one in nights_in(drawing, plan)} == {1}
    assert {one.id: one.nights_max for one in drawing.problem.people} == {"1": 3, "2": 0}


def test_a_night_lies_between_days_on_which_she_works():
    """Wednesday and Friday, and on Thursday she never comes: no night joins them."""
    far = [
        replace(one, facts=replace(one.facts, open_days=frozenset({TODAY + n * DAY})))
        for one, n in zip(
            two_days(a_seeker(hours=tuple(row for row in a_seeker().hours if row.weekday != 3))), (2, 4), strict=True
        )
    ]

    drawing, plan = drawn(far, {1: 3})

    assert [one.after_day for one in nights_in(drawing, plan)] == []
