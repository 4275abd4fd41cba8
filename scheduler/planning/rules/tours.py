"""What a tour may and what it costs: judged by its stops alone, whoever has searched for it."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from scheduler.planning.terms import Tour, TourCost, TourProblem, TourStop

EVERYBODY = -1  # as bits


def tour_problems(problem: TourProblem, tour: Tour) -> list[str]:
    """Which rules a tour breaks; the days of its stops are in order."""
    stops, broken = tour.stops, []
    if len({stop.city for stop in stops}) != len(stops):
        broken.append("a city twice")
    if any(one.day >= other.day for one, other in pairwise(stops)):
        broken.append("one stop a day")
    if any(stop.day not in problem.cities[stop.city].days for stop in stops):
        broken.append("a closed day")
    if stops and not stops[0].from_home:
        broken.append("begins at home")
    if any(not other.from_home and (not problem.nights or other.day != one.day + 1) for one, other in pairwise(stops)):
        broken.append("a night away without a stop on the next day")
    if not all(may_go(problem, trip) for trip in trips_of(stops)):
        broken.append("one crew from home to home")
    if tour.bound is not None and tour.bound > cost_of_tour(problem, stops).total:
        broken.append("below its bound")
    return broken


def cost_of_tour(problem: TourProblem, stops: Sequence[TourStop]) -> TourCost:
    """What the road of these stops comes to, the last way home as well."""
    km = nights = 0
    for trip in trips_of(stops):
        km += problem.home_km[trip[0].city] + problem.home_km[trip[-1].city]
        km += sum(problem.km[one.city][other.city] for one, other in pairwise(trip))
        nights += len(trip) - 1
    return TourCost(km, nights, km + nights * problem.night_cost)


def trips_of(stops: Sequence[TourStop]) -> Iterator[Sequence[TourStop]]:
    """The stops from home to home."""
    begun = 0
    for place in range(1, len(stops) + 1):
        if place == len(stops) or stops[place].from_home:
            yield stops[begun:place]
            begun = place


def who_goes(problem: TourProblem, trip: Sequence[TourStop]) -> int:
    """Who could go to all of these stops, as bits."""
    could = EVERYBODY
    for stop in trip:
        who = problem.cities[stop.city].who
        if who is not None:
            could &= who.get(stop.day, 0)
    return could


def may_go(problem: TourProblem, trip: Sequence[TourStop]) -> bool:
    """Whether enough people could go to all of these stops together."""
    could = who_goes(problem, trip)
    return could == EVERYBODY or could.bit_count() >= problem.crew


def may_follow(problem: TourProblem, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether a crew could sleep after a stop (city, day) and go to the next one."""
    return may_go(problem, [TourStop(*one, from_home=True), TourStop(*other, from_home=False)])
