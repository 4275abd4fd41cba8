"""The worker draws a tour: asks who could go where, finds the order, stores all days at once.

Nothing of it stands before the last transaction: who kills the worker loses a search and nothing else (TRUST R13).
"""

from collections.abc import Mapping
from typing import Any

from scheduler.core import clock
from scheduler.jobs.telling import Telling
from scheduler.policy import Actor
from scheduler.tours.queries import asked_tour, tour_of
from scheduler.tours.service import finish_tour
from scheduler.tours.solver import draw
from scheduler.work.terms import LeasedWork, Phase


def draw_tour(actor: Actor, taken: LeasedWork) -> Mapping[str, Any]:
    """Draw a tour. A second worker that takes it up begins anew; the first one to end is right."""
    tour = tour_of(actor, int(taken.content or b"0"))
    if tour.finished_at is not None:
        return {"tour": tour.id}

    telling = Telling(taken, tour=tour.id)
    telling.now(Phase.READING, 0, 0)
    ask = asked_tour(tour, now=clock.now())
    found = draw(
        ask,
        clock.moment_of,
        lambda done: telling.sometimes(Phase.COMPARING, done, len(ask.towns)),
        lambda done, of, cost: telling.sometimes(Phase.SEARCHING, done, of, cost=cost),
    )
    finish_tour(actor, tour.id, found, now=clock.now())
    return {"tour": tour.id, "stops": len(found.stops)}
