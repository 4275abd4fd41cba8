"""The search of a plan that may send people away for a night."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from scheduler.planning.rules.judgement import violations
from scheduler.planning.solver import engine
from scheduler.planning.solver.desk import PlanDesk
from scheduler.planning.solver.explanation import desk_of
from scheduler.planning.solver.reasons import plan_of
from scheduler.planning.solver.search import LayAnew, never
from scheduler.planning.terms import Plan, PlanProblem

AND_HALF_AGAIN = 1.5  # of the time: all of it from home to home, whose steps are quick, then half of it with nights


def solve(problem: PlanProblem, watch: engine.Watch, solver: LayAnew = never) -> Plan:
    """First from home to home, with all of the time, as if nobody would stay away. Then nights are laid into that plan:
    who waits and who is served looks for a better place with them, and the search goes on. Each keeps what is better,
    so a plan with nights never costs more than the plan without would.

    Where a pinned presentation takes a night, there is no plan without.
    """
    if not any(one.nights_max for one in problem.people):
        return engine.solve(problem, watch, solver)
    at_home = replace(problem, people=tuple(replace(one, nights_max=0) for one in problem.people))
    if _takes_a_night(at_home):
        return engine.solve(problem, watch, solver)
    clock = _Clock(watch)
    desk = desk_of(problem, engine.solve(at_home, replace(watch, spent=clock.of_roads), solver))
    while clock.of_nights() < 1.0 and _settled(desk, clock):
        clock.steps += 1
        watch.told("better", {"step": clock.steps, "cost": desk.cost})
    _searched_on(desk, replace(watch, spent=clock.from_here()), solver)
    return plan_of(desk)


def _takes_a_night(at_home: PlanProblem) -> bool:
    """Whether what must stay cannot be when everybody is home each evening."""
    stands = tuple(one for one in at_home.baseline if one.request in at_home.locked)
    return bool(stands) and bool(violations(at_home, Plan(stands)))


@dataclass
class _Clock:
    """The time of a search in its two parts; `steps` of both."""

    watch: engine.Watch
    steps: int = 0

    def of_roads(self, steps: int) -> float:
        self.steps = steps
        return self.watch.spent(steps)

    def of_nights(self, more: int = 0) -> float:
        return (self.watch.spent(self.steps + more) - 1.0) / (AND_HALF_AGAIN - 1.0)

    def from_here(self) -> Callable[[int], float]:
        """How much is used of what is left now."""
        begun = min(self.of_nights(), 1.0)
        return lambda steps: 1.0 if begun == 1.0 else (self.of_nights(steps) - begun) / (1.0 - begun)


def _settled(desk: PlanDesk, clock: _Clock) -> bool:
    """Let each that is not locked look once for its best place; whether anything got better."""
    problem, before = desk.grounds.problem, desk.cost
    for one, request in enumerate(problem.requests):
        if clock.of_nights() >= 1.0:
            break
        if request.id in problem.locked:
            continue
        cost, seat = desk.cost, desk.at[one]
        if seat is not None:
            desk.lift(one)
        if found := desk.best(one):
            desk.place(one, found[1])
            if desk.cost < cost:
                continue
            desk.lift(one)
        if seat is not None:
            desk.place(one, seat)
    return desk.cost < before


def _searched_on(desk: PlanDesk, watch: engine.Watch, solver: LayAnew) -> None:
    """The usual search from what stands; back where it came to no less."""
    cost, before = desk.cost, desk.snapshot()
    engine.improve(desk, watch, solver)
    if desk.cost >= cost:
        desk.restore(before)
