"""The worker draws a tour: asks who could go where, finds the order, stores all days at once.

Nothing of it stands before the last transaction: who kills the worker loses a search and nothing else (TRUST R13).
"""

import time
from collections.abc import Mapping
from typing import Any

from scheduler.core import clock
from scheduler.jobs.proposals import TOLD_EACH
from scheduler.policy import Actor
from scheduler.tours.queries import asked_tour, tour_of
from scheduler.tours.service import finish_tour
from scheduler.tours.solver import draw
from scheduler.work import service as work_service
from scheduler.work.terms import LeasedWork, Phase


def draw_tour(actor: Actor, taken: LeasedWork) -> Mapping[str, Any]:
    """Draw a tour. A second worker that takes it up begins anew; the first one to end is right."""
    tour = tour_of(actor, int(taken.content or b"0"))
    if tour.finished_at is not None:
        return {"tour": tour.id}

    told_at = [0.0]

    def tell(phase: Phase, done: int, of: int, **figures: object) -> None:
        """At most every two seconds, so that the lease holds."""
        if time.monotonic() - told_at[0] >= TOLD_EACH:
            work_service.tell(taken, phase, done, of, now=clock.now(), result={"tour": tour.id, **figures})
            told_at[0] = time.monotonic()

    tell(Phase.READING, 0, 0)
    ask = asked_tour(tour, now=clock.now())
    found = draw(
        ask,
        clock.moment_of,
        lambda done: tell(Phase.COMPARING, done, len(ask.towns)),
        lambda done, of, cost: tell(Phase.SEARCHING, done, of, cost=cost),
    )
    finish_tour(actor, tour.id, found, now=clock.now())
    return {"tour": tour.id, "stops": len(found.stops)}
