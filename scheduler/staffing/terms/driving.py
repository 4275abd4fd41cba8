"""Who drives young presenters, and who may ride with an adult."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scheduler.safeguarding.terms import Proof, VettingRow


@dataclass(frozen=True)
class DrivingChecks:
    """What somebody's checks as a driver have come to, the newest first, and where they stand on a day."""

    standing: Proof
    checks: tuple[VettingRow, ...] = ()


@dataclass(frozen=True)
class DriverLine:
    """Somebody who may, or until lately might, take young presenters along in her car."""

    presenter_id: int
    full_name: str
    standing: Proof


@dataclass(frozen=True)
class ProvenDays:
    """From when to when a check or a consent holds, both included."""

    first_day: dt.date
    last_day: dt.date


@dataclass(frozen=True)
class RideFacts:
    """Of presenters the days on which each may drive, and on which her guardian lets each ride; none unless said."""

    drives: Mapping[int, Sequence[ProvenDays]] = field(default_factory=dict)
    rides: Mapping[int, Sequence[ProvenDays]] = field(default_factory=dict)

    def may_ride(self, driver_id: int, youth_id: int, day: dt.date) -> bool:
        """Whether both facts hold on that day."""
        return _covers(self.drives.get(driver_id, ()), day) and _covers(self.rides.get(youth_id, ()), day)


def _covers(proven: Sequence[ProvenDays], day: dt.date) -> bool:
    return any(one.first_day <= day <= one.last_day for one in proven)
