"""A plan that the planner has proposed for what the demo's schools have agreed, and nobody has applied yet."""

import datetime as dt

from scheduler.core.clock import local_day, moment_of
from scheduler.planning.solver import engine
from scheduler.policy import Actor
from scheduler.proposals.queries.to_plan import asked_visits
from scheduler.proposals.service.propose import begin_proposal, finish_proposal
from scheduler.proposals.solver.outcome import PlanWish, draw, rows_of, sums_of
from scheduler.proposals.terms import Levers, PlanScope, ProposalDraft
from scheduler.work import service as work_service

EIGHT_WEEKS, STEPS = dt.timedelta(days=56), 2


def write_plan(actor: Actor, now: dt.datetime) -> None:
    """Ask, search for a moment without any library, store: the same every time."""
    today = local_day(now)
    draft = ProposalDraft(PlanScope(today, today + EIGHT_WEEKS), Levers())
    row = begin_proposal(actor, draft, now=now)
    wish = PlanWish(asked_visits(actor, draft.scope, now=now), draft.levers)
    drawing = draw(wish, today, moment_of, lambda _number: None)
    plan = engine.solve(drawing.problem, engine.Watch(lambda steps: steps / STEPS, lambda _what, _figures: None))
    rows, plan = rows_of(drawing, plan, wish, moment_of)
    finish_proposal(actor, row.id, rows, sums_of(drawing.problem, plan, steps=STEPS), now=now)
    if row.work_id and (taken := work_service.take(row.work_id, now=now)):
        work_service.end(taken, {"proposal": row.id}, now=now)
