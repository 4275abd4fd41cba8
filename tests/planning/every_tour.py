"""Brute force: the best of all tours, by every choice of a city for every day; and the textbook's way around cities."""

from collections.abc import Iterator
from itertools import combinations

from scheduler.planning.rules.tours import cost_of_tour, tour_problems
from scheduler.planning.terms import Tour, TourProblem, TourStop


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
