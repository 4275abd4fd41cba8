"""The first plan, in milliseconds, without any solver: who has the fewest choices comes first."""

from collections.abc import Iterable

from scheduler.planning.solver.desk import NO_YOUTH, PlanDesk, PlanSeat
from scheduler.planning.solver.grounds import Grounds
from scheduler.planning.solver.touring import desk_over

TEAMS_TRIED = 40  # of a campaign of one team, those that could give most of it
AFRESH = 0  # a day for `best` to start from


def first_plan(grounds: Grounds) -> PlanDesk:
    """Locked presentations as they stand, then campaigns of one team, then the scarce, the heavy, the rest."""
    desk = desk_over(grounds)
    place_locked(desk)
    for campaign, fixed in enumerate(grounds.is_fixed):
        if fixed:
            place_campaign(desk, campaign)
    fill(desk, order_of(grounds, (request for request, seat in enumerate(desk.at) if seat is None)))
    return desk


def place_locked(desk: PlanDesk) -> None:
    """What must stay, stays, whatever it breaks: the judge says what that is."""
    at, locked = desk.grounds.request_at, desk.grounds.problem.locked
    people = range(len(desk.grounds.problem.people))
    for one in desk.grounds.problem.baseline:
        seat = desk.told[at[one.request]]
        if (
            one.request in locked
            and seat
            and seat.educator in people
            and (seat.youth == NO_YOUTH or seat.youth in people)
        ):
            desk.place(at[one.request], seat)


def order_of(grounds: Grounds, requests: Iterable[int]) -> list[int]:
    """Heavy and scarce before light and easy: weight by the share of choices that a request has."""

    def rank(request: int) -> tuple[float, int]:
        choices = sum(mask.bit_count() for _person, _slot, mask, _km in grounds.options[request])
        one = grounds.problem.requests[request]
        return choices * (3 if one.influencers else 10) / max(one.weight, 1), request

    return sorted(requests, key=rank)


def fill(desk: PlanDesk, order: Iterable[int]) -> list[int]:
    """Put each request where it is cheapest now; those that fit nowhere come back."""
    left = []
    for request in order:
        if found := desk.best(request, AFRESH):
            desk.place(request, found[1])
        else:
            left.append(request)
    return left


def place_campaign(desk: PlanDesk, campaign: int) -> None:
    """A campaign of one team: the team that serves most of its stops, then the cheaper one."""
    stops = order_of(desk.grounds, (one for one in desk.grounds.stops_of[campaign] if desk.at[one] is None))
    if desk.campaign_stops[campaign] or not stops:
        return  # a team stands already: the stops that are left join it as any other request does
    best: tuple[int, list[tuple[int, PlanSeat]]] | None = None
    for educator, youth in likely_teams(desk, campaign):
        before = desk.cost
        placed = place_team(desk, stops, educator, youth)
        if best is None or desk.cost - before < best[0]:
            best = desk.cost - before, placed
        for request, _seat in placed:
            desk.lift(request)
    for request, seat in best[1] if best else ():
        desk.place(request, seat)


def place_team(desk: PlanDesk, stops: Iterable[int], educator: int, youth: int) -> list[tuple[int, PlanSeat]]:
    """Give what fits of a campaign to one team."""
    placed = []
    for request in stops:
        grounds, days = desk.grounds, desk.open_to(request)
        asks = grounds.problem.requests[request].influencers
        if bool(asks) != (youth >= 0):
            continue
        theirs = {
            slot: mask & days & ~desk.full[youth]
            for one, slot, mask, _km in grounds.youth_options[request]
            if one == youth and desk.total[youth] < desk.max_total[youth]
        }
        ways = []
        for one, slot, mask, _km in grounds.options[request]:
            if one != educator or desk.total[educator] >= desk.max_total[educator]:
                continue
            common = mask & days & ~desk.full[educator] & (theirs.get(slot, 0) if asks else -1)
            ways += _ways(desk, request, slot, common, (educator, youth if asks else NO_YOUTH))
        if ways:
            seat = min(ways)[1]
            desk.place(request, seat)
            placed.append((request, seat))
    return placed


def _ways(desk: PlanDesk, request: int, slot: int, days: int, team: tuple[int, int]) -> list[tuple[int, PlanSeat]]:
    ways = []
    while days:
        low = days & -days
        days ^= low
        day = low.bit_length() - 1
        roads = [desk.joins(person, request, day, slot) for person in team if person != NO_YOUTH]
        if min(roads) >= 0:
            seat = PlanSeat(day, slot, *team)
            ways.append((desk.by.km * sum(roads) + desk.wish(request, seat), seat))
    return ways


def likely_teams(desk: PlanDesk, campaign: int) -> list[tuple[int, int]]:
    """The pairs that could give most weight of a campaign, by days alone; `NO_YOUTH` where no youth is asked for."""
    grounds = desk.grounds
    weight: dict[tuple[int, int], list[int]] = {}
    for request in grounds.stops_of[campaign]:
        one = grounds.problem.requests[request]
        youths: dict[int, list[tuple[int, int]]] = {}
        for youth, slot, mask, _km in grounds.youth_options[request]:
            youths.setdefault(slot, []).append((youth, mask))
        pairs = set()
        for educator, slot, mask, _km in grounds.options[request]:
            them = youths.get(slot, []) if one.influencers else [(NO_YOUTH, -1)]
            pairs |= {(educator, youth) for youth, days in them if days & mask}
        for pair in pairs:
            weight.setdefault(pair, []).append(one.weight)
    worth = {pair: sum(sorted(those)[-_most(desk, pair) :]) for pair, those in weight.items() if _most(desk, pair)}
    return sorted(worth, key=lambda pair: (-worth[pair], pair))[:TEAMS_TRIED]


def _most(desk: PlanDesk, team: tuple[int, int]) -> int:
    return min(desk.max_total[one] - desk.total[one] for one in team if one != NO_YOUTH)
