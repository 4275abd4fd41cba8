"""A search for a substitute: its states, who was asked in which wave, and how a visit's page shows it."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from scheduler.core.machines import Machine
from scheduler.planning.terms.states import AssignmentState


class ReliefState(StrEnum):
    SEARCHING = "searching"  # wave after wave
    STOPPED = "stopped"  # no more waves: the coordinator looks by herself
    CHOOSING = "choosing"  # three hours before: the coordinator decides
    FILLED = "filled"  # the crew is whole again
    ONLINE = "online"
    SHORT = "short"
    MOVED = "moved"
    CALLED_OFF = "called_off"
    OVER = "over"  # the visit's time has come and nobody decided


_R = ReliefState
_ENDS = frozenset({_R.FILLED, _R.ONLINE, _R.SHORT, _R.MOVED, _R.CALLED_OFF, _R.OVER})

RELIEF_MACHINE = Machine(
    name="relief",
    starts=frozenset({_R.SEARCHING, _R.CHOOSING}),
    moves={
        _R.SEARCHING: frozenset({_R.STOPPED, _R.CHOOSING}) | _ENDS,
        _R.STOPPED: frozenset({_R.SEARCHING, _R.CHOOSING}) | _ENDS,
        _R.CHOOSING: _ENDS,
        **{end: frozenset() for end in _ENDS},
    },
)
OPEN_RELIEFS = (_R.SEARCHING, _R.STOPPED, _R.CHOOSING)


@dataclass(frozen=True)
class Asked:
    """Somebody who was asked to stand in: in which wave, when, and what came of it."""

    wave: int
    presenter_id: int
    full_name: str
    asked_at: dt.datetime
    state: AssignmentState
    until: dt.datetime | None


@dataclass(frozen=True)
class ReliefShown:
    """The search for a substitute as the coordinators see it on a visit's page."""

    state: ReliefState
    wave: int
    next_wave_at: dt.datetime | None
    choose_at: dt.datetime  # from when the coordinator decides
    asked: tuple[Asked, ...]
    may_go_short: bool  # an adult educator has accepted everywhere, and no minor stands alone
    online_link: str

    @property
    def open_now(self) -> bool:
        return self.state in OPEN_RELIEFS
