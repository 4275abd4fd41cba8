"""Nights away and shared rides: what the judge allows, and that the search finds the best of it."""

from dataclasses import replace
from random import Random

import pytest

from scheduler.planning.rules.judgement import cost_of, violations
from scheduler.planning.solver import engine, submodel
from scheduler.planning.solver.desk import PlanSeat
from scheduler.planning.solver.explanation import desk_of
from scheduler.planning.solver.greedy import first_plan
from scheduler.planning.solver.grounds import Grounds
from scheduler.planning.solver.reasons import plan_of
from scheduler.planning.solver.touring import desk_over
from scheduler.planning.terms import ANY_ROAD, NightAway, Placement, Plan, WhyUnplaced
from tests.factories.planning import (
    BELGRADE,
    NIS,
    PANCEVO,
    VRANJE,
    a_plan_person,
    a_plan_request,
    a_problem,
    a_touring_problem,
)
from tests.planning.every_night import cheapest_tour, least_cost

SEEDS = range(16)
NEAR = 200  # minutes: Niš and Vranje are further from Belgrade and Pančevo


def watch(steps: int, seed: int = 0) -> engine.Watch:
    return engine.Watch(lambda done: done / steps, lambda _what, _figures: None, seed)


@pytest.mark.deep
@pytest.mark.parametrize("seed", [0, 3, 6, 8, 10, 13, 18, 20, 24])  # nights in five, rides in three
def test_the_search_finds_the_best_tours_of_a_small_problem(seed: int):
    problem = a_touring_problem(seed, requests=2, last_day=2)

    plan = engine.solve(problem, watch(steps=4))

    assert violations(problem, plan) == []
    assert cost_of(problem, plan).total == least_cost(problem)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 3, 10, 13, 20])  # from home nobody is sent to two of the four cities
def test_the_search_finds_the_best_tours_where_far_places_take_a_night(seed: int):
    problem = a_touring_problem(seed, requests=2, last_day=2, furthest=NEAR)

    plan = engine.solve(problem, watch(steps=4))

    assert violations(problem, plan) == []
    assert cost_of(problem, plan).total == least_cost(problem)


@pytest.mark.parametrize("seed", range(40))
def test_the_nights_of_some_days_are_the_cheapest_of_all(seed: int):
    problem, rng = a_touring_problem(seed, requests=4, furthest=seed % 2 * NEAR or ANY_ROAD), Random(seed)
    ways = [
        PlanSeat(day, rng.choice(sorted(one.slots_even)), 0)
        for one, day in zip(problem.requests, (0, rng.randint(1, 2), 3, rng.randint(3, 4)), strict=True)
    ]
    requests = tuple(replace(one, influencers=0, day_to=4) for one in problem.requests)
    people = (replace(problem.people[0], max_per_week=9), *problem.people[1:])
    problem = replace(problem, requests=requests, people=people)
    desk = desk_over(Grounds(problem))

    for request, seat in enumerate(ways):
        desk.place(request, seat)

    plan = Plan(desk.placements(), (), desk.placed_nights())
    least = cheapest_tour(problem, plan.placements)
    if least is not None:
        assert violations(problem, plan) == []
        assert cost_of(problem, plan).total == desk.cost == least


@pytest.mark.parametrize("seed", SEEDS)
def test_the_running_cost_is_the_judged_cost_with_nights_and_rides(seed: int):
    problem = a_touring_problem(seed, requests=12, furthest=seed % 2 * NEAR or ANY_ROAD)
    desk, rng = first_plan(Grounds(problem)), Random(seed)

    for _ in range(30):
        before = desk.snapshot()
        if placed := [one for one, seat in enumerate(desk.at) if seat]:
            desk.lift(rng.choice(placed))
        if not desk.is_whole():  # the rest was a tour by way of it
            desk.restore(before)
            continue
        waiting = rng.choice([one for one, seat in enumerate(desk.at) if seat is None])
        if ways := list(desk.seats(waiting)):
            cost, seat = rng.choice(ways)
            expected = desk.cost + cost - desk.worth(waiting)
            desk.place(waiting, seat)
            assert desk.cost == expected
        plan = plan_of(desk)
        assert violations(problem, plan) == []
        assert cost_of(problem, plan).total == desk.cost
        assert desk_of(problem, plan).cost == desk.cost
    desk.restore([None] * len(desk.at))
    assert desk.cost == desk_over(desk.grounds).cost


