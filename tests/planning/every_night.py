"""Brute force with nights and rides: every plan, with every choice of where people sleep and who rides along."""

from collections.abc import Iterator
from itertools import product

from scheduler.planning.rules.judgement import cost_of, violations
from scheduler.planning.terms import NightAway, Placement, Plan, PlanProblem, SharedRide

OF_THE_ROAD = {"day start or end at home", "max km a day", "too far from where she sleeps"}


def least_cost(problem: PlanProblem) -> int:
    """The cost of the best plan; nothing is left out because a part of it may not be alone."""
    ways = [[None, *_ways(problem, place)] for place in range(len(problem.requests))]
    least = cost_of(problem, Plan(())).total
    for chosen in product(*ways):
        placements = tuple(way for way in chosen if way)
        found = cost_of(problem, Plan(placements))
        if found.total - problem.weights.km * found.km < least and _could_be(problem, placements):
            least = min(least, cheapest_tour(problem, placements) or least)
    return least


def cheapest_tour(problem: PlanProblem, placements: tuple[Placement, ...]) -> int | None:
    """The least cost of these presentations over every set of nights and of rides; None where none may be."""
    costs = [cost_of(problem, plan).total for plan in _tours(problem, placements) if not violations(problem, plan)]
    return min(costs, default=None)


def _could_be(problem: PlanProblem, placements: tuple[Placement, ...]) -> bool:
    return {one.rule for one in violations(problem, Plan(placements))} <= OF_THE_ROAD


def _tours(problem: PlanProblem, placements: tuple[Placement, ...]) -> Iterator[Plan]:
    beds = _beds(problem, placements)
    rides = {SharedRide(one.influencer, one.educator, one.day) for one in placements if one.influencer}
    for nights in product(*beds):
        for taken in product(*([None, one] for one in rides)):
            yield Plan(placements, (), tuple(one for one in nights if one), tuple(one for one in taken if one))


def _beds(problem: PlanProblem, placements: tuple[Placement, ...]) -> list[list[NightAway | None]]:
    """Of each person and each night beside a day of hers: at home, or in any city of that day or the next."""
    cities = {one.id: one.city for one in problem.requests}
    hers: dict[tuple[str, int], set[int]] = {}
    for one in placements:
        for person in (one.educator, one.influencer or one.educator):
            for night in (one.day - 1, one.day):
                hers.setdefault((person, night), set()).add(cities[one.request])
    could = {one.id for one in problem.people if one.nights_max and not one.own_school}
    return [
        [None, *(NightAway(person, night, city) for city in sorted(places))]
        for (person, night), places in sorted(hers.items())
        if person in could
    ]


def _ways(problem: PlanProblem, place: int) -> Iterator[Placement]:
    request = problem.requests[place]
    educators = [one.id for one in problem.people if one.educator]
    youths = [one.id for one in problem.people if not one.educator] if request.influencers else [None]
    days = range(request.day_from, request.day_to + 1)
    for day, slot, educator, youth in product(days, range(len(problem.slots)), educators, youths):
        way = Placement(request.id, day, slot, educator, youth)
        if _could_be(problem, (way,)):
            yield way
