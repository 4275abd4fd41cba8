"""The clock of a school around the days that it asks for."""

import datetime as dt

from scheduler.places import queries as place_queries
from scheduler.places.rules.school_time import LOOK_AROUND
from scheduler.places.terms import HostRow, SchoolClock

AROUND = dt.timedelta(days=LOOK_AROUND + 7)


def school_clock(host: HostRow, first: dt.date, last: dt.date, *, today: dt.date = dt.date.min) -> SchoolClock | None:
    """Shifts and bells of a host, with its school days from some weeks before the first day to some after the last.

    None while nobody has told them. Days before `today` help nobody and are left out.
    """
    stored = place_queries.school_time_of(host.id)
    if stored is None:
        return None
    days = place_queries.school_days(host, first - AROUND, max(first, last) + AROUND)
    return SchoolClock(stored.told, frozenset(day for day in days if day >= today))
