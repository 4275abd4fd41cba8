"""Of cities in a given order: the best days for them, and after which of them the crew sleeps away."""

from collections.abc import Sequence
from typing import NamedTuple

from scheduler.planning.rules.tours import may_follow, may_go, trips_of
from scheduler.planning.terms import TourProblem, TourStop

UNREACHED = 10**8
SKIP_COST = 10**6  # a city that nobody visits costs more than any road
FROM_HOME, SLEPT_AWAY, RESTS, SKIPS = 1, 2, 3, 4


class _Evening(NamedTuple):
    """What an evening can be, by how many cities of the order are dealt with, and how it came about."""

    day: int
    home: list[int]  # the least that it costs to be at home
    away: list[int]  # the same in the last of these cities, of which the stop is today
    came: list[int]  # how today's stop was reached
    back: list[int]  # at home: from today's stop, as the evening before (RESTS), or the last city left out (SKIPS)


class TourCalendar:
    """Lays orders out; what it asks of the problem is prepared once, as a search asks thousands of times."""

    def __init__(self, problem: TourProblem) -> None:
        self.problem = problem
        days = days_of(problem)
        self.days = [(day, problem.nights and day - 1 in days, self._open_on(day)) for day in days]
        self.step = [[km + problem.night_cost for km in row] for row in problem.km]
        self.asks_who = any(city.who is not None for city in problem.cities)

    def _open_on(self, day: int) -> list[bool]:
        return [day in city.days for city in self.problem.cities]

    def cost_of(self, order: Sequence[int]) -> int:
        """The least cost of that order; a city that finds no day is left out, at a price."""
        return self._evenings(order)[-1].home[-1]

    def laid_out(self, order: Sequence[int]) -> tuple[TourStop, ...]:
        """Its stops; of equal ones the earliest."""
        return _told(order, self._evenings(order))

    def _evenings(self, order: Sequence[int]) -> list[_Evening]:
        number = len(order)
        evenings = [_Evening(-2, [one * SKIP_COST for one in range(number + 1)], [UNREACHED] * (number + 1), [], [])]
        for day, follows, open_on in self.days:
            evenings.append(self._evening(order, evenings[-1], (day, follows, open_on)))
        return evenings

    def _evening(self, order: Sequence[int], before: _Evening, today: tuple[int, bool, list[bool]]) -> _Evening:
        (day, follows, open_on), out, step = today, self.problem.home_km, self.step
        was_home, was_away, number = before.home, before.away, len(order)
        home, away = was_home[:], [UNREACHED] * (number + 1)
        came, back = [FROM_HOME] * (number + 1), [RESTS] * (number + 1)
        for place, city in enumerate(order):
            if not open_on[city]:
                continue
            after, cost = place + 1, was_home[place] + out[city]
            if follows and was_away[place] < UNREACHED:
                cheaper = was_away[place] + step[order[place - 1]][city]
                if cheaper < cost and self._may_follow(order[place - 1], city, day):
                    cost, came[after] = cheaper, SLEPT_AWAY
            away[after] = cost
            if cost + out[city] < home[after]:
                home[after], back[after] = cost + out[city], came[after]
        for place in range(number):
            if home[place] + SKIP_COST < home[place + 1]:
                home[place + 1], back[place + 1] = home[place] + SKIP_COST, SKIPS
        return _Evening(day, home, away, came, back)

    def _may_follow(self, last: int, city: int, day: int) -> bool:
        return not self.asks_who or may_follow(self.problem, (last, day - 1), (city, day))


def days_of(problem: TourProblem) -> list[int]:
    """The days on which any city may be visited."""
    return sorted(set().union(*(city.days for city in problem.cities)))


def _told(order: Sequence[int], evenings: Sequence[_Evening]) -> tuple[TourStop, ...]:
    stops: list[TourStop] = []
    dealt, night, at_home = len(order), len(evenings) - 1, True
    while dealt and night:
        evening = evenings[night]
        if at_home and evening.back[dealt] == RESTS:
            night -= 1
        elif at_home and evening.back[dealt] == SKIPS:
            dealt -= 1
        else:
            at_home = evening.came[dealt] == FROM_HOME
            stops.append(TourStop(order[dealt - 1], evening.day, at_home))
            dealt, night = dealt - 1, night - 1
    return tuple(reversed(stops))


def with_whole_crews(problem: TourProblem, stops: Sequence[TourStop]) -> tuple[TourStop, ...]:
    """The same stops; where nobody could go on with all of a trip, the crew goes home first."""
    whole: list[TourStop] = []
    for trip in trips_of(stops):
        begun = len(whole)
        for stop in trip:
            if stop.from_home or may_go(problem, [*whole[begun:], stop]):
                whole.append(stop)
            else:
                begun = len(whole)
                whole.append(TourStop(stop.city, stop.day, from_home=True))
    return tuple(whole)
