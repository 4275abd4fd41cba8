"""Words of copying: one visit becomes several, over days, classes and hosts."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.booking.terms.reasons import BookingReason
from scheduler.core.errors import Rejected
from scheduler.places.terms.hosts import HostRow
from scheduler.places.terms.school_time import ClassStanding


@dataclass(frozen=True)
class CopyPlan:
    """What a visit is copied to. Each line of classes is a visit of its own; without one, the classes stay as they are.

    `every_days` lie between one copy and the next; 0 puts all on one day. `outside_shift`: where a class is not in the
    building at that hour, it comes for it, or stays.
    """

    on_day: dt.date
    host_ids: tuple[int, ...]
    classes: tuple[str, ...] = ()
    every_days: int = 7
    outside_shift: bool = False


@dataclass(frozen=True)
class CopyAway:
    """A copy of whose presentations one falls outside the shift of its classes: when, and where they are then."""

    host: HostRow
    on_day: dt.date
    starts_local: dt.time
    said: tuple[tuple[str, ClassStanding], ...]


class CopiesAway(Rejected):
    """Copies at hours at which their classes are not in the building, until somebody says that they come for it."""

    def __init__(self, copies: Sequence[CopyAway]) -> None:
        super().__init__({"outside_shift": BookingReason.COPIES_AWAY})
        self.copies = tuple(copies)
