"""Each rule of nights and rides, broken once; and what they cost."""

from dataclasses import replace

import pytest

from scheduler.planning.rules.judgement import cost_of, violations
from scheduler.planning.terms import NightAway, OwnSchool, Placement, Plan, PlanProblem, SharedRide
from tests.factories.planning import BELGRADE, NIS, PANCEVO, VRANJE, a_plan_person, a_plan_request, a_problem, a_youth

TUESDAY, WEDNESDAY, THURSDAY = 1, 2, 3
FIRST, LAST = 0, 5  # slots: 8:00 and 18:00
TO_NIS, TO_VRANJE = 261, 359
AGREED = OwnSchool((480, 795), (480, 795), 1, (0, 13), (0, 13))


def far_away(**given) -> PlanProblem:
    """A morning in Niš, an evening in Vranje; the educator of Belgrade may stay two nights."""
    who = a_plan_person(**({"day_start": 360, "max_km_day": 600, "nights_max": 2} | given))
    requests = (a_plan_request("R1", city=NIS.id), a_plan_request("R2", city=VRANJE.id))
    return a_problem(
        people=(who, a_youth("Y1", nights_max=9)), requests=requests, cities=(BELGRADE, PANCEVO, NIS, VRANJE)
    )


MORNING, EVENING = Placement("R1", WEDNESDAY, FIRST, "E1"), Placement("R2", THURSDAY, LAST, "E1")


def rules_broken(problem: PlanProblem, plan: Plan) -> list[str]:
    return sorted({one.rule for one in violations(problem, plan)})


@pytest.mark.parametrize(
    ("placements", "nights", "broken"),
    [
        ((MORNING,), (), ["day start or end at home"]),
        ((MORNING,), ((TUESDAY, NIS.id),), []),
        ((EVENING,), ((THURSDAY, VRANJE.id),), []),
        ((MORNING, EVENING), ((TUESDAY, NIS.id), (WEDNESDAY, NIS.id)), ["day start or end at home"]),
        ((MORNING,), ((TUESDAY, NIS.id), (WEDNESDAY, NIS.id)), []),
        ((MORNING,), ((TUESDAY, BELGRADE.id),), ["a night where nothing is given", "day start or end at home"]),
        ((MORNING,), ((TUESDAY, VRANJE.id),), ["a night where nothing is given", "day start or end at home"]),
        ((MORNING,), ((WEDNESDAY, NIS.id),), ["day start or end at home"]),
        ((MORNING,), ((TUESDAY, NIS.id), (TUESDAY, NIS.id)), ["unknown or doubled night"]),
    ],
)
def test_a_night_is_where_something_is_given(placements, nights, broken: list[str]):
    plan = Plan(placements, (), tuple(NightAway("E1", day, city) for day, city in nights))

    assert rules_broken(far_away(), plan) == broken


@pytest.mark.parametrize(
    ("given", "broken"),
    [
        ({"nights_max": 0}, ["too many nights in a row"]),
        ({"nights_max": 1}, ["too many nights in a row"]),
        ({"nights_max": 2}, []),
        ({"weekdays": frozenset({2, 3})}, ["a night away beside a day off"]),
        ({"unavailable": frozenset({TUESDAY})}, ["a night away beside a day off"]),
        ({"given": {TUESDAY: 1}}, ["a night away beside a day off"]),
        ({"max_km_day": 260}, ["no day for the road"]),
    ],
)
def test_a_night_away_is_of_who_may_and_works_on_both_days(given: dict, broken: list[str]):
    nights = (NightAway("E1", TUESDAY, NIS.id), NightAway("E1", WEDNESDAY, NIS.id))

    assert rules_broken(far_away(**given), Plan((MORNING,), (), nights)) == broken


def test_a_minor_never_stays_a_night_away():
    problem = far_away()
    requests = (replace(problem.requests[0], influencers=1), problem.requests[1])
    nights = (NightAway("E1", TUESDAY, NIS.id), NightAway("Y1", TUESDAY, NIS.id))
    plan = Plan((replace(MORNING, influencer="Y1"),), (), nights)

    assert "a minor stays a night away" in rules_broken(replace(problem, requests=requests), plan)


