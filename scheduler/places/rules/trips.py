"""A way there and back: when to set out, about when somebody is home again."""

import datetime as dt

from scheduler.places.rules.hosts import road_km, road_minutes
from scheduler.places.terms.hosts import Point
from scheduler.places.terms.trips import Trip


def sets_out(arrives: dt.datetime, minutes: int) -> dt.time:
    """When to leave at the latest, on a round five minutes: nobody leaves at 8:17."""
    leaves = arrives - dt.timedelta(minutes=minutes)
    return (leaves - dt.timedelta(minutes=leaves.minute % 5, seconds=leaves.second)).time()


def comes_home(over: dt.datetime, minutes: int) -> dt.time:
    """About when she is home again, on the next round five minutes."""
    home = over + dt.timedelta(minutes=minutes)
    return (home + dt.timedelta(minutes=-home.minute % 5)).time()


def trip_of(
    home: Point, there: Point | None, arrives: dt.datetime, over: dt.datetime, *, minor: bool = False
) -> Trip | None:
    """There and back by herself, both moments on the wall clock of the host; None where nobody drives."""
    if there is None:
        return None
    minutes = road_minutes(home, there)
    away = int((over - arrives).total_seconds() // 60) + 2 * minutes
    km = None if minor else round(road_km(home, there))
    return Trip(km, minutes, sets_out(arrives, minutes), comes_home(over, minutes), away)
