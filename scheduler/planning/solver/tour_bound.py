"""What no tour goes below: cities counted instead of remembered, each at a price; loaded only where a tour is planned.

State-space relaxation (N. Christofides, A. Mingozzi, P. Toth, Networks 11, 1981): an evening remembers how many stops
there were, not which. A city may come twice then, and another not at all; prices on the cities, moved by a subgradient
(M. Held, R. M. Karp, Mathematical Programming 1, 1971), make that dear. Whatever the prices are, no tour is cheaper.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from scheduler.planning.rules.tours import may_follow
from scheduler.planning.solver.tour_days import days_of
from scheduler.planning.terms import TourProblem

Costs = NDArray[np.float64]
ROUNDS, ROUNDS_IN_VAIN = 240, 12  # of moving the prices; after so many without gain the steps get shorter
EXACT = 1e-6
AT_HOME, STAYS = -1, -1


@dataclass(frozen=True)
class _TourDay:
    """A day of the calendar: which cities are shut, and what it costs to go on to one from where one slept."""

    follows: bool  # the day before has stops, too
    shut: NDArray[np.bool_]
    step: Costs


def bound_of_tour(problem: TourProblem, cost: int) -> int:
    """A proven limit for tours that visit every city, up to the cost of one that is known."""
    number = len(problem.cities)
    days, home = _days(problem), np.array(problem.home_km, np.float64)
    prices, best, pace, waited = np.zeros(number), 0.0, 1.0, 0
    for _round in range(ROUNDS):
        least, visits = _least(days, home, prices)
        limit = least + prices.sum()
        waited = 0 if limit > best + EXACT else waited + 1
        best = max(best, limit)
        if waited >= ROUNDS_IN_VAIN:
            pace, waited = pace / 2, 0
        missing = 1 - visits
        if best > cost - 1 + EXACT or not missing.any():
            break
        prices += pace * (cost - limit) / (missing @ missing) * missing
    return min(cost, ceil(best - EXACT))


def _days(problem: TourProblem) -> list[_TourDay]:
    number, found = len(problem.cities), []
    km = np.array(problem.km, np.float64).reshape(number, number) + problem.night_cost
    before = -2
    for day in days_of(problem):
        shut = np.array([day not in city.days for city in problem.cities])
        step, follows = np.full((number, number), np.inf), problem.nights and before == day - 1
        if follows:
            pairs = [(one, other) for one in range(number) for other in range(number) if one != other]
            for one, other in pairs:
                open_both = day - 1 in problem.cities[one].days and not shut[other]
                if open_both and may_follow(problem, (one, day - 1), (other, day)):
                    step[one, other] = km[one, other]
        found.append(_TourDay(follows, shut, step))
        before = day
    return found


def _least(days: list[_TourDay], out: Costs, prices: Costs) -> tuple[float, NDArray[np.int64]]:
    """The least cost of as many stops as there are cities, each for its price; and how often it visits each."""
    number = len(out)
    home = np.full(number + 1, np.inf)
    home[0] = 0.0
    away = np.full((number + 1, number), np.inf)
    told: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    for day in days:
        reached = home[:number, None] + out[None, :]
        way = np.full((number, number), AT_HOME)
        if day.follows:
            via = away[:number, :, None] + day.step[None, :, :]
            slept = via.min(axis=1)
            better = slept < reached
            way[better] = via.argmin(axis=1)[better]
            reached = np.where(better, slept, reached)
        reached = reached - prices
        reached[:, day.shut] = np.inf
        away = np.vstack([np.full((1, number), np.inf), reached])
        returned = reached + out[None, :]
        back = returned.argmin(axis=1)
        nearer = returned.min(axis=1) < home[1:]
        home = home.copy()
        home[1:] = np.where(nearer, returned.min(axis=1), home[1:])
        told.append((way, np.where(nearer, back, STAYS)))
    return float(home[number]), _visits(told, number)


def _visits(told: list[tuple[NDArray[np.int64], NDArray[np.int64]]], number: int) -> NDArray[np.int64]:
    visits, done, city = np.zeros(number, np.int64), number, AT_HOME
    for way, back in reversed(told):
        if not done:
            break
        if city == AT_HOME:
            city = int(back[done - 1])
        if city != AT_HOME:
            visits[city] += 1
            city = int(way[done - 1, city])
            done -= 1
    return visits
