"""How much of her time somebody offers."""

import datetime as dt
from collections.abc import Iterable

from scheduler.people.terms import ExceptionRow, Hours

LOAD_WEEKS = 4


def offered_minutes(
    hours: Iterable[Hours], exceptions: Iterable[ExceptionRow], first_day: dt.date, last_day: dt.date
) -> int:
    """Her weekly hours on these days, both included, without those on which she is away."""
    of_weekday = dict.fromkeys(range(7), 0)
    for one in hours:
        until, begins = one.until_local, one.from_local
        of_weekday[one.weekday] += (until.hour - begins.hour) * 60 + until.minute - begins.minute
    away = [one for one in exceptions if not one.available]
    days = (first_day + dt.timedelta(days=number) for number in range((last_day - first_day).days + 1))
    return sum(
        of_weekday[day.weekday()] for day in days if not any(one.first_day <= day <= one.last_day for one in away)
    )
