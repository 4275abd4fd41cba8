"""Until when something is kept: moments and days from which on it goes."""

import datetime as dt
from calendar import monthrange

from scheduler.privacy.terms import KeepingPeriod

FIRST_MONTH = 9  # a school year begins on 1 September


def cut(period: KeepingPeriod, now: dt.datetime) -> dt.datetime:
    """What ended at this moment or before has lasted its time."""
    if period.unit in ("hours", "days"):
        return now - dt.timedelta(**{period.unit: period.number})
    day = months_before(now.date(), period.number * (12 if period.unit == "years" else 1))
    return now.replace(year=day.year, month=day.month, day=day.day)


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day of the month so many months earlier; the month's last one where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_school_year_over(months: int, today: dt.date) -> dt.date:
    """The last day of the newest school year that ended so many months ago or earlier."""
    day = months_before(today, months)
    return dt.date(day.year if day.month >= FIRST_MONTH else day.year - 1, FIRST_MONTH, 1) - dt.timedelta(days=1)
