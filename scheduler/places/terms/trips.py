"""A way from home and back."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Trip:
    """From home and back: kilometres and minutes of one way, when to leave at the latest, about when she is back."""

    km: int | None  # None: a minor reads it, who drives nobody
    minutes: int
    leaves_local: dt.time
    home_local: dt.time
    away_minutes: int  # from door to door
