"""A plan while it is made: what each person's days hold, kept so that one more or one less costs microseconds.

Costs are those of `rules/judgement`: a test holds that the running sum is the judged one.
"""

from collections.abc import Iterable, Iterator
from copy import copy
from typing import NamedTuple

from scheduler.planning.solver.grounds import Grounds, days_in
from scheduler.planning.terms import DAYS_OF_WEEK, NightAway, Placement, PlanPerson, SharedRide

NO_YOUTH = -1
Held = tuple[int, int, int, int]  # start, end, city, request


class PlanSeat(NamedTuple):
    """A way to serve a request."""

    day: int
    slot: int
    educator: int
    youth: int = NO_YOUTH


class PlanDesk:
    """The plan in hand. `place` and `lift` trust their caller; `joins`, `best` and `seats` say what fits."""

    def __init__(self, grounds: Grounds) -> None:
        problem, self.grounds = grounds.problem, grounds
        people, weeks = problem.people, len(grounds.week_masks)
        self.at: list[PlanSeat | None] = [None] * len(problem.requests)
        self.held: list[dict[int, list[Held]]] = [{} for _ in people]
        self.busy = [0] * len(people)
        self.load = [one.load for one in problem.requests]
        self.in_week = [[0] * weeks for _ in people]
        for person, one in enumerate(people):
            for day, number in one.given.items():
                if 0 <= day < problem.days:
                    self.in_week[person][day // DAYS_OF_WEEK] += number
        self.full = [self._weeks_full(person) for person in range(len(people))]
        self.total = [0] * len(people)
        self.excused = [0] * len(people)
        self.campaign_days = [0] * len(grounds.is_fixed)
        self.campaign_stops = [0] * len(grounds.is_fixed)
        self.team: list[tuple[int, int] | None] = [None] * len(grounds.is_fixed)
        self.max_total = [one.max_total for one in people]
        self.max_day = [one.max_per_day for one in people]
        self.by = problem.weights
        told = {one.request: one for one in problem.baseline}
        self.told = [self.seat_of(told[one.id]) if one.id in told else None for one in problem.requests]
        self.cost = sum(self.worth(request) for request in range(len(problem.requests)))

    def with_people(self, people: tuple[PlanPerson, ...]) -> "PlanDesk":
        """The same plan to be read where other rules hold for the same people; nothing is placed or lifted there."""
        other = copy(self)
        other.grounds = self.grounds.with_people(people)
        other.max_total = [one.max_total for one in people]
        other.max_day = [one.max_per_day for one in people]
        other.full = [other._weeks_full(person) for person in range(len(people))]
        return other

    def _weeks_full(self, person: int) -> int:
        one, weeks = self.grounds.problem.people[person], self.grounds.week_masks
        if not one.max_per_day:
            return (1 << self.grounds.problem.days) - 1
        return sum(mask for mask, held in zip(weeks, self.in_week[person], strict=True) if held >= one.max_per_week)

    def seat_of(self, one: Placement) -> PlanSeat:
        """People who are gone since keep no place: nobody can equal them."""
        at, gone = self.grounds.person_at, -2
        youth = at.get(one.influencer, gone) if one.influencer is not None else NO_YOUTH
        return PlanSeat(one.day, one.slot, at.get(one.educator, gone), youth)

    def worth(self, request: int) -> int:
        """What it costs to leave a request out."""
        told = self.by.change_date if self.told[request] else 0
        return self.by.unplaced * self.grounds.problem.requests[request].weight + told

    def wish(self, request: int, seat: PlanSeat) -> int:
        """What a seat costs by its day and by what the school was told, without roads and loads."""
        told = self.told[request]
        cost = 0 if self.grounds.preferred[request] >> seat.day & 1 else self.by.pref_miss
        if told is not None:
            cost += self.by.change_date * (told[:2] != seat[:2]) + self.by.change_team * (told[2:] != seat[2:])
        return cost

    def joins(self, person: int, request: int, day: int, slot: int) -> int:
        """Kilometres that a presentation adds to her day; -1 when it does not fit into that day."""
        grounds, stops = self.grounds, self.held[person].get(day)
        problem = grounds.problem
        one, home, city = problem.people[person], grounds.home_of[person], grounds.city_of[request]
        start, km, minutes = problem.slots[slot], grounds.km, grounds.minutes
        end, place = start + problem.requests[request].duration, 0
        if not stops:
            added, stops = 2 * km[home][city], []
        else:
            if one.given.get(day, 0) + sum(self.load[stop[3]] for stop in stops) >= one.max_per_day:
                return -1
            while place < len(stops) and stops[place][0] < start:
                place += 1
            a = b = home
            if place:
                _, free_at, a, _ = stops[place - 1]
                if free_at + minutes[a][city] + problem.buffer > start:
                    return -1
            elif start - problem.buffer - minutes[home][city] < one.day_start:
                return -1
            if place < len(stops):
                next_start, _, b, _ = stops[place]
                if end + minutes[city][b] + problem.buffer > next_start:
                    return -1
            elif end + minutes[city][home] > one.day_end:
                return -1
            added = km[a][city] + km[city][b] - km[a][b]
            if self.km_of(home, stops) + added > one.max_km_day:
                return -1
        if one.own_school is not None:
            then = [*stops[:place], (start, end, city, request), *stops[place:]]
            more = self._missed(person, day, then) - self._missed(person, day, stops)
            if self.excused[person] + more > one.own_school.excused_max:
                return -1
        return added

    def km_of(self, home: int, stops: list[Held]) -> int:
        km, at, total = self.grounds.km, home, 0
        for stop in stops:
            total += km[at][stop[2]]
            at = stop[2]
        return total + km[at][home]

    def misses_more(self, person: int, request: int, seat: PlanSeat) -> bool:
        """Whether a minor would miss her own lessons on that day only because of this."""
        start, stops = self.grounds.problem.slots[seat.slot], self.held[person].get(seat.day, [])
        end = start + self.grounds.problem.requests[request].duration
        then = sorted([*stops, (start, end, self.grounds.city_of[request], request)])
        return self._missed(person, seat.day, then) > self._missed(person, seat.day, stops)

    def _missed(self, person: int, day: int, stops: list[Held]) -> int:
        if not stops:
            return 0
        home, minutes = self.grounds.home_of[person], self.grounds.minutes
        leaves = stops[0][0] - self.grounds.problem.buffer - minutes[home][stops[0][2]]
        return self.grounds.misses(person, day, leaves, stops[-1][1] + minutes[stops[-1][2]][home])

    def may_more(self, person: int, day: int) -> bool:
        """Whether week and year leave her one more; the day is another question."""
        return self.total[person] < self.max_total[person] and not self.full[person] >> day & 1

    def fits(self, request: int, seat: PlanSeat) -> bool:
        """Whether a seat that its days allow is free for the request now."""
        people = [one for one in (seat.educator, seat.youth) if one >= 0]
        return (
            self.team_of(request) in (None, (seat.educator, seat.youth))
            and self.open_to(request) >> seat.day & 1 == 1
            and all(self.may_more(one, seat.day) for one in people)
            and all(self.joins(one, request, seat.day, seat.slot) >= 0 for one in people)
        )

    def place(self, request: int, seat: PlanSeat) -> None:
        self._join(seat.educator, request, seat)
        self.cost += self.by.load_sq * (2 * self.total[seat.educator] - 1)
        if seat.youth >= 0:
            self._join(seat.youth, request, seat)
        self.at[request] = seat
        campaign = self.grounds.campaign_of[request]
        if campaign >= 0:
            self.campaign_days[campaign] |= 1 << seat.day
            self.campaign_stops[campaign] += 1
            self.team[campaign] = (seat.educator, seat.youth)
        self.cost += self.wish(request, seat) - self.worth(request)

    def _join(self, person: int, request: int, seat: PlanSeat) -> None:
        grounds, day = self.grounds, seat.day
        home, start = grounds.home_of[person], grounds.problem.slots[seat.slot]
        stop = (start, start + grounds.problem.requests[request].duration, grounds.city_of[request], request)
        stops = self.held[person].setdefault(day, [])
        school = grounds.problem.people[person].own_school is not None
        before = self.km_of(home, stops) if stops else 0
        if school:
            self.excused[person] -= self._missed(person, day, stops)
        stops.append(stop)
        stops.sort()
        if school:
            self.excused[person] += self._missed(person, day, stops)
        self.cost += self.by.km * (self.km_of(home, stops) - before)
        self.busy[person] |= 1 << day
        self.total[person] += 1
        week = day // DAYS_OF_WEEK
        self.in_week[person][week] += self.load[request]
        if self.in_week[person][week] >= grounds.problem.people[person].max_per_week:
            self.full[person] |= grounds.week_masks[week]

    def lift(self, request: int) -> PlanSeat:
        """Take a request out of the plan again; where it was."""
        seat = self.at[request]
        assert seat is not None
        self.cost -= self.wish(request, seat) - self.worth(request)
        self.cost -= self.by.load_sq * (2 * self.total[seat.educator] - 1)
        self._leave(seat.educator, request, seat.day)
        if seat.youth >= 0:
            self._leave(seat.youth, request, seat.day)
        self.at[request] = None
        campaign = self.grounds.campaign_of[request]
        if campaign >= 0:
            self.campaign_days[campaign] &= ~(1 << seat.day)
            self.campaign_stops[campaign] -= 1
            if not self.campaign_stops[campaign]:
                self.team[campaign] = None
        return seat

    def _leave(self, person: int, request: int, day: int) -> None:
        home, stops = self.grounds.home_of[person], self.held[person][day]
        school = self.grounds.problem.people[person].own_school is not None
        before = self.km_of(home, stops)
        if school:
            self.excused[person] -= self._missed(person, day, stops)
        stops[:] = [stop for stop in stops if stop[3] != request]
        if school:
            self.excused[person] += self._missed(person, day, stops)
        self.cost += self.by.km * ((self.km_of(home, stops) if stops else 0) - before)
        if not stops:
            del self.held[person][day]
            self.busy[person] &= ~(1 << day)
        self.total[person] -= 1
        week = day // DAYS_OF_WEEK
        self.in_week[person][week] -= self.load[request]
        if self.in_week[person][week] < self.grounds.problem.people[person].max_per_week:
            self.full[person] &= ~self.grounds.week_masks[week]

    def open_to(self, request: int) -> int:
        """The days that the request's campaign leaves."""
        campaign = self.grounds.campaign_of[request]
        return ~self.campaign_days[campaign] if campaign >= 0 else -1

    def team_of(self, request: int) -> tuple[int, int] | None:
        """Whom a campaign of one team is bound to by its other stops."""
        campaign = self.grounds.campaign_of[request]
        return self.team[campaign] if campaign >= 0 and self.grounds.is_fixed[campaign] else None

    def seats(self, request: int) -> Iterator[tuple[int, PlanSeat]]:
        """Every way that fits now and what it would cost, each with the nearest youth where one is asked for."""
        days, team = self.open_to(request), self.team_of(request)
        youths = self.grounds.problem.requests[request].influencers
        if team and (team[1] >= 0) != bool(youths):
            return
        found: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for educator, slot, mask, _solo in self.grounds.options[request]:
            if self.total[educator] >= self.max_total[educator] or (team and team[0] != educator):
                continue
            load = self.by.load_sq * (2 * self.total[educator] + 1)
            for day in days_in(mask & days & ~self.full[educator]):
                if youths and (day, slot) not in found:
                    found[day, slot] = self.youths_for(request, day, slot)
                beside = found[day, slot] if youths else [(0, NO_YOUTH)]
                if not beside or (km := self.joins(educator, request, day, slot)) < 0:
                    continue
                for more, youth in beside:
                    seat = PlanSeat(day, slot, educator, youth)
                    yield load + self.by.km * (km + more) + self.wish(request, seat), seat

    def youths_for(self, request: int, day: int, slot: int) -> list[tuple[int, int]]:
        """The youth for whom a presentation is the shortest way, and the one of whom the school was told."""
        told, fitting = self.told[request], self.fitting_youths(request, day, slot)
        nearest = min(fitting, default=None)
        return [one for one in fitting if one == nearest or (told and told.youth == one[1])]

    def fitting_youths(self, request: int, day: int, slot: int) -> list[tuple[int, int]]:
        """Kilometres and youth, of all who could be there."""
        team = self.team_of(request)
        return [
            (km, youth)
            for youth, at, mask, _solo in self.grounds.youth_options[request]
            if at == slot and mask >> day & 1 and (not team or team[1] == youth) and self.may_more(youth, day)
            if (km := self.joins(youth, request, day, slot)) >= 0
        ]

    def best(self, request: int, turn: int = 0) -> tuple[int, PlanSeat] | None:
        """The cheapest way that fits now; of days that cost the same, the first one from day `turn` on."""
        if self.told[request] or self.grounds.problem.requests[request].influencers:
            return min(self.seats(request), default=None)
        by, days, full, busy, total = self.by, self.open_to(request), self.full, self.busy, self.total
        team, liked, chosen = self.team_of(request), self.grounds.preferred[request], (0, 0, 0)
        if team and team[1] >= 0:
            return None
        least = -1
        for educator, slot, mask, solo in self.grounds.options[request]:
            mask &= days & ~full[educator]
            if not mask or total[educator] >= self.max_total[educator] or (team and team[0] != educator):
                continue
            load = by.load_sq * (2 * total[educator] + 1)
            free = mask & ~busy[educator]
            if free:
                fond = free & liked
                cost = load + by.km * solo + (0 if fond else by.pref_miss)
                if (cost < least or least < 0) and (
                    day := self._first(educator, request, slot, fond or free, turn)
                ) >= 0:
                    least, chosen = cost, (day, slot, educator)
            if self.max_day[educator] > 1:
                for day in days_in(mask & busy[educator]):
                    km = self.joins(educator, request, day, slot)
                    if km >= 0:
                        cost = load + by.km * km + (0 if liked >> day & 1 else by.pref_miss)
                        if cost < least or least < 0:
                            least, chosen = cost, (day, slot, educator)
        return None if least < 0 else (least, PlanSeat(*chosen))

    def _first(self, educator: int, request: int, slot: int, mask: int, turn: int) -> int:
        """The first day from `turn` on; for a minor the first that her own lessons allow."""
        later = mask >> turn << turn
        if self.grounds.problem.people[educator].own_school is None:
            mask = later or mask
            return (mask & -mask).bit_length() - 1
        fitting = (day for day in (*days_in(later), *days_in(mask ^ later)))
        return next((day for day in fitting if self.joins(educator, request, day, slot) >= 0), -1)

    def roads(self, request: int, seat: PlanSeat) -> int:
        """What the roads of a seat that fits cost."""
        crew = (one for one in (seat.educator, seat.youth) if one >= 0)
        return self.by.km * sum(self.joins(one, request, seat.day, seat.slot) for one in crew)

    def is_tied(self, _request: int, _seat: PlanSeat) -> bool:
        """Whether a seat's cost hangs on other days, too: never without nights and rides (`TouringDesk`)."""
        return False

    def is_whole(self) -> bool:
        """Whether every day that is held can be gone, home again and all."""
        return True

    def placed_nights(self) -> tuple[NightAway, ...]:
        return ()

    def placed_rides(self) -> tuple[SharedRide, ...]:
        return ()

    def snapshot(self) -> list[PlanSeat | None]:
        return list(self.at)

    def restore(self, seats: Iterable[PlanSeat | None]) -> None:
        """Back to a plan that stood before."""
        wanted = list(seats)
        different = [request for request, seat in enumerate(wanted) if self.at[request] != seat]
        for request in different:
            if self.at[request] is not None:
                self.lift(request)
        for request in different:
            if (seat := wanted[request]) is not None:
                self.place(request, seat)

    def placements(self) -> tuple[Placement, ...]:
        problem = self.grounds.problem
        return tuple(
            Placement(
                one.id,
                seat.day,
                seat.slot,
                problem.people[seat.educator].id,
                problem.people[seat.youth].id if seat.youth >= 0 else None,
            )
            for one, seat in zip(problem.requests, self.at, strict=True)
            if seat is not None
        )
