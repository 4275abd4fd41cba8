"""The engine on random small problems: what it says is what the judge says, and nothing better was overlooked."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from scheduler.planning.rules.judgement import cost_of, violations
from scheduler.planning.solver import engine, submodel
from scheduler.planning.solver.desk import NO_YOUTH, PlanDesk, PlanSeat
from scheduler.planning.solver.greedy import first_plan
from scheduler.planning.solver.grounds import Grounds
from scheduler.planning.solver.reasons import plan_of
from scheduler.planning.terms import Placement, Plan, WhyUnplaced
from tests.factories.planning import a_plan_person, a_plan_request, a_problem, a_random_problem
from tests.planning.every_plan import least_cost

SEEDS = range(12)
NOT_LOADED = """
import sys
from scheduler.planning.solver import engine
assert engine.exact_solver() is not engine.never
assert "ortools" not in sys.modules
"""


def watch(steps: int, seed: int = 0) -> engine.Watch:
    return engine.Watch(lambda done: done / steps, lambda _what, _figures: None, seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_running_cost_is_the_judged_cost(seed: int):
    problem = a_random_problem(seed, requests=12)
    desk, rng = first_plan(Grounds(problem)), Random(seed)

    for _ in range(30):
        if placed := [one for one, seat in enumerate(desk.at) if seat]:
            desk.lift(rng.choice(placed))
        waiting = rng.choice([one for one, seat in enumerate(desk.at) if seat is None])
        if ways := list(desk.seats(waiting)):
            cost, seat = rng.choice(ways)
            before = desk.cost + cost - desk.worth(waiting)
            desk.place(waiting, seat)
            assert desk.cost == before
        plan = Plan(desk.placements())
        assert violations(problem, plan) == []
        assert cost_of(problem, plan).total == desk.cost
    desk.restore([None] * len(desk.at))
    assert desk.cost == PlanDesk(desk.grounds).cost


@pytest.mark.parametrize("seed", SEEDS)
def test_the_quick_choice_is_the_cheapest_way(seed: int):
    desk = first_plan(Grounds(a_random_problem(seed, requests=12)))
    for one, seat in enumerate(desk.at):
        if seat:
            desk.lift(one)
        best, cheapest = desk.best(one), min(desk.seats(one), default=None)
        assert (best and best[0]) == (cheapest and cheapest[0])
        if seat:
            desk.place(one, seat)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_the_search_finds_the_best_plan_of_a_small_problem(seed: int):
    problem = a_random_problem(seed, requests=3)

    plan = engine.solve(problem, watch(steps=8))

    assert violations(problem, plan) == []
    assert cost_of(problem, plan).total == least_cost(problem)


def seats_with_every_youth(desk: PlanDesk, request: int) -> Iterator[PlanSeat]:
    """Every way that fits now; where a youth is asked for, once for each who could come."""
    for _cost, seat in desk.seats(request):
        if seat.youth == NO_YOUTH:
            yield seat
        else:
            for _km, youth in desk.fitting_youths(request, seat.day, seat.slot):
                yield seat._replace(youth=youth)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_the_exact_model_is_the_best_of_all_plans(seed: int):
    problem = a_random_problem(seed, requests=3)
    desk = PlanDesk(Grounds(problem))

    model = submodel.BlockModel(desk)
    for one in range(len(desk.at)):
        model.offer(one, dict.fromkeys(seats_with_every_youth(desk, one)))
    for one, seat in model.solved({}, effort=10.0):
        desk.place(one, seat)

    assert violations(problem, Plan(desk.placements())) == []
    assert desk.cost == least_cost(problem)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_first_plan_never_beats_the_search(seed: int):
    problem = a_random_problem(seed, requests=14)

    plan = engine.solve(problem, watch(steps=2))

    assert violations(problem, plan) == []
    assert cost_of(problem, plan).total <= first_plan(Grounds(problem)).cost


@pytest.mark.parametrize("seed", range(4))
def test_whoever_is_left_out_fits_nowhere_and_the_reason_is_told(seed: int):
    problem = a_random_problem(seed, requests=8)

    plan = engine.solve(problem, watch(steps=1))

    for one in plan.unplaced:
        for day in range(problem.days):
            for slot in range(len(problem.slots)):
                for educator in ("E0", "E1"):
                    for youth in (None, "Y0", "Y1"):
                        more = Placement(one.request, day, slot, educator, youth)
                        assert violations(problem, Plan((*plan.placements, more))) != []
        assert sum(one.counts.values()) > 0 or one.reason == WhyUnplaced.NO_OPEN_DAY


def test_the_same_seed_and_steps_give_the_same_plan():
    problem = a_random_problem(7, requests=30)

    plans = [engine.solve(problem, watch(steps=2, seed=3), engine.exact_solver()) for _ in range(2)]

    assert plans[0] == plans[1]


@pytest.mark.parametrize("seed", range(4))
def test_what_is_locked_never_moves(seed: int):
    problem = a_random_problem(seed, requests=14)
    stands = engine.solve(problem, watch(steps=1)).placements
    locked = frozenset(one.request for one in stands[::2])

    plan = engine.solve(replace(problem, baseline=stands, locked=locked, today=0), watch(steps=3, seed=5))

    assert {one for one in stands if one.request in locked} <= set(plan.placements)


@pytest.mark.parametrize(
    ("person", "request_", "reason"),
    [
        ({"topics": frozenset({"gaming"})}, {}, WhyUnplaced.NO_TOPIC),
        ({"languages": frozenset({"hu"})}, {}, WhyUnplaced.NO_LANGUAGE),
        ({"audiences": frozenset({"parents"})}, {}, WhyUnplaced.NO_AUDIENCE),
        ({}, {"day_to": -1}, WhyUnplaced.NO_OPEN_DAY),
        ({"weekdays": frozenset({6})}, {}, WhyUnplaced.UNAVAILABLE),
        ({"max_km_day": 100}, {"city": 2}, WhyUnplaced.TRAVEL),
        ({}, {"influencers": 1}, WhyUnplaced.NO_INFLUENCER),
        ({}, {}, WhyUnplaced.CAP),
        ({"max_per_week": 9}, {"day_to": 0, "slots_even": frozenset({0})}, WhyUnplaced.CLASH),
        ({"max_per_week": 9}, {"day_to": 0, "campaign": "tour"}, WhyUnplaced.CAMPAIGN),
    ],
)
def test_each_reason_has_its_case(person: dict, request_: dict, reason: WhyUnplaced):
    """Beside one presentation on Monday at eight, by somebody who gives one a week."""
    educator = a_plan_person(**({"max_per_week": 0} if reason == WhyUnplaced.CAP else person))
    requests = (a_plan_request("R0", day_to=0, slots_even=frozenset({0}), campaign="tour"), a_plan_request(**request_))
    problem = a_problem(people=(educator,), requests=requests, fixed_team={"tour": False})
    desk = PlanDesk(Grounds(problem))
    if first := desk.best(0):
        desk.place(0, first[1])

    (found,) = [one for one in plan_of(desk).unplaced if one.request == "R1"]

    assert found.reason == reason


def test_the_first_plan_does_not_wait_until_the_exact_solver_is_loaded():
    subprocess.run([sys.executable, "-c", NOT_LOADED], check=True, timeout=60)
