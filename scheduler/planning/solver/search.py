"""The search: take a few presentations up, lay them anew, keep what is better, and now and then what is a little worse.

One step is a round of such moves and one block that the exact solver lays anew, where there is one. The same problem,
seed and number of steps give the same plan: nothing in here asks a clock.
Source: ruin and recreate, Schrimpf et al., J. Comput. Phys. 159 (2000); slack induction, Christiaens and Vanden Berghe,
Transportation Science 54 (2020).
"""

from dataclasses import dataclass, field
from functools import cached_property
from math import exp
from random import Random
from typing import Protocol

from scheduler.planning.solver.desk import PlanDesk, PlanSeat
from scheduler.planning.solver.greedy import fill, likely_teams, order_of, place_team
from scheduler.planning.solver.neighbourhoods import Neighbours
from scheduler.planning.solver.touring import desk_over
from scheduler.planning.terms import Spent, Told

SMALL = 200  # requests: there the exact solver's blocks gain more than moves
MOVES_A_STEP, MOVES_IF_SMALL = 500, 100
MOVES_A_LOOK = 25  # at the budget
HOT, COLD = 60.0, 1.5  # how much worse a plan may get, at the start and at the end, in units of cost
LARGEST_MOVE = 12
WAITING_TRIED = 3  # of those left out, in each move


class LayAnew(Protocol):
    """An exact solver for a block of requests; `calm`: who was told stays served, and so many dates may be new."""

    def __call__(self, desk: PlanDesk, block: list[int], rng: Random, calm: int | None = None) -> None: ...


def never(desk: PlanDesk, block: list[int], rng: Random, calm: int | None = None) -> None:
    """What lays blocks anew where no solver is installed."""


@dataclass
class Search:
    """One search over one desk; `run` leaves the best plan on it."""

    desk: PlanDesk
    rng: Random
    lay_anew: LayAnew = never
    heat: float = HOT
    steps: int = 0
    best_cost: int = 0
    best: list[PlanSeat | None] = field(default_factory=list)

    @cached_property
    def around(self) -> Neighbours:
        return Neighbours(self.desk, self.rng)

    @cached_property
    def teams(self) -> dict[int, list[tuple[int, int]]]:
        """Of each campaign of one team, who could give it."""
        empty, grounds = desk_over(self.desk.grounds), self.desk.grounds
        return {
            one: found for one, fixed in enumerate(grounds.is_fixed) if fixed and (found := likely_teams(empty, one))
        }

    @cached_property
    def rank(self) -> list[int]:
        places = {one: place for place, one in enumerate(order_of(self.desk.grounds, range(len(self.desk.at))))}
        return [places[one] for one in range(len(places))]

    def run(self, spent: Spent, told: Told) -> None:
        """Search until the budget is spent. Who watches is told whenever the plan got better."""
        self._keep()
        while self.around.free and (share := spent(self.steps)) < 1.0:
            self.heat = HOT * (COLD / HOT) ** share
            before = self.best_cost
            for move in range(MOVES_A_STEP if len(self.desk.at) > SMALL else MOVES_IF_SMALL):
                if move % MOVES_A_LOOK == 0 and spent(self.steps) >= 1.0:
                    break
                self._move()
                if self.desk.cost < self.best_cost:
                    self._keep()
            if spent(self.steps) >= 1.0:
                break
            self.lay_anew(self.desk, self._block(), self.rng)
            if self.desk.cost < self.best_cost:
                self._keep()
            self.steps += 1
            if self.best_cost < before:
                told("better", {"step": self.steps, "cost": self.best_cost})
        self.desk.restore(self.best)
        fill(self.desk, self._waiting())

    def _keep(self) -> None:
        self.best_cost, self.best = self.desk.cost, self.desk.snapshot()

    def _waiting(self) -> list[int]:
        return [one for one in self.around.free if self.desk.at[one] is None]

    def _block(self) -> list[int]:
        """Thirty requests for the exact solver: half of the time around one that waits."""
        waiting = self._waiting()
        if waiting and self.rng.random() < 0.5:
            seed = self.rng.choice(waiting)
            beside = [one for one in self.around.near(seed) if self.desk.at[one] is None]
            return list(dict.fromkeys([seed, *self.around.could_replace(seed, 26), *beside]))[:30]
        seed = self.rng.choice(self.around.free)
        kinds = (self.around.around, self.around.of_people, self.around.of_place)
        return list(dict.fromkeys([seed, *self.rng.choice(kinds)(seed, 29)]))

    def _move(self) -> None:
        kind, around = self.rng.random(), self.around
        waiting = self._waiting()
        if waiting and kind < 0.3:
            self._make_way(self.rng.choice(waiting))
            return
        if self.teams and kind < 0.302:
            self._change_team()
            return
        seed = self.rng.choice(around.free)
        size = self.rng.randint(2, LARGEST_MOVE)
        kinds = (around.around, around.of_people, around.of_place)
        block = dict.fromkeys([seed, *kinds[int(kind * 1000) % 3](seed, size)])
        if waiting:
            block |= dict.fromkeys(around.sample(waiting, WAITING_TRIED))
        self._try(list(block))

    def _try(self, block: list[int], first: tuple[int, PlanSeat] | None = None) -> None:
        """Lift a block and lay it anew, `first` before all; back to before when that is too much worse."""
        desk, before = self.desk, self.desk.cost
        lifted = [(one, desk.lift(one)) for one in block if desk.at[one] is not None]
        placed = []
        if first and desk.fits(*first):
            desk.place(*first)
            placed.append(first[0])
        if self.rng.random() < 0.5:
            self.rng.shuffle(block)
        else:
            block.sort(key=self.rank.__getitem__)
        turn = self.rng.randrange(self.desk.grounds.problem.days)
        for one in block:
            if desk.at[one] is None and (found := desk.best(one, turn)):
                desk.place(one, found[1])
                placed.append(one)
        worse = desk.cost - before
        if worse > 0 and self.rng.random() >= exp(-worse / self.heat):
            for one in placed:
                desk.lift(one)
            for one, seat in lifted:
                desk.place(one, seat)

    def _make_way(self, request: int) -> None:
        """A request that waits takes a place, and who held it looks for another."""
        if found := self.around.way_in(request):
            seat, blockers = found
            more = self.around.around(request, self.rng.randint(0, 4))
            self._try(list(dict.fromkeys([*blockers, *more, request])), (request, seat))

    def _change_team(self) -> None:
        """Another team for a campaign of one team, and anew whom that displaces."""
        desk, before = self.desk, self.desk.snapshot()
        cost, campaign = desk.cost, self.rng.choice(sorted(self.teams))
        stops = [one for one in desk.grounds.stops_of[campaign] if self.around.may_move[one]]
        team = self.rng.choice(self.teams[campaign][:10])
        for one in stops:
            if desk.at[one] is not None:
                desk.lift(one)
        if desk.campaign_stops[campaign]:
            desk.restore(before)
            return
        held = self.around.held_by([one for one in team if one >= 0], -1)
        displaced = self.around.sample(held, len(stops))
        for one in displaced:
            desk.lift(one)
        placed = place_team(desk, stops, *team)
        fill(desk, order_of(desk.grounds, [*displaced, *(one for one in stops if desk.at[one] is None)]))
        if not placed or (desk.cost > cost and self.rng.random() >= exp((cost - desk.cost) / self.heat)):
            desk.restore(before)
