"""A tour is the best of all that there are, keeps every rule, and is the same each time."""

import importlib.util
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.planning.rules.tours import cost_of_tour, tour_problems, trips_of
from scheduler.planning.solver import tour as front
from scheduler.planning.solver import tour_order
from scheduler.planning.solver.tour import plan_tour
from scheduler.planning.solver.tour_bound import bound_of_tour
from scheduler.planning.solver.tour_days import TourCalendar
from scheduler.planning.solver.tour_exact import best_stops
from scheduler.planning.terms import Tour, TourCity, TourProblem, TourStop
from tests.factories.tours import a_random_tour, a_round
from tests.planning.every_plan import best_of_all, shortest_round

SEEDS = st.integers(0, 10**6)


def without_crews(problem: TourProblem) -> TourProblem:
    return replace(problem, cities=tuple(replace(city, who=None) for city in problem.cities))


@given(SEEDS, st.integers(1, 4), st.booleans())
@settings(max_examples=60, deadline=None)
def test_no_tour_is_better_than_the_planned_one(seed, cities, nights):
    problem = without_crews(a_random_tour(seed, cities, days=5, nights=nights))
    tour = plan_tour(problem)
    cost = cost_of_tour(problem, tour.stops).total
    assert (tour_problems(problem, tour), (len(tour.stops), cost)) == ([], best_of_all(problem))
    assert tour.bound == cost


