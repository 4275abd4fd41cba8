"""Which of the free times of a day are shown to be pressed, and which day comes first."""

import datetime as dt
from collections.abc import Sequence

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
    """The free day that a school likes most; beside its wishes the first that has times in the wished part of a day."""

    def liked(one: FreeDay) -> tuple[int, bool, dt.date]:
        rank, wished = wish_for(one.day, ranked, usual)
        return rank or len(ranked) + 1, not any(_is_in(wished.day_part, time) for time in one.starts), one.day

    return min(free, key=liked, default=None)


def _spread(times: Sequence[dt.time], most: int) -> list[dt.time]:
    if len(times) <= most:
        return list(times)
    return [times[place * (len(times) - 1) // (most - 1)] for place in range(most)]


def day_part_of(time: dt.time) -> DayPart:
    """The part of the day in which something begins."""
    return DayPart.MORNING if time < NOON else DayPart.AFTERNOON if time < EVENING else DayPart.EVENING


def _is_in(part: DayPart, time: dt.time) -> bool:
    return part in (DayPart.ANY, day_part_of(time))
