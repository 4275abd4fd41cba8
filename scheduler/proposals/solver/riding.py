"""Who of a finished plan rides along: laid into it day by day, from no more than what holds on that very day.

Whoever rides could have gone alone, so no day becomes possible by it. The engine is told of a minor who may ride, and
of an educator who takes her along, only on days on which a consent and a check hold (`RideFacts`).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from scheduler.planning.rules.judgement import cost_of, violations
from scheduler.planning.solver.explanation import desk_of
from scheduler.planning.terms import OwnSchool, Placement, Plan, PlanPerson, PlanProblem
from scheduler.proposals.terms.plan import DrawnProblem, PlannedRide
from scheduler.staffing.terms.driving import RideFacts

NO_LESSONS = (0, 0)  # the product has asked free dates for them: here nothing is asked again
A_DAY = dt.timedelta(days=1)


def rides_in(drawing: DrawnProblem, plan: Plan, facts: RideFacts) -> tuple[PlannedRide, ...]:
    """The rides of a plan, by day and person, each with the kilometres that it saves."""
    if not facts.drives or not facts.rides:
        return ()
    by_day: dict[int, list[Placement]] = defaultdict(list)
    for one in plan.placements:
        by_day[one.day].append(one)
    away = {(one.person, one.day + more) for one in plan.nights for more in (0, 1)}
    found: list[PlannedRide] = []
    for day, placed in sorted(by_day.items()):
        at_home = [one for one in placed if not {(who, day) for who in one.crew} & away]
        found += _of_day(drawing, day, at_home, facts)
    return tuple(found)


def _of_day(drawing: DrawnProblem, day: int, placed: Sequence[Placement], facts: RideFacts) -> list[PlannedRide]:
    on_day = drawing.first_day + day * A_DAY
    pairs = {
        (one.educator, one.influencer)
        for one in placed
        if one.influencer is not None and facts.may_ride(int(one.educator), int(one.influencer), on_day)
    }
    together = {(driver, youth) for driver, youth in pairs if _is_their_day(drawing.problem, placed, (driver, youth))}
    if not together:
        return []
    problem = _riding(drawing.problem, day, placed, together)
    alone = Plan(tuple(placed))
    rides = desk_of(problem, alone).placed_rides()
    kept = [one for one in rides if (one.educator, one.influencer) in together]
    if violations(problem, replace(alone, rides=tuple(kept))):
        return []
    without = cost_of(problem, alone).km
    return [
        PlannedRide(
            int(one.influencer), int(one.educator), on_day, without - cost_of(problem, replace(alone, rides=(one,))).km
        )
        for one in sorted(kept, key=lambda ride: int(ride.influencer))
    ]


def _is_their_day(problem: PlanProblem, placed: Iterable[Placement], pair: tuple[str, str]) -> bool:
    """Whether both give the same on that day and nothing else: so nobody waits in a car for another's visit."""
    busy = [one for one in placed if set(pair) & set(one.crew)]
    people = [one for one in problem.people if one.id in pair]
    return all((one.educator, one.influencer) == pair for one in busy) and not any(
        one.given.get(busy[0].day, 0) for one in people
    )


def _riding(problem: PlanProblem, day: int, placed: Sequence[Placement], pairs: set[tuple[str, str]]) -> PlanProblem:
    """The problem of that day alone: its requests, its crews, and who may ride with somebody on it."""
    going, asked = {who for one in placed for who in one.crew}, {one.request for one in placed}
    drivers, youths = {driver for driver, _youth in pairs}, {youth for _driver, youth in pairs}

    def on_that_day(person: PlanPerson) -> PlanPerson:
        at_home = replace(person, nights_max=0, takes_along=person.id in drivers)
        if person.educator:
            return at_home
        may = (day, day) if person.id in youths else (1, 0)
        return replace(at_home, own_school=OwnSchool(NO_LESSONS, NO_LESSONS, problem.days, (0, problem.days), may))

    return replace(
        problem,
        requests=tuple(one for one in problem.requests if one.id in asked),
        people=tuple(on_that_day(one) for one in problem.people if one.id in going),
        baseline=(),
        locked=frozenset(),
        named_by_event=frozenset(),
    )
