"""Words of what a minor may be given."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class YoungLimits:
    """The most that a minor is given: visits, and hours of presenting, in a week and in a month."""

    week_visits: int
    week_hours: int
    month_visits: int
    month_hours: int


@dataclass(frozen=True)
class YoungVisit:
    """A presentation of a visit to which a minor goes, or is asked to go."""

    visit_id: int
    on_day: dt.date
    minutes: int
