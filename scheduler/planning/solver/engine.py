"""The one door to the engine for command and job: a problem in, a plan with its reasons out."""

from dataclasses import dataclass
from importlib.util import find_spec
from random import Random

from scheduler.planning.solver.desk import PlanDesk
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


def exact_solver() -> LayAnew:
    """CP-SAT where it is installed; without it the search goes on by its own moves."""
    return _by_cp_sat if find_spec("ortools") else never


def _by_cp_sat(desk: PlanDesk, block: list[int], rng: Random, calm: int | None = None) -> None:
    from scheduler.planning.solver.submodel import lay_anew  # loads the solver: the first plan does not wait for it

    lay_anew(desk, block, rng, calm)


def solve(problem: PlanProblem, watch: Watch, solver: LayAnew = never) -> Plan:
    """Plan all of it anew; locked presentations stay."""
    desk = first_plan(Grounds(problem))
    watch.told("first", {"step": 0, "cost": desk.cost})
    improve(desk, watch, solver)
    return plan_of(desk)


def improve(desk: PlanDesk, watch: Watch, solver: LayAnew = never) -> None:
    """Search from what stands on the desk."""
    Search(desk, Random(watch.seed), solver).run(watch.spent, watch.told)  # nosec B311 - a search, no secret
