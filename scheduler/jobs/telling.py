"""Who watches long work reads how far it is."""

import time
from typing import Any

from scheduler.core import clock
from scheduler.work import service as work_service
from scheduler.work.terms import LeasedWork, Phase

TOLD_EACH = 2.0  # seconds


class Telling:
    """Tells how far a work is, and renews its lease by that: a worker that falls silent is taken for dead.

    `figures` begin with what the work is about; those that come later are added, or stand in the place of older ones.
    """

    def __init__(self, taken: LeasedWork, **about: int) -> None:
        self.taken, self.figures = taken, dict[str, Any](about)
        self.told_at = time.monotonic()

    def now(self, phase: Phase, done: int, total: int, **figures: object) -> None:
        self.figures |= figures
        self.told_at = time.monotonic()
        work_service.tell(self.taken, phase, done, total, now=clock.now(), result=self.figures)

    def sometimes(self, phase: Phase, done: int, total: int, **figures: object) -> None:
        """At most every two seconds."""
        self.figures |= figures
        if time.monotonic() - self.told_at >= TOLD_EACH:
            self.now(phase, done, total)
