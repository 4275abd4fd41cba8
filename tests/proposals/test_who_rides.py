"""Whatever a plan is drawn from: nobody rides without both facts on that very day, no minor is away at night."""

import datetime as dt
import random
from collections import Counter
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.core.clock import moment_of
from scheduler.planning.solver.engine import Watch
from scheduler.planning.terms import Plan
from scheduler.proposals.rules.drawing import drawing_of
from scheduler.proposals.solver.outcome import PlanWish, nights_in, rows_of
from scheduler.proposals.solver.riding import rides_in
from scheduler.proposals.solver.searching import solve
from scheduler.proposals.terms.plan import AskedVisit, DrawnProblem, Levers
from scheduler.staffing.terms.driving import ProvenDays, RideFacts
from scheduler.visits.terms.plans import CrewRule, UnderLaw
from tests.booking.dice import NEAR, Dice
from tests.booking.free_facts import ALWAYS, BEOGRAD, DAY, INFLUENCER, NIS, TODAY, a_seeker, facts

FOR_EVER = (ProvenDays(dt.date(2020, 1, 1), dt.date(2030, 12, 31)),)
YOUNG = UnderLaw(dt.date(2028, 3, 1), None, suspended=False)


def drawn(asked: list[AskedVisit], nights: dict[int, int] | None = None) -> tuple[DrawnProblem, Plan]:
    drawing = drawing_of(asked, Levers(kilometres=2), TODAY, moment_of, lambda _number: None, nights or {})
    looks = count()
    plan = solve(drawing.problem, Watch(lambda _steps: next(looks) / 6, lambda _what, _figures: None))
    _rows, plan = rows_of(drawing, plan, PlanWish(asked, Levers(kilometres=2), nights=nights or {}), moment_of)
    return drawing, plan


def asked_on(*days: dt.date, **given) -> list[AskedVisit]:
    """A talk in Belgrade by an educator and a minor of Niš, on each of these days."""
    people = given.pop("people", (a_seeker(), a_seeker(2, INFLUENCER, law=YOUNG, agreed=ALWAYS)))
    wish = facts(*people, point=BEOGRAD, rule=CrewRule(1, 1), **given)
    return [
        AskedVisit(number, number, replace(wish, open_days=frozenset({day})), 10, (45,), ("",))
        for number, day in enumerate(days, 1)
    ]


def some_days(dice: random.Random) -> tuple[ProvenDays, ...]:
    first = TODAY + dice.randrange(-3, 8) * DAY
    return tuple(ProvenDays(first, first + dice.randrange(9) * DAY) for _ in range(dice.randrange(3)))


@pytest.mark.slow
@given(st.integers(0, 10**9))
@settings(max_examples=20, deadline=None)
def test_nobody_rides_without_both_facts_on_that_day_and_no_minor_is_away_at_night(seed: int):
    dice, by = Dice(seed), random.Random(seed)
    people = tuple(dice.seeker(number) for number in range(1, 7))
    wish = facts(*people, point=BEOGRAD, open_days=frozenset(NEAR), minutes=90, rule=CrewRule(1, 1))
    asked = [AskedVisit(number, number, wish, 10, (45,), ("",)) for number in range(1, 6)]
    everybody = [one.presenter_id for one in people]
    known = RideFacts({who: some_days(by) for who in everybody}, {who: some_days(by) for who in everybody})

    drawing, plan = drawn(asked, dict.fromkeys(everybody, 1))
    rides = rides_in(drawing, plan, known)

    crews = {(one.educator, one.influencer, drawing.first_day + one.day * DAY): one.request for one in plan.placements}
    slept = {
        (one.presenter_id, day) for one in nights_in(drawing, plan) for day in (one.after_day, one.after_day + DAY)
    }
    for one in rides:
        assert known.may_ride(one.driver_id, one.presenter_id, one.on_day)
        assert (str(one.driver_id), str(one.presenter_id), one.on_day) in crews
        assert one.km_saved > 0
        assert not {(one.driver_id, one.on_day), (one.presenter_id, one.on_day)} & slept
    assert max(Counter((one.presenter_id, one.on_day) for one in rides).values(), default=1) == 1


def test_who_starts_where_the_educator_does_rides_and_her_whole_road_is_saved():
    drawing, plan = drawn(asked_on(TODAY + DAY))

    (ride,) = rides_in(drawing, plan, RideFacts({1: FOR_EVER}, {2: FOR_EVER}))

    assert (ride.presenter_id, ride.driver_id, ride.on_day) == (2, 1, TODAY + DAY)
    assert ride.km_saved > 300


def test_each_fact_is_asked_of_the_day_itself():
    drawing, plan = drawn(asked_on(TODAY + DAY, TODAY + 2 * DAY))
    assert len(plan.placements) == 2
    first = (ProvenDays(TODAY, TODAY + DAY),)

    def days(drives, rides) -> list[dt.date]:
        return [one.on_day for one in rides_in(drawing, plan, RideFacts(drives, rides))]

    assert days({1: FOR_EVER}, {2: FOR_EVER}) == [TODAY + DAY, TODAY + 2 * DAY]
    assert days({1: first}, {2: FOR_EVER}) == [TODAY + DAY]
    assert days({1: FOR_EVER}, {2: first}) == [TODAY + DAY]
    assert days({1: FOR_EVER}, {}) == []
    assert days({}, {2: FOR_EVER}) == []
    assert days({2: FOR_EVER}, {1: FOR_EVER}) == []


def test_nobody_is_fetched_far_from_the_road_and_nobody_waits_for_another_visit():
    both = {1: FOR_EVER}, {2: FOR_EVER}
    young = a_seeker(2, INFLUENCER, law=YOUNG, agreed=ALWAYS, home=BEOGRAD)
    far, plan = drawn(asked_on(TODAY + DAY, people=(a_seeker(home=NIS), young)))
    away_from_her = rides_in(far, plan, RideFacts(*both))
    promised = a_seeker(presentations={TODAY + DAY: 1})
    busy, plan_of_busy = drawn(asked_on(TODAY + DAY, people=(promised, replace(young, home=NIS))))

    assert len(plan_of_busy.placements) == 1
    assert rides_in(busy, plan_of_busy, RideFacts(*both)) == ()
    assert away_from_her == ()
