"""An exact model of a few requests, all the rest standing as it is: OR-Tools CP-SAT says what is best for these.

A literal is one way to serve one request. Rules of a day, a week, a year and a campaign forbid sets of them; roads that
two presentations of one day share are given back. On a day that holds something already only one more is laid, and at
most two on an empty one; a third comes by the search's own moves.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import combinations
from math import inf
from random import Random
from typing import NamedTuple

from ortools.sat.python import cp_model

from scheduler.planning.solver.desk import NO_YOUTH, PlanDesk, PlanSeat
from scheduler.planning.terms import DAYS_OF_WEEK

WAYS = 40  # of a request, the cheapest
EFFORT = 0.5  # CP-SAT's own seconds, which are the same on every machine
Sum = cp_model.LinearExpr


class PricedWay(NamedTuple):
    """A way to serve a request: its literal, and what it adds without the load."""

    request: int
    seat: PlanSeat
    cost: int
    literal: cp_model.IntVar


def lay_anew(
    desk: PlanDesk, block: list[int], rng: Random, calm: int | None = None, left: Callable[[], float] = lambda: inf
) -> None:
    """Lay these requests anew as well as the model knows in the seconds left; never worse than they lay before."""
    before, stood = desk.cost, [(one, desk.lift(one)) for one in block if desk.at[one] is not None]
    model = BlockModel(desk)
    for one in block:
        seats = [seat for _cost, seat in sorted(desk.seats(one), key=lambda way: (way[0], rng.random()))[:WAYS]]
        model.offer(one, dict.fromkeys([*seats, *(seat for request, seat in stood if request == one)]))
    if calm is not None:
        model.keep_calm({one for one, _seat in stood}, calm)
    chosen = model.solved(dict(stood), EFFORT, left())
    for one, seat in chosen:
        desk.place(one, seat)
    if desk.cost > before:
        for one, _seat in chosen:
            desk.lift(one)
        for one, seat in stood:
            desk.place(one, seat)


@dataclass
class BlockModel:
    """The model of requests that are lifted from a desk; `offer` each, then `solved`."""

    desk: PlanDesk
    model: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    ways: list[PricedWay] = field(default_factory=list)
    left_out: dict[int, cp_model.IntVar] = field(default_factory=dict)
    costs: list[int] = field(default_factory=list)
    terms: list[cp_model.IntVar] = field(default_factory=list)

    def offer(self, request: int, seats: Iterable[PlanSeat]) -> None:
        literals = []
        for seat in seats:
            literal = self._priced(cost := self._cost(request, seat))
            self.ways.append(PricedWay(request, seat, cost, literal))
            literals.append(literal)
        self.left_out[request] = self._priced(self.desk.worth(request))
        self.model.add_exactly_one([*literals, self.left_out[request]])

    def keep_calm(self, served: set[int], dates: int) -> None:
        """Whoever was told and is served stays served; at most so many are told a new date."""
        told = self.desk.told
        for request in served:
            if told[request]:
                self.model.add(self.left_out[request] == 0)
        new = [way for way in self.ways if (stood := told[way.request]) and stood[:2] != way.seat[:2]]
        self._at_most(new, dates)

    def _priced(self, cost: int) -> cp_model.IntVar:
        literal = self.model.new_bool_var("")
        self.terms.append(literal)
        self.costs.append(cost)
        return literal

    def _cost(self, request: int, seat: PlanSeat) -> int:
        return self.desk.roads(request, seat) + self.desk.wish(request, seat)

    def solved(self, hint: dict[int, PlanSeat], effort: float, seconds: float = inf) -> list[tuple[int, PlanSeat]]:
        """The best seats that were found within the effort; none when not even the hint can be."""
        of_day, of_week, of_person = (defaultdict[tuple[int, int], list[PricedWay]](list) for _ in range(3))
        for way in self.ways:
            for person in (way.seat.educator, way.seat.youth):
                if person != NO_YOUTH:
                    of_day[person, way.seat.day].append(way)
                    of_week[person, way.seat.day // DAYS_OF_WEEK].append(way)
                    of_person[person, 0].append(way)
        for (person, day), ways in of_day.items():
            self._limit_day(person, day, ways)
        if self.desk.grounds.is_touring:
            self._keep_tied_apart(of_day)
        for (person, week), ways in of_week.items():
            one = self.desk.grounds.problem.people[person]
            self._at_most_load(ways, one.max_per_week - self.desk.in_week[person][week])
        for (person, _), ways in of_person.items():
            self._limit_person(person, ways)
        self._limit_campaigns()
        self.model.minimize(Sum.weighted_sum(self.terms, self.costs))
        return self._chosen(hint, effort, seconds)

    def _chosen(self, hint: dict[int, PlanSeat], effort: float, seconds: float) -> list[tuple[int, PlanSeat]]:
        for way in self.ways:
            self.model.add_hint(way.literal, hint.get(way.request) == way.seat)
        for request, literal in self.left_out.items():
            self.model.add_hint(literal, request not in hint)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1  # one worker is the same each time, and quick enough for a block
        solver.parameters.max_deterministic_time = effort
        solver.parameters.max_time_in_seconds = max(seconds, 0.0)
        solver.parameters.random_seed = 0
        if solver.solve(self.model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return []
        return [(way.request, way.seat) for way in self.ways if solver.boolean_value(way.literal)]

    def _at_most(self, ways: list[PricedWay], most: int) -> None:
        if most < len({way.request for way in ways}):
            self.model.add(Sum.sum([way.literal for way in ways]) <= most)

    def _at_most_load(self, ways: list[PricedWay], most: int) -> None:
        """The same in presentations, of which a request may be several."""
        loads = {way.request: self.desk.load[way.request] for way in ways}
        if most < sum(loads.values()):
            literals = [way.literal for way in ways]
            self.model.add(Sum.weighted_sum(literals, [loads[way.request] for way in ways]) <= max(most, 0))

    def _limit_day(self, person: int, day: int, ways: list[PricedWay]) -> None:
        if len({way.request for way in ways}) < 2:
            return  # one request is in one place anyway
        one = self.desk.grounds.problem.people[person]
        if self.desk.held[person].get(day) or one.max_per_day < 2 or one.own_school:
            self.model.add_at_most_one([way.literal for way in ways])
            return
        self._at_most(ways, 2)
        grounds = self.desk.grounds
        groups = defaultdict[tuple[int, int, int], list[PricedWay]](list)
        for way in ways:
            length = grounds.problem.requests[way.request].duration
            groups[way.seat.slot, length, grounds.city_of[way.request]].append(way)
        for first, later in combinations(sorted(groups), 2):
            self._limit_pair(person, (first, groups[first]), (later, groups[later]))
        for group in groups.values():
            self._at_most(group, 1)

    def _limit_pair(
        self,
        person: int,
        first: tuple[tuple[int, int, int], list[PricedWay]],
        later: tuple[tuple[int, int, int], list[PricedWay]],
    ) -> None:
        """Two places on one day: impossible, or a road shared."""
        grounds, ((slot, length, a), ones), ((next_slot, _, b), others) = self.desk.grounds, first, later
        problem, home = grounds.problem, grounds.home_of[person]
        if len({way.request for way in (*ones, *others)}) < 2:
            return
        there = problem.slots[slot] + length + grounds.minutes[a][b] + problem.buffer
        out, back, between = grounds.km[home][a], grounds.km[b][home], grounds.km[a][b]
        who = problem.people[person]
        load = min(max(self.desk.load[way.request] for way in group) for group in (ones, others))
        load += who.given.get(ones[0].seat.day, 0)
        impossible = (
            there > problem.slots[next_slot] or out + between + back > who.max_km_day or load >= who.max_per_day
        )
        literals, more = [way.literal for way in ones], [way.literal for way in others]
        if impossible:
            self.model.add_at_most_one([*literals, *more])
        elif (saved := out + back - between) and self.desk.by.km:
            both = self._priced(-self.desk.by.km * saved)
            self.model.add(both <= Sum.sum(literals))
            self.model.add(both <= Sum.sum(more))
            if saved < 0:  # a detour, by a kilometre of rounding
                self.model.add(both >= Sum.sum([*literals, *more]) - 1)

    def _keep_tied_apart(self, of_day: dict[tuple[int, int], list[PricedWay]]) -> None:
        """A way whose cost hangs on the days about it has them alone: a night away, a ride."""
        for (person, day), ways in of_day.items():
            tied = [way.literal for way in ways if self.desk.is_tied(way.request, way.seat)]
            near = [way.literal for away in range(day - 2, day + 3) for way in of_day.get((person, away), ())]
            if tied and len(near) > 1:
                alone = self.model.new_bool_var("")
                for literal in tied:
                    self.model.add_implication(literal, alone)
                self.model.add(Sum.sum(near) <= 1).only_enforce_if(alone)

    def _limit_person(self, person: int, ways: list[PricedWay]) -> None:
        """Her year, and of an educator her load, dearer with each one more; of a minor the days excused."""
        desk, one = self.desk, self.desk.grounds.problem.people[person]
        free = desk.max_total[person] - desk.total[person]
        if not one.educator:
            self._at_most(ways, free)
        else:
            number = min(free, len({way.request for way in ways}))
            more = [self._priced(desk.by.load_sq * (2 * (desk.total[person] + k) + 1)) for k in range(number)]
            self.model.add(Sum.sum([way.literal for way in ways]) == Sum.sum(more))
        if one.own_school:
            missed = [way for way in ways if desk.misses_more(person, way.request, way.seat)]
            self._at_most(missed, one.own_school.excused_max - desk.excused[person])

    def _limit_campaigns(self) -> None:
        grounds = self.desk.grounds
        stops, teams = (
            defaultdict[tuple[int, int], list[PricedWay]](list),
            defaultdict[tuple[int, int, int], list[PricedWay]](list),
        )
        for way in self.ways:
            campaign = grounds.campaign_of[way.request]
            if campaign >= 0:
                stops[campaign, way.seat.day].append(way)
                if grounds.is_fixed[campaign]:
                    teams[campaign, way.seat.educator, way.seat.youth].append(way)
        for ways in stops.values():
            self._at_most(ways, 1)
        bound: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        for (campaign, _educator, _youth), ways in teams.items():
            team = self._priced(0)
            bound[campaign].append(team)
            for way in ways:
                self.model.add_implication(way.literal, team)
        for those in bound.values():
            self.model.add_at_most_one(those)
