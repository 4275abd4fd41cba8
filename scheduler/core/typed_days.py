"""A day as people write it: 16.12., 16. децембар, Dec 16, sreda 16. XII 2026; and which year where none is said."""

import datetime as dt
import re
from enum import Enum

from scheduler.core.months import month_of
from scheduler.core.text import fold

NUMBERS = re.compile(r"(\d{1,2})\s*[.,/-]\s*(\d{1,2})(?:\s*[.,/-]\s*(\d{4}|\d\d))?\s*[.,]?", re.ASCII)  # 8.12.26.
ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
YEAR = r"(?: (\d{4}|\d\d))?(?: g(?:od(?:ine)?)?)?"
DAY_AND_NAME = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)? ?([a-z]+?){YEAR}", re.ASCII)  # folded: 16 decembar 2026 god
NAME_AND_DAY = re.compile(rf"([a-z]+) (\d{{1,2}})(?:st|nd|rd|th)?{YEAR}", re.ASCII)
SPELLED_YEAR = re.compile(r"\s*\b(?:god(?:ine)?|год(?:ине)?|г|g)\.?$", re.IGNORECASE)
WEEKDAY = re.compile(r"([^\W\d_]{3,})[.,]?\s+(.+)")
WEEKDAYS = {"pon": 0, "uto": 1, "sre": 2, "cet": 3, "pet": 4, "sub": 5, "ned": 6}
WEEKDAYS |= {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
FIRST_YEAR, LAST_YEAR = 1900, 2200
LEAP = 8  # years within which every day of the calendar comes once


class YearMeant(Enum):
    """Which one, where a day is written without its year."""

    NEXT = 1  # the nearest that is still to come, today among them
    LAST = -1  # the nearest that has been
    NONE = 0  # of a birth date nobody can know: the year must be said


def day_typed(typed: str, today: dt.date, meant: YearMeant = YearMeant.NEXT) -> dt.date | None:
    """A day as people write it, in either script or in English; None for what is none, or is not that weekday."""
    named = WEEKDAY.fullmatch(typed)
    weekday = WEEKDAYS.get(fold(named[1])[:3]) if named else None
    parts = _parts(named[2] if named and weekday is not None else typed)
    if parts is None:
        return None
    day, month, year = parts
    found = _of_year(year, month, day) if year is not None else _nearest(month, day, today, meant)
    return found if found is None or weekday in (None, found.weekday()) else None


def _parts(typed: str) -> tuple[int, int, int | None] | None:
    """Day, month and year, None where none is written: 0000 is a year, and no day is in it."""
    if found := ISO.fullmatch(typed):
        return int(found[3]), int(found[2]), int(found[1])
    if found := NUMBERS.fullmatch(SPELLED_YEAR.sub("", typed)):
        return int(found[1]), int(found[2]), _whole(found[3])
    words = fold(typed)
    if found := DAY_AND_NAME.fullmatch(words):
        return int(found[1]), month_of(found[2]), _whole(found[3])
    if found := NAME_AND_DAY.fullmatch(words):
        return int(found[2]), month_of(found[1]), _whole(found[3])
    return None


def _whole(year: str | None) -> int | None:
    return None if year is None else int(year) + (2000 if len(year) == 2 else 0)


def _of_year(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None


def _nearest(month: int, day: int, today: dt.date, meant: YearMeant) -> dt.date | None:
    step = meant.value
    near = (_of_year(today.year + step * place, month, day) for place in range(LEAP + 1)) if step else ()
    return next((one for one in near if one and (one - today).days * step >= 0), None)
