"""Dates that the centre proposes to a school, of which it accepts one."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class DateDraft:
    """A day and the start of the first presentation."""

    on_day: dt.date
    starts_local: dt.time


@dataclass(frozen=True)
class ProposedDate:
    """A stored proposal, as the school chooses it."""

    id: int
    on_day: dt.date
    starts_local: dt.time
    held_until: dt.datetime
