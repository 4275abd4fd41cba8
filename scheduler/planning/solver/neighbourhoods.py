"""Which presentations to take up together and lay anew: those that can gain from each other."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from random import Random

from scheduler.planning.solver.desk import NO_YOUTH, PlanDesk, PlanSeat
from scheduler.planning.solver.grounds import days_in
from scheduler.planning.terms import DAYS_OF_WEEK

NEAR_EDUCATORS, DAYS_AROUND = 8, 10
SHORT_DRIVE_KM, MOST_NEAR = 45, 30


@dataclass(frozen=True)
class Neighbours:
    """Who and what lies near on the map: the same for a whole search."""

    desk: PlanDesk
    rng: Random
    _near: dict[int, list[int]] = field(default_factory=dict)

    @cached_property
    def educators_near(self) -> list[list[int]]:
        """For each city, the educators whose home is nearest."""
        grounds = self.desk.grounds
        educators = [place for place, one in enumerate(grounds.problem.people) if one.educator]
        return [
            sorted(educators, key=lambda one: (row[grounds.home_of[one]], one))[:NEAR_EDUCATORS] for row in grounds.km
        ]

    @cached_property
    def free(self) -> list[int]:
        """The requests that may move."""
        problem = self.desk.grounds.problem
        return [place for place, one in enumerate(problem.requests) if one.id not in problem.locked]

    @cached_property
    def may_move(self) -> list[bool]:
        free = set(self.free)
        return [request in free for request in range(len(self.desk.at))]

    def near(self, request: int) -> list[int]:
        """Requests a short drive away with a day in common: together they may be one day's work."""
        if request not in self._near:
            grounds = self.desk.grounds
            row, days = grounds.km[grounds.city_of[request]], grounds.open_days[request]
            those = [
                one
                for one in self.free
                if grounds.open_days[one] & days and row[grounds.city_of[one]] <= SHORT_DRIVE_KM
            ]
            self.rng.shuffle(those)
            self._near[request] = those[:MOST_NEAR]
        return self._near[request]

    def held_by(self, people: Iterable[int], days: int) -> list[int]:
        """What may move of what these people hold on these days."""
        held, busy = self.desk.held, self.desk.busy
        found = {
            stop[3]: None for one in people for day in days_in(busy[one] & days) for stop in held[one][day]
        }  # in order, once each
        return [request for request in found if self.may_move[request]]

    def sample(self, those: list[int], size: int) -> list[int]:
        return those if len(those) <= size else self.rng.sample(those, size)

    def around(self, request: int, size: int) -> list[int]:
        """A region in some weeks: what educators who live near the place hold around a day."""
        seat, grounds = self.desk.at[request], self.desk.grounds
        middle = seat.day if seat else self._any_day(request)
        first = max(middle - DAYS_AROUND, 0)
        days = ((1 << (2 * DAYS_AROUND + 1)) - 1) << first
        near = self.educators_near[grounds.city_of[request]]
        who = [*self.sample(near, 4), *([seat.educator] if seat else [])]
        return self.sample(self.held_by(who, days), size)

    def _any_day(self, request: int) -> int:
        days = list(days_in(self.desk.grounds.open_days[request]))
        return self.rng.choice(days) if days else 0

    def of_people(self, request: int, size: int) -> list[int]:
        """Any days of two or three educators who live near each other: loads and years are evened."""
        seat, grounds = self.desk.at[request], self.desk.grounds
        if seat is None:
            return []
        near = self.educators_near[grounds.home_of[seat.educator]]
        return self.sample(self.held_by([seat.educator, *self.sample(near, 2)], -1), size)

    def of_place(self, request: int, size: int) -> list[int]:
        """Requests of places near each other."""
        return self.sample(self.near(request), size)

    def could_replace(self, request: int, size: int) -> list[int]:
        """What the educators who could give a request hold in its weeks."""
        grounds = self.desk.grounds
        who = sorted({one for one, _slot, _mask, _km in grounds.options[request]})
        weeks = 0
        for day in days_in(grounds.open_days[request]):
            weeks |= grounds.week_masks[day // DAYS_OF_WEEK]
        youths = sorted({one for one, _slot, _mask, _km in grounds.youth_options[request]})
        return self.sample(self.held_by([*self.sample(who, 12), *self.sample(youths, 6)], weeks), size)

    def way_in(self, request: int) -> tuple[PlanSeat, list[int]] | None:
        """Some way to serve a request, and what stands in that way; None where something locked does."""
        grounds, team = self.desk.grounds, self.desk.team_of(request)
        options = grounds.options[request]
        if team:
            options = [one for one in options if one[0] == team[0]]
        if not options:
            return None
        educator, slot, mask, _km = self.rng.choice(options)
        days, youth = list(days_in(mask)), NO_YOUTH
        if grounds.problem.requests[request].influencers:
            youths = [
                one
                for one in grounds.youth_options[request]
                if one[1] == slot and one[2] & mask and (not team or one[0] == team[1])
            ]
            if not youths:
                return None
            youth, _slot, theirs, _km = self.rng.choice(youths)
            days = list(days_in(mask & theirs))
        seat = PlanSeat(self.rng.choice(days), slot, educator, youth)
        return self.cleared(request, seat)

    def cleared(self, request: int, seat: PlanSeat) -> tuple[PlanSeat, list[int]] | None:
        """A seat and what stands in its way; None where something locked does."""
        desk, blockers = self.desk, list[int]()
        campaign = desk.grounds.campaign_of[request]
        if campaign >= 0 and desk.campaign_days[campaign] >> seat.day & 1:
            stops = desk.grounds.stops_of[campaign]
            blockers += [one for one in stops if (at := desk.at[one]) and at.day == seat.day]
        for person in (seat.educator, seat.youth):
            if person != NO_YOUTH:
                blockers += self._before(person, request, seat)
        if not all(self.may_move[one] for one in blockers):
            return None
        return seat, list(dict.fromkeys(blockers))

    def _before(self, person: int, request: int, seat: PlanSeat) -> list[int]:
        """What a person must give up to be there."""
        desk = self.desk
        blockers = [stop[3] for stop in desk.held[person].get(seat.day, [])]
        if blockers and desk.joins(person, request, seat.day, seat.slot) >= 0:
            blockers = []
        week = desk.grounds.week_masks[seat.day // DAYS_OF_WEEK]
        if desk.full[person] & week and not blockers:
            blockers = self.sample(self.held_by([person], week), 1)
        if desk.total[person] >= desk.max_total[person] and not blockers:
            blockers = self.sample(self.held_by([person], -1), 1)
        return blockers
