"""Each rule of a plan, of nights and of rides, broken once; and the cost by hand."""

from dataclasses import replace

import pytest

from scheduler.planning.rules.diary import diary_of
from scheduler.planning.rules.fitness import is_open, is_there
from scheduler.planning.rules.judgement import cost_of, violations
from scheduler.planning.rules.nights import may_sleep_out
from scheduler.planning.rules.rides import RideDay, is_on_the_way, may_ride, shared_tour
from scheduler.planning.rules.roads import DayFrame, DayTour, RoadStop, is_out_of_reach, misses_lessons, tour_of
from scheduler.planning.rules.tours import tour_problems
from scheduler.planning.terms import (
    ANY_ROAD,
    NightAway,
    OwnSchool,
    Placement,
    Plan,
    PlanCity,
    PlanProblem,
    PlanViolation,
    SharedRide,
    Tour,
    TourStop,
)
from tests.bounds import at_each_bound
from tests.factories.planning import BELGRADE, NIS, PANCEVO, VRANJE, a_plan_person, a_plan_request, a_problem, a_youth
from tests.factories.tours import a_round

WEDNESDAY, THURSDAY = 2, 3
FIRST, THIRD = 0, 2  # slots: 8:00 and 12:00


def rules_broken(problem, *placements: Placement) -> list[str]:
    return [one.rule for one in violations(problem, Plan(placements))]


def test_a_plan_that_keeps_every_rule_has_the_road_between_two_presentations():
    assert rules_broken(a_problem(), Placement("R1", WEDNESDAY, THIRD, "E1")) == []
    problem = a_problem(requests=(a_plan_request("R1"), a_plan_request("R2", city=1)))
    assert rules_broken(problem, Placement("R1", 2, 0, "E1"), Placement("R2", 2, 1, "E1")) == [
        "overlap or travel does not fit"
    ]
    assert rules_broken(problem, Placement("R1", 2, 0, "E1"), Placement("R2", 2, 2, "E1")) == []


@pytest.mark.parametrize(("placement", "broken"), [
    (Placement("R1", 5, THIRD, "E1"), ["day not allowed", "E1: unavailable, or without consent"]),
    (Placement("R1", 14, THIRD, "E1"), ["day not allowed"]),
    (Placement("R1", WEDNESDAY, 6, "E1"), ["slot not in the school's shift"]),
    (Placement("R1", WEDNESDAY, THIRD, "E9"), ["E9: unknown person or role"]),
    (Placement("R1", WEDNESDAY, THIRD, "E1", "E1"), ["team size", "E1: unknown person or role", "overlap"]),
    (Placement("R9", WEDNESDAY, THIRD, "E1"), ["unknown or doubled request"]),
])  # fmt: skip
def test_a_placement_that_may_not_be(placement: Placement, broken: list[str]):
    found = rules_broken(a_problem(), placement)
    assert [rule.replace(" or travel does not fit", "") for rule in found] == broken


@pytest.mark.parametrize(("changes", "broken"), [
    ({"blocked_days": frozenset({WEDNESDAY})}, "day not allowed"),
    ({"weekdays": frozenset({THURSDAY})}, "day not allowed"),
    ({"slots_even": frozenset({FIRST})}, "slot not in the school's shift"),
    ({"topic": "gaming"}, "E1: topic, language or audience"),
    ({"language": "hu"}, "E1: topic, language or audience"),
    ({"audience": "parents"}, "E1: topic, language or audience"),
    ({"influencers": 1}, "team size"),
])  # fmt: skip
def test_a_request_that_does_not_allow_it(changes: dict, broken: str):
    problem = a_problem(requests=(a_plan_request(**changes),))
    assert rules_broken(problem, Placement("R1", WEDNESDAY, THIRD, "E1")) == [broken]


@pytest.mark.parametrize(("changes", "broken"), [
    ({"unavailable": frozenset({WEDNESDAY})}, "E1: unavailable, or without consent"),
    ({"home": NIS.id, "max_km_day": 500}, "max km a day"),
    ({"max_per_day": 0}, "max presentations a day"),
    ({"max_per_week": 0}, "max presentations a week"),
])  # fmt: skip
def test_a_person_who_may_not(changes: dict, broken: str):
    problem = a_problem(people=(a_plan_person(**changes),))
    assert rules_broken(problem, Placement("R1", WEDNESDAY, THIRD, "E1")) == [broken]


