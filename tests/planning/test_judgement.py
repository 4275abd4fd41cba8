"""Each rule of a plan, broken once; and the cost by hand."""

from dataclasses import replace

import pytest

from scheduler.planning.rules.judgement import cost_of, violations
from scheduler.planning.terms import Placement, Plan, PlanViolation
from tests.factories.planning import NIS, a_plan_person, a_plan_request, a_problem, a_youth

WEDNESDAY, THURSDAY = 2, 3
FIRST, THIRD = 0, 2  # slots: 8:00 and 12:00


def rules_broken(problem, *placements: Placement) -> list[str]:
    return [one.rule for one in violations(problem, Plan(placements))]


def test_a_plan_that_keeps_every_rule():
    assert rules_broken(a_problem(), Placement("R1", WEDNESDAY, THIRD, "E1")) == []


@pytest.mark.parametrize(
    ("placement", "broken"),
    [
        (Placement("R1", 5, THIRD, "E1"), ["day not allowed", "E1: unavailable, or without consent"]),
        (Placement("R1", 14, THIRD, "E1"), ["day not allowed"]),
        (Placement("R1", WEDNESDAY, 6, "E1"), ["slot not in the school's shift"]),
        (Placement("R1", WEDNESDAY, THIRD, "E9"), ["E9: unknown person or role"]),
        (Placement("R1", WEDNESDAY, THIRD, "E1", "E1"), ["team size", "E1: unknown person or role", "overlap"]),
        (Placement("R9", WEDNESDAY, THIRD, "E1"), ["unknown or doubled request"]),
    ],
)
def test_a_placement_that_may_not_be(placement: Placement, broken: list[str]):
    found = rules_broken(a_problem(), placement)

    assert [rule.replace(" or travel does not fit", "") for rule in found] == broken


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"blocked_days": frozenset({WEDNESDAY})}, "day not allowed"),
        ({"weekdays": frozenset({THURSDAY})}, "day not allowed"),
        ({"slots_even": frozenset({FIRST})}, "slot not in the school's shift"),
        ({"topic": "gaming"}, "E1: topic, language or audience"),
        ({"language": "hu"}, "E1: topic, language or audience"),
        ({"audience": "parents"}, "E1: topic, language or audience"),
        ({"influencers": 1}, "team size"),
    ],
)
def test_a_request_that_does_not_allow_it(changes: dict, broken: str):
    problem = a_problem(requests=(a_plan_request(**changes),))

    assert rules_broken(problem, Placement("R1", WEDNESDAY, THIRD, "E1")) == [broken]


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"unavailable": frozenset({WEDNESDAY})}, "E1: unavailable, or without consent"),
        ({"home": NIS.id, "max_km_day": 500}, "max km a day"),
        ({"max_per_day": 0}, "max presentations a day"),
        ({"max_per_week": 0}, "max presentations a week"),
    ],
)
def test_a_person_who_may_not(changes: dict, broken: str):
    problem = a_problem(people=(a_plan_person(**changes),))

    assert rules_broken(problem, Placement("R1", WEDNESDAY, THIRD, "E1")) == [broken]


def test_two_presentations_need_the_road_between_them():
    problem = a_problem(requests=(a_plan_request("R1"), a_plan_request("R2", city=1)))

    assert rules_broken(problem, Placement("R1", 2, 0, "E1"), Placement("R2", 2, 1, "E1")) == [
        "overlap or travel does not fit"
    ]
    assert rules_broken(problem, Placement("R1", 2, 0, "E1"), Placement("R2", 2, 2, "E1")) == []


def test_notice_is_kept_but_by_what_is_locked():
    problem = a_problem(today=0)
    stands = Placement("R1", WEDNESDAY, THIRD, "E1")

    assert rules_broken(problem, stands) == ["minimum notice"]
    assert rules_broken(replace(problem, baseline=(stands,), locked=frozenset({"R1"})), stands) == []


def test_what_is_locked_stays():
    stands, other = Placement("R1", WEDNESDAY, THIRD, "E1"), Placement("R1", THURSDAY, THIRD, "E1")
    problem = a_problem(baseline=(stands,), locked=frozenset({"R1"}))

    assert violations(problem, Plan((other,))) == [PlanViolation("R1", "locked presentation changed")]
    assert violations(problem, Plan(())) == [PlanViolation("R1", "locked presentation changed")]


@pytest.mark.parametrize(
    ("day", "slot", "youth", "broken"),
    [
        (WEDNESDAY, 4, a_youth(), []),  # 16:00, after her own lessons
        (WEDNESDAY, THIRD, a_youth(), []),  # one day is excused
        (14, 4, a_youth(), ["day not allowed", "Y1: unavailable, or without consent"]),
        (WEDNESDAY, 4, a_youth(educator=True), ["Y1: unknown person or role"]),
    ],
)
def test_a_minor_goes_within_consent(day: int, slot: int, youth, broken: list[str]):
    problem = a_problem(people=(a_plan_person(), youth), requests=(a_plan_request(influencers=1),))

    assert rules_broken(problem, Placement("R1", day, slot, "E1", "Y1")) == broken


def test_a_minor_is_excused_on_so_many_days_only():
    requests = (a_plan_request("R1", influencers=1), a_plan_request("R2", influencers=1))
    problem = a_problem(people=(a_plan_person(), a_youth()), requests=requests)
    mornings = [Placement(name, day, FIRST, "E1", "Y1") for name, day in (("R1", WEDNESDAY), ("R2", 9))]

    assert rules_broken(problem, *mornings) == ["too many days in own school hours"]
    assert rules_broken(problem, mornings[0], replace(mornings[1], slot=4)) == []


def test_a_campaign_stops_once_a_day_and_a_fixed_one_has_one_team():
    requests = tuple(a_plan_request(name, campaign="tour") for name in ("R1", "R2"))
    people = (a_plan_person("E1"), a_plan_person("E2"))
    problem = a_problem(people=people, requests=requests, fixed_team={"tour": True})

    assert rules_broken(problem, Placement("R1", 2, 0, "E1"), Placement("R2", 2, 4, "E1")) == ["two stops on day 2"]
    assert rules_broken(problem, Placement("R1", 2, 0, "E1"), Placement("R2", 3, 4, "E2")) == ["fixed team differs"]
    rotating = replace(problem, fixed_team={"tour": False})
    assert rules_broken(rotating, Placement("R1", 2, 0, "E1"), Placement("R2", 3, 4, "E2")) == []


def test_the_cost_is_the_sum_of_its_parts():
    requests = (a_plan_request("R1", city=2), a_plan_request("R2"), a_plan_request("R3", weight=7))
    told = (Placement("R1", WEDNESDAY, 1, "E1"), Placement("R2", 9, THIRD, "E2"), Placement("R3", 9, THIRD, "E2"))
    problem = a_problem(people=(a_plan_person("E1"), a_plan_person("E2")), requests=requests, baseline=told)

    cost = cost_of(problem, Plan((told[0], Placement("R2", 9, FIRST, "E1"))))

    there_and_back = 2 * 261
    assert (cost.served, cost.served_weight, cost.pref_miss, cost.km) == (2, 20, 1, there_and_back)
    assert cost.gini == 0.5
    assert cost.total == 7 * 1000 + 40 + there_and_back + 2 * 4 + 2 * 300 + 100


def test_an_empty_plan_has_a_cost_too():
    assert cost_of(a_problem(), Plan(())).total == 10_000
