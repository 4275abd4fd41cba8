"""What of a problem never changes while a plan is searched: who could go where on which days, as whole numbers.

A set of days is one integer, a bit a day: to ask who is free in a window is one `&`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from scheduler.planning.rules.fitness import is_open, is_there, may_give
from scheduler.planning.rules.nights import most_nights
from scheduler.planning.rules.rides import may_ride
from scheduler.planning.rules.roads import misses_lessons, road_between
from scheduler.planning.terms import DAYS_OF_WEEK, PlanPerson, PlanProblem

Option = tuple[int, int, int, int]  # person, slot, her days, kilometres there and back


def days_in(mask: int) -> Iterator[int]:
    """The days of a set, ascending."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def mask_of(days: Iterable[int]) -> int:
    mask = 0
    for day in days:
        if day >= 0:
            mask |= 1 << day
    return mask


class Lazily(dict[int, list[Option]]):
    """The options of each request, found out when somebody asks for them."""

    def __init__(self, find: Callable[[int], list[Option]]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, request: int) -> list[Option]:
        self[request] = found = self._find(request)
        return found


WHOEVER_GOES = (
    *("city_of", "_roads", "km", "minutes", "request_at", "week_masks", "odd_weeks", "open_days", "preferred"),
    *("campaign_of", "is_fixed", "stops_of"),
)

SO_LONG_AS: Mapping[str, Callable[[PlanPerson], object]] = {  # what other people share with those who are alike in this
    "there": lambda one: (one.weekdays, one.unavailable, one.own_school),
    "reach": lambda one: (one.home, one.day_start, one.day_end, one.max_km_day, one.furthest),
}


