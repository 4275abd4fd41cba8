"""Whether somebody can be at two places of one day, and how far she drives."""

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise

from scheduler.places.rules.hosts import road_km, road_minutes
from scheduler.places.terms.hosts import Point
from scheduler.visits.terms.plans import ArrivalProblem, Stop, Why
from scheduler.visits.terms.reasons import WhyNot


def arrival_problems(day_plan: Iterable[Stop]) -> list[ArrivalProblem]:
    """Where one presenter cannot arrive: overlaps, and neighbours with a longer drive between them than time.

    `day_plan` holds the stops of one presenter, of one day or of several, in any order. The set-up buffer is part of a
    stop's busy time; the way from home is not judged. Within one visit nobody drives.
    """
    stops = sorted(day_plan, key=lambda stop: (stop.busy_from, stop.busy_until, stop.presentation_id))
    problems = []
    for (before, later), longest in zip(pairwise(stops), accumulate(stops, _longer), strict=False):
        neighbours = {before, longest}
        for earlier in sorted(neighbours, key=lambda stop: stop.busy_until, reverse=True):
            if problem := _arrival(earlier, later):
                problems.append(problem)
                break
    return problems


def _longer(one: Stop, other: Stop) -> Stop:
    return other if other.busy_until > one.busy_until else one


def _arrival(earlier: Stop, later: Stop) -> ArrivalProblem | None:
    needed = 0
    if earlier.visit_id != later.visit_id and earlier.point and later.point:
        needed = road_minutes(earlier.point, later.point)
    gap = int((later.busy_from - earlier.busy_until).total_seconds() // 60)
    if earlier.busy_until <= later.busy_from and gap >= needed:
        return None
    return ArrivalProblem(earlier, later, needed, max(gap, 0))


def kilometres(homes: Iterable[Point], host: Point | None) -> int:
    """Kilometres there and back: the crew shares one car, which starts where the farthest of them lives."""
    if host is None:
        return 0
    return round(2 * max((road_km(home, host) for home in homes), default=0.0))


def who_drives(homes: Iterable[tuple[int, Point, bool]], host: Point | None) -> tuple[int, int] | None:
    """Of a crew (whose, her home, of age?) who drives, the farthest of age; and minutes there and back by that rule."""
    crew = list(homes)
    drivers = [(road_km(home, host), -who) for who, home, of_age in crew if of_age] if host else []
    if host is None or not drivers:
        return None
    return -max(drivers)[1], round(2 * max(road_minutes(home, host) for _who, home, _of_age in crew))


def clash_of(here: Sequence[Stop], promised: Sequence[Stop]) -> list[Why]:
    """The worst of what keeps a presenter from arriving at the stops of one visit, if anything does."""
    own = {stop.visit_id for stop in here}
    problems = [
        problem
        for problem in arrival_problems([*here, *promised])
        if ({problem.earlier.visit_id, problem.later.visit_id} & own)
        and problem.earlier.visit_id != problem.later.visit_id
    ]
    if not problems:
        return []
    worst = max(problems, key=lambda problem: problem.late_by_minutes)
    code = WhyNot.TAKEN if any(problem.overlaps for problem in problems) else WhyNot.CANNOT_ARRIVE
    other = worst.later if worst.earlier.visit_id in own else worst.earlier
    return [Why(code, worst.needed_minutes, worst.available_minutes, other.district_id)]
