"""Words of handing over: what somebody owns is looked after by a colleague for a span of days."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from scheduler.places.terms.hosts import DistrictRow


class HandoverState(StrEnum):
    """How a handover stands on a day; computed, never stored, so that it ends by itself."""

    COMING = "coming"
    RUNNING = "running"
    OVER = "over"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True)
class HandoverDraft:
    """Who is away, who stands in, on which days (both included), for which districts; none: for all of them."""

    away_id: int
    stand_in_id: int
    first_day: dt.date
    last_day: dt.date
    district_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class HandoverRow:
    """A handover as pages and rules see it. Without districts it is for everything that the person away owns."""

    id: int
    away_id: int
    away: str
    stand_in_id: int
    stand_in: str
    stand_in_email: str
    stand_in_language: str
    first_day: dt.date
    last_day: dt.date
    ended_at: dt.datetime | None
    districts: tuple[DistrictRow, ...] = ()
    able: bool = True  # the stand-in is not suspended: else nobody looks after anything

    def covers(self, district_id: int | None) -> bool:
        """Whether what lies in that district is handed over; a host abroad lies in none."""
        return not self.districts or district_id in {one.id for one in self.districts}
