"""The one door to the engine for command and job: a problem in, a plan with its reasons out."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from math import inf
from random import Random

from scheduler.planning.solver.desk import PlanDesk
from scheduler.planning.solver.explanation import desk_of
from scheduler.planning.solver.greedy import first_plan
from scheduler.planning.solver.grounds import Grounds
from scheduler.planning.solver.reasons import plan_of
from scheduler.planning.solver.search import LayAnew, Search, never
from scheduler.planning.terms import Plan, PlanProblem, Spent, Told


@dataclass(frozen=True)
class Watch:
    """Who limits a search and who looks on: time comes in from outside."""

    spent: Spent
    told: Told
    seed: int = 0


def exact_solver(left: Callable[[], float] = lambda: inf) -> LayAnew:
    """CP-SAT where it is installed; without it the search goes on by its own moves. `left`: the seconds it may take."""
    return _CpSat(left) if find_spec("ortools") else never


@dataclass
class _CpSat:
    """A block that would not end within the seconds left, by the longest so far, is not begun."""

    left: Callable[[], float]
    longest: float = 1.0  # with the loading of the solver

    def __call__(self, desk: PlanDesk, block: list[int], rng: Random, calm: int | None = None) -> None:
        left = self.left()
        if left < self.longest:
            return
        from scheduler.planning.solver.submodel import lay_anew  # here: the first plan does not wait for the solver

        lay_anew(desk, block, rng, calm, self.left)
        if left < inf:
            self.longest = max(self.longest, left - self.left())


def solve(problem: PlanProblem, watch: Watch, solver: LayAnew = never, start: Plan | None = None) -> Plan:
    """Plan all of it anew, or from a plan that breaks no rule; locked presentations stay."""
    desk = desk_of(problem, start) if start else first_plan(Grounds(problem))
    watch.told("first", {"step": 0, "cost": desk.cost})
    improve(desk, watch, solver)
    return plan_of(desk)


def improve(desk: PlanDesk, watch: Watch, solver: LayAnew = never) -> None:
    """Search from what stands on the desk."""
    Search(desk, Random(watch.seed), solver).run(watch.spent, watch.told)  # nosec B311 - a search, no secret
