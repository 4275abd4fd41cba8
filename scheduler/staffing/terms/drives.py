"""Words of what was driven for a visit that was held."""

import datetime as dt
from dataclasses import dataclass

from scheduler.visits.terms.drives import as_driven

MOST_MINUTES = 1440  # of one day, as the table's CHECK says


@dataclass(frozen=True)
class DriveDraft:
    """What a driver says that she drove, there and back, and why it was not as planned."""

    kilometres: int | None
    minutes: int | None
    reason: str


@dataclass(frozen=True)
class DriveRow:
    """A drive as its driver and the coordinators read it: planned beside driven."""

    number: str
    on_day: dt.date
    host_sr_cyrl: str
    host_sr_latn: str
    name: str
    planned_kilometres: int
    planned_minutes: int
    driven_kilometres: int | None = None
    driven_minutes: int | None = None
    reason: str = ""

    @property
    def kilometres(self) -> int:
        """What counts of it."""
        return as_driven(self.driven_kilometres, self.planned_kilometres)

    @property
    def minutes(self) -> int:
        return as_driven(self.driven_minutes, self.planned_minutes)