def test_notice_is_kept_but_by_what_is_locked_which_stays():
    problem = a_problem(today=0)
    stands = Placement("R1", WEDNESDAY, THIRD, "E1")
    assert rules_broken(problem, stands) == ["minimum notice"]
    assert rules_broken(replace(problem, baseline=(stands,), locked=frozenset({"R1"})), stands) == []
    stands, other = Placement("R1", WEDNESDAY, THIRD, "E1"), Placement("R1", THURSDAY, THIRD, "E1")
    problem = a_problem(baseline=(stands,), locked=frozenset({"R1"}))
    assert violations(problem, Plan((other,))) == [PlanViolation("R1", "locked presentation changed")]
    assert violations(problem, Plan(())) == [PlanViolation("R1", "locked presentation changed")]


@pytest.mark.parametrize(("day", "slot", "youth", "broken"), [
    (WEDNESDAY, 4, a_youth(), []),  # 16:00, after her own lessons
    (WEDNESDAY, THIRD, a_youth(), []),  # one day is excused
    (14, 4, a_youth(), ["day not allowed", "Y1: unavailable, or without consent"]),
    (WEDNESDAY, 4, a_youth(educator=True), ["Y1: unknown person or role"]),
])  # fmt: skip
def test_a_minor_goes_within_consent(day: int, slot: int, youth, broken: list[str]):
    problem = a_problem(people=(a_plan_person(), youth), requests=(a_plan_request(influencers=1),))
    assert rules_broken(problem, Placement("R1", day, slot, "E1", "Y1")) == broken


def test_a_minor_is_excused_on_so_many_days_and_never_stays_a_night_away():
    requests = (a_plan_request("R1", influencers=1), a_plan_request("R2", influencers=1))
    problem = a_problem(people=(a_plan_person(), a_youth()), requests=requests)
    mornings = [Placement(name, day, FIRST, "E1", "Y1") for name, day in (("R1", WEDNESDAY), ("R2", 9))]
    assert rules_broken(problem, *mornings) == ["too many days in own school hours"]
    assert rules_broken(problem, mornings[0], replace(mornings[1], slot=4)) == []
    problem = far_away()
    requests = (replace(problem.requests[0], influencers=1), problem.requests[1])
    nights = (NightAway("E1", TUESDAY, NIS.id), NightAway("Y1", TUESDAY, NIS.id))
    plan = Plan((replace(IN_NIS, influencer="Y1"),), (), nights)
    assert "a minor stays a night away" in rules_of_tour(replace(problem, requests=requests), plan)


def test_a_campaign_stops_once_a_day_and_a_fixed_one_has_one_team():
    requests = tuple(a_plan_request(name, campaign="tour") for name in ("R1", "R2"))
    people = (a_plan_person("E1"), a_plan_person("E2"))
    problem = a_problem(people=people, requests=requests, fixed_team={"tour": True})
    assert rules_broken(problem, Placement("R1", 2, 0, "E1"), Placement("R2", 2, 4, "E1")) == ["two stops on day 2"]
    assert rules_broken(problem, Placement("R1", 2, 0, "E1"), Placement("R2", 3, 4, "E2")) == ["fixed team differs"]
    rotating = replace(problem, fixed_team={"tour": False})
    assert rules_broken(rotating, Placement("R1", 2, 0, "E1"), Placement("R2", 3, 4, "E2")) == []


def test_the_cost_is_the_sum_of_its_parts_and_an_empty_plan_has_one_too():
    requests = (a_plan_request("R1", city=2), a_plan_request("R2"), a_plan_request("R3", weight=7))
    told = (Placement("R1", WEDNESDAY, 1, "E1"), Placement("R2", 9, THIRD, "E2"), Placement("R3", 9, THIRD, "E2"))
    problem = a_problem(people=(a_plan_person("E1"), a_plan_person("E2")), requests=requests, baseline=told)
    cost = cost_of(problem, Plan((told[0], Placement("R2", 9, FIRST, "E1"))))
    there_and_back = 2 * 261
    assert (cost.served, cost.served_weight, cost.pref_miss, cost.km) == (2, 20, 1, there_and_back)
    assert (cost.gini, cost.total) == (0.5, 7 * 1000 + 40 + there_and_back + 2 * 4 + 2 * 300 + 100)
    assert cost_of(a_problem(), Plan(())).total == 10_000


