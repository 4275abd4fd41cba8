"""Brute force: the cheapest of all plans, with nights and rides, too; the best of all tours."""

from collections.abc import Collection, Iterator
from itertools import combinations, product

from scheduler.planning.rules.judgement import cost_of, violations
from scheduler.planning.rules.tours import cost_of_tour, tour_problems
from scheduler.planning.terms import NightAway, Placement, Plan, PlanProblem, SharedRide, Tour, TourProblem, TourStop


def least_cost(problem: PlanProblem) -> int:
    """The cost of the best plan: every way of every request with every way of the others."""
    ways = [[None, *_ways(problem, place)] for place in range(len(problem.requests))]
    least = cost_of(problem, Plan(())).total
    for chosen in _allowed(problem, ways):
        least = min(least, cost_of(problem, Plan(chosen)).total)
    return least


def _allowed(problem: PlanProblem, ways: list[list[Placement | None]]) -> Iterator[tuple[Placement, ...]]:
    """A plan that breaks a rule breaks it with more in it, too: no road gets shorter by a stop more."""
    if not ways:
        yield ()
        return
    for rest in _allowed(problem, ways[1:]):
        for way in ways[0]:
            plan = (*rest, way) if way else rest
            if not violations(problem, Plan(plan)):
                yield plan


def _breaks(problem: PlanProblem, placements: tuple[Placement, ...]) -> set[str]:
    return {one.rule for one in violations(problem, Plan(placements))}


def _ways(problem: PlanProblem, place: int, allowed: Collection[str] = ()) -> Iterator[Placement]:
    """Of one request: every way that breaks no rule but these."""
    request = problem.requests[place]
    educators = [one.id for one in problem.people if one.educator]
    youths = [one.id for one in problem.people if not one.educator] if request.influencers else [None]
    for day, slot, educator, youth in product(range(problem.days), range(len(problem.slots)), educators, youths):
        way = Placement(request.id, day, slot, educator, youth)
        if _breaks(problem, (way,)) <= set(allowed):
            yield way


OF_THE_ROAD = {"day start or end at home", "max km a day", "too far from where she sleeps"}


def least_cost_of_tours(problem: PlanProblem) -> int:
    """The cost of the best plan; nothing is left out because a part of it may not be alone."""
    ways = [[None, *_ways(problem, place, OF_THE_ROAD)] for place in range(len(problem.requests))]
    least = cost_of(problem, Plan(())).total
    for chosen in product(*ways):
        placements = tuple(way for way in chosen if way)
        found = cost_of(problem, Plan(placements))
        if found.total - problem.weights.km * found.km < least and _breaks(problem, placements) <= OF_THE_ROAD:
            least = min(least, cheapest_tour(problem, placements) or least)
    return least


def cheapest_tour(problem: PlanProblem, placements: tuple[Placement, ...]) -> int | None:
    """The least cost of these presentations over every set of nights and of rides; None where none may be."""
    costs = [cost_of(problem, plan).total for plan in _tours(problem, placements) if not violations(problem, plan)]
    return min(costs, default=None)


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


def best_of_all(problem: TourProblem) -> tuple[int, int]:
    """The most cities that a tour can visit, and the least that as many cost."""
    days = sorted({day for city in problem.cities for day in city.days})
    found = [(-len(stops), cost_of_tour(problem, stops).total) for stops in _every(problem, days)]
    most, least = min(found)
    return -most, least


def _every(problem: TourProblem, days: list[int]) -> Iterator[tuple[TourStop, ...]]:
    ways: list[tuple[TourStop, ...]] = [()]
    for day in days:
        more = []
        for stops in ways:
            gone = {stop.city for stop in stops}
            for city, one in enumerate(problem.cities):
                if city in gone or day not in one.days:
                    continue
                for from_home in (True, False):
                    longer = (*stops, TourStop(city, day, from_home))
                    if not tour_problems(problem, Tour(longer)):
                        more.append(longer)
        ways += more
    yield from ways


def shortest_round(home: tuple[int, ...], km: tuple[tuple[int, ...], ...]) -> int:
    """Held and Karp, J. SIAM 10 (1962), as it stands there: from home through every city and back."""
    number = len(home)
    least = {(frozenset({city}), city): home[city] for city in range(number)}
    for size in range(2, number + 1):
        for chosen in combinations(range(number), size):
            visited = frozenset(chosen)
            for last in chosen:
                before = visited - {last}
                least[visited, last] = min(least[before, one] + km[one][last] for one in before)
    everything = frozenset(range(number))
    return min(least[everything, last] + home[last] for last in range(number))
