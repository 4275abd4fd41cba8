"""The one place that asks what time it is. Rules and services are told the time; pages, jobs and commands ask here."""

import datetime as dt
from zoneinfo import ZoneInfo

from scheduler.config import USUAL_ZONE, centre_timezone

BELGRADE = USUAL_ZONE


def now() -> dt.datetime:
    """This moment, in UTC."""
    return dt.datetime.now(dt.UTC)


def local_day(moment: dt.datetime, zone: str = "") -> dt.date:
    """The calendar day that people at `zone` write for a moment; without one, people at the centre."""
    return moment.astimezone(ZoneInfo(zone or centre_timezone())).date()


def moment_of(day: dt.date, wall: dt.time, zone: str = BELGRADE) -> dt.datetime:
    """The UTC moment of a wall clock time.

    Raises: ValueError when the clocks jump over that time (02:30 on the last Sunday of March). A doubled
    time (02:30 on the last Sunday of October) is the earlier one, or with `fold=1` the later, as PEP 495 says.
    """
    local = dt.datetime.combine(day, wall, tzinfo=ZoneInfo(zone))
    moment = local.astimezone(dt.UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ValueError("a time that the clocks jump over")
    return moment


def is_doubled(day: dt.date, wall: dt.time, zone: str = BELGRADE) -> bool:
    """Whether the clocks show this time twice on that day: they go back over it."""
    first, second = _offsets(day, wall, zone)
    return first > second


def is_shown(day: dt.date, wall: dt.time, zone: str = BELGRADE) -> bool:
    """Whether the clocks show this time at all on that day."""
    first, second = _offsets(day, wall, zone)
    return first >= second


def _offsets(day: dt.date, wall: dt.time, zone: str) -> tuple[dt.timedelta, dt.timedelta]:
    readings = (dt.datetime.combine(day, wall.replace(fold=fold), tzinfo=ZoneInfo(zone)) for fold in (0, 1))
    first, second = (one.utcoffset() or dt.timedelta() for one in readings)
    return first, second