EVERY_DAY = frozenset(range(7))
AROUND = (-1, 0, 1)
TO_NIS, MINUTES_TO_NIS = 261, 276
SCHOOL = OwnSchool((480, 795), (480, 795), 1, (3, 9), (3, 9))
OPEN = a_problem(closed_days=frozenset())
FREE = a_plan_person(weekdays=EVERY_DAY)
MINOR = a_youth(weekdays=EVERY_DAY, own_school=SCHOOL)
ALONE = DayFrame(WEDNESDAY, BELGRADE, BELGRADE)
MORNING = RoadStop(480, 570, BELGRADE)
HOURS, KM, WEEK = "day start or end at home", "max km a day", "max presentations a week"
DAY, LESSONS, ROAD = "max presentations a day", "too many days in own school hours", "no day for the road"


def opened(day: int, **given: int) -> bool:
    return is_open(OPEN, a_plan_request(weekdays=EVERY_DAY, **given), day)


def noticed(day: int) -> list[str]:
    problem = replace(OPEN, today=0, requests=(a_plan_request(weekdays=EVERY_DAY),), people=(FREE,))
    return rules_broken(problem, Placement("R1", day, FIRST, "E1"))


def judged(**given: object) -> list[str]:
    """One presentation of somebody, on a Wednesday."""
    return rules_broken(a_problem(people=(a_plan_person(**given),)), Placement("R1", WEDNESDAY, FIRST, "E1"))


def excused(days: int) -> list[str]:
    """Two mornings of a minor who is excused on so many days."""
    youth = a_youth(own_school=replace(SCHOOL, excused_max=days, consent=(0, 13)))
    requests = (a_plan_request("R1", influencers=1), a_plan_request("R2", influencers=1))
    mornings = [Placement(name, day, FIRST, "E1", "Y1") for name, day in (("R1", WEDNESDAY), ("R2", 9))]
    return rules_broken(a_problem(people=(a_plan_person(), youth), requests=requests), *mornings)


def on_the_road(**given: int) -> tuple[str, ...]:
    """A day without a presentation, from home to a night in Niš."""
    return tour_of(OPEN, a_plan_person(**given), DayFrame(WEDNESDAY, BELGRADE, NIS), ()).problems


def a_day(*stops: RoadStop, **given: int) -> tuple[str, ...]:
    return tour_of(OPEN, a_plan_person(**given), ALONE, stops).problems


def detour(km: int) -> bool:
    """Her door lies so many kilometres off the road to Niš."""

    def road(one: PlanCity, other: PlanCity) -> tuple[int, int]:
        return {(0, 1): km, (1, 2): 90, (0, 2): 90}[one.id, other.id], 0

    return is_on_the_way(replace(OPEN, road=road), BELGRADE, PANCEVO, (NIS, NIS))


def ridden(leaves: int = 600, back: int = 1000, km: int = 30, school: OwnSchool | None = None) -> tuple[str, ...]:
    """The day of somebody who rides along from the same town, away from 8 to 20 and 50 km at most."""
    youth = a_youth(day_start=480, day_end=1200, max_km_day=50, own_school=school)
    driven, alone = DayTour(km, leaves, back, ()), DayTour(30, 800, 1000, ())
    ride = SharedRide("Y1", "E1", WEDNESDAY)
    return shared_tour(OPEN, RideDay(ride, FREE, youth, ALONE, driven, alone, (NIS, NIS), BELGRADE)).problems


def riders(number: int) -> set[str]:
    """So many minors of Pančevo, presented with there, ride with an educator of Belgrade."""
    youths = [a_youth(f"Y{one}", home=PANCEVO.id, own_school=None) for one in (1, 2)]
    requests = tuple(a_plan_request(f"R{one}", city=PANCEVO.id, influencers=1) for one in (1, 2))
    people = (a_plan_person(takes_along=True, max_per_day=2), *youths)
    placed = tuple(Placement(f"R{one}", WEDNESDAY, slot, "E1", f"Y{one}") for one, slot in ((1, 1), (2, 3)))
    rides = tuple(SharedRide(f"Y{one}", "E1", WEDNESDAY) for one in range(1, number + 1))
    problem = a_problem(people=people, requests=requests)
    diary = diary_of(problem, Plan(placed, (), (), rides), {one.request: one for one in placed})
    return {one.rule for one in diary.problems}


def has_a_day(slot: int) -> bool:
    placed = Placement("R1", WEDNESDAY, slot, "E1")
    return bool(diary_of(a_problem(), Plan((placed,)), {"R1": placed}).tours)


