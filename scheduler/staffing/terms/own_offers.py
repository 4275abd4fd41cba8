"""Offers as the presenter whom they are made to reads them: those that wait for her answer, and those that are over."""

import datetime as dt
from dataclasses import dataclass

from scheduler.visits.terms.rows import PresentationRow, VisitRow
from scheduler.visits.terms.states import AssignmentState


@dataclass(frozen=True)
class PastOffer:
    """Until when she was asked for a visit, and how that ended: no day, no school, nobody."""

    number: str  # of the visit, as her mails gave it
    answer: AssignmentState
    answered_at: dt.datetime
    until: dt.datetime


@dataclass(frozen=True)
class Offer:
    """A visit as it is offered to one presenter."""

    visit: VisitRow
    until: dt.datetime | None
    state: AssignmentState
    presentations: tuple[PresentationRow, ...]  # of the visit, to which she is asked

    def ends_soon(self, now: dt.datetime) -> bool:
        """Whether its deadline is less than two hours away."""
        return self.until is not None and self.until - now < dt.timedelta(hours=2)
