"""What nobody could beat: limits proven by HiGHS over the rules that a linear model holds.

Served weight and presentations: who gives what (small problems: in which week), with the limits of years and weeks,
a youth where one is asked for, and one team of a campaign. Whether two of them fit into one day is left out, so a
limit may be too generous and is never too low.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor

from scheduler.planning.solver.columns import Columns, Unproven
from scheduler.planning.solver.cost_bound import least_cost
from scheduler.planning.solver.grounds import Grounds, Lazily, days_in
from scheduler.planning.terms import DAYS_OF_WEEK, PlanProblem

TOLERANCE = 1e-4  # a hundred times that of HiGHS
SMALL_ENOUGH = 200  # requests: weeks are modelled, and the cost is bounded
SOLVED_AT_ALL = 150_000  # columns: beyond, campaigns alone are counted


@dataclass(frozen=True)
class PlanBound:
    """No plan serves more weight or more presentations; none costs less, where that is known."""

    served_weight: int
    sessions: int
    reachable_weight: int  # of requests that somebody could serve if nothing else were planned
    reachable_sessions: int
    cost: int | None = None


def bound_of(problem: PlanProblem, *, with_cost: bool = True) -> PlanBound:
    """Proven limits for every plan of this problem; the least cost takes its time."""
    grounds = Grounds(problem)
    served = [one for one in range(len(problem.requests)) if _is_reachable(grounds, one)]
    reachable = sum(problem.requests[one].weight for one in served), len(served)
    if sum(len({way[0] for way in grounds.options[one]}) for one in served) <= SOLVED_AT_ALL:
        try:
            weight, sessions = _proven(grounds, served)
        except Unproven:
            weight, sessions = _less_campaigns(grounds, served)
    else:
        weight, sessions = _less_campaigns(grounds, served)
    known = with_cost and len(problem.requests) <= SMALL_ENOUGH and not grounds.is_touring  # roads home and back alone
    cost = least_cost(grounds) if known else None
    return PlanBound(weight, sessions, *reachable, cost)


def _is_reachable(grounds: Grounds, request: int) -> bool:
    """Whether an educator, and a youth where one is asked for, could be there on a day."""
    days = dict[int, int]()
    for _educator, slot, mask, _km in grounds.options[request]:
        days[slot] = days.get(slot, 0) | mask
    if not grounds.problem.requests[request].influencers:
        return bool(days)
    return any(mask & days.get(slot, 0) for _youth, slot, mask, _km in grounds.youth_options[request])


def _proven(grounds: Grounds, served: list[int]) -> tuple[int, int]:
    columns, weights = Columns(), list[float]()
    for request in served:
        for educators in (True, False):
            for person, week in _turns(grounds, request, educators=educators):
                column = columns.add(float(educators))
                weights += [0.0] * (column - len(weights))
                weights.append(educators * grounds.problem.requests[request].weight)
                _limit(columns, grounds, request, (person, week), column)
    weights += [0.0] * (len(columns.gains) - len(weights))
    return floor(columns.most(weights) + TOLERANCE), floor(columns.most() + TOLERANCE)


def _turns(grounds: Grounds, request: int, *, educators: bool) -> Iterator[tuple[int, int]]:
    """Who could go in which week; all weeks are one (-1) in large problems."""
    options = grounds.options[request] if educators else grounds.youth_options[request]
    weekly = len(grounds.problem.requests) <= SMALL_ENOUGH
    days = dict[int, int]()
    for person, _slot, mask, _km in options:
        days[person] = days.get(person, 0) | mask
    for person, mask in days.items():
        for week in sorted({day // DAYS_OF_WEEK for day in days_in(mask)}) if weekly else [-1]:
            yield person, week


def _limit(columns: Columns, grounds: Grounds, request: int, turn: tuple[int, int], column: int) -> None:
    (person, week), problem = turn, grounds.problem
    who, asked = problem.people[person], problem.requests[request]
    columns.at_most(("once", request, who.educator), 1, column)
    columns.at_most(("year", person), who.max_total, column)
    if week >= 0:
        columns.at_most(("week", person, week), who.max_per_week, column)
    if asked.influencers:  # no educator goes without a youth
        columns.at_most(("both", request), 0, column, 1 if who.educator else -1)
    if asked.campaign and problem.fixed_team[asked.campaign]:
        _limit_team(columns, (asked.campaign, person, who.educator), request, column)


def _limit_team(columns: Columns, team: tuple[str, int, bool], request: int, column: int) -> None:
    """Whoever gives a stop is of the team, and the team is one educator and one youth."""
    campaign, person, educator = team
    name = ("stop", campaign, person, request)
    if name not in columns.rows:
        member = columns.rows.get(("member", campaign, person))
        if member is None:
            columns.whole.append(columns.add(0))
            columns.at_most(("member", campaign, person), 1, columns.whole[-1])
            member = columns.rows["member", campaign, person]
            columns.at_most(("team", campaign, educator), 1, member[1][0][0])
        columns.at_most(name, 0, member[1][0][0], -1)
    columns.at_most(name, 0, column)


def _less_campaigns(grounds: Grounds, served: list[int]) -> tuple[int, int]:
    """All that is reachable, less what no one team of a campaign could give."""
    problem, among = grounds.problem, set(served)
    weight, sessions = sum(problem.requests[one].weight for one in served), len(served)
    for stops, fixed in zip(grounds.stops_of, grounds.is_fixed, strict=True):
        mine = [one for one in stops if one in among]
        if fixed and mine:
            limits = [
                _most_of_one(grounds, mine, options)
                for options in (grounds.options, grounds.youth_options)
                if all(options[one] for one in mine)
            ]
            weight -= sum(problem.requests[one].weight for one in mine) - min(one[0] for one in limits)
            sessions -= len(mine) - min(one[1] for one in limits)
    return weight, sessions


def _most_of_one(grounds: Grounds, stops: list[int], options: Lazily) -> tuple[int, int]:
    """The most weight, and the most stops, that any one person could give."""
    gives = dict[int, list[int]]()
    for request in stops:
        for person in {way[0] for way in options[request]}:
            gives.setdefault(person, []).append(grounds.problem.requests[request].weight)
    shares = [_best(those, grounds.problem.people[one].max_total) for one, those in gives.items()]
    return max(one[0] for one in shares), max(one[1] for one in shares)


def _best(weights: list[int], most: int) -> tuple[int, int]:
    return sum(sorted(weights, reverse=True)[:most]), min(len(weights), most)