def out_of_reach(furthest: int, minutes: int = MINUTES_TO_NIS) -> bool:
    problem = replace(OPEN, road=lambda _one, _other: (0, minutes))
    return is_out_of_reach(problem, a_plan_person(furthest=furthest), ALONE, [RoadStop(480, 570, NIS)])


def two_stops(day: int) -> list[str]:
    return tour_problems(a_round(1, 3), Tour((TourStop(0, 1, True), TourStop(1, day, True))))


def claimed(more: int) -> list[str]:
    """A tour to one city, said to be proven at so much more than it costs."""
    problem = a_round(1, 1)
    return tour_problems(problem, Tour((TourStop(0, 0, True),), 2 * problem.home_km[0] + more))


BOUNDS = (
    ("the first day of a request", lambda n: opened(n, day_from=3, day_to=9), (2, 3, 4), (False, True, True)),
    ("the last day of a request", lambda n: opened(n, day_from=3, day_to=9), (8, 9, 10), (True, True, False)),
    ("the first day of a plan", lambda n: opened(n, day_from=-5), AROUND, (False, True, True)),
    ("the last day of a plan", lambda n: opened(n, day_to=99), (12, 13, 14), (True, True, False)),
    ("consent from a day", lambda n: is_there(MINOR, n), (2, 3, 4), (False, True, True)),
    ("consent until a day", lambda n: is_there(MINOR, n), (8, 9, 10), (True, True, False)),
    ("a ride from a day", lambda n: may_ride(replace(FREE, takes_along=True), MINOR, n), (2, 3, 4),
     (False, True, True)),
    ("a ride until a day", lambda n: may_ride(replace(FREE, takes_along=True), MINOR, n), (8, 9, 10),
     (True, True, False)),
    ("a night after the first day", lambda n: may_sleep_out(OPEN, FREE, n), AROUND, (False, True, True)),
    ("a night before the last day", lambda n: may_sleep_out(OPEN, FREE, n), (11, 12, 13), (True, True, False)),
    ("ten days of notice", noticed, (9, 10, 11), (["minimum notice"], [], [])),
    ("as many in total", lambda n: judged(max_total=n), (0, 1, 2), (["max presentations in total"], [], [])),
    ("given already that week", lambda n: judged(given={THURSDAY: n}), (3, 4, 5), ([], [], [WEEK])),
    ("given on the next Monday", lambda n: judged(given={n: 5}), (5, 6, 7), ([WEEK], [WEEK], [])),
    ("given already that day", lambda n: judged(given={WEDNESDAY: n}), (0, 1, 2), ([], [], [DAY])),
    ("as many days excused", excused, (1, 2, 3), ([LESSONS], [], [])),
    ("leaves as her lessons end", lambda n: misses_lessons(SCHOOL, 0, n, 1000), (794, 795, 796), (True, False, False)),
    ("back as her lessons begin", lambda n: misses_lessons(SCHOOL, 0, 300, n), (479, 480, 481), (False, False, True)),
    ("kilometres of a road alone", lambda n: on_the_road(max_km_day=TO_NIS + n), AROUND, ((ROAD,), (), ())),
    ("home after a road alone", lambda n: on_the_road(day_end=300 + MINUTES_TO_NIS + n), AROUND, ((ROAD,), (), ())),
    ("twice her furthest on a road alone", lambda n: on_the_road(furthest=138 + n), AROUND, ((ROAD,), (), ())),
    ("on time for the next", lambda n: a_day(MORNING, RoadStop(605 + n, 650, BELGRADE)), AROUND,
     (("overlap or travel does not fit",), (), ())),
    ("sets out", lambda n: a_day(MORNING, day_start=445 + n), AROUND, ((), (), (HOURS,))),
    ("is back", lambda n: a_day(MORNING, day_end=590 + n), AROUND, ((HOURS,), (), ())),
    ("kilometres of a day", lambda n: a_day(RoadStop(720, 810, NIS), max_km_day=2 * TO_NIS + n), AROUND,
     ((KM,), (), ())),
    ("her furthest", lambda n: out_of_reach(MINUTES_TO_NIS + n), AROUND, (True, False, False)),
    ("any road", lambda n: out_of_reach(ANY_ROAD + n, 2 * ANY_ROAD), AROUND, (True, False, False)),
    ("20 km off the road", detour, (19, 20, 21), (True, True, False)),
    ("a rider sets out", lambda n: ridden(leaves=n), (479, 480, 481), ((HOURS,), (), ())),
    ("a rider is back", lambda n: ridden(back=n), (1199, 1200, 1201), ((), (), (HOURS,))),
    ("kilometres of a rider", lambda n: ridden(km=n), (49, 50, 51), ((), (), (KM,))),
    ("a rider's lessons end", lambda n: ridden(leaves=n, school=SCHOOL), (794, 795, 796),
     (("a ride costs own lessons",), (), ())),
    ("several who ride", riders, (0, 1, 2), (set(), set(), {"out of the way for one alone"})),
    ("the first hour of a day", has_a_day, AROUND, (False, True, True)),
    ("the last hour of a day", has_a_day, (4, 5, 6), (True, True, False)),
    ("a stop a day", two_stops, (0, 1, 2), (["one stop a day"], ["one stop a day"], [])),
    ("the proven cost", claimed, AROUND, ([], [], ["below its bound"])),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer


TUESDAY = 1
EARLY, LATE = 0, 5  # slots: 8:00 and 18:00
TO_VRANJE = 359
AGREED = OwnSchool((480, 795), (480, 795), 1, (0, 13), (0, 13))


def far_away(**given) -> PlanProblem:
    """A morning in Niš, an evening in Vranje; the educator of Belgrade may stay two nights."""
    who = a_plan_person(**({"day_start": 360, "max_km_day": 600, "nights_max": 2} | given))
    requests = (a_plan_request("R1", city=NIS.id), a_plan_request("R2", city=VRANJE.id))
    return a_problem(
        people=(who, a_youth("Y1", nights_max=9)), requests=requests, cities=(BELGRADE, PANCEVO, NIS, VRANJE)
    )


IN_NIS, IN_VRANJE = Placement("R1", WEDNESDAY, EARLY, "E1"), Placement("R2", THURSDAY, LATE, "E1")


def rules_of_tour(problem: PlanProblem, plan: Plan) -> list[str]:
    return sorted({one.rule for one in violations(problem, plan)})


@pytest.mark.parametrize(("placements", "nights", "broken"), [
    ((IN_NIS,), (), ["day start or end at home"]),
    ((IN_NIS,), ((TUESDAY, NIS.id),), []),
    ((IN_VRANJE,), ((THURSDAY, VRANJE.id),), []),
    ((IN_NIS, IN_VRANJE), ((TUESDAY, NIS.id), (WEDNESDAY, NIS.id)), ["day start or end at home"]),
    ((IN_NIS,), ((TUESDAY, NIS.id), (WEDNESDAY, NIS.id)), []),
    ((IN_NIS,), ((TUESDAY, BELGRADE.id),), ["a night where nothing is given", "day start or end at home"]),
    ((IN_NIS,), ((TUESDAY, VRANJE.id),), ["a night where nothing is given", "day start or end at home"]),
    ((IN_NIS,), ((WEDNESDAY, NIS.id),), ["day start or end at home"]),
    ((IN_NIS,), ((TUESDAY, NIS.id), (TUESDAY, NIS.id)), ["unknown or doubled night"]),
    ((IN_NIS,), ((TUESDAY, 99),), ["a night where nothing is given", "day start or end at home"]),
])  # fmt: skip
def test_a_night_is_where_something_is_given(placements, nights, broken: list[str]):
    plan = Plan(placements, (), tuple(NightAway("E1", day, city) for day, city in nights))
    assert rules_of_tour(far_away(), plan) == broken
    nobodys = replace(plan, nights=(*plan.nights, NightAway("E9", TUESDAY, NIS.id)))
    assert rules_of_tour(far_away(), nobodys) == sorted({*broken, "unknown or doubled night"})


@pytest.mark.parametrize(("given", "broken"), [
    ({"nights_max": 0}, ["too many nights in a row"]),
    ({"nights_max": 1}, ["too many nights in a row"]),
    ({"nights_max": 2}, []),
    ({"weekdays": frozenset({2, 3})}, ["a night away beside a day off"]),
    ({"unavailable": frozenset({TUESDAY})}, ["a night away beside a day off"]),
    ({"given": {TUESDAY: 1}}, ["a night away beside a day off"]),
    ({"max_km_day": 260}, ["no day for the road"]),
])  # fmt: skip
def test_a_night_away_is_of_who_may_and_works_on_both_days(given: dict, broken: list[str]):
    nights = (NightAway("E1", TUESDAY, NIS.id), NightAway("E1", WEDNESDAY, NIS.id))
    assert rules_of_tour(far_away(**given), Plan((IN_NIS,), (), nights)) == broken


def test_a_tour_of_two_days_counts_every_road_once_and_who_rides_along_none():
    nights = (
        NightAway("E1", TUESDAY, NIS.id),
        NightAway("E1", WEDNESDAY, NIS.id),
        NightAway("E1", THURSDAY, VRANJE.id),
    )
    problem = far_away(nights_max=3)
    cost = cost_of(problem, Plan((IN_NIS, IN_VRANJE), (), nights))
    alone = cost_of(problem, Plan((IN_NIS, IN_VRANJE)))
    assert rules_of_tour(problem, Plan((IN_NIS, IN_VRANJE), (), nights)) == []
    between = cost.km - TO_NIS - TO_VRANJE
    assert 80 < between < 130
    assert alone.km == 2 * (TO_NIS + TO_VRANJE)
    assert (cost.nights, cost.total - alone.total) == (3, 3 * 150 + cost.km - alone.km)

    problem = together()
    assert rules_of_tour(problem, Plan((SHARED,), (), (), (RIDE,))) == []
    alone, shared = cost_of(problem, Plan((SHARED,))), cost_of(problem, Plan((SHARED,), (), (), (RIDE,)))
    assert (shared.rides, alone.km) == (1, 2 * shared.km)


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


@pytest.mark.parametrize(("educator", "youth", "broken"), [
    ({"takes_along": False}, {}, ["rides without consent or a vetted driver"]),
    ({}, {"own_school": replace(AGREED, may_ride=(1, 0))}, ["rides without consent or a vetted driver"]),
    ({}, {"own_school": replace(AGREED, may_ride=(3, 13))}, ["rides without consent or a vetted driver"]),
    ({}, {"own_school": None}, []),
    ({}, {"home": VRANJE.id, "max_km_day": 900, "day_start": 0, "day_end": 1439}, ["out of the way"]),
])  # fmt: skip
def test_a_ride_needs_consent_a_vetted_driver_and_the_same_way(educator: dict, youth: dict, broken: list[str]):
    plan = Plan((SHARED,), (), (), (RIDE,))
    assert set(rules_of_tour(together(educator, youth), plan)) & {
        "rides without consent or a vetted driver",
        "out of the way",
    } == set(broken)


@pytest.mark.parametrize(("rides", "broken"), [
    ((RIDE, RIDE), ["unknown or doubled ride"]),
    ((SharedRide("Y1", "E9", WEDNESDAY),), ["unknown or doubled ride"]),
    ((SharedRide("Y1", "E1", THURSDAY),), ["unknown or doubled ride"]),
    ((SharedRide("Y1", "E2", WEDNESDAY),), ["unknown or doubled ride"]),
])  # fmt: skip
def test_a_ride_is_of_two_who_present_together(rides, broken: list[str]):
    assert rules_of_tour(together(), Plan((SHARED,), (), (), rides)) == broken


@pytest.mark.parametrize(("nights", "more", "broken"), [
    ((), (), set()),
    ((NightAway("E1", WEDNESDAY, PANCEVO.id),), (), {"rides with somebody who stays away"}),
    ((NightAway("E1", TUESDAY, PANCEVO.id),), (), {"rides with somebody who stays away"}),
    ((NightAway("Y1", WEDNESDAY, PANCEVO.id),), (), {"rides from or to a night away", "a minor stays a night away"}),
    ((), (Placement("R2", WEDNESDAY, EARLY, "E2", "Y1"),), {"rides where the educator is not"}),
])  # fmt: skip
def test_a_ride_is_from_home_to_home_and_to_all_that_the_youth_gives(nights, more, broken: set[str]):
    problem = together()
    problem = replace(problem, requests=(*problem.requests, a_plan_request("R2", city=PANCEVO.id, influencers=1)))
    found = rules_of_tour(problem, Plan((SHARED, *more), (), nights, (RIDE,)))
    assert {one for one in found if "ride" in one or "minor" in one} == broken


def test_a_ride_costs_a_minor_no_lesson():
    """The educator gives a morning, too: in her car the youth would be away all day."""
    problem = together()
    problem = replace(problem, requests=(*problem.requests, a_plan_request("R2", city=PANCEVO.id)))
    plan = Plan((SHARED, Placement("R2", WEDNESDAY, EARLY, "E1")), (), (), (RIDE,))
    assert rules_of_tour(problem, plan) == ["a ride costs own lessons"]
    assert rules_of_tour(problem, replace(plan, rides=())) == []