def test_a_tour_of_two_days_counts_every_road_once_and_the_nights():
    nights = (
        NightAway("E1", TUESDAY, NIS.id),
        NightAway("E1", WEDNESDAY, NIS.id),
        NightAway("E1", THURSDAY, VRANJE.id),
    )
    problem = far_away(nights_max=3)
    cost = cost_of(problem, Plan((MORNING, EVENING), (), nights))
    alone = cost_of(problem, Plan((MORNING, EVENING)))

    assert rules_broken(problem, Plan((MORNING, EVENING), (), nights)) == []
    between = cost.km - TO_NIS - TO_VRANJE
    assert 80 < between < 130
    assert alone.km == 2 * (TO_NIS + TO_VRANJE)
    assert (cost.nights, cost.total - alone.total) == (3, 3 * 150 + cost.km - alone.km)


def together(educator: dict | None = None, youth: dict | None = None, **request) -> PlanProblem:
    """An educator who drives and a minor whose guardian agreed, of Belgrade, for an evening in Pančevo."""
    driver = a_plan_person(**({"takes_along": True} | (educator or {})))
    rider = a_youth(**({"own_school": AGREED} | (youth or {})))
    asked = a_plan_request(**({"city": PANCEVO.id, "influencers": 1} | request))
    return a_problem(
        people=(driver, rider, a_plan_person("E2")), requests=(asked,), cities=(BELGRADE, PANCEVO, NIS, VRANJE)
    )


SHARED = Placement("R1", WEDNESDAY, 4, "E1", "Y1")
RIDE = SharedRide("Y1", "E1", WEDNESDAY)


def test_who_rides_along_adds_no_kilometre():
    problem = together()

    assert rules_broken(problem, Plan((SHARED,), (), (), (RIDE,))) == []
    alone, shared = cost_of(problem, Plan((SHARED,))), cost_of(problem, Plan((SHARED,), (), (), (RIDE,)))
    assert (shared.rides, alone.km) == (1, 2 * shared.km)


@pytest.mark.parametrize(
    ("educator", "youth", "broken"),
    [
        ({"takes_along": False}, {}, ["rides without consent or a vetted driver"]),
        ({}, {"own_school": replace(AGREED, may_ride=(1, 0))}, ["rides without consent or a vetted driver"]),
        ({}, {"own_school": replace(AGREED, may_ride=(3, 13))}, ["rides without consent or a vetted driver"]),
        ({}, {"own_school": None}, []),
        ({}, {"home": VRANJE.id, "max_km_day": 900, "day_start": 0, "day_end": 1439}, ["out of the way"]),
    ],
)
def test_a_ride_needs_consent_a_vetted_driver_and_the_same_way(educator: dict, youth: dict, broken: list[str]):
    plan = Plan((SHARED,), (), (), (RIDE,))

    assert set(rules_broken(together(educator, youth), plan)) & {
        "rides without consent or a vetted driver",
        "out of the way",
    } == set(broken)


@pytest.mark.parametrize(
    ("rides", "broken"),
    [
        ((RIDE, RIDE), ["unknown or doubled ride"]),
        ((SharedRide("Y1", "E9", WEDNESDAY),), ["unknown or doubled ride"]),
        ((SharedRide("Y1", "E1", THURSDAY),), ["unknown or doubled ride"]),
        ((SharedRide("Y1", "E2", WEDNESDAY),), ["unknown or doubled ride"]),
    ],
)
def test_a_ride_is_of_two_who_present_together(rides, broken: list[str]):
    assert rules_broken(together(), Plan((SHARED,), (), (), rides)) == broken


def test_a_ride_costs_a_minor_no_lesson():
    """The educator gives a morning, too: in her car the youth would be away all day."""
    problem = together()
    morning = a_plan_request("R2", city=PANCEVO.id)
    problem = replace(problem, requests=(*problem.requests, morning))
    plan = Plan((SHARED, Placement("R2", WEDNESDAY, FIRST, "E1")), (), (), (RIDE,))

    assert rules_broken(problem, plan) == ["a ride costs own lessons"]
    assert rules_broken(problem, replace(plan, rides=())) == []
