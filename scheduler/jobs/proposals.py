"""The worker draws a plan: reads, searches under a lease that is renewed every two seconds, proves, explains, stores.

Nothing of it stands before the last transaction: who kills the worker loses a search and nothing else (TRUST R13).
"""

import time
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from scheduler.core import clock
from scheduler.jobs.queue import crontab, huey, in_app
from scheduler.jobs.telling import Telling
from scheduler.planning.solver import engine
from scheduler.planning.solver.repair import repair
from scheduler.planning.terms import Plan, PlanProblem
from scheduler.policy import Actor
from scheduler.proposals.queries.overnight import nights_for
from scheduler.proposals.queries.pages import draft_of, proposal_of, seats_of
from scheduler.proposals.queries.to_mend import mend_ground
from scheduler.proposals.queries.to_plan import asked_visits
from scheduler.proposals.service import propose as service
from scheduler.proposals.solver.outcome import PlanWish, draw, nights_in, rows_of, sums_of
from scheduler.proposals.solver.riding import rides_in
from scheduler.proposals.solver.searching import AND_HALF_AGAIN, solve
from scheduler.proposals.terms.plan import DrawnProblem, PlannedJourney, PlannedRide, ProposalDraft
from scheduler.staffing.queries.driving import ride_facts
from scheduler.tours.service import forget_old_tours
from scheduler.work.terms import LeasedWork, Phase

A_LITTLE, LONGER = 15.0, 90.0  # seconds of search: of up to so many requests, and of more
TO_MEND = 8.0  # seconds at most: a repair ends when everything that broke was tried
FEW = 100


@huey.periodic_task(crontab(hour="4", minute="40"), name="proposals.forget_old")
@in_app
def forget_old() -> None:
    """Each night, delete the plans and tours that were proposed two months ago."""
    service.forget_old(clock.now())
    forget_old_tours(clock.now())


def propose(actor: Actor, taken: LeasedWork) -> Mapping[str, Any]:
    """Draw the plan of a proposal. A second worker that takes it up begins anew; the first one to end is right."""
    proposal_id = int(taken.content or b"0")
    row = proposal_of(actor, proposal_id)
    if row.finished_at is not None:
        return {"proposal": proposal_id}
    telling = Telling(taken, proposal=proposal_id)
    telling.now(Phase.READING, 0, 0)
    draft = draft_of(row)
    wish = _wish(actor, proposal_id, draft)
    drawing = _drawn(wish, telling)
    rows, plan = rows_of(drawing, _searched(drawing, draft, telling), wish, clock.moment_of)
    steps, bound = telling.figures.get("steps") or 0, telling.figures.get("bound")
    sums = sums_of(drawing.problem, plan, steps=steps, bound=bound)
    journey = PlannedJourney(tuple(nights_in(drawing, plan)), _rides(drawing, plan, wish, draft))
    service.finish_proposal(actor, proposal_id, rows, sums, now=clock.now(), journey=journey)
    return {"proposal": proposal_id, "placed": len(plan.placements), "asked": len(wish.asked)}


def _rides(drawing: DrawnProblem, plan: Plan, wish: PlanWish, draft: ProposalDraft) -> tuple[PlannedRide, ...]:
    """Who of the plan rides along, where that was asked for; of a repair nobody."""
    if not draft.rides or draft.mends:
        return ()
    everybody = {one.presenter_id for asked in wish.asked for one in asked.facts.people}
    return rides_in(drawing, plan, ride_facts(everybody))


def _wish(actor: Actor, proposal_id: int, draft: ProposalDraft) -> PlanWish:
    """What the plan is made of: of a repair the visits that stand, else the requests that wait."""
    now, pinned = clock.now(), seats_of(proposal_id, pinned=True)
    if draft.mends is not None:
        ground = mend_ground(actor, draft, draft.mends, now=now)
        before = {one: stood.seat for one, stood in ground.stands.items() if not stood.left}
        return PlanWish(ground.asked, before, pinned, ground)
    before = seats_of(draft.based_on) if draft.based_on is not None else {}
    asked = asked_visits(actor, draft.scope, now=now)
    return PlanWish(asked, before, pinned, nights=nights_for(actor, draft, now=now))


def _drawn(wish: PlanWish, telling: Telling) -> DrawnProblem:
    total = len(wish.asked)
    telling.now(Phase.COMPARING, 0, total)

    def told(done: int) -> None:
        telling.sometimes(Phase.COMPARING, done, total)

    return draw(wish, clock.local_day(clock.now()), clock.moment_of, told)


def _searched(drawing: DrawnProblem, draft: ProposalDraft, telling: Telling) -> Plan:
    problem = drawing.problem
    seconds = TO_MEND if draft.mends else A_LITTLE if len(problem.requests) <= FEW else LONGER
    whole = int(seconds * (AND_HALF_AGAIN if any(one.nights_max for one in problem.people) else 1))
    telling.now(Phase.SEARCHING, 0, whole, bound=_proven(problem, draft))
    begun = time.monotonic()

    def spent(steps: int) -> float:
        used = time.monotonic() - begun
        telling.sometimes(Phase.SEARCHING, min(int(used), whole), whole, steps=steps)
        return used / seconds if problem.requests else 1.0

    def told(_what: str, figures: Mapping[str, object]) -> None:
        telling.figures["cost"] = figures.get("cost")

    watch = engine.Watch(spent, told)
    search = repair if draft.mends else solve
    return search(problem, watch, engine.exact_solver(lambda: begun + whole - time.monotonic()))


def _proven(problem: PlanProblem, draft: ProposalDraft) -> int | None:
    """The served weight that nobody could exceed; None without the library that proves it, and of a repair, which is
    to change little.
    """
    if not problem.requests or draft.mends or find_spec("highspy") is None:
        return None
    from scheduler.planning.solver.bound import bound_of  # loads the solver

    return bound_of(problem, with_cost=False).served_weight
