"""Limits that no plan exceeds, reasons that hold, repairs that move little."""

from dataclasses import replace

import pytest

from scheduler.planning.rules.judgement import cost_of, violations
from scheduler.planning.solver import bound, engine, explanation, repair
from scheduler.planning.terms import Placement, Plan, WhyUnplaced
from tests.factories.planning import a_plan_person, a_plan_request, a_problem, a_random_problem, a_youth
from tests.planning.every_plan import least_cost

SEEDS = range(8)
MONDAY_AT_EIGHT = {"day_to": 0, "slots_even": frozenset({0})}


def watch(steps: int, seed: int = 0) -> engine.Watch:
    return engine.Watch(lambda done: done / steps, lambda _what, _figures: None, seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_plan_beats_the_bound(seed: int):
    problem = a_random_problem(seed, requests=3)

    proven, plan = bound.bound_of(problem), engine.solve(problem, watch(steps=2))

    assert proven.cost is not None
    assert proven.cost <= least_cost(problem)
    cost = cost_of(problem, plan)
    assert cost.served_weight <= proven.served_weight <= proven.reachable_weight
    assert cost.served <= proven.sessions <= proven.reachable_sessions


def test_the_bound_knows_years_weeks_and_teams():
    requests = tuple(a_plan_request(f"R{one}", weight=10 + one, campaign="tour") for one in range(4))
    two_a_year = a_problem(people=(a_plan_person(max_total=2),), requests=requests, fixed_team={"tour": False})
    one_a_week = replace(two_a_year, people=(a_plan_person(max_per_week=1),))
    one_team = replace(two_a_year, people=(a_plan_person("E1", max_total=1), a_plan_person("E2", max_total=2)))

    assert bound.bound_of(two_a_year).served_weight == 13 + 12
    assert bound.bound_of(one_a_week).sessions == 2
    assert bound.bound_of(replace(one_team, fixed_team={"tour": True})).sessions == 2
    assert bound.bound_of(one_team).sessions == 3


def test_a_large_problem_is_bounded_by_what_one_team_can_give(monkeypatch: pytest.MonkeyPatch):
    requests = tuple(a_plan_request(f"R{one}", campaign="tour", influencers=1) for one in range(4))
    people = (a_plan_person(), a_youth(own_school=None, max_total=3))
    problem = a_problem(people=people, requests=requests, fixed_team={"tour": True})
    monkeypatch.setattr(bound, "SOLVED_AT_ALL", 0)

    assert (bound.bound_of(problem).served_weight, bound.bound_of(problem).sessions) == (30, 3)


def a_full_monday():
    """R0 stands on Monday at eight; R1 can only be then, R0 on Tuesday, too."""
    requests = (a_plan_request("R0", day_to=1, slots_even=frozenset({0})), a_plan_request("R1", **MONDAY_AT_EIGHT))
    return a_problem(requests=requests), Plan((Placement("R0", 0, 0, "E1"),))


def test_what_would_have_to_move_is_told_with_both_new_places():
    problem, plan = a_full_monday()

    answer = explanation.explain(problem, plan, "R1")

    assert isinstance(answer, explanation.UnplacedAnswer)
    assert answer.why.reason == WhyUnplaced.CLASH
    assert answer.ways_out == (explanation.WayOut("R0", Placement("R1", 0, 0, "E1"), Placement("R0", 1, 0, "E1")),)


def test_a_move_without_a_place_to_go_only_may_help():
    problem, plan = a_full_monday()
    problem = replace(problem, requests=(a_plan_request("R0", **MONDAY_AT_EIGHT), problem.requests[1]))

    answer = explanation.explain(problem, plan, "R1")

    assert isinstance(answer, explanation.UnplacedAnswer)
    assert answer.ways_out == (explanation.WayOut("R0", Placement("R1", 0, 0, "E1"), None),)


def test_what_is_locked_is_never_asked_to_move():
    problem, plan = a_full_monday()

    answer = explanation.explain(replace(problem, baseline=plan.placements, locked=frozenset({"R0"})), plan, "R1")

    assert isinstance(answer, explanation.UnplacedAnswer)
    assert answer.ways_out == ()


@pytest.mark.parametrize(
    ("person", "request_", "looser"),
    [
        ({"languages": frozenset({"hu"})}, {}, "the language learned, or an interpreter"),
        ({"topics": frozenset({"gaming"})}, {}, "the topic learned"),
        ({"max_km_day": 300, "day_end": 1200}, {"city": 2}, "a night away"),
        ({"max_per_week": 0}, {}, "one more a week"),
        ({"max_per_day": 0}, {}, "one more a day"),
        ({"max_total": 0}, {}, "one more in all"),
        ({"day_end": 595}, {"slots_even": frozenset({0}), "day_to": 0}, "half an hour earlier and later"),
    ],
)
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
    problem = a_problem(people=people)

    answer = explanation.explain(problem, Plan((Placement("R1", 3, 2, "E1"),)), "R1")

    assert isinstance(answer, explanation.PlacedAnswer)
    assert answer.parts == {"pref_miss": 40, "km": 0, "load": 2, "change": 0}
    assert [one.educator for one, _parts in answer.others] == ["E2"]
    assert answer.others[0][1]["km"] > 0


@pytest.mark.parametrize("seed", SEEDS)
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


def test_without_a_solver_a_repair_puts_back_what_fits():
    problem = a_problem(people=(a_plan_person("E1"), a_plan_person("E2")), requests=(a_plan_request("R1"),))
    gone = replace(problem.people[0], weekdays=frozenset())
    after = replace(problem, people=(gone, problem.people[1]), baseline=(Placement("R1", 2, 2, "E1"),))

    assert repair.repair(after, watch(steps=2), engine.never).placements == (Placement("R1", 2, 2, "E2"),)


def test_of_a_crew_of_two_whoever_can_goes_on():
    """The youth cannot any more: another one goes beside the same educator, though the other educator costs no more."""
    people = (a_plan_person("E1"), a_plan_person("E2"), a_youth("Y1"), a_youth("Y2"))
    told = Placement("R1", 2, 2, "E2", "Y1")
    problem = a_problem(people=people, requests=(a_plan_request("R1", influencers=1),), baseline=(told,))
    gone = replace(people[2], weekdays=frozenset())

    mended = repair.repair(replace(problem, people=(*people[:2], gone, people[3])), watch(steps=2), engine.never)

    assert mended.placements == (replace(told, influencer="Y2"),)


@pytest.mark.parametrize("seed", SEEDS)
def test_many_answers_of_one_plan_are_those_of_each_alone_and_leave_it_as_it_is(seed: int):
    problem = a_random_problem(seed, requests=12)
    plan = engine.solve(problem, watch(steps=1))
    desk = explanation.desk_of(problem, plan)
    stood, cost = desk.snapshot(), desk.cost

    together = [explanation.explain_on(desk, plan, one.id) for one in problem.requests]

    assert together == [explanation.explain(problem, plan, one.id) for one in problem.requests]
    assert (desk.snapshot(), desk.cost) == (stood, cost)