@dataclass(frozen=True, eq=False)
class Grounds:
    """A problem with its people, requests, cities and campaigns as places in lists."""

    problem: PlanProblem

    def with_people(self, people: tuple[PlanPerson, ...]) -> "Grounds":
        """The same requests and cities with other people: what does not hang on who goes is not worked out again."""
        other = Grounds(replace(self.problem, people=people))
        pairs = list(zip(people, self.problem.people, strict=True))
        alike = [name for name, of in SO_LONG_AS.items() if all(of(one) == of(before) for one, before in pairs)]
        other.__dict__.update({name: getattr(self, name) for name in (*WHOEVER_GOES, *alike)})
        return other

    @cached_property
    def city_of(self) -> list[int]:
        places = {one.id: place for place, one in enumerate(self.problem.cities)}
        return [places[one.city] for one in self.problem.requests]

    @cached_property
    def home_of(self) -> list[int]:
        places = {one.id: place for place, one in enumerate(self.problem.cities)}
        return [places[one.home] for one in self.problem.people]

    @cached_property
    def _roads(self) -> list[list[tuple[int, int]]]:
        cities = self.problem.cities
        table = [[(0, 0)] * len(cities) for _ in cities]
        for here, one in enumerate(cities):
            for there in range(here + 1):
                table[here][there] = table[there][here] = road_between(self.problem, one, cities[there])
        return table

    @cached_property
    def km(self) -> list[list[int]]:
        return [[km for km, _minutes in row] for row in self._roads]

    @cached_property
    def minutes(self) -> list[list[int]]:
        return [[minutes for _km, minutes in row] for row in self._roads]

    @cached_property
    def person_at(self) -> dict[str, int]:
        return {one.id: place for place, one in enumerate(self.problem.people)}

    @cached_property
    def request_at(self) -> dict[str, int]:
        return {one.id: place for place, one in enumerate(self.problem.requests)}

    @cached_property
    def week_masks(self) -> list[int]:
        a_week = (1 << DAYS_OF_WEEK) - 1
        return [a_week << first for first in range(0, self.problem.days, DAYS_OF_WEEK)]

    @cached_property
    def odd_weeks(self) -> int:
        return sum(self.week_masks[1::2])

    @cached_property
    def there(self) -> list[int]:
        """The days on which each person works."""
        days = range(self.problem.days)
        return [mask_of(day for day in days if is_there(one, day)) for one in self.problem.people]

    @cached_property
    def open_days(self) -> list[int]:
        """The days on which each request may be, with notice unless it is locked; slots are another question."""
        first, locked = self.problem.today + self.problem.min_notice, self.problem.locked
        return [
            mask_of(
                day
                for day in range(max(one.day_from, 0), min(one.day_to, self.problem.days - 1) + 1)
                if (day >= first or one.id in locked) and is_open(self.problem, one, day)
            )
            for one in self.problem.requests
        ]

    @cached_property
    def preferred(self) -> list[int]:
        return [mask_of(one.preferred_days) for one in self.problem.requests]

    @cached_property
    def campaign_of(self) -> list[int]:
        """The place of each request's campaign; -1 for none."""
        places = {name: place for place, name in enumerate(self.problem.fixed_team)}
        return [places[one.campaign] if one.campaign else -1 for one in self.problem.requests]

    @cached_property
    def is_fixed(self) -> list[bool]:
        return list(self.problem.fixed_team.values())

    @cached_property
    def stops_of(self) -> list[list[int]]:
        """The requests of each campaign."""
        stops: list[list[int]] = [[] for _ in self.is_fixed]
        for request, campaign in enumerate(self.campaign_of):
            if campaign >= 0:
                stops[campaign].append(request)
        return stops

    @cached_property
    def _kinds(self) -> dict[tuple[str, str, str], tuple[list[int], list[int]]]:
        """Who could give what, apart from day and road: educators and youths of each topic, language, audience."""
        kinds: dict[tuple[str, str, str], tuple[list[int], list[int]]] = {}
        for one in self.problem.requests:
            kind = (one.topic, one.language, one.audience)
            if kind not in kinds:
                able = [(place, p.educator) for place, p in enumerate(self.problem.people) if may_give(p, one)]
                kinds[kind] = [p for p, educator in able if educator], [p for p, educator in able if not educator]
        return kinds

    def able(self, request: int) -> tuple[list[int], list[int]]:
        one = self.problem.requests[request]
        return self._kinds[one.topic, one.language, one.audience]

    @cached_property
    def options(self) -> "Lazily":
        """For each request, the educators, slots and days that the day, the road and her week allow."""
        return Lazily(lambda request: self._options(request, self.able(request)[0]))

    @cached_property
    def youth_options(self) -> "Lazily":
        """The same of youths, nearest first; none where no youth is asked for."""
        return Lazily(
            lambda request: (
                sorted(self._options(request, self.able(request)[1]), key=lambda one: (one[3], one[0], one[1]))
                if self.problem.requests[request].influencers
                else []
            )
        )

    def slot_days(self, request: int) -> list[tuple[int, int]]:
        """The slots of a request and the open days of each."""
        one, days = self.problem.requests[request], self.open_days[request]
        odd, even = days & self.odd_weeks, days & ~self.odd_weeks
        found = []
        for slot in sorted(one.slots_even | one.slots_odd):
            mask = (even if slot in one.slots_even else 0) | (odd if slot in one.slots_odd else 0)
            if mask:
                found.append((slot, mask))
        return found

    def _options(self, request: int, people: list[int]) -> list[Option]:
        found, city, one = list[Option](), self.city_of[request], self.problem.requests[request]
        duration, starts, rested = one.duration, self.problem.slots, self.rested
        slots = [(slot, starts[slot], mask) for slot, mask in self.slot_days(request)]
        for person in people:
            earliest, latest = self.reach[person][city]
            there = self.there[person]
            may = one.may.get(self.problem.people[person].id, {}) if one.may is not None else None
            for slot, start, mask in slots:
                days = mask & there & (-1 if may is None else may.get(slot, 0))
                if days and not earliest <= start <= latest - duration:
                    days = self._by_night((request, person, slot), days) if rested[person] else 0
                if days:
                    found.append((person, slot, days, 2 * self.km[self.home_of[person]][city]))
        return found

    def _by_night(self, way: tuple[int, int, int], days: int) -> int:
        """The days on which somebody could be there who sleeps away; `by_night` keeps what it takes alone."""
        request, person, slot = way
        city, one, rested = self.city_of[request], self.problem.people[person], self.rested[person]
        start = self.problem.slots[slot] - self.problem.buffer
        end = self.problem.slots[slot] + self.problem.requests[request].duration
        early, late = (min(one.furthest, time) for time in (start - one.day_start, one.day_end - end))  # for the road
        if min(early, late) < self._last_leg[city]:
            return 0
        days, eve, morrow = days & rested, rested << 1, rested >> 1
        road, near = self.minutes[self.home_of[person]][city], self.minutes[city][city]
        nights, alone = 1, 0
        fits = road <= min(one.day_end - one.day_start, 2 * one.furthest)
        if self.km[self.home_of[person]][city] <= one.max_km_day and fits:
            alone |= eve if near <= early and road <= late else 0
            alone |= morrow if road <= early and near <= late else 0
            if not alone and most_nights(one) > 1 and near <= min(early, late):
                nights, alone = 2, eve & morrow
        self.by_night[way] = nights, alone
        return days & (eve | morrow)

    @cached_property
    def _last_leg(self) -> list[int]:
        """The fewest minutes in which anybody gets to each city, from wherever she slept."""
        return [min(column) for column in zip(*self.minutes, strict=True)]

    @cached_property
    def by_night(self) -> dict[tuple[int, int, int], tuple[int, int]]:
        """Of each request, person and slot that needs a night away: how many, and on which days, if alone in its week.

        It is filled by `options`; whoever is not in it is home again on the same day.
        """
        return {}

    @cached_property
    def rested(self) -> list[int]:
        """The days that a night away of each person may begin or end."""
        return [
            self.there[place] & ~mask_of(day for day, number in one.given.items() if number) if most_nights(one) else 0
            for place, one in enumerate(self.problem.people)
        ]

    @cached_property
    def rides_with(self) -> list[dict[int, int]]:
        """Of each person the youths whom she may take along, and on which days."""
        days, people = range(self.problem.days), self.problem.people
        drivers = [one.takes_along for one in people]
        return [
            {
                youth: mask
                for youth, other in enumerate(people)
                if drivers[place]
                and not other.educator
                and (mask := mask_of(day for day in days if may_ride(one, other, day)))
            }
            for place, one in enumerate(people)
        ]

    @cached_property
    def is_touring(self) -> bool:
        """Whether anybody may stay away or ride along."""
        return any(self.rested) or any(self.rides_with)

    @cached_property
    def reach(self) -> list[list[tuple[int, int]]]:
        """When each person can begin, and when she must have ended, in each city, with nothing else on that day."""
        return [
            [self._hours(person, city) for city in range(len(self.problem.cities))]
            for person in range(len(self.problem.people))
        ]

    def _hours(self, person: int, city: int) -> tuple[int, int]:
        one, home = self.problem.people[person], self.home_of[person]
        road = self.minutes[home][city]
        if 2 * self.km[home][city] > one.max_km_day or road > one.furthest:
            return 1, 0
        return one.day_start + self.problem.buffer + road, one.day_end - road

    def misses(self, person: int, day: int, leaves: int, back: int) -> bool:
        school = self.problem.people[person].own_school
        return school is not None and misses_lessons(school, day, leaves, back)
