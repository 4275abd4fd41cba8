"""Which of the free times of a day are shown to be pressed, and which day comes first."""

import datetime as dt
from collections.abc import Sequence

from scheduler.booking.rules.days_that_suit import minute_of
from scheduler.booking.terms.free_dates import FreeDay
from scheduler.requests.terms.school_request import DayPart, Preference

MOST_OF_DAY = 4
NOON, EVENING = dt.time(12), dt.time(17)


def times_to_press(starts: Sequence[dt.time], wished: Preference) -> tuple[dt.time, ...]:
    """At most four of the free times of a day: the wished hour and others spread over the wished part of the day."""
    asked = [time for time in starts if time == wished.starts_local]
    rest = [time for time in starts if time not in asked and _is_in(wished.day_part, time)]
    rest = rest or [time for time in starts if time not in asked]
    return tuple(sorted(asked + _spread(rest, MOST_OF_DAY - len(asked))))


def wish_for(day: dt.date, ranked: Sequence[Preference], usual: Preference) -> tuple[int, Preference]:
    """What the school said of a day: which of its wishes that is, counted from 1, and the hour; 0 beside them."""
    for rank, one in enumerate(ranked, 1):
        if one.on_day == day:
            part = usual.day_part if one.day_part is DayPart.ANY else one.day_part
            return rank, Preference(day, one.starts_local or usual.starts_local, part)
    return 0, usual


def best_day(free: Sequence[FreeDay], ranked: Sequence[Preference], usual: Preference) -> FreeDay | None:
    """The free day that a school likes most: by its wishes, then with its hour, then with the wished part of a day."""

    def liked(one: FreeDay) -> tuple[int, bool, bool, dt.date]:
        rank, wished = wish_for(one.day, ranked, usual)
        at_hour = wished.starts_local is None or wished.starts_local in one.starts
        in_part = any(_is_in(wished.day_part, time) for time in one.starts)
        return rank or len(ranked) + 1, not at_hour, not in_part, one.day

    return min(free, key=liked, default=None)


def best_time(one: FreeDay, wished: Preference) -> dt.time:
    """The free time of a day that a school likes most: its hour, the nearest to it, or the first in its part."""
    hour = wished.starts_local
    if hour is None:
        return times_to_press(one.starts, wished)[0]
    return min(one.starts, key=lambda time: (abs(minute_of(time) - minute_of(hour)), time))


def _spread(times: Sequence[dt.time], most: int) -> list[dt.time]:
    if len(times) <= most:
        return list(times)
    return [times[place * (len(times) - 1) // (most - 1)] for place in range(most)]


def day_part_of(time: dt.time) -> DayPart:
    """The part of the day in which something begins."""
    return DayPart.MORNING if time < NOON else DayPart.AFTERNOON if time < EVENING else DayPart.EVENING


def _is_in(part: DayPart, time: dt.time) -> bool:
    return part in (DayPart.ANY, day_part_of(time))
