"""An offer that is over, as the presenter whom it was made to still reads of it."""

import datetime as dt
from dataclasses import dataclass

from scheduler.visits.terms.states import AssignmentState


@dataclass(frozen=True)
class PastOffer:
    """Until when she was asked for a visit, and how that ended: no day, no school, nobody."""

    number: str  # of the visit, as her mails gave it
    answer: AssignmentState
    answered_at: dt.datetime
    until: dt.datetime
