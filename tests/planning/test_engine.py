"""The engine on random small problems: what it says is what the judge says, with nights, rides and reasons."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from scheduler.planning.rules.judgement import cost_of, violations
from scheduler.planning.solver import bound, engine, explanation, repair, submodel
from scheduler.planning.solver.desk import NO_YOUTH, PlanDesk, PlanSeat
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
    a_random_problem,
    a_touring_problem,
    a_youth,
)
from tests.planning.every_plan import cheapest_tour, least_cost, least_cost_of_tours

NOT_LOADED = """
import sys
from scheduler.planning.solver import engine
assert engine.exact_solver() is not engine.never
assert "ortools" not in sys.modules
"""


def watch(steps: int, seed: int = 0) -> engine.Watch:
    return engine.Watch(lambda done: done / steps, lambda _what, _figures: None, seed)


@pytest.mark.parametrize("seed", range(12))
def test_the_running_cost_is_the_judged_cost_and_the_quick_choice_the_cheapest(seed: int):
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
        assert (violations(problem, plan), cost_of(problem, plan).total) == ([], desk.cost)
    desk.restore([None] * len(desk.at))
    assert desk.cost == PlanDesk(desk.grounds).cost

    desk = first_plan(Grounds(a_random_problem(seed, requests=12)))
    for one, seat in enumerate(desk.at):
        if seat:
            desk.lift(one)
        best, cheapest = desk.best(one), min(desk.seats(one), default=None)
        assert (best and best[0]) == (cheapest and cheapest[0])
        if seat:
            desk.place(one, seat)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_the_search_and_the_exact_model_find_the_best_plan_of_a_small_problem(seed: int):
    problem = a_random_problem(seed, requests=3)
    plan = engine.solve(problem, watch(steps=8))
    assert (violations(problem, plan), cost_of(problem, plan).total) == ([], least_cost(problem))
    desk = PlanDesk(Grounds(problem))
    model = submodel.BlockModel(desk)
    for one in range(len(desk.at)):
        model.offer(one, dict.fromkeys(seats_with_every_youth(desk, one)))
    for one, seat in model.solved({}, effort=10.0):
        desk.place(one, seat)
    assert (violations(problem, Plan(desk.placements())), desk.cost) == ([], least_cost(problem))


def seats_with_every_youth(desk: PlanDesk, request: int) -> Iterator[PlanSeat]:
    """Every way that fits now; where a youth is asked for, once for each who could come."""
    for _cost, seat in desk.seats(request):
        if seat.youth == NO_YOUTH:
            yield seat
        else:
            for _km, youth in desk.fitting_youths(request, seat.day, seat.slot):
                yield seat._replace(youth=youth)


@pytest.mark.parametrize("seed", range(12))
def test_the_first_plan_never_beats_the_search(seed: int):
    problem = a_random_problem(seed, requests=14)
    plan = engine.solve(problem, watch(steps=2))
    assert violations(problem, plan) == []
    assert cost_of(problem, plan).total <= first_plan(Grounds(problem)).cost


@pytest.mark.parametrize("seed", range(4))
def test_whoever_is_left_out_fits_nowhere_with_a_reason_and_what_is_locked_never_moves(seed: int):
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
    problem = a_random_problem(seed, requests=14)
    stands = engine.solve(problem, watch(steps=1)).placements
    locked = frozenset(one.request for one in stands[::2])
    plan = engine.solve(replace(problem, baseline=stands, locked=locked, today=0), watch(steps=3, seed=5))
    assert {one for one in stands if one.request in locked} <= set(plan.placements)


def test_the_same_seed_and_steps_give_the_same_plan():
    problem = a_random_problem(7, requests=30)
    plans = [engine.solve(problem, watch(steps=2, seed=3), engine.exact_solver()) for _ in range(2)]
    assert plans[0] == plans[1]


@pytest.mark.parametrize(("person", "request_", "reason"), [
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
])  # fmt: skip
def test_each_reason_has_its_case(person: dict, request_: dict, reason: WhyUnplaced):
    """Beside one presentation on Monday at eight, by somebody who gives one a week."""
    educator = a_plan_person(**({"max_per_week": 0} if reason == WhyUnplaced.CAP else person))
    requests = (a_plan_request("R0", day_to=0, slots_even=frozenset({0}), campaign="tour"), a_plan_request(**request_))
    desk = PlanDesk(Grounds(a_problem(people=(educator,), requests=requests, fixed_team={"tour": False})))
    if first := desk.best(0):
        desk.place(0, first[1])
    (found,) = [one for one in plan_of(desk).unplaced if one.request == "R1"]
    assert found.reason == reason


def test_the_first_plan_does_not_wait_until_the_exact_solver_is_loaded():
    subprocess.run([sys.executable, "-c", NOT_LOADED], check=True, timeout=60)


def test_no_block_is_begun_that_would_not_end_in_time(monkeypatch: pytest.MonkeyPatch):
    """Neither when the seconds end among the moves of a step, nor when fewer are left than the longest block took."""
    problem, looks, begun = a_random_problem(7, requests=30), iter([0.5, 0.5]), list[float]()
    until_then = engine.Watch(lambda _steps: next(looks, 1.0), lambda _what, _figures: None)

    engine.solve(problem, until_then, lambda *_given, **_more: begun.append(0.0))

    assert begun == []

    left = [9.0]

    def of_three_seconds(*given: Any) -> None:
        begun.append(given[-1]())
        left[0] -= 3.0

    monkeypatch.setattr(submodel, "lay_anew", of_three_seconds)
    solver = engine.exact_solver(lambda: left[0])
    desk = first_plan(Grounds(problem))

    for _ in range(4):
        solver(desk, [0], Random(0))

    assert begun == [9.0, 6.0, 3.0]


def test_the_exact_solver_ends_with_its_seconds():
    desk = PlanDesk(Grounds(a_random_problem(7, requests=30)))
    model = submodel.BlockModel(desk)
    for one in range(30):
        model.offer(one, dict.fromkeys(seats_with_every_youth(desk, one)))
    assert model.solved({}, effort=10.0, seconds=0.0) == []


NEAR = 200  # minutes: Niš and Vranje are further from Belgrade and Pančevo


@pytest.mark.deep
@pytest.mark.parametrize("seed", [0, 3, 6, 8, 10, 13, 18, 20, 24])  # nights in five, rides in three
def test_the_search_finds_the_best_tours_of_a_small_problem(seed: int):
    problem = a_touring_problem(seed, requests=2, last_day=2)
    plan = engine.solve(problem, watch(steps=4))
    assert (violations(problem, plan), cost_of(problem, plan).total) == ([], least_cost_of_tours(problem))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 3, 10, 13, 20])  # from home nobody is sent to two of the four cities
def test_the_search_finds_the_best_tours_where_far_places_take_a_night(seed: int):
    problem = a_touring_problem(seed, requests=2, last_day=2, furthest=NEAR)
    plan = engine.solve(problem, watch(steps=4))
    assert (violations(problem, plan), cost_of(problem, plan).total) == ([], least_cost_of_tours(problem))


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


@pytest.mark.parametrize("seed", range(16))
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
        assert (violations(problem, plan), cost_of(problem, plan).total) == ([], desk.cost)
        assert desk_of(problem, plan).cost == desk.cost
    desk.restore([None] * len(desk.at))
    assert desk.cost == desk_over(desk.grounds).cost


@pytest.mark.parametrize("seed", range(16))
def test_with_nights_the_quick_choice_is_the_cheapest_and_a_block_laid_anew_never_worse(seed: int):
    desk = first_plan(Grounds(a_touring_problem(seed, requests=12, furthest=seed % 2 * NEAR or ANY_ROAD)))
    for one, seat in enumerate(desk.at):
        if seat:
            desk.lift(one)
        if desk.is_whole():
            best, cheapest = desk.best(one), min(desk.seats(one), default=None)
            assert (best and best[0]) == (cheapest and cheapest[0])
        if seat:
            desk.place(one, seat)

    problem = a_touring_problem(seed, requests=10, furthest=seed % 2 * NEAR or ANY_ROAD)
    desk = first_plan(Grounds(problem))
    before = desk.cost
    submodel.lay_anew(desk, list(range(10)), Random(seed))
    assert desk.cost <= before
    assert (violations(problem, plan_of(desk)), cost_of(problem, plan_of(desk)).total) == ([], desk.cost)

    problem = a_touring_problem(seed, requests=14)
    plain = replace(problem, people=tuple(replace(one, nights_max=0, takes_along=False) for one in problem.people))
    plan = engine.solve(plain, watch(steps=2))
    assert (plan.nights, plan.rides, type(desk_over(Grounds(plain))).__name__) == ((), (), "PlanDesk")
    assert violations(plain, Plan(plan.placements)) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(16))
def test_a_minor_never_stays_away_and_nobody_rides_without_leave(seed: int):
    problem = a_touring_problem(seed, requests=14)
    plan = engine.solve(problem, watch(steps=2), engine.exact_solver())
    people = {one.id: one for one in problem.people}
    assert violations(problem, plan) == []
    assert all(people[one.person].own_school is None for one in plan.nights)
    assert all(people[one.educator].takes_along for one in plan.rides)
    schools = [(people[one.influencer].own_school, one.day) for one in plan.rides]
    assert all(school is None or school.may_ride[0] <= day <= school.may_ride[1] for school, day in schools)


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

    assert (plan.placements[0].day, plan.nights, judged(*beds)) == (2, beds, set())
    assert judged() == judged(beds[0]) == judged(beds[1]) == {"too far from where she sleeps"}
    assert judged(*beds, furthest=180) == {"no day for the road"}  # 372 minutes of road are too many for a day, too
    assert engine.solve(replace(problem, people=(replace(her, nights_max=1),)), watch(steps=1)).unplaced[0].reason is (
        WhyUnplaced.TRAVEL
    )


MONDAY_AT_EIGHT = {"day_to": 0, "slots_even": frozenset({0})}


@pytest.mark.parametrize("seed", range(8))
def test_no_plan_beats_the_bound_and_answers_of_one_plan_are_those_of_each_alone(seed: int):
    problem = a_random_problem(seed, requests=3)
    proven, plan = bound.bound_of(problem), engine.solve(problem, watch(steps=2))
    assert proven.cost is not None
    assert proven.cost <= least_cost(problem)
    cost = cost_of(problem, plan)
    assert cost.served_weight <= proven.served_weight <= proven.reachable_weight
    assert cost.served <= proven.sessions <= proven.reachable_sessions
    problem = a_random_problem(seed, requests=12)
    plan = engine.solve(problem, watch(steps=1))
    desk = explanation.desk_of(problem, plan)
    stood, cost = desk.snapshot(), desk.cost
    together = [explanation.explain_on(desk, plan, one.id) for one in problem.requests]
    assert together == [explanation.explain(problem, plan, one.id) for one in problem.requests]
    assert (desk.snapshot(), desk.cost) == (stood, cost)


def test_the_bound_knows_years_weeks_and_teams_of_a_large_problem_too(monkeypatch: pytest.MonkeyPatch):
    requests = tuple(a_plan_request(f"R{one}", weight=10 + one, campaign="tour") for one in range(4))
    two_a_year = a_problem(people=(a_plan_person(max_total=2),), requests=requests, fixed_team={"tour": False})
    one_a_week = replace(two_a_year, people=(a_plan_person(max_per_week=1),))
    one_team = replace(two_a_year, people=(a_plan_person("E1", max_total=1), a_plan_person("E2", max_total=2)))
    assert (bound.bound_of(two_a_year).served_weight, bound.bound_of(one_a_week).sessions) == (13 + 12, 2)
    assert bound.bound_of(replace(one_team, fixed_team={"tour": True})).sessions == 2
    assert bound.bound_of(one_team).sessions == 3
    requests = tuple(a_plan_request(f"R{one}", campaign="tour", influencers=1) for one in range(4))
    people = (a_plan_person(), a_youth(own_school=None, max_total=3))
    problem = a_problem(people=people, requests=requests, fixed_team={"tour": True})
    monkeypatch.setattr(bound, "SOLVED_AT_ALL", 0)
    assert (bound.bound_of(problem).served_weight, bound.bound_of(problem).sessions) == (30, 3)


def a_full_monday():
    """R0 stands on Monday at eight; R1 can only be then, R0 on Tuesday, too."""
    requests = (a_plan_request("R0", day_to=1, slots_even=frozenset({0})), a_plan_request("R1", **MONDAY_AT_EIGHT))
    return a_problem(requests=requests), Plan((Placement("R0", 0, 0, "E1"),))


def test_what_would_have_to_move_is_told_with_its_new_place_and_never_what_is_locked():
    problem, plan = a_full_monday()
    answer = explanation.explain(problem, plan, "R1")
    assert isinstance(answer, explanation.UnplacedAnswer)
    assert answer.why.reason == WhyUnplaced.CLASH
    assert answer.ways_out == (explanation.WayOut("R0", Placement("R1", 0, 0, "E1"), Placement("R0", 1, 0, "E1")),)
    problem, plan = a_full_monday()
    answer = explanation.explain(replace(problem, baseline=plan.placements, locked=frozenset({"R0"})), plan, "R1")
    assert isinstance(answer, explanation.UnplacedAnswer)
    assert answer.ways_out == ()
    problem, plan = a_full_monday()
    problem = replace(problem, requests=(a_plan_request("R0", **MONDAY_AT_EIGHT), problem.requests[1]))
    answer = explanation.explain(problem, plan, "R1")
    assert isinstance(answer, explanation.UnplacedAnswer)
    assert answer.ways_out == (explanation.WayOut("R0", Placement("R1", 0, 0, "E1"), None),)


@pytest.mark.parametrize(("person", "request_", "looser"), [
    ({"languages": frozenset({"hu"})}, {}, "the language learned, or an interpreter"),
    ({"topics": frozenset({"gaming"})}, {}, "the topic learned"),
    ({"max_km_day": 300, "day_end": 1200}, {"city": 2}, "a night away"),
    ({"max_per_week": 0}, {}, "one more a week"),
    ({"max_per_day": 0}, {}, "one more a day"),
    ({"max_total": 0}, {}, "one more in all"),
    ({"day_end": 595}, {"slots_even": frozenset({0}), "day_to": 0}, "half an hour earlier and later"),
])  # fmt: skip
def test_a_looser_rule_opens_ways(person: dict, request_: dict, looser: str):
    problem = a_problem(people=(a_plan_person(**({"day_end": 700} | person)),), requests=(a_plan_request(**request_),))
    answer = explanation.explain(problem, Plan(()), "R1")
    if looser == "half an hour earlier and later":
        problem = replace(problem, people=(a_plan_person(day_end=585),))
        answer = explanation.explain(problem, Plan(()), "R1")
    assert isinstance(answer, explanation.UnplacedAnswer)
    assert looser in answer.what_if


def test_a_minor_never_stays_a_night_away():
    youth = a_youth(max_km_day=300)
    problem = a_problem(people=(a_plan_person(), youth), requests=(a_plan_request(city=2, influencers=1),))
    answer = explanation.explain(problem, Plan(()), "R1")
    assert isinstance(answer, explanation.UnplacedAnswer)
    assert "a night away" not in answer.what_if
    grown_up = replace(youth, own_school=None)
    adult = explanation.explain(replace(problem, people=(a_plan_person(), grown_up)), Plan(()), "R1")
    assert isinstance(adult, explanation.UnplacedAnswer)
    assert "a night away" in adult.what_if


def test_why_her_says_the_parts_and_the_next_best():
    people = (a_plan_person("E1"), a_plan_person("E2", home=1), a_plan_person("E3", topics=frozenset()))
    answer = explanation.explain(a_problem(people=people), Plan((Placement("R1", 3, 2, "E1"),)), "R1")
    assert isinstance(answer, explanation.PlacedAnswer)
    assert answer.parts == {"pref_miss": 40, "km": 0, "load": 2, "change": 0}
    assert [one.educator for one, _parts in answer.others] == ["E2"]
    assert answer.others[0][1]["km"] > 0


def test_what_a_seat_takes_of_its_educator_is_said_in_kilometres_and_visits_and_nothing_of_the_youth():
    people = (a_plan_person("E1"), a_plan_person("E2", home=1), a_youth(home=2))
    requests = (a_plan_request("R1", influencers=1), a_plan_request("R2"))
    problem = a_problem(people=people, requests=requests)
    plan = Plan((Placement("R1", 2, 2, "E1", "Y1"), Placement("R2", 3, 2, "E1")))
    desk = explanation.desk_of(problem, plan)
    before = desk.cost

    answer = explanation.explain_on(desk, plan, "R1")
    assert isinstance(answer, explanation.PlacedAnswer)
    mine, other = explanation.efforts(desk, answer)

    assert mine == explanation.Effort(km=0, others=1)
    assert other == explanation.Effort(km=2 * desk.grounds.km[0][1], others=0)
    assert answer.parts["km"] > 0  # the youth's road, which is told nobody
    assert desk.cost == before


@pytest.mark.parametrize("seed", range(8))
def test_a_repair_keeps_who_was_told_and_breaks_no_rule(seed: int):
    """An educator falls ill from the second week on; what she holds before is locked."""
    problem = a_random_problem(seed, requests=10)
    stands = engine.solve(problem, watch(steps=1)).placements
    ill = replace(problem.people[0], unavailable=frozenset(range(7, 14)))
    locked = frozenset(one.request for one in stands if one.day < 2)
    after = replace(problem, people=(ill, *problem.people[1:]), baseline=stands, locked=locked, today=0, min_notice=2)
    broken = {one.request for one in stands if one.educator == ill.id and one.day >= 7}
    mended = repair.repair(after, watch(steps=20), engine.exact_solver())
    assert violations(after, mended) == []
    placed = {one.request: one for one in mended.placements}
    assert {one.request for one in stands} - broken <= placed.keys()
    moved = [one for one in stands if one.request in placed and placed[one.request].day != one.day]
    assert len([one for one in moved if one.request not in broken]) <= repair.DATES_MORE
    assert mended == repair.repair(after, watch(steps=20), engine.exact_solver())


def test_a_repair_puts_back_what_fits_and_whoever_of_two_can_goes_on():
    problem = a_problem(people=(a_plan_person("E1"), a_plan_person("E2")), requests=(a_plan_request("R1"),))
    gone = replace(problem.people[0], weekdays=frozenset())
    after = replace(problem, people=(gone, problem.people[1]), baseline=(Placement("R1", 2, 2, "E1"),))
    assert repair.repair(after, watch(steps=2), engine.never).placements == (Placement("R1", 2, 2, "E2"),)
    people = (a_plan_person("E1"), a_plan_person("E2"), a_youth("Y1"), a_youth("Y2"))
    told = Placement("R1", 2, 2, "E2", "Y1")
    problem = a_problem(people=people, requests=(a_plan_request("R1", influencers=1),), baseline=(told,))
    gone = replace(people[2], weekdays=frozenset())
    mended = repair.repair(replace(problem, people=(*people[:2], gone, people[3])), watch(steps=2), engine.never)
    assert mended.placements == (replace(told, influencer="Y2"),)
