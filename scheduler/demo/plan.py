"""What the planner has drawn of the demo: a plan of what schools have agreed, and a tour of its campaign anew."""

import datetime as dt

from scheduler.core.clock import local_day, moment_of
from scheduler.planning.solver import engine
from scheduler.policy import Actor
from scheduler.programmes.queries import campaign_draft
from scheduler.proposals.queries.to_plan import asked_visits
from scheduler.proposals.service.propose import begin_proposal, finish_proposal
from scheduler.proposals.solver.outcome import PlanWish, draw, rows_of, sums_of
from scheduler.proposals.terms.plan import PlanScope, ProposalDraft
from scheduler.tours.queries import asked_tour, tour_of
from scheduler.tours.service import begin_tour, finish_tour
from scheduler.tours.solver import draw as draw_days
from scheduler.tours.terms import CrewMode, TourDraft
from scheduler.work import service as work_service

EIGHT_WEEKS, STEPS = dt.timedelta(days=56), 2
CAMPAIGN = "show-respect"


def write_plan(actor: Actor, now: dt.datetime) -> None:
    """Ask, search for a moment without any library, store: the same every time."""
    today = local_day(now)
    draft = ProposalDraft(PlanScope(today, today + EIGHT_WEEKS))
    row = begin_proposal(actor, draft, now=now)
    wish = PlanWish(asked_visits(actor, draft.scope, now=now))
    drawing = draw(wish, today, moment_of, lambda _number: None)
    plan = engine.solve(drawing.problem, engine.Watch(lambda steps: steps / STEPS, lambda _what, _figures: None))
    rows, plan = rows_of(drawing, plan, wish, moment_of)
    finish_proposal(actor, row.id, rows, sums_of(drawing.problem, plan, steps=STEPS), now=now)
    _end(row.work_id, {"proposal": row.id}, now)


def write_tour(actor: Actor, now: dt.datetime) -> None:
    """The cities of the campaign once more, in the next eight weeks, from the first of them."""
    today = local_day(now)
    towns = tuple(town for town, _pupils in campaign_draft(actor.centre_id or 0, CAMPAIGN).cities)
    draft = TourDraft(today, today + EIGHT_WEEKS, towns, towns[0], mode=CrewMode.ROTATING)
    tour = tour_of(actor, begin_tour(actor, CAMPAIGN, draft, now=now))
    finish_tour(actor, tour.id, draw_days(asked_tour(tour, now=now), moment_of), now=now)
    _end(tour.work_id, {"tour": tour.id}, now)


def _end(work_id: int | None, came: dict[str, int], now: dt.datetime) -> None:
    if work_id and (taken := work_service.take(work_id, now=now)):
        work_service.end(taken, came, now=now)
