"""Why nobody goes: of all ways to serve a request, the last hurdle that any reached, and how many fell where."""

from collections import Counter
from collections.abc import Iterator

from scheduler.planning.rules.fitness import is_open
from scheduler.planning.solver.desk import PlanDesk
from scheduler.planning.solver.grounds import days_in
from scheduler.planning.terms import Plan, PlanRequest, Unplaced, WhyUnplaced

HURDLES = (  # in the order in which a way meets them
    WhyUnplaced.UNAVAILABLE,
    WhyUnplaced.TRAVEL,
    WhyUnplaced.CAP,
    WhyUnplaced.CLASH,
    WhyUnplaced.NO_INFLUENCER,
    WhyUnplaced.CAMPAIGN,
)


def plan_of(desk: PlanDesk) -> Plan:
    """What stands on the desk, and for each request that is left out the true reason."""
    left = (request for request, seat in enumerate(desk.at) if seat is None)
    unplaced = tuple(why_unplaced(desk, request) for request in left)
    return Plan(desk.placements(), unplaced, desk.placed_nights(), desk.placed_rides())


def why_unplaced(desk: PlanDesk, request: int) -> Unplaced:
    """The last hurdle that anybody reached. What would simply fit is no reason: insert it first."""
    one = desk.grounds.problem.requests[request]
    if missing := _nobody_can(desk, one):
        return Unplaced(one.id, missing, {missing.value: len(desk.grounds.problem.people)})
    if not any(mask for _slot, mask in desk.grounds.slot_days(request)):
        closed = sum(not is_open(desk.grounds.problem, one, day) for day in range(one.day_from, one.day_to + 1))
        return Unplaced(one.id, WhyUnplaced.NO_OPEN_DAY, {WhyUnplaced.NO_OPEN_DAY.value: closed})
    counts = Counter(_hurdles(desk, request))
    last = max(counts, key=HURDLES.index, default=WhyUnplaced.UNAVAILABLE)
    return Unplaced(one.id, last, {hurdle.value: counts[hurdle] for hurdle in HURDLES if counts[hurdle]})


def _nobody_can(desk: PlanDesk, one: PlanRequest) -> WhyUnplaced | None:
    educators = [person for person in desk.grounds.problem.people if person.educator]
    for field, value, reason in (
        ("topics", one.topic, WhyUnplaced.NO_TOPIC),
        ("languages", one.language, WhyUnplaced.NO_LANGUAGE),
        ("audiences", one.audience, WhyUnplaced.NO_AUDIENCE),
    ):
        educators = [person for person in educators if value in getattr(person, field)]
        if not educators:
            return reason
    return None


def _hurdles(desk: PlanDesk, request: int) -> Iterator[WhyUnplaced]:
    """Of each educator, day and slot, where it fell."""
    grounds = desk.grounds
    ways = {(person, slot): mask for person, slot, mask, _km in grounds.options[request]}
    for educator in grounds.able(request)[0]:
        for slot, mask in grounds.slot_days(request):
            yield from (WhyUnplaced.UNAVAILABLE for _ in days_in(mask & ~grounds.there[educator]))
            there = mask & grounds.there[educator]
            if (educator, slot) not in ways:
                yield from (WhyUnplaced.TRAVEL for _ in days_in(there))
                continue
            may = ways[educator, slot]  # fewer than her days, where other rules decide, too
            yield from (WhyUnplaced.UNAVAILABLE for _ in days_in(there & ~may))
            for day in days_in(there & may):
                yield _hurdle(desk, request, (educator, slot, day))


def _hurdle(desk: PlanDesk, request: int, way: tuple[int, int, int]) -> WhyUnplaced:
    educator, slot, day = way
    if not desk.may_more(educator, day):
        return WhyUnplaced.CAP
    if desk.joins(educator, request, day, slot) < 0:
        _nights, alone = desk.grounds.by_night.get((request, educator, slot), (0, -1))
        return WhyUnplaced.CLASH if alone >> day & 1 else WhyUnplaced.TRAVEL
    if desk.grounds.problem.requests[request].influencers and not _any_youth(desk, request, day, slot):
        return WhyUnplaced.NO_INFLUENCER
    return WhyUnplaced.CAMPAIGN


def _any_youth(desk: PlanDesk, request: int, day: int, slot: int) -> bool:
    """Whether any youth could be there, whatever the campaign says."""
    return any(
        at == slot and mask >> day & 1 and desk.may_more(youth, day) and desk.joins(youth, request, day, slot) >= 0
        for youth, at, mask, _km in desk.grounds.youth_options[request]
    )
