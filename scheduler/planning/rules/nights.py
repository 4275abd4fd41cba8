"""Nights away: who may stay, where, and how many in a row. A minor never does."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from scheduler.planning.rules.fitness import is_there
from scheduler.planning.rules.roads import RoadStop
from scheduler.planning.terms import NightAway, Plan, PlanPerson, PlanProblem, PlanViolation

StopsOf = Mapping[tuple[str, int], Sequence[RoadStop]]  # of each person by day, the earliest first


def most_nights(person: PlanPerson) -> int:
    """How many nights in a row she may stay away: of a minor none, whatever the problem says."""
    return 0 if person.own_school is not None else person.nights_max


def may_sleep_out(problem: PlanProblem, person: PlanPerson, day: int) -> bool:
    """Whether the night after that day can be one away: she works on both days and has promised nothing else there."""
    return all(
        0 <= one < problem.days and is_there(person, one) and not person.given.get(one) for one in (day, day + 1)
    )


def night_problems(problem: PlanProblem, plan: Plan, stops: StopsOf) -> Iterator[PlanViolation]:
    """What of a plan's nights may not be."""
    people, number = {one.id: one for one in problem.people}, Counter((one.person, one.day) for one in plan.nights)
    for night in plan.nights:
        person, about = people.get(night.person), f"{night.person} night {night.day}"
        if person is None or number[night.person, night.day] > 1:
            yield PlanViolation(about, "unknown or doubled night")
            continue
        if person.own_school is not None:
            yield PlanViolation(about, "a minor stays a night away")
        elif _in_a_row(number, night) > person.nights_max:
            yield PlanViolation(about, "too many nights in a row")
        if not may_sleep_out(problem, person, night.day):
            yield PlanViolation(about, "a night away beside a day off")
        if night.city == person.home or night.city not in _places(night, stops):
            yield PlanViolation(about, "a night where nothing is given")


def days_on_the_road(nights: Sequence[NightAway]) -> set[tuple[str, int]]:
    """The days that a night begins or ends, presentations or not."""
    return {(one.person, day) for one in nights for day in (one.day, one.day + 1)}


def _in_a_row(number: Counter[tuple[str, int]], night: NightAway) -> int:
    """Nights away up to this one, none at home between them."""
    day = night.day
    while number[night.person, day]:
        day -= 1
    return night.day - day


def _places(night: NightAway, stops: StopsOf) -> set[int]:
    before, after = stops.get((night.person, night.day), ()), stops.get((night.person, night.day + 1), ())
    return {stop.city.id for stop in (*before[-1:], *after[:1])}
