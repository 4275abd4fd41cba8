"""Words of copying: one visit becomes several, over days, classes and hosts."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class CopyPlan:
    """What a visit is copied to. Each line of classes is a visit of its own; without one, the classes stay as they are.

    `every_days` lie between one copy and the next; 0 puts all on one day.
    """

    on_day: dt.date
    host_ids: tuple[int, ...]
    classes: tuple[str, ...] = ()
    every_days: int = 7
