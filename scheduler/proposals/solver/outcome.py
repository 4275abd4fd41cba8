"""What a plan is made of, and what it says of each request: between the rules of free dates and the engine."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scheduler.booking.rules.time_grid import MomentOf
from scheduler.planning.rules.judgement import cost_of, violations
from scheduler.planning.solver.desk import PlanDesk
from scheduler.planning.solver.explanation import PlacedAnswer, UnplacedAnswer, desk_of, efforts, explain_on
from scheduler.planning.terms import Placement, Plan, PlanProblem, WhyUnplaced
from scheduler.proposals.rules.drawing import drawing_of, may_be, placement_of, seat_of
from scheduler.proposals.rules.lateness import remarks_on
from scheduler.proposals.rules.sleeping import NightsOf, Sleeping, stand_with_nights
from scheduler.proposals.terms.plan import (
    AskedVisit,
    DrawnProblem,
    LeftAlone,
    MendGround,
    PlannedNight,
    ProposalSums,
    ProposedRow,
    ProposedSeat,
    StandingVisit,
    WaitCause,
    Waiting,
    told_seat,
)

EXPLAINED, WITH_NIGHTS = 400, 100  # requests: each answer takes a while, with nights much longer
REST = {  # why the engine left one out that somebody could have served
    WhyUnplaced.TRAVEL: WaitCause.REACH,  # from whatever bed
    WhyUnplaced.CAP: WaitCause.FULL,
    WhyUnplaced.CLASH: WaitCause.ELSEWHERE,
    WhyUnplaced.NO_INFLUENCER: WaitCause.NO_YOUTH,
}
Seats = Mapping[int, ProposedSeat]


@dataclass(frozen=True)
class PlanWish:
    """What a plan is made of: what schools ask, the plan before it and what is pinned."""

    asked: Sequence[AskedVisit]
    before: Seats = field(default_factory=dict)
    pinned: Seats = field(default_factory=dict)
    mends: MendGround | None = None  # what stands is mended: its visits are the plan before
    nights: NightsOf = field(default_factory=dict)


def draw(wish: PlanWish, today: dt.date, moment_of: MomentOf, told: Callable[[int], None]) -> DrawnProblem:
    """The problem, with the plan before as what people were told; `told` hears how many requests were looked at."""
    return _with_what_stands(drawing_of(wish.asked, today, moment_of, told, wish.nights), wish)


def _with_what_stands(drawing: DrawnProblem, wish: PlanWish) -> DrawnProblem:
    """Pinned seats stay, as far as they still may be. Of a repair what broke was told, too, and no longer may be."""
    told = {one: _fair(drawing, seat) for one, seat in (dict(wish.before) | dict(wish.pinned)).items()}
    named = wish.mends.named if wish.mends else frozenset[int]()
    for broken in named - wish.pinned.keys():
        if stood := wish.before.get(broken):
            told[broken] = placement_of(drawing, stood) if stood.on_day >= drawing.first_day else None
    locked = _together(drawing.problem, [one for name in sorted(wish.pinned) if (one := told.get(name))])
    baseline = tuple(one for one in told.values() if one)
    names, about = frozenset(one.request for one in locked), frozenset(str(one) for one in named)
    problem = replace(drawing.problem, baseline=baseline, locked=names, named_by_event=about)
    return replace(drawing, problem=problem)


def _fair(drawing: DrawnProblem, seat: ProposedSeat) -> Placement | None:
    placement = placement_of(drawing, seat)
    return placement if placement and may_be(drawing, placement) else None


def _together(problem: PlanProblem, pinned: list[Placement]) -> list[Placement]:
    """Of pinned seats those that may be beside those before them, with nights where they take some."""
    kept: list[Placement] = []
    for one in pinned:
        if not violations(problem, _with_nights_of(problem, Plan((*kept, one)))):
            kept.append(one)
    return kept


def rows_of(drawing: DrawnProblem, plan: Plan, wish: PlanWish, moment_of: MomentOf) -> tuple[list[ProposedRow], Plan]:
    """Each request with its seat or its cause. What the rules themselves would not take together is left out."""
    asked = {one.request_id: one for one in wish.asked}
    seats = [seat_of(drawing, one) for one in plan.placements]
    stay = _as_they_stand(seats, wish)
    most = WITH_NIGHTS if plan.nights else EXPLAINED
    plan = _kept(drawing, plan, wish, stay, moment_of)
    left_out = {seat.request_id for seat in seats} - {int(one.request) for one in plan.placements}
    desk, rows = desk_of(drawing.problem, plan) if len(asked) <= most else None, []
    unchanged = {seat.request_id for seat in stay}
    preferred = {int(one.id): one.preferred_days for one in drawing.problem.requests}
    for one in asked:
        if one in unchanged:
            row = _briefly(drawing, plan, one)
        elif one in drawing.hopeless:
            row = ProposedRow(one, waiting=drawing.hopeless[one])
        elif one in left_out:
            row = ProposedRow(one, waiting=Waiting(WaitCause.FULL))
        else:
            row = _explained(drawing, plan, one, desk) if desk else _briefly(drawing, plan, one)
        if row.seat:
            suits = (row.seat.on_day - drawing.first_day).days in preferred[one]
            row = replace(row, told={**row.told, "remarks": remarks_on(asked[one], row.seat, suits=suits)})
        rows.append(_of_standing(replace(row, pinned=one in wish.pinned and row.seat is not None), wish))
    return [*rows, *_left_alone(wish)], plan


def _kept(drawing: DrawnProblem, plan: Plan, wish: PlanWish, stay: Sequence[ProposedSeat], moment_of: MomentOf) -> Plan:
    """What free dates offer of a plan, seat after seat, from where its people sleep: who is left sleeps where that
    costs least, and is asked again from there.
    """
    asked, unmoved = {one.request_id: one for one in wish.asked}, {seat.request_id for seat in stay}
    while True:
        seats = [seat_of(drawing, one) for one in plan.placements]
        sleeping = Sleeping(tuple(nights_in(drawing, plan)), wish.nights)
        moved = [seat for seat in seats if seat.request_id not in unmoved]
        stand, held = stand_with_nights(asked, moved, sleeping, moment_of, stay)
        placed = tuple(one for one in plan.placements if int(one.request) in unmoved | stand)
        if placed != plan.placements:
            plan = _with_nights_of(drawing.problem, replace(plan, placements=placed))
        elif held != sleeping.nights:
            plan = replace(plan, nights=())
        else:
            return plan


def _with_nights_of(problem: PlanProblem, plan: Plan) -> Plan:
    """The nights away that cost these seats least, judged; none where the judge would not have them."""
    if not any(one.nights_max for one in problem.people):
        return plan
    with_nights = replace(plan, nights=desk_of(problem, plan).placed_nights())
    return with_nights if not violations(problem, with_nights) else replace(plan, nights=())


def nights_in(drawing: DrawnProblem, plan: Plan) -> list[PlannedNight]:
    """The nights away of a plan, as who sleeps after which day in the town of which host."""
    day = dt.timedelta(days=1)
    return [
        PlannedNight(int(one.person), drawing.first_day + one.day * day, drawing.host_at[one.city])
        for one in plan.nights
    ]


def _as_they_stand(seats: Sequence[ProposedSeat], wish: PlanWish) -> list[ProposedSeat]:
    """Of a repair the seats that stay as they are: nobody asks them again, others are asked beside them."""
    if wish.mends is None:
        return []
    stands = wish.mends.stands
    return [seat for seat in seats if seat.request_id in stands and stands[seat.request_id].seat == seat]


def _of_standing(row: ProposedRow, wish: PlanWish) -> ProposedRow:
    """A row of a repair says how its visit stood: applying compares."""
    stood = wish.mends.stands.get(row.request_id) if wish.mends else None
    return replace(row, told={**row.told, "stood": stood_told(stood)}) if stood else row


def stood_told(stood: StandingVisit) -> dict[str, Any]:
    """How a visit stood, as JSON."""
    return told_seat(stood.seat, visit=stood.visit_id)


def _left_alone(wish: PlanWish) -> list[ProposedRow]:
    """What broke and is none of the planner's."""
    if wish.mends is None:
        return []
    causes = {LeftAlone.WITHIN_NOTICE: WaitCause.NO_DAY, LeftAlone.BY_HAND: WaitCause.LARGE_CREW}
    return [
        ProposedRow(one, waiting=Waiting(causes[left]), told={"left": left.value})
        for one, left in wish.mends.left.items()
        if wish.mends.stands[one].broken
    ]