@given(SEEDS, st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_a_tour_whose_crews_differ_keeps_every_rule_and_its_bound(seed, cities):
    problem = a_random_tour(seed, cities)
    tour = plan_tour(problem)
    assert (tour_problems(problem, tour), len({stop.city for stop in tour.stops})) == ([], len(tour.stops))
    assert tour == plan_tour(problem)


@pytest.mark.parametrize("cities", [1, 2, 7, 11])
def test_the_way_around_is_that_of_held_and_karp(cities):
    problem = a_round(cities, cities)
    tour = plan_tour(problem)
    assert cost_of_tour(problem, tour.stops).total == tour.bound == shortest_round(problem.home_km, problem.km)
    assert sorted(stop.city for stop in tour.stops) == list(range(cities))


@pytest.mark.deep
def test_the_way_around_fifteen_cities_is_that_of_held_and_karp():
    problem = a_round(15, 15)
    tour = plan_tour(problem)
    assert tour.bound == cost_of_tour(problem, tour.stops).total == shortest_round(problem.home_km, problem.km)


@pytest.mark.slow
@given(SEEDS, st.integers(1, 7))
@settings(max_examples=40, deadline=None)
def test_a_proven_limit_is_none_that_a_tour_goes_below(seed, cities):
    problem = a_random_tour(seed, cities, days=9)
    best, stops = best_stops(problem)
    if len(stops) < cities:
        return
    assert bound_of_tour(problem, best + 500) <= best


@pytest.mark.deep
@pytest.mark.parametrize("seed", [1, 2])
def test_of_more_cities_the_order_is_good_and_the_gap_is_known(seed, monkeypatch):
    """Sixteen cities, five days a week, a short search: the limit lies within a tenth of what was found."""
    monkeypatch.setattr(tour_order, "MOST_STEPS", 3_000_000)
    problem = a_round(seed, 16)
    days = frozenset(day for day in range(40) if day % 7 < 5)
    problem = replace(problem, cities=tuple(replace(city, days=days) for city in problem.cities), night_cost=60)
    tour = plan_tour(problem)
    cost = cost_of_tour(problem, tour.stops).total
    assert (tour_problems(problem, tour), len(tour.stops)) == ([], 16)
    assert tour.bound is not None
    assert 0.9 * cost <= tour.bound <= cost
    assert tour == plan_tour(problem)


@given(SEEDS, st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_the_best_order_by_days_is_as_good_as_the_best_tour(seed, cities):
    """The two ways to lay out days share no line: of the exact order the other one finds the same cost."""
    problem = without_crews(a_random_tour(seed, cities))
    best, stops = best_stops(problem)
    left = [city for city in range(cities) if city not in {stop.city for stop in stops}]
    calendar, order = TourCalendar(problem), [stop.city for stop in stops] + left
    assert calendar.cost_of(order) - len(left) * 10**6 == best
    assert cost_of_tour(problem, calendar.laid_out(order)).total == best


def test_without_a_library_the_order_is_good_and_nothing_is_proven(monkeypatch):
    monkeypatch.setattr(front, "find_spec", lambda name: None if name == "numpy" else importlib.util.find_spec(name))
    problem = a_round(4, 7)
    tour = plan_tour(problem)
    assert tour.bound is None
    assert tour_problems(problem, tour) == []
    assert cost_of_tour(problem, tour.stops).total <= 1.05 * shortest_round(problem.home_km, problem.km)


def test_nights_lie_between_two_days_with_a_stop_and_only_where_they_pay():
    near = TourProblem(
        (TourCity("here", frozenset({0, 4})), TourCity("there", frozenset({1})), TourCity("later", frozenset({4}))),
        home_km=(200, 210, 10),
        km=((0, 30, 200), (30, 0, 200), (200, 200, 0)),
        nights=True,
        night_cost=100,
    )
    sleeps, drives = plan_tour(near), plan_tour(replace(near, night_cost=400))
    assert [stop.from_home for stop in sleeps.stops] == [True, False, True]
    assert all(stop.from_home for stop in drives.stops)
    assert cost_of_tour(near, sleeps.stops).nights == 1
    assert all(stop.from_home for stop in plan_tour(replace(near, nights=False)).stops)


def test_a_settled_day_stays_and_who_finds_no_day_is_left_out():
    problem = a_round(2, 6)
    settled = replace(problem.cities[3], days=frozenset({2}))
    problem = replace(problem, cities=(*problem.cities[:3], settled, *problem.cities[4:]))
    tour = plan_tour(problem)
    assert (next(stop.day for stop in tour.stops if stop.city == 3), len(tour.stops)) == (2, 6)
    problem = a_round(2, 4)
    cities = [replace(city, days=frozenset({0, 1})) for city in problem.cities]
    tour = plan_tour(replace(problem, cities=(*cities[:3], replace(cities[3], days=frozenset()))))
    assert ([stop.day for stop in tour.stops], plan_tour(TourProblem((), (), ()))) == ([0, 1], Tour(()))


def test_one_crew_goes_from_home_to_home():
    """Who could go to the first two could not go on to the third: the crew is home in between."""
    who = ({0: 0b01}, {1: 0b11}, {2: 0b10})
    cities = tuple(TourCity(str(day), frozenset(bits), bits) for day, bits in enumerate(who))
    problem = TourProblem(cities, (100, 100, 100), ((0, 5, 5), (5, 0, 5), (5, 5, 0)), nights=True, night_cost=1)
    tour = plan_tour(problem)
    assert [len(trip) for trip in trips_of(tour.stops)] in ([2, 1], [1, 2])
    assert tour_problems(problem, tour) == []
    assert tour.bound is not None
    assert tour.bound <= cost_of_tour(problem, tour.stops).total


BROKEN = {
    "a city twice": [TourStop(0, 0, True), TourStop(0, 1, True)],
    "one stop a day": [TourStop(0, 0, True), TourStop(1, 0, True)],
    "a closed day": [TourStop(2, 0, True)],
    "begins at home": [TourStop(0, 0, False)],
    "a night away without a stop on the next day": [TourStop(0, 0, True), TourStop(1, 2, False)],
    "one crew from home to home": [TourStop(0, 0, True), TourStop(2, 1, False)],
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_named(rule):
    problem = replace(a_round(1, 3), nights=True)
    first, second, third = problem.cities
    cities = (replace(first, who={0: 0b01}), second, replace(third, days=frozenset({1}), who={1: 0b10}))
    problem = replace(problem, cities=cities)
    assert rule in tour_problems(problem, Tour(tuple(BROKEN[rule])))
