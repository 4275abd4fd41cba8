"""What happened broke a plan that people were told: keep what can be, find new places, move as few as can be.

First what broke is laid anew and all the rest stands. Then each that is still homeless is laid anew together with what
its people hold about its weeks: whoever was told stays served, and only so many more dates move.
"""

from random import Random

from scheduler.planning.solver.desk import NO_YOUTH, PlanDesk, PlanSeat
from scheduler.planning.solver.engine import Watch
from scheduler.planning.solver.greedy import fill, order_of, place_locked
from scheduler.planning.solver.grounds import Grounds, days_in
from scheduler.planning.solver.neighbourhoods import Neighbours
from scheduler.planning.solver.reasons import plan_of
from scheduler.planning.solver.search import LayAnew
from scheduler.planning.solver.touring import desk_over
from scheduler.planning.terms import Plan, PlanProblem

DATES_MORE = 4  # of presentations that nothing broke, in one repair
NEIGHBOURS_LAID_ANEW = 45  # presentations laid anew together with one that is homeless
CHAIN, WAYS_TRIED, LINKS_TRIED = 2, 300, 12
CHAINS_COMPARED, MOST_IN_THE_WAY = 6, 2


def repair(problem: PlanProblem, watch: Watch, solver: LayAnew) -> Plan:
    """The baseline mended: least change by the weights of the problem."""
    desk, rng = desk_over(Grounds(problem)), Random(watch.seed)  # nosec B311 - a search, no secret
    keep_baseline(desk)
    broken = [one for one, told in enumerate(desk.told) if told and desk.at[one] is None]
    waiting = order_of(desk.grounds, (one for one, told in enumerate(desk.told) if told is None))
    watch.told("kept", {"placed": sum(seat is not None for seat in desk.at), "broken": len(broken)})
    around, steps = Neighbours(desk, rng), 0
    solver(desk, broken, rng)
    fill(desk, order_of(desk.grounds, (one for one in broken if desk.at[one] is None)))
    fill(desk, _urgent_first(problem, waiting))
    stay = frozenset(one for one, told in enumerate(desk.told) if told and one not in broken)
    for one in [*broken, *_urgent_first(problem, waiting)]:
        if desk.at[one] is None and watch.spent(steps) < 1.0:
            if not squeeze(around, one, stay) and (
                desk.told[one] or problem.requests[one].id in problem.named_by_event
            ):
                _make_room(around, one, set(broken), solver)
            steps += 1
            watch.told("tried", {"step": steps, "cost": desk.cost})
    fill(desk, [one for one in around.free if desk.at[one] is None])
    keep_one_of_two(desk)
    return plan_of(desk)


def keep_baseline(desk: PlanDesk) -> None:
    """Place what people were told, as far as it still may be."""
    place_locked(desk)
    for request, told in enumerate(desk.told):
        if told and desk.at[request] is None and stands(desk, request, told):
            desk.place(request, told)


def stands(desk: PlanDesk, request: int, seat: PlanSeat) -> bool:
    """Whether a seat is one that the request may have, and free."""
    grounds = desk.grounds
    ways = [(seat.educator, grounds.options[request])]
    if seat.youth != NO_YOUTH:
        ways.append((seat.youth, grounds.youth_options[request]))
    return (
        bool(grounds.problem.requests[request].influencers) == (seat.youth != NO_YOUTH)
        and all(
            any(one[0] == person and one[1] == seat.slot and one[2] >> seat.day & 1 for one in options)
            for person, options in ways
        )
        and desk.fits(request, seat)
    )


def keep_one_of_two(desk: PlanDesk) -> None:
    """Where both people of a crew are new, one of whom the school was told goes on if she can: a crew counts as changed
    once, whoever of it changed. As long as that costs no more than a changed crew.
    """
    for request, told in enumerate(desk.told):
        seat = desk.at[request]
        if told is None or seat is None or NO_YOUTH in (seat.youth, told.youth):
            continue
        if told.educator == seat.educator or told.youth == seat.youth:
            continue
        most, found = desk.cost + desk.by.change_team, list[tuple[int, PlanSeat]]()
        desk.lift(request)
        for half in (seat._replace(educator=told.educator), seat._replace(youth=told.youth)):
            if stands(desk, request, half):
                desk.place(request, half)
                found.append((desk.cost, half))
                desk.lift(request)
        cost, best = min(found, default=(most + 1, seat))
        desk.place(request, best if cost <= most else seat)