def _explained(drawing: DrawnProblem, plan: Plan, request_id: int, desk: PlanDesk) -> ProposedRow:
    answer = explain_on(desk, plan, str(request_id))
    if isinstance(answer, PlacedAnswer):
        return ProposedRow(request_id, seat_of(drawing, answer.placement), told=_of_placed(drawing, desk, answer))
    cause = REST.get(answer.why.reason, WaitCause.LESS_WORTH)
    return ProposedRow(request_id, waiting=Waiting(cause), told=_of_waiting(drawing, answer))


def _briefly(drawing: DrawnProblem, plan: Plan, request_id: int) -> ProposedRow:
    name = str(request_id)
    for placement in plan.placements:
        if placement.request == name:
            return ProposedRow(request_id, seat_of(drawing, placement))
    reason = next((one.reason for one in plan.unplaced if one.request == name), WhyUnplaced.CAMPAIGN)
    return ProposedRow(request_id, waiting=Waiting(REST.get(reason, WaitCause.LESS_WORTH)))


def _of_placed(drawing: DrawnProblem, desk: PlanDesk, answer: PlacedAnswer) -> dict[str, Any]:
    """What it takes of its educator, and what it would take of others: of nobody else, since a minor's road from home
    tells where that home is.
    """
    mine, *theirs = efforts(desk, answer)
    others = [
        told_seat(seat_of(drawing, other), **vars(effort))
        for (other, _parts), effort in zip(answer.others, theirs, strict=True)
    ]
    return {"effort": vars(mine), "others": others}


def _of_waiting(drawing: DrawnProblem, answer: UnplacedAnswer) -> dict[str, Any]:
    ways = [
        {
            "moves": int(way.moves),
            "then": told_seat(seat_of(drawing, way.then)),
            "moved": told_seat(seat_of(drawing, way.moved)) if way.moved else None,
        }
        for way in answer.ways_out
    ]
    looser = [*answer.what_if] if answer.why.reason in REST else []  # else it would fit, and was worth too little
    return {"ways_out": ways, "counts": dict(answer.why.counts), "what_if": looser}


def sums_of(problem: PlanProblem, plan: Plan, *, steps: int = 0, bound: int | None = None) -> ProposalSums:
    """What a plan comes to."""
    cost = cost_of(problem, plan)
    at_home = cost_of(problem, replace(plan, nights=())).km if plan.nights else cost.km
    return ProposalSums(
        cost=cost.total,
        served_weight=cost.served_weight,
        asked_weight=sum(one.weight for one in problem.requests),
        km=cost.km,
        steps=steps,
        bound_weight=None if bound is None else max(bound, cost.served_weight),
        km_saved=at_home - cost.km,
    )
