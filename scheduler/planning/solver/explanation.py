"""Why nobody goes, what would have to move, which rule stands in the way; and of who goes, why her."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from scheduler.planning.rules.fitness import may_give
from scheduler.planning.solver.desk import PlanDesk, PlanSeat
from scheduler.planning.solver.grounds import Grounds
from scheduler.planning.solver.reasons import why_unplaced
from scheduler.planning.solver.touring import desk_over
from scheduler.planning.terms import Placement, Plan, PlanPerson, PlanProblem, PlanRequest, Unplaced

ALTERNATIVES = 3
MOVES_TRIED = 400
HALF_AN_HOUR = 30

Loosen = Callable[[PlanPerson, PlanRequest], PlanPerson]
WHAT_IF: Mapping[str, Loosen] = {
    "one more a week": lambda who, _: replace(who, max_per_week=who.max_per_week + 1),
    "one more a day": lambda who, _: replace(who, max_per_day=who.max_per_day + 1),
    "one more in all": lambda who, _: replace(who, max_total=who.max_total + 1),
    "half an hour earlier and later": lambda who, _: replace(
        who, day_start=max(who.day_start - HALF_AN_HOUR, 0), day_end=who.day_end + HALF_AN_HOUR
    ),
    "the language learned, or an interpreter": lambda who, it: replace(who, languages=who.languages | {it.language}),
    "the topic learned": lambda who, it: replace(who, topics=who.topics | {it.topic}),
    "a night away": lambda who, it: (  # one more than she may; a minor never stays a night away
        replace(who, nights_max=who.nights_max + 1) if may_give(who, it) and not who.own_school else who
    ),
}


@dataclass(frozen=True)
class WayOut:
    """A presentation that would have to move, and where both would be; no new place known: it may become possible."""

    moves: str
    then: Placement
    moved: Placement | None


@dataclass(frozen=True)
class PlacedAnswer:
    """Of a request that is served: what its crew costs by parts, and the next best crews with what they cost more."""

    placement: Placement
    parts: Mapping[str, int]
    others: tuple[tuple[Placement, Mapping[str, int]], ...]


@dataclass(frozen=True)
class UnplacedAnswer:
    """Of a request that nobody serves: the reason, what could move for it, how many ways a looser rule opens."""

    why: Unplaced
    ways_out: tuple[WayOut, ...]
    what_if: Mapping[str, int]


@dataclass(frozen=True)
class Effort:
    """What a seat takes of its educator: kilometres that it adds to the day (None: a night or a ride decides about
    them), and the number of the plan's other requests that this educator serves.
    """

    km: int | None
    others: int


def efforts(desk: PlanDesk, answer: PlacedAnswer) -> list[Effort]:
    """The effort of the educator of a request that is served, then those of the next best crews."""
    request = desk.grounds.request_at[answer.placement.request]
    stood, found = desk.lift(request), list[Effort]()
    for one in (answer.placement, *(other for other, _parts in answer.others)):
        seat = desk.seat_of(one)
        tied = desk.is_tied(request, seat)
        km = None if tied else desk.joins(seat.educator, request, seat.day, seat.slot)
        found.append(Effort(km, desk.total[seat.educator]))
    desk.place(request, stood)
    return found


def explain(problem: PlanProblem, plan: Plan, request_id: str) -> PlacedAnswer | UnplacedAnswer:
    """The answer for one request of a plan that breaks no rule."""
    return explain_on(desk_of(problem, plan), plan, request_id)


def explain_on(desk: PlanDesk, plan: Plan, request_id: str) -> PlacedAnswer | UnplacedAnswer:
    """The same of a plan that is laid out, and stays so: for many answers it is laid out once."""
    request = desk.grounds.request_at[request_id]
    if desk.at[request] is not None:
        return _why_her(desk, request)
    return UnplacedAnswer(why_unplaced(desk, request), _ways_out(desk, request), _what_if(desk, plan, request))


def desk_of(problem: PlanProblem, plan: Plan) -> PlanDesk:
    """A plan laid out."""
    return _laid_out(Grounds(problem), plan)


def _laid_out(grounds: Grounds, plan: Plan) -> PlanDesk:
    desk = desk_over(grounds)
    people = desk.grounds.person_at
    for one in plan.placements:
        youth = people[one.influencer] if one.influencer is not None else -1
        desk.place(desk.grounds.request_at[one.request], PlanSeat(one.day, one.slot, people[one.educator], youth))
    return desk


def _placement(desk: PlanDesk, request: int, seat: PlanSeat) -> Placement:
    problem = desk.grounds.problem
    youth = problem.people[seat.youth].id if seat.youth >= 0 else None
    return Placement(problem.requests[request].id, seat.day, seat.slot, problem.people[seat.educator].id, youth)


def _parts(desk: PlanDesk, request: int, seat: PlanSeat) -> dict[str, int]:
    """What a seat that is free costs, by what it is paid for."""
    by, told = desk.by, desk.told[request]
    off = 0 if desk.grounds.preferred[request] >> seat.day & 1 else by.pref_miss
    return {
        "pref_miss": off,
        "km": desk.roads(request, seat),
        "load": by.load_sq * (2 * desk.total[seat.educator] + 1),
        "change": desk.wish(request, seat) - off if told else 0,
    }


def _why_her(desk: PlanDesk, request: int) -> PlacedAnswer:
    seat = desk.lift(request)
    mine = _parts(desk, request, seat)
    best: dict[tuple[int, int], tuple[int, PlanSeat]] = {}
    for cost, other in desk.seats(request):
        crew = (other.educator, other.youth)
        if crew != (seat.educator, seat.youth) and (crew not in best or cost < best[crew][0]):
            best[crew] = cost, other
    others = tuple(
        (_placement(desk, request, other), _parts(desk, request, other))
        for _cost, other in sorted(best.values())[:ALTERNATIVES]
    )
    desk.place(request, seat)
    return PlacedAnswer(_placement(desk, request, seat), mine, others)


def _ways_out(desk: PlanDesk, request: int) -> tuple[WayOut, ...]:
    """Single presentations that stand in the way; first those that have another place."""
    found = []
    for one in _in_the_way(desk, request)[:MOVES_TRIED]:
        seat = desk.lift(one)
        if way := min(desk.seats(request), default=None):
            desk.place(request, way[1])
            other = desk.best(one)
            moved = _placement(desk, one, other[1]) if other else None
            name = desk.grounds.problem.requests[one].id
            cost = way[0] + (other[0] if other else desk.worth(one))
            found.append((other is None, cost, WayOut(name, _placement(desk, request, way[1]), moved)))
            desk.lift(request)
        desk.place(one, seat)
    found.sort(key=lambda way: (way[0], way[1], way[2].moves))
    return tuple(way for _unsure, _cost, way in found[:ALTERNATIVES])


def _in_the_way(desk: PlanDesk, request: int) -> list[int]:
    """What its people hold in its weeks, what they hold at all when their year is full, its campaign's other stops."""
    grounds, locked = desk.grounds, desk.grounds.problem.locked
    options = [*grounds.options[request], *grounds.youth_options[request]]
    weeks = {one[0]: 0 for one in options}
    for person, _slot, mask, _km in options:
        weeks[person] |= mask
    found = dict[int, None]()
    for person, mask in weeks.items():
        touched = sum(week for week in grounds.week_masks if week & mask)
        full = desk.total[person] >= desk.max_total[person]
        for day in sorted(desk.held[person]):
            if full or touched >> day & 1:
                found |= dict.fromkeys(stop[3] for stop in desk.held[person][day])
    campaign = grounds.campaign_of[request]
    if campaign >= 0:
        found |= dict.fromkeys(one for one in grounds.stops_of[campaign] if desk.at[one])
    return [one for one in found if grounds.problem.requests[one].id not in locked]


def _what_if(desk: PlanDesk, plan: Plan, request: int) -> dict[str, int]:
    """How many ways to serve it appear when one rule at a time is looser, all else as it stands."""
    problem, found = desk.grounds.problem, {}
    for name, loosen in WHAT_IF.items():
        people = tuple(loosen(one, problem.requests[request]) for one in problem.people)
        looser = desk.with_people(people)
        if looser.grounds.is_touring:  # nights and rides are chosen with each presentation
            looser = _laid_out(looser.grounds, plan)
        if ways := sum(1 for _ in looser.seats(request)):
            found[name] = ways
    return found
