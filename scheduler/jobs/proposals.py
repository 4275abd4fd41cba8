"""The worker draws a plan: reads, searches under a lease that is renewed every two seconds, proves, explains, stores.

Nothing of it stands before the last transaction: who kills the worker loses a search and nothing else (TRUST R13).
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

from scheduler.core import clock
from scheduler.jobs.queue import crontab, huey, in_app
from scheduler.planning.rules.judgement import cost_of, violations
from scheduler.planning.solver import engine
from scheduler.planning.solver.explanation import PlacedAnswer, UnplacedAnswer, explain
from scheduler.planning.terms import Placement, Plan, PlanProblem, WhyUnplaced
from scheduler.policy import Actor
from scheduler.proposals.queries import asked as asked_queries
from scheduler.proposals.queries.pages import draft_of, proposal_of, seats_of, told_seat
from scheduler.proposals.rules.drawing import drawing_of, may_be, placement_of, seat_of
from scheduler.proposals.rules.standing import seats_that_stand
from scheduler.proposals.service import propose as service
from scheduler.proposals.terms import (
    AskedVisit,
    Drawing,
    ProposalDraft,
    ProposalSums,
    ProposedRow,
    ProposedSeat,
    WaitCause,
    Waiting,
)
from scheduler.work import service as work_service
from scheduler.work.terms import LeasedWork, Phase

A_LITTLE, LONGER = 15.0, 90.0  # seconds of search: of up to so many requests, and of more
FEW = 100
TOLD_EACH = 2.0  # seconds
EXPLAINED = 400  # requests: each answer lays the whole plan out once
REST = {  # why the engine left one out that somebody could have served
    WhyUnplaced.CAP: WaitCause.FULL,
    WhyUnplaced.CLASH: WaitCause.ELSEWHERE,
    WhyUnplaced.NO_INFLUENCER: WaitCause.NO_YOUTH,
}


@huey.periodic_task(crontab(hour="4", minute="40"), name="proposals.forget_old")
@in_app
def forget_old() -> None:
    """Each night, delete what was proposed two months ago."""
    service.forget_old(clock.now())


class _Telling:
    """Who watches reads how far it is; told at most every two seconds, so that the lease holds."""

    def __init__(self, taken: LeasedWork, proposal_id: int) -> None:
        self.taken, self.figures = taken, dict[str, Any]({"proposal": proposal_id})
        self.begun = self.told_at = time.monotonic()

    def now(self, phase: Phase, done: int, total: int, **figures: object) -> None:
        self.figures |= figures
        self.told_at = time.monotonic()
        work_service.tell(self.taken, phase, done, total, now=clock.now(), result=self.figures)

    def sometimes(self, phase: Phase, done: int, total: int, **figures: object) -> None:
        self.figures |= figures
        if time.monotonic() - self.told_at >= TOLD_EACH:
            self.now(phase, done, total)


def propose(actor: Actor, taken: LeasedWork) -> Mapping[str, Any]:
    """Draw the plan of a proposal. A second worker that takes it up begins anew; the first one to end is right."""
    proposal_id = int(taken.content or b"0")
    row = proposal_of(actor, proposal_id)
    if row.finished_at is not None:
        return {"proposal": proposal_id}
    telling = _Telling(taken, proposal_id)
    telling.now(Phase.READING, 0, 0)
    draft = draft_of(row)
    asked = asked_queries.asked_visits(actor, draft.scope, now=clock.now())
    drawing = _with_what_stands(_drawn(asked, draft, telling), draft, seats_of(proposal_id, pinned=True))
    plan = _searched(drawing, telling)
    rows, plan = _rows(drawing, plan, {one.request_id: one for one in asked}, seats_of(proposal_id, pinned=True))
    sums = _sums(drawing.problem, plan, telling)
    service.finish_proposal(actor, proposal_id, rows, sums, now=clock.now())
    return {"proposal": proposal_id, "placed": len(plan.placements), "asked": len(asked)}


def _drawn(asked: list[AskedVisit], draft: ProposalDraft, telling: _Telling) -> Drawing:
    today, total = clock.local_day(clock.now()), len(asked)
    telling.now(Phase.COMPARING, 0, total)

    def told(done: int) -> None:
        telling.sometimes(Phase.COMPARING, done, total)

    return drawing_of(asked, draft.levers, today, clock.moment_of, told)


def _with_what_stands(drawing: Drawing, draft: ProposalDraft, pinned: Mapping[int, ProposedSeat]) -> Drawing:
    """The plan before as what people were told, and its pinned seats as what stays, as far as they still may be."""
    before = dict(seats_of(draft.based_on)) if draft.based_on is not None else {}
    told = {one: _fair(drawing, seat) for one, seat in (before | dict(pinned)).items()}
    locked = _together(drawing.problem, [one for name in sorted(pinned) if (one := told.get(name))])
    baseline = tuple(one for one in told.values() if one)
    names = frozenset(one.request for one in locked)
    return replace(drawing, problem=replace(drawing.problem, baseline=baseline, locked=names))


def _fair(drawing: Drawing, seat: ProposedSeat) -> Placement | None:
    placement = placement_of(drawing, seat)
    return placement if placement and may_be(drawing, placement) else None


def _together(problem: PlanProblem, pinned: list[Placement]) -> list[Placement]:
    """Of pinned seats those that may be beside those before them."""
    kept: list[Placement] = []
    for one in pinned:
        if not violations(problem, Plan((*kept, one))):
            kept.append(one)
    return kept


def _searched(drawing: Drawing, telling: _Telling) -> Plan:
    seconds = A_LITTLE if len(drawing.problem.requests) <= FEW else LONGER
    begun = time.monotonic()
    telling.now(Phase.SEARCHING, 0, int(seconds), bound=_proven(drawing.problem))
    begun = time.monotonic()

    def spent(steps: int) -> float:
        used = time.monotonic() - begun
        telling.sometimes(Phase.SEARCHING, min(int(used), int(seconds)), int(seconds), steps=steps)
        return used / seconds if drawing.problem.requests else 1.0

    def told(_what: str, figures: Mapping[str, object]) -> None:
        telling.figures["cost"] = figures.get("cost")

    return engine.solve(drawing.problem, engine.Watch(spent, told), engine.exact_solver())


def _proven(problem: PlanProblem) -> int | None:
    """The served weight that nobody could exceed; None without the library that proves it."""
    if not problem.requests or find_spec("highspy") is None:
        return None
    from scheduler.planning.solver.bound import bound_of  # loads the solver

    return bound_of(problem, with_cost=False).served_weight


def _rows(
    drawing: Drawing, plan: Plan, asked: Mapping[int, AskedVisit], pinned: Mapping[int, ProposedSeat]
) -> tuple[list[ProposedRow], Plan]:
    """Each request with its seat or its cause. What the rules themselves would not take together is left out."""
    seats = [seat_of(drawing, one) for one in plan.placements]
    stand = seats_that_stand(asked, seats, clock.moment_of)
    plan = replace(plan, placements=tuple(one for one in plan.placements if int(one.request) in stand))
    left_out = {seat.request_id for seat in seats} - stand
    explained, rows = len(asked) <= EXPLAINED, []
    for one in asked:
        if one in drawing.hopeless:
            row = ProposedRow(one, waiting=drawing.hopeless[one])
        elif one in left_out:
            row = ProposedRow(one, waiting=Waiting(WaitCause.FULL))
        else:
            row = _explained(drawing, plan, one) if explained else _briefly(drawing, plan, one)
        rows.append(replace(row, pinned=one in pinned and row.seat is not None))
    return rows, plan


def _explained(drawing: Drawing, plan: Plan, request_id: int) -> ProposedRow:
    answer = explain(drawing.problem, plan, str(request_id))
    if isinstance(answer, PlacedAnswer):
        return ProposedRow(request_id, seat_of(drawing, answer.placement), told=_of_placed(drawing, answer))
    cause = REST.get(answer.why.reason, WaitCause.LESS_WORTH)
    return ProposedRow(request_id, waiting=Waiting(cause), told=_of_waiting(drawing, answer))


def _briefly(drawing: Drawing, plan: Plan, request_id: int) -> ProposedRow:
    name = str(request_id)
    for placement in plan.placements:
        if placement.request == name:
            return ProposedRow(request_id, seat_of(drawing, placement))
    reason = next((one.reason for one in plan.unplaced if one.request == name), WhyUnplaced.CAMPAIGN)
    return ProposedRow(request_id, waiting=Waiting(REST.get(reason, WaitCause.LESS_WORTH)))


def _of_placed(drawing: Drawing, answer: PlacedAnswer) -> dict[str, Any]:
    mine = sum(answer.parts.values())
    others = [told_seat(seat_of(drawing, other), more=sum(parts.values()) - mine) for other, parts in answer.others]
    return {"parts": dict(answer.parts), "others": others}


def _of_waiting(drawing: Drawing, answer: UnplacedAnswer) -> dict[str, Any]:
    ways = [
        {
            "moves": int(way.moves),
            "then": told_seat(seat_of(drawing, way.then)),
            "moved": told_seat(seat_of(drawing, way.moved)) if way.moved else None,
        }
        for way in answer.ways_out
    ]
    return {"ways_out": ways, "counts": dict(answer.why.counts)}


def _sums(problem: PlanProblem, plan: Plan, telling: _Telling) -> ProposalSums:
    cost, bound = cost_of(problem, plan), telling.figures.get("bound")
    everything = sum(one.weight for one in problem.requests)
    return ProposalSums(
        cost=cost.total,
        served_weight=cost.served_weight,
        asked_weight=everything,
        km=cost.km,
        steps=int(telling.figures.get("steps") or 0),
        bound_weight=None if bound is None else max(int(bound), cost.served_weight),
    )
