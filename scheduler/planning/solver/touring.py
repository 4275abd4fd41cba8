"""A plan in hand where somebody may stay a night away or ride along; without either it is `PlanDesk` alone.

Roads are counted from home to home as ever; what nights and rides change of it is added beside, tour by tour.
"""

from bisect import insort
from collections.abc import Iterator
from itertools import pairwise

from scheduler.planning.rules.nights import most_nights
from scheduler.planning.rules.rides import LONGEST_DETOUR_KM
from scheduler.planning.solver.desk import PlanDesk, PlanSeat
from scheduler.planning.solver.grounds import Grounds, days_in
from scheduler.planning.solver.nights import BestNights, DaysHeld, Held
from scheduler.planning.solver.rides import DrivenDay, Passenger, best_ride
from scheduler.planning.terms import NightAway, SharedRide

IMPASSABLE = 10**15  # of days that no nights make possible, while a move is half done


def desk_over(grounds: Grounds) -> PlanDesk:
    """An empty plan of the kind that the problem asks for."""
    return TouringDesk(grounds) if grounds.is_touring else PlanDesk(grounds)


def _beside(days: int) -> int:
    """Days and those up to two away: a night or an idle day lies between."""
    return days | days << 1 | days << 2 | days >> 1 | days >> 2


class TouringDesk(PlanDesk):
    """The plan in hand, nights and rides chosen anew with every change."""

    def __init__(self, grounds: Grounds) -> None:
        super().__init__(grounds)
        people = grounds.problem.people
        self.most = [most_nights(one) for one in people]
        self.away = [0] * len(people)  # days that a night away begins or ends
        self.sleeps: list[dict[int, int]] = [{} for _ in people]  # of each person by day, in which city
        self.rides_with = grounds.rides_with
        self.riders = {youth for those in self.rides_with for youth in those}
        self._riders_of: dict[int, set[int]] = {}  # of each request, whom anybody could take along to it
        self._nights = BestNights(grounds, self._saved)

    def place(self, request: int, seat: PlanSeat) -> None:
        touched = self._touched(seat)
        before = self._beside_roads(touched)
        super().place(request, seat)
        self._settle(touched, before)

    def lift(self, request: int) -> PlanSeat:
        seat = self.at[request]
        assert seat is not None
        touched = self._touched(seat)
        before = self._beside_roads(touched)
        super().lift(request)
        self._settle(touched, before)
        return seat

    def _touched(self, seat: PlanSeat) -> dict[int, set[int]]:
        """Whose days cost something else with or without a presentation: the crew, and who takes the youth along."""
        found = dict[int, set[int]]()
        if seat.youth >= 0 and self.most[seat.youth]:
            found[seat.youth] = {seat.day}  # first: who stays away rides with nobody
        if self.most[seat.educator] or self.rides_with[seat.educator]:
            found.setdefault(seat.educator, set()).add(seat.day)
        if seat.youth in self.riders:
            for day, stops in self._about(seat.youth, seat.day).items():
                for stop in stops:
                    other = self.at[stop[3]]
                    if other is not None and self.rides_with[other.educator]:
                        found.setdefault(other.educator, set()).add(day)
        return found

    def _settle(self, touched: dict[int, set[int]], before: int) -> None:
        for person, days in touched.items():
            if self.most[person]:
                self._note(person, days)
        self.cost += self._beside_roads(touched) - before

    def _note(self, person: int, days: set[int]) -> None:
        """Keep where she sleeps about those days."""
        held, sleeps = self._tour(person, days), self.sleeps[person]
        slept = self._nights.of(person, held) if held else None
        around = [*held, *days]
        for day in around:
            sleeps.pop(day, None)
            sleeps.pop(day - 1, None)
        sleeps.update(slept.nights if slept else ())
        for near in {near for day in around for near in (day - 1, day, day + 1) if near >= 0}:
            self.away[person] &= ~(1 << near)
            if near in sleeps or near - 1 in sleeps:
                self.away[person] |= 1 << near

    def _beside_roads(self, touched: dict[int, set[int]]) -> int:
        """What nights and rides add to the roads from home to home."""
        total = 0
        for person, days in touched.items():
            held = self._tour(person, days)
            if not self.most[person]:
                total -= self.by.km * sum(self._saved(person, day, stops) for day, stops in held.items())
            elif held:
                home, slept = self.grounds.home_of[person], self._nights.of(person, held)
                total += IMPASSABLE if slept is None else slept.cost
                total -= self.by.km * sum(self.km_of(home, stops) for stops in held.values())
        return total

    def _tour(self, person: int, days: set[int]) -> DaysHeld:
        if len(days) == 1:
            return self._about(person, next(iter(days)))
        found = dict[int, list[Held]]()
        for day in days:
            found.update(self._about(person, day))
        return dict(sorted(found.items()))

    def _about(self, person: int, day: int) -> DaysHeld:
        """Her days that a night could join to this one; of who may not stay away, this day alone."""
        held = self.held[person]
        if not self.most[person]:
            return {day: held[day]} if day in held else {}
        first = last = day
        while (before := next((one for one in (first - 1, first - 2) if one in held), None)) is not None:
            first = before
        while (after := next((one for one in (last + 1, last + 2) if one in held), None)) is not None:
            last = after
        return {one: held[one] for one in range(first, last + 1) if one in held}

    def _saved(self, person: int, day: int, stops: list[Held]) -> int:
        return self._ride(person, day, stops)[0] if self.rides_with[person] else 0

    def _ride(self, person: int, day: int, stops: list[Held]) -> tuple[int, list[int]]:
        """Who rides along on a day from home to home, and the kilometres that it saves."""
        found = [one for one in self._passengers(person, day, stops) if one.km]
        if not found:
            return 0, []
        return best_ride(
            self.grounds, DrivenDay(person, day, stops, self.km_of(self.grounds.home_of[person], stops)), found
        )

    def _passengers(self, person: int, day: int, stops: list[Held]) -> Iterator[Passenger]:
        seats = (self.at[stop[3]] for stop in stops)
        for youth in dict.fromkeys(seat.youth for seat in seats if seat is not None):
            if not self.rides_with[person].get(youth, 0) >> day & 1 or self.away[youth] >> day & 1:
                continue
            hers = self.held[youth][day]
            if all((seat := self.at[stop[3]]) is not None and seat.educator == person for stop in hers):
                home, minutes = self.grounds.home_of[youth], self.grounds.minutes
                leaves = hers[0][0] - self.grounds.problem.buffer - minutes[home][hers[0][2]]
                back = hers[-1][1] + minutes[hers[-1][2]][home]
                yield Passenger(youth, leaves, back, self.km_of(home, hers))

    def joins(self, person: int, request: int, day: int, slot: int) -> int:
        """Kilometres from home to home that it adds; -1 when it does not fit, with whatever nights."""
        by_night = self.grounds.by_night.get((request, person, slot)) if self.most[person] else None
        tied = self._near(person) >> day & 1 if self.most[person] else 0
        if by_night is None:
            km = super().joins(person, request, day, slot)
            if not self.most[person] or (km >= 0 and not self.away[person] >> day & 1) or not tied:
                return km
        elif not tied:
            city = self.grounds.city_of[request]
            return 2 * self.grounds.km[self.grounds.home_of[person]][city] if by_night[1] >> day & 1 else -1
        return self._joins_tour(person, request, day, slot)

    def _near(self, person: int) -> int:
        return _beside(self.busy[person] | self.away[person])

    def _joins_tour(self, person: int, request: int, day: int, slot: int) -> int:
        """The same where days about it may be one tour."""
        grounds, stops = self.grounds, self.held[person].get(day, [])
        problem, home = grounds.problem, grounds.home_of[person]
        one, start = problem.people[person], problem.slots[slot]
        if stops and one.given.get(day, 0) + sum(self.load[stop[3]] for stop in stops) >= one.max_per_day:
            return -1
        then = list(stops)
        insort(then, (start, start + problem.requests[request].duration, grounds.city_of[request], request))
        for stop, later in pairwise(then):
            if stop[1] + grounds.minutes[stop[2]][later[2]] + problem.buffer > later[0]:
                return -1
        about = {**self._about(person, day), day: then}
        if self._nights.of(person, dict(sorted(about.items()))) is None:
            return -1
        return max(self.km_of(home, then) - (self.km_of(home, stops) if stops else 0), 0)

    def price(self, request: int, seat: PlanSeat) -> int:
        """What a seat that fits costs, nights and rides with it."""
        before = self.cost
        self.place(request, seat)
        after = self.cost
        self.lift(request)
        return after - before + self.worth(request)

    def roads(self, request: int, seat: PlanSeat) -> int:
        load = self.by.load_sq * (2 * self.total[seat.educator] + 1)
        return self.price(request, seat) - load - self.wish(request, seat)

    def is_tied(self, request: int, seat: PlanSeat) -> bool:
        """Whether a seat's cost hangs on what lies about it: a night away, or a ride."""
        day = seat.day
        for person in (seat.educator, seat.youth):
            if (
                person >= 0
                and self.most[person]
                and ((request, person, seat.slot) in self.grounds.by_night or self._near(person) >> day & 1)
            ):
                return True
        if self._has_riders(seat.educator, day):
            return True
        if seat.youth not in self.riders:
            return False
        return bool(self.busy[seat.youth] >> day & 1) or self._could_ride(request, seat.educator, seat.youth)

    def _has_riders(self, person: int, day: int) -> bool:
        """Whether somebody who may ride along presents with her on that day already."""
        return bool(self.rides_with[person]) and any(
            (seat := self.at[stop[3]]) is not None and seat.youth in self.rides_with[person]
            for stop in self.held[person].get(day, ())
        )

    def _could_ride(self, request: int, person: int, youth: int) -> bool:
        """Whether her door lies on the educator's road to the request, or to whatever else she gives that day."""
        if youth not in self.rides_with[person]:
            return False
        home, door, km = self.grounds.home_of[person], self.grounds.home_of[youth], self.grounds.km
        city = self.grounds.city_of[request]
        return door in (home, city) or km[home][door] + km[door][city] - km[home][city] <= LONGEST_DETOUR_KM

    def seats(self, request: int) -> Iterator[tuple[int, PlanSeat]]:
        for cost, seat in super().seats(request):
            yield (self.price(request, seat) if self.is_tied(request, seat) else cost), seat

    def youths_for(self, request: int, day: int, slot: int) -> list[tuple[int, int]]:
        """Those of a plan without rides, and all who could ride with somebody."""
        found = super().youths_for(request, day, slot)
        if not self.riders:
            return found
        if request not in self._riders_of:
            educators = {one[0] for one in self.grounds.options[request]}
            self._riders_of[request] = {
                youth for youth in self.riders if any(self._could_ride(request, one, youth) for one in educators)
            }
        riders = self._riders_of[request]
        more = [one for one in self.fitting_youths(request, day, slot) if one[1] in riders] if riders else []
        return list(dict.fromkeys([*found, *more]))

    def best(self, request: int, turn: int = 0) -> tuple[int, PlanSeat] | None:
        """The cheapest way that fits now; a day that no other lies near is judged by itself, without a tour."""
        if self.told[request] or self.grounds.problem.requests[request].influencers:
            return min(self.seats(request), default=None)
        team, open_days = self.team_of(request), self.open_to(request)
        if team and team[1] >= 0:
            return None
        least: tuple[int, PlanSeat] | None = None
        for educator, slot, mask, solo in self.grounds.options[request]:
            days = mask & open_days & ~self.full[educator]
            if not days or self.total[educator] >= self.max_total[educator] or (team and team[0] != educator):
                continue
            for seat, cost in self._candidates(request, (educator, slot, days, solo), turn, least):
                if least is None or cost < least[0]:
                    least = cost, seat
        return least

    def _candidates(
        self, request: int, way: tuple[int, int, int, int], turn: int, least: tuple[int, PlanSeat] | None
    ) -> Iterator[tuple[PlanSeat, int]]:
        """Of one educator at one hour: the day that is best by itself, and each that is part of a tour."""
        educator, slot, days, solo = way
        by, liked, night = self.by, self.grounds.preferred[request], self.most[educator]
        load = by.load_sq * (2 * self.total[educator] + 1)
        limit = least[0] if least else IMPASSABLE
        needs = self.grounds.by_night.get((request, educator, slot)) if night else None
        by_itself = days & ~(self._near(educator) if needs else self.busy[educator] | self.away[educator])
        alone = load + by.km * solo
        if needs:
            by_itself &= needs[1]
            alone += by.night * needs[0]
        fond = by_itself & liked
        if by_itself and alone + (0 if fond else by.pref_miss) < limit:
            day = self._first(educator, request, slot, fond or by_itself, turn)
            if day >= 0:
                limit = alone + (0 if fond else by.pref_miss)
                yield PlanSeat(day, slot, educator), limit
        tour = load + by.night < limit and (needs is not None or by.km * solo > by.night)
        for day in days_in(days & self._joined(educator, tour)):
            extra = 0 if liked >> day & 1 else by.pref_miss
            if load + extra < limit and (km := self.joins(educator, request, day, slot)) >= 0:
                seat = PlanSeat(day, slot, educator)
                tied = night or self._has_riders(educator, day)
                cost = self.price(request, seat) if tied else load + extra + by.km * km
                limit = min(limit, cost)
                yield seat, cost

    def _joined(self, educator: int, tour: bool) -> int:
        """Days whose cost hangs on what lies about them; `tour`: those as well where it takes a night more."""
        busy, away = self.busy[educator], self.away[educator]
        if not self.most[educator]:
            return busy
        return _beside(busy | away) if tour else busy | away | away << 1 | away >> 1

    def is_whole(self) -> bool:
        return self.cost < IMPASSABLE

    def placed_nights(self) -> tuple[NightAway, ...]:
        people, cities = self.grounds.problem.people, self.grounds.problem.cities
        return tuple(
            NightAway(people[person].id, day, cities[city].id)
            for person, those in enumerate(self.sleeps)
            for day, city in sorted(those.items())
        )

    def placed_rides(self) -> tuple[SharedRide, ...]:
        people = self.grounds.problem.people
        return tuple(
            SharedRide(people[youth].id, people[person].id, day)
            for person, those in enumerate(self.held)
            if self.rides_with[person]
            for day, stops in sorted(those.items())
            if not self.away[person] >> day & 1
            for youth in self._ride(person, day, stops)[1]
        )
