"""A search for a substitute: its states, who was asked in which wave, and how a visit's page shows it."""

import datetime as dt
from dataclasses import dataclass

from scheduler.visits.terms.states import OPEN_SEARCHES, AssignmentState, SubstituteSearchState


@dataclass(frozen=True)
class SubstituteAskRow:
    """Somebody who was asked to stand in: in which wave, when, and what came of it."""

    wave: int
    presenter_id: int
    full_name: str
    asked_at: dt.datetime
    state: AssignmentState
    until: dt.datetime | None


@dataclass(frozen=True)
class SubstituteSearchRow:
    """The search for a substitute as the coordinators see it on a visit's page."""

    state: SubstituteSearchState
    wave: int
    next_wave_at: dt.datetime | None
    choose_at: dt.datetime  # from when the coordinator decides
    asked: tuple[SubstituteAskRow, ...]
    may_go_short: bool  # an adult educator has accepted everywhere, and no minor stands alone
    online_link: str

    @property
    def open_now(self) -> bool:
        return self.state in OPEN_SEARCHES
