"""What happened broke a plan that people were told: keep what can be, find new places, move as few as can be.

First what broke is laid anew and all the rest stands. Then each that is still homeless is laid anew together with what
its people hold about its weeks: whoever was told stays served, and only so many more dates move.
"""

from random import Random

from scheduler.planning.solver.desk import NOBODY, Desk, Seat
from scheduler.planning.solver.engine import Watch
from scheduler.planning.solver.greedy import fill, order_of, place_locked
from scheduler.planning.solver.grounds import Grounds
from scheduler.planning.solver.neighbourhoods import Surroundings
from scheduler.planning.solver.reasons import plan_of
from scheduler.planning.solver.search import LayAnew
from scheduler.planning.terms import Plan, PlanProblem

DATES_MORE = 4  # of presentations that nothing broke, in one repair
BESIDE = 45  # presentations laid anew together with one that is homeless


def repair(problem: PlanProblem, watch: Watch, solver: LayAnew) -> Plan:
    """The baseline mended: least change by the weights of the problem."""
    desk, rng = Desk(Grounds(problem)), Random(watch.seed)
    keep_baseline(desk)
    broken = [one for one, told in enumerate(desk.told) if told and desk.at[one] is None]
    waiting = order_of(desk.grounds, (one for one, told in enumerate(desk.told) if told is None))
    watch.told("kept", {"placed": sum(seat is not None for seat in desk.at), "broken": len(broken)})
    around, steps = Surroundings(desk, rng), 0
    solver(desk, broken, rng)
    fill(desk, order_of(desk.grounds, (one for one in broken if desk.at[one] is None)))
    fill(desk, _urgent_first(problem, waiting))
    for again in range(2):
        for one in [*broken, *(_urgent_first(problem, waiting) if not again else ())]:
            if desk.at[one] is None and watch.spent(steps) < 1.0:
                _make_room(around, one, set(broken), solver)
                steps += 1
                watch.told("tried", {"step": steps, "cost": desk.cost})
    fill(desk, [one for one in around.free if desk.at[one] is None])
    return plan_of(desk)


def keep_baseline(desk: Desk) -> None:
    """Place what people were told, as far as it still may be."""
    place_locked(desk)
    for request, told in enumerate(desk.told):
        if told and desk.at[request] is None and stands(desk, request, told):
            desk.place(request, told)


def stands(desk: Desk, request: int, seat: Seat) -> bool:
    """Whether a seat is one that the request may have, and free."""
    grounds = desk.grounds
    ways = [(seat.educator, grounds.options[request])]
    if seat.youth != NOBODY:
        ways.append((seat.youth, grounds.youth_options[request]))
    team = desk.team_of(request)
    return (
        bool(grounds.problem.requests[request].influencers) == (seat.youth != NOBODY)
        and (team is None or team == (seat.educator, seat.youth))
        and desk.open_to(request) >> seat.day & 1 == 1
        and all(
            any(one[0] == person and one[1] == seat.slot and one[2] >> seat.day & 1 for one in options)
            and desk.may_more(person, seat.day)
            and desk.joins(person, request, seat.day, seat.slot) >= 0
            for person, options in ways
        )
    )


def _urgent_first(problem: PlanProblem, waiting: list[int]) -> list[int]:
    """Those that the event is about before those that waited already, the heavy before the light."""
    requests = problem.requests
    return sorted(waiting, key=lambda one: (requests[one].id not in problem.named_by_event, -requests[one].weight))


def _make_room(around: Surroundings, request: int, broken: set[int], solver: LayAnew) -> None:
    """Lay one homeless request anew with its neighbours, as long as that moves few dates."""
    desk = around.desk
    moved = sum(_has_new_date(desk, one) for one in range(len(desk.at)) if one not in broken)
    beside = [one for one in around.could_replace(request, BESIDE) if one != request]
    already = sum(_has_new_date(desk, one) for one in beside)
    mine = sum(one in broken and desk.at[one] is None for one in (request, *beside))
    solver(desk, [request, *beside], around.rng, calm=already + mine + max(DATES_MORE - moved, 0))


def _has_new_date(desk: Desk, request: int) -> bool:
    told, seat = desk.told[request], desk.at[request]
    return told is not None and seat is not None and told[:2] != seat[:2]
