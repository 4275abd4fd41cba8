"""The best of all tours, by dynamic programming over what was visited, day by day; loaded only where a tour is planned.

M. Held and R. M. Karp, "A Dynamic Programming Approach to Sequencing Problems", J. SIAM 10 (1962), with the calendar
beside it: an evening is at home or in the city of the day, so that the days of a state need not be remembered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scheduler.planning.rules.tours import may_follow
from scheduler.planning.solver.tour_days import UNREACHED, days_of
from scheduler.planning.terms import TourProblem, TourStop

AT_HOME, STAYS = -1, -1
Costs = NDArray[np.int32]  # of each set of visited cities, as bits
Ways = NDArray[np.int8]


@dataclass(frozen=True)
class _Night:
    """A day with a stop: where the crew has come from to each city, and from which it was home again."""

    day: int
    away: Mapping[int, Costs] = field(default_factory=dict)
    came: Mapping[int, Ways] = field(default_factory=dict)
    back: Ways | None = None


def best_stops(problem: TourProblem) -> tuple[int, tuple[TourStop, ...]]:
    """As many cities as find a day, at the least cost; of equal tours always the same one."""
    everything = 1 << len(problem.cities)
    home = np.full(everything, UNREACHED, np.int32)
    home[0] = 0
    evenings = [_Night(-2)]
    for day in days_of(problem):
        evening, home = _evening(problem, home, evenings[-1], day)
        evenings[-1] = _Night(evenings[-1].day, {}, evenings[-1].came, evenings[-1].back)  # its costs are not needed
        evenings.append(evening)
    visited = _fullest(home)
    return int(home[visited]), _told(visited, evenings)


def _evening(problem: TourProblem, home: Costs, before: _Night, day: int) -> tuple[_Night, Costs]:
    away, came = {}, {}
    at_home, back = home.copy(), np.full(len(home), STAYS, np.int8)
    sleeps = before.away if problem.nights and before.day == day - 1 else {}
    for city, one in enumerate(problem.cities):
        if day not in one.days:
            continue
        best, way = _without(home, city) + problem.home_km[city], np.full(len(home) >> 1, AT_HOME, np.int8)
        for last, costs in sleeps.items():
            if last != city and may_follow(problem, (last, day - 1), (city, day)):
                other = _without(costs, city) + (problem.night_cost + problem.km[last][city])
                better = other < best
                np.copyto(best, other, where=better)
                way[better.ravel()] = last
        reached = np.full(len(home), UNREACHED, np.int32)
        reached.reshape(-1, 2, 1 << city)[:, 1, :] = best
        away[city], came[city] = reached, way
        returned = reached + problem.home_km[city]
        nearer = returned < at_home
        np.copyto(at_home, returned, where=nearer)
        back[nearer] = city
    return _Night(day, away, came, back), at_home


def _without(costs: Costs, city: int) -> Costs:
    """Of the sets that have not visited a city yet."""
    return costs.reshape(-1, 2, 1 << city)[:, 0, :]


def _place(visited: int, city: int) -> int:
    """Where a set that has visited a city stands among those that have."""
    return (visited >> (city + 1) << city) | (visited & ((1 << city) - 1))


def _fullest(home: Costs) -> int:
    """The set of most cities that can be visited, of these the cheapest."""
    counts = np.where(home < UNREACHED, np.bitwise_count(np.arange(len(home))), 0)
    full = np.flatnonzero(counts == counts.max())
    return int(full[np.argmin(home[full])])


def _told(visited: int, evenings: Sequence[_Night]) -> tuple[TourStop, ...]:
    stops: list[TourStop] = []
    night, city = len(evenings) - 1, AT_HOME
    while visited:
        evening = evenings[night]
        if city == AT_HOME and evening.back is not None:
            city = int(evening.back[visited])
        if city != AT_HOME:
            way = int(evening.came[city][_place(visited, city)])
            stops.append(TourStop(city, evening.day, from_home=way == AT_HOME))
            visited ^= 1 << city
            city = way
        night -= 1
    return tuple(reversed(stops))
