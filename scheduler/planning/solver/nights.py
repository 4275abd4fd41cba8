"""Where somebody sleeps in a row of days so that they cost least: day by day, each place where she may wake up."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from scheduler.planning.rules.nights import most_nights
from scheduler.planning.solver.grounds import Grounds
from scheduler.planning.terms import ANY_ROAD

Held = tuple[int, int, int, int]  # start, end, city, request
DaysHeld = Mapping[int, list[Held]]
KmSaved = Callable[[int, int, list[Held]], int]  # kilometres that rides save of a person's day from home to home
REMEMBERED = 100_000


class NightsOfTour(NamedTuple):
    """What days cost on the road, and where each of their nights away is."""

    cost: int
    nights: tuple[tuple[int, int], ...]  # day, city


class BestNights:
    """The cheapest nights of one person's days; what was found out is kept."""

    def __init__(self, grounds: Grounds, saved: KmSaved) -> None:
        self._grounds, self._saved, self._by = grounds, saved, grounds.problem.weights
        self._most = [most_nights(one) for one in grounds.problem.people]
        self._known: dict[tuple[object, ...], NightsOfTour | None] = {}

    def of(self, person: int, held: DaysHeld) -> NightsOfTour | None:
        """None where no nights make these days possible."""
        saved = tuple(self._saved(person, day, stops) for day, stops in held.items())
        key = (person, saved, *((day, tuple(stops)) for day, stops in held.items()))
        if key not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[key] = self._found(person, held, dict(zip(held, saved, strict=True)))
        return self._known[key]

    def _found(self, person: int, held: DaysHeld, saved: Mapping[int, int]) -> NightsOfTour | None:
        home, by = self._grounds.home_of[person], self._by
        states = {(home, 0): NightsOfTour(0, ())}  # where she wakes up, after how many nights away
        for day in range(min(held) - 1, max(held) + 2):
            then = dict[tuple[int, int], NightsOfTour]()
            places = self._places(person, held, day)
            for (begins, row), slept in states.items():
                for ends in places:
                    away = row + 1 if ends != home else 0
                    km = self._km(person, held.get(day), (begins, ends)) if away <= self._most[person] else -1
                    if km < 0:
                        continue
                    if begins == ends == home:
                        km -= saved.get(day, 0)
                    cost = slept.cost + by.km * km + (by.night if away else 0)
                    if (ends, away) not in then or cost < then[ends, away].cost:
                        then[ends, away] = NightsOfTour(cost, (*slept.nights, (day, ends)) if away else slept.nights)
            states = then
        return states.get((home, 0))

    def _places(self, person: int, held: DaysHeld, day: int) -> list[int]:
        """Where she may sleep after a day: at home, where it ended, where the next begins."""
        home = self._grounds.home_of[person]
        if self._grounds.rested[person] >> max(day, 0) & 3 != 3 or day < 0:
            return [home]
        found = {home: None}
        if stops := held.get(day):
            found[stops[-1][2]] = None
        if stops := held.get(day + 1):
            found[stops[0][2]] = None
        return list(found)

    def _km(self, person: int, stops: list[Held] | None, ends: tuple[int, int]) -> int:
        """Kilometres of a day between two places; -1 when her hours or her limit do not allow it."""
        (begins, finishes), grounds = ends, self._grounds
        one, km, minutes, home = grounds.problem.people[person], grounds.km, grounds.minutes, grounds.home_of[person]
        if not stops:
            if begins == finishes == home:
                return 0
            fits = minutes[begins][finishes] <= min(one.day_end - one.day_start, 2 * one.furthest)
            road = km[begins][finishes]
            return road if fits and road <= one.max_km_day else -1
        first, last = stops[0], stops[-1]
        if one.furthest < ANY_ROAD and any(
            max(minutes[begins][stop[2]], minutes[finishes][stop[2]]) > one.furthest for stop in stops
        ):
            return -1
        if first[0] - grounds.problem.buffer - minutes[begins][first[2]] < one.day_start:
            return -1
        if last[1] + minutes[last[2]][finishes] > one.day_end:
            return -1
        road, at = km[begins][first[2]] + km[last[2]][finishes], first[2]
        for stop in stops[1:]:
            road, at = road + km[at][stop[2]], stop[2]
        return road if road <= one.max_km_day else -1
