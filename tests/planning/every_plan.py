"""Brute force: the cheapest of all plans that the rules allow."""

from collections.abc import Iterator
from itertools import product

from scheduler.planning.rules.judgement import cost_of, violations
from scheduler.planning.terms import Placement, Plan, PlanProblem


def least_cost(problem: PlanProblem) -> int:
    """The cost of the best plan: every way of every request with every way of the others."""
    ways = [[None, *_ways(problem, place)] for place in range(len(problem.requests))]
    least = cost_of(problem, Plan(())).total
    for chosen in _allowed(problem, ways):
        least = min(least, cost_of(problem, Plan(chosen)).total)
    return least


def _allowed(problem: PlanProblem, ways: list[list[Placement | None]]) -> Iterator[tuple[Placement, ...]]:
    """A plan that breaks a rule breaks it with more in it, too: no road gets shorter by a stop more."""
    if not ways:
        yield ()
        return
    for rest in _allowed(problem, ways[1:]):
        for way in ways[0]:
            plan = (*rest, way) if way else rest
            if not violations(problem, Plan(plan)):
                yield plan


def _ways(problem: PlanProblem, place: int) -> Iterator[Placement]:
    request = problem.requests[place]
    educators = [one.id for one in problem.people if one.educator]
    youths = [one.id for one in problem.people if not one.educator] if request.influencers else [None]
    for day, slot, educator, youth in product(range(problem.days), range(len(problem.slots)), educators, youths):
        way = Placement(request.id, day, slot, educator, youth)
        if not violations(problem, Plan((way,))):
            yield way
