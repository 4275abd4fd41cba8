"""The search of a plan that may send people away for a night."""

from dataclasses import replace

from scheduler.planning.solver import engine
from scheduler.planning.solver.desk import PlanDesk
from scheduler.planning.solver.explanation import desk_of
from scheduler.planning.solver.reasons import plan_of
from scheduler.planning.solver.search import LayAnew, never
from scheduler.planning.terms import Plan, PlanProblem

ROADS_ALONE = 0.5  # of the time: the search from home to home, whose steps are quick


def solve(problem: PlanProblem, watch: engine.Watch, solver: LayAnew = never) -> Plan:
    """First from home to home; then nights are laid into that plan, and one presentation after the other looks for a
    better place with them. So a plan with nights never costs more than what its first half found; a search that has all
    of the time from home to home may find a cheaper one.
    """
    if not any(one.nights_max for one in problem.people):
        return engine.solve(problem, watch, solver)
    at_home = replace(problem, people=tuple(replace(one, nights_max=0) for one in problem.people))
    used = 0

    def spent(steps: int) -> float:
        nonlocal used
        used = steps
        return watch.spent(steps) / ROADS_ALONE

    desk = desk_of(problem, engine.solve(at_home, replace(watch, spent=spent), solver))
    while watch.spent(used) < 1.0 and _settled(desk, watch, used):
        used += 1
        watch.told("better", {"step": used, "cost": desk.cost})
    return plan_of(desk)


def _settled(desk: PlanDesk, watch: engine.Watch, steps: int) -> bool:
    """Let each that is not locked look once for its best place; whether anything got better."""
    problem, before = desk.grounds.problem, desk.cost
    for one, request in enumerate(problem.requests):
        if watch.spent(steps) >= 1.0:
            break
        seat = desk.at[one]
        if seat is None or request.id in problem.locked:
            continue
        cost = desk.cost
        desk.lift(one)
        found = desk.best(one)
        desk.place(one, found[1] if found else seat)
        if desk.cost >= cost and desk.at[one] != seat:
            desk.lift(one)
            desk.place(one, seat)
    return desk.cost < before