def _urgent_first(problem: PlanProblem, waiting: list[int]) -> list[int]:
    """Those that the event is about before those that waited already, the heavy before the light."""
    requests = problem.requests
    return sorted(waiting, key=lambda one: (requests[one].id not in problem.named_by_event, -requests[one].weight))


def squeeze(around: Neighbours, request: int, stay: frozenset[int]) -> bool:
    """Give a homeless request a place by a short chain: who makes room keeps her date, or nearly all do."""
    desk, before, found = around.desk, around.desk.snapshot(), list[tuple[int, list[PlanSeat | None]]]()
    served = {one for one in stay if before[one] is not None}
    ways = _ways(desk, request)
    around.rng.shuffle(ways)
    for seat in ways[:WAYS_TRIED]:
        if _enters(around, request, seat, CHAIN):
            new = sum(_has_new_date(desk, one) for one in stay)
            if new <= DATES_MORE and desk.is_whole() and all(desk.at[one] for one in served):
                found.append((desk.cost, desk.snapshot()))
            desk.restore(before)
            if len(found) == CHAINS_COMPARED:
                break
    if found:
        desk.restore(min(found, key=lambda one: one[0])[1])
    return bool(found)


def _ways(desk: PlanDesk, request: int, *, as_told: bool = False) -> list[PlanSeat]:
    """Every seat that the days allow, whatever stands there; `as_told`: at the hour that the school knows."""
    grounds, told = desk.grounds, desk.told[request]
    youths, ways = grounds.youth_options[request], list[PlanSeat]()
    for educator, slot, mask, _km in grounds.options[request]:
        for day in days_in(mask):
            if as_told and told and told[:2] != (day, slot):
                continue
            if not grounds.problem.requests[request].influencers:
                ways.append(PlanSeat(day, slot, educator))
            else:
                beside = [one for one, at, days, _ in youths if at == slot and days >> day & 1]
                ways += [PlanSeat(day, slot, educator, one) for one in beside]
    team = desk.team_of(request)
    return [one for one in ways if team is None or team == (one.educator, one.youth)]


def _enters(around: Neighbours, request: int, seat: PlanSeat, links: int) -> bool:
    """Whether a request can take a seat when whoever is in the way goes elsewhere; undone when it cannot."""
    desk, cleared = around.desk, around.cleared(request, seat)
    if cleared is None or len(cleared[1]) > MOST_IN_THE_WAY:
        return False
    lifted = [(one, desk.lift(one)) for one in cleared[1]]
    if desk.fits(request, seat):
        before = desk.snapshot()
        desk.place(request, seat)
        if all(_goes_elsewhere(around, one, links) for one, _seat in lifted):
            return True
        desk.restore(before)
    for one, stood in lifted:
        desk.place(one, stood)
    return False


def _goes_elsewhere(around: Neighbours, request: int, links: int) -> bool:
    desk = around.desk
    if found := desk.best(request):
        desk.place(request, found[1])
        return True
    if not links:
        return False
    ways = _ways(desk, request, as_told=True)
    around.rng.shuffle(ways)
    return any(_enters(around, request, seat, links - 1) for seat in ways[:LINKS_TRIED])


def _make_room(around: Neighbours, request: int, broken: set[int], solver: LayAnew) -> None:
    """Lay one homeless request anew with its neighbours, as long as that moves few dates."""
    desk = around.desk
    moved = sum(_has_new_date(desk, one) for one in range(len(desk.at)) if one not in broken)
    beside = [one for one in around.could_replace(request, NEIGHBOURS_LAID_ANEW) if one != request]
    already = sum(_has_new_date(desk, one) for one in beside)
    mine = sum(one in broken and desk.at[one] is None for one in (request, *beside))
    solver(desk, [request, *beside], around.rng, calm=already + mine + max(DATES_MORE - moved, 0))


def _has_new_date(desk: PlanDesk, request: int) -> bool:
    told, seat = desk.told[request], desk.at[request]
    return told is not None and seat is not None and told[:2] != seat[:2]
