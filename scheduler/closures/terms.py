"""Closures and the visits they stop: who is affected, what is told, when it could be instead."""

import datetime as dt
from dataclasses import dataclass

from scheduler.core.errors import N_, Conflict, Reason, Rejected
from scheduler.places.terms.hosts import Point
from scheduler.visits.terms.rows import VisitRow

CLOSURE_REASON = "closure"  # why the crew of a stopped visit is released


class ClosingReason(Reason):
    """Why days are not opened again. (Why a school is closed is a `ClosureReason`.)"""

    BEFORE_IT_FELL_OUT = "before_it_fell_out", N_("Choose a day that is not before the one that fell out.")
    OUTSIDE_THE_CLOSURE = "outside_the_closure", N_("Choose one of the closed days.")
    DAY_WAS_NAMED = "day_was_named", N_("Answer the school: it proposes another day by now.")


@dataclass(frozen=True)
class Affected:
    """What a closure would stop, or has stopped. `visits` are the centre's own; the numbers count every centre's."""

    visit_ids: frozenset[int]
    visits: tuple[VisitRow, ...]
    presentations: int
    pupils: int
    schools: int
    presenters: int

    @property
    def of_others(self) -> int:
        """Visits of other centres, which this one may not read."""
        return len(self.visit_ids) - len(self.visits)


@dataclass(frozen=True)
class ClosureTakenBack:
    """What became of the visits of a closure that was taken back: the new ones, and which stay stopped and why."""

    planned: tuple[str, ...]
    refused: tuple[tuple[str, Conflict | Rejected], ...]


@dataclass(frozen=True)
class NewDays:
    """A stopped visit and the next days on which its crew is free and the school has lessons."""

    visit: VisitRow
    crew: tuple[tuple[int, str], ...]  # who was to go: id and name, of a minor the first name
    days: tuple[dt.date, ...]
    looked_until: dt.date
    best: dt.date | None = None  # of its days the one that fits beside what is best for the visits before it
    named: tuple[dt.date, ...] = ()  # which of its days the school itself proposes


@dataclass(frozen=True)
class ToPlace:
    """A stopped visit that keeps its hours and its crew: where it lies, and its free days, those named first.

    `named` are those that its school proposes.
    """

    visit_id: int
    crew: tuple[int, ...]
    hours: tuple[tuple[dt.time, int], ...]  # when each presentation begins, and its minutes
    set_up_minutes: int
    point: Point | None
    days: tuple[dt.date, ...]
    named: tuple[dt.date, ...] = ()
