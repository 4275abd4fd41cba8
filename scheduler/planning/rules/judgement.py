"""What a plan breaks and what it costs. It knows no solver, so that no solver is its own judge."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from scheduler.planning.rules.diary import PlanDiary, diary_of, team_of
from scheduler.planning.rules.fitness import is_open, is_there, may_give
from scheduler.planning.rules.roads import DayTour, is_too_much, misses_lessons
from scheduler.planning.terms import (
    DAYS_OF_WEEK,
    Placement,
    Plan,
    PlanCost,
    PlanPerson,
    PlanProblem,
    PlanRequest,
    PlanViolation,
)


def violations(problem: PlanProblem, plan: Plan) -> list[PlanViolation]:
    """Every rule that the plan breaks; an empty list is a plan that may be."""
    people, requests = {one.id: one for one in problem.people}, {one.id: one for one in problem.requests}
    found = list[PlanViolation]()
    placed: dict[str, Placement] = {}
    for placement in plan.placements:
        if placement.request not in requests or placement.request in placed:
            found.append(PlanViolation(placement.request, "unknown or doubled request"))
        else:
            placed[placement.request] = placement
    for name, placement in placed.items():
        found += (PlanViolation(name, rule) for rule in _of_day(problem, requests[name], placement))
        found += (PlanViolation(name, rule) for rule in _of_team(people, requests[name], placement))
    diary = diary_of(problem, plan, placed)
    found += _of_people(problem, diary)
    found += diary.problems
    found += _of_campaigns(problem, placed)
    told = {one.request: one for one in problem.baseline}
    found += (
        PlanViolation(name, "locked presentation changed")
        for name in sorted(problem.locked)
        if name not in placed or placed[name] != told.get(name)
    )
    return found


def _of_day(problem: PlanProblem, request: PlanRequest, placement: Placement) -> Iterator[str]:
    day = placement.day
    if not is_open(problem, request, day):
        yield "day not allowed"
    if placement.slot not in request.slots(day):
        yield "slot not in the school's shift"
    if request.id not in problem.locked and day < problem.today + problem.min_notice:
        yield "minimum notice"


def _of_team(people: dict[str, PlanPerson], request: PlanRequest, placement: Placement) -> Iterator[str]:
    if (placement.influencer is not None) != bool(request.influencers):
        yield "team size"
    for person_id, educator in team_of(placement):
        person = people.get(person_id)
        if person is None or person.educator != educator:
            yield f"{person_id}: unknown person or role"
            continue
        if not may_give(person, request):
            yield f"{person_id}: topic, language or audience"
        if not is_there(person, placement.day):
            yield f"{person_id}: unavailable, or without consent"
        if request.may is not None and not request.may.get(person_id, {}).get(placement.slot, 0) >> placement.day & 1:
            yield f"{person_id}: not free there at that hour"


def _of_people(problem: PlanProblem, diary: PlanDiary) -> Iterator[PlanViolation]:
    totals, missed = Counter[str](), Counter[str]()
    people = {one.id: one for one in problem.people}
    for (person_id, week), loads in diary.weeks.items():
        totals[person_id] += len(loads)
        person = people[person_id]
        given = sum(number for day, number in person.given.items() if day // DAYS_OF_WEEK == week)
        if is_too_much(loads, given, person.max_per_week):
            yield PlanViolation(f"{person_id} week {week}", "max presentations a week")
    for (person_id, day), tour in diary.tours.items():
        yield from (PlanViolation(f"{person_id} day {day}", rule) for rule in tour.problems)
        missed[person_id] += _is_missed(people[person_id], day, tour)
    for person in problem.people:
        if totals[person.id] > person.max_total:
            yield PlanViolation(person.id, "max presentations in total")
        if person.own_school and missed[person.id] > person.own_school.excused_max:
            yield PlanViolation(person.id, "too many days in own school hours")


def _is_missed(person: PlanPerson, day: int, tour: DayTour) -> bool:
    school = person.own_school
    return school is not None and misses_lessons(school, day, tour.leaves, tour.back)


def _of_campaigns(problem: PlanProblem, placed: dict[str, Placement]) -> Iterator[PlanViolation]:
    requests = {one.id: one for one in problem.requests}
    stops, teams = Counter[tuple[str, int]](), defaultdict[str, set[tuple[str, str | None]]](set)
    for name, placement in placed.items():
        if campaign := requests[name].campaign:
            stops[campaign, placement.day] += 1
            teams[campaign].add((placement.educator, placement.influencer))
    yield from (PlanViolation(name, f"two stops on day {day}") for (name, day), number in stops.items() if number > 1)
    for name, those in teams.items():
        if problem.fixed_team[name] and len(those) > 1:
            yield PlanViolation(name, "fixed team differs")


def cost_of(problem: PlanProblem, plan: Plan) -> PlanCost:
    """The parts of a plan's cost and their sum by the weights. The plan breaks no rule."""
    requests = {one.id: one for one in problem.requests}
    placed = {one.request: one for one in plan.placements}
    told = {one.request: one for one in problem.baseline}
    weight = sum(requests[name].weight for name in placed)
    missed = sum(one.day not in requests[name].preferred_days for name, one in placed.items())
    km = sum(tour.km for tour in diary_of(problem, plan, placed).tours.values())
    given = Counter(one.educator for one in placed.values())
    loads = sorted(given[one.id] for one in problem.people if one.educator)
    load_sq = sum(load * load for load in loads)
    dates = sum(name not in placed or not _same_date(placed[name], one) for name, one in told.items())
    teams = sum(name in placed and not _same_team(placed[name], one) for name, one in told.items())
    by = problem.weights
    unserved = sum(one.weight for one in problem.requests) - weight
    total = by.unplaced * unserved + by.pref_miss * missed + by.km * km + by.load_sq * load_sq
    total += by.change_date * dates + by.change_team * teams + by.night * len(plan.nights)
    return PlanCost(len(placed), weight, missed, km, _gini(loads), total, len(plan.nights), len(plan.rides))


def _same_date(one: Placement, other: Placement) -> bool:
    return (one.day, one.slot) == (other.day, other.slot)


def _same_team(one: Placement, other: Placement) -> bool:
    return (one.educator, one.influencer) == (other.educator, other.influencer)


def _gini(loads: list[int]) -> float:
    """Of ascending loads: 0 is the same for all. Source: the mean difference formula, Gini 1912."""
    number, together = len(loads), sum(loads)
    if not together:
        return 0.0
    return round(sum((2 * place + 1 - number) * load for place, load in enumerate(loads)) / (number * together), 3)