@pytest.mark.parametrize("seed", SEEDS)
def test_the_quick_choice_is_the_cheapest_way_with_nights(seed: int):
    desk = first_plan(Grounds(a_touring_problem(seed, requests=12, furthest=seed % 2 * NEAR or ANY_ROAD)))
    for one, seat in enumerate(desk.at):
        if seat:
            desk.lift(one)
        if desk.is_whole():
            best, cheapest = desk.best(one), min(desk.seats(one), default=None)
            assert (best and best[0]) == (cheapest and cheapest[0])
        if seat:
            desk.place(one, seat)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_block_laid_anew_is_never_worse_and_breaks_no_rule(seed: int):
    problem = a_touring_problem(seed, requests=10, furthest=seed % 2 * NEAR or ANY_ROAD)
    desk = first_plan(Grounds(problem))
    before = desk.cost

    submodel.lay_anew(desk, list(range(10)), Random(seed))

    assert desk.cost <= before
    assert violations(problem, plan_of(desk)) == []
    assert cost_of(problem, plan_of(desk)).total == desk.cost


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_a_minor_never_stays_away_and_nobody_rides_without_leave(seed: int):
    problem = a_touring_problem(seed, requests=14)

    plan = engine.solve(problem, watch(steps=2), engine.exact_solver())

    people = {one.id: one for one in problem.people}
    assert violations(problem, plan) == []
    assert all(people[one.person].own_school is None for one in plan.nights)
    assert all(people[one.educator].takes_along for one in plan.rides)
    schools = [(people[one.influencer].own_school, one.day) for one in plan.rides]
    assert all(school is None or school.may_ride[0] <= day <= school.may_ride[1] for school, day in schools)


@pytest.mark.parametrize("seed", SEEDS)
def test_without_nights_and_rides_the_plan_is_the_one_of_before(seed: int):
    problem = a_touring_problem(seed, requests=14)
    people = tuple(replace(one, nights_max=0, takes_along=False) for one in problem.people)
    plain = replace(problem, people=people)

    plan = engine.solve(plain, watch(steps=2))

    assert (plan.nights, plan.rides) == ((), ())
    assert type(desk_over(Grounds(plain))).__name__ == "PlanDesk"
    assert violations(plain, Plan(plan.placements)) == []


def test_a_far_place_is_reached_from_the_bed_of_the_night_before_and_from_home_never():
    """Vranje: on the eve she drives there, on the morrow home again; each of the two roads is a day's."""
    far = a_plan_request("R1", city=3, day_from=2, day_to=2)
    cities = (BELGRADE, PANCEVO, NIS, VRANJE)
    her = a_plan_person(furthest=NEAR, max_km_day=900, nights_max=2, day_start=0, day_end=1440)
    problem = a_problem(people=(her,), requests=(far,), cities=cities)
    there = Placement("R1", 2, 3, "E1")
    beds = NightAway("E1", 1, 3), NightAway("E1", 2, 3)

    plan = engine.solve(problem, watch(steps=1))

    def judged(*nights: NightAway, **given: int) -> set[str]:
        those = replace(problem, people=(replace(her, **given),))
        return {one.rule for one in violations(those, Plan((there,), nights=nights))}

    assert (plan.placements[0].day, plan.nights) == (2, beds)
    assert judged(*beds) == set()
    assert judged() == judged(beds[0]) == judged(beds[1]) == {"too far from where she sleeps"}
    assert judged(*beds, furthest=180) == {"no day for the road"}  # 372 minutes of road are too many for a day, too
    assert engine.solve(replace(problem, people=(replace(her, nights_max=1),)), watch(steps=1)).unplaced[0].reason is (
        WhyUnplaced.TRAVEL
    )
