"""Which days and times suit a school: its span, its calendar, its shifts, and the notice that a programme needs."""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

from scheduler.booking.rules.holds import BREAK
from scheduler.booking.terms.free_dates import FreeFacts, KeptSitting, Lack
from scheduler.places.rules.presence import is_away, starts_with_bell
from scheduler.places.rules.school_time import classes_in
from scheduler.programmes.terms import Audience

HORIZON_DAYS = 120
EARLIEST, LATEST_END = dt.time(8, 0), dt.time(21, 0)
PARENTS_FROM = dt.time(16, 0)  # they work until then
PUPILS_UNTIL = dt.time(18, 0)  # where a school has not told its shifts
STEP_MINUTES = 15


def refusals(facts: FreeFacts, day: dt.date) -> list[Lack]:
    """What speaks against a day before anybody is asked whether she can come; the first of it is told."""
    ahead, bounds = (day - facts.today).days, facts.bounds
    if not 0 <= ahead < HORIZON_DAYS:
        return [Lack.BEYOND]
    inside = (bounds.first_day or day) <= day <= (bounds.last_day or day)
    holds = {
        Lack.BEFORE: bounds.after is not None and day <= bounds.after,
        Lack.OUTSIDE: not inside,
        Lack.SCHOOL_CANNOT: any(span.first_day <= day <= span.last_day for span in bounds.cannot),
        Lack.TOO_SOON: facts.at is None and ahead < facts.notice_days,
        Lack.SHUT: day in facts.shut_days,
        Lack.NO_LESSONS: day not in facts.open_days and day not in facts.shut_days,
    }
    return [lack for lack, speaks in holds.items() if speaks]


def is_offered(facts: FreeFacts, day: dt.date, time: dt.time) -> bool:
    """Whether the calendar may show this time: of one sitting, on a day that has times for each."""
    sittings = times_of_sittings(facts, day)
    return all(sittings) and any(time in times for times in sittings)


def times_of_sittings(facts: FreeFacts, day: dt.date) -> list[list[dt.time]]:
    """When each sitting may begin; of a visit that keeps its hours the first one, if each of its classes is there."""
    if facts.kept and facts.at is None:
        told, asked = facts.told, facts.kept
        away = told and any(is_away(told, one.classes, day, one.starts_local, one.minutes) for one in asked)
        return [[]] if away else [[asked[0].starts_local]]
    return [times_of_day(facts, day, classes) for classes in facts.classes or ("",)]


def times_of_day(facts: FreeFacts, day: dt.date, classes: str) -> list[dt.time]:
    """When a presentation may begin on a school day: for pupils with the bell, else at each quarter of an hour.

    Where a school has not told its bells, pupils are taken to be there from 8 to 18.
    """
    if facts.at is not None:
        return [facts.at]
    if facts.audience is Audience.PUPILS and facts.told:
        return starts_with_bell(facts.told, classes, day, facts.sitting_minutes or facts.minutes)
    first = PARENTS_FROM if facts.audience is Audience.PARENTS else EARLIEST
    ends = PUPILS_UNTIL if facts.audience is Audience.PUPILS else LATEST_END
    last = minute_of(ends) - facts.minutes
    return [*_quarters(minute_of(first), last)]


@lru_cache(maxsize=256)  # the same on each day that is asked about
def _quarters(first: int, last: int) -> tuple[dt.time, ...]:
    """Each quarter of an hour from a minute of the day to another."""
    return tuple(dt.time(*divmod(minute, 60)) for minute in range(first, last + 1, STEP_MINUTES))


def minutes_of_all(kept: Sequence[KeptSitting], sittings: int, minutes: int) -> int:
    """How long the crew is needed: from the first start to the last end."""
    if not kept:
        return sittings * minutes + (sittings - 1) * BREAK
    return max(minute_of(one.starts_local) + one.minutes for one in kept) - minute_of(kept[0].starts_local)


def class_is_held(sittings: Sequence[KeptSitting], starts: dt.time, held: Sequence[KeptSitting]) -> bool:
    """Whether a class of a visit whose first sitting begins at `starts` has another presentation at that time."""
    later = minute_of(starts) - minute_of(sittings[0].starts_local)
    return any(
        {*classes_in(one.classes)} & {*classes_in(other.classes)}
        and minute_of(one.starts_local) + later < minute_of(other.starts_local) + other.minutes
        and minute_of(other.starts_local) < minute_of(one.starts_local) + later + one.minutes
        for one in sittings
        for other in held
    )


def minute_of(time: dt.time) -> int:
    """Minutes since midnight."""
    return time.hour * 60 + time.minute
