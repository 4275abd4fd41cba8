"""On which days a minor is given no more: the same limits that speak against her as a candidate."""

import datetime as dt
from collections.abc import Iterable

from scheduler.booking.terms.free_dates import FreeFacts, Seeker
from scheduler.people.rules import is_minor
from scheduler.staffing.rules.young_load import too_much_for_a_minor
from scheduler.staffing.terms.young_load import YoungVisit
from scheduler.visits.rules.limits import week_of_day

THIS_VISIT = 0  # the one that is asked for: no visit and no hold has this number


def days_full_for_a_minor(seeker: Seeker, facts: FreeFacts, days: Iterable[dt.date]) -> list[dt.date]:
    """The days on which the visit that is asked for would be more than a minor is given; each week is judged once."""
    if facts.young_limits is None or not seeker.young:
        return []
    minutes = sum(one.minutes for one in facts.kept) or facts.minutes
    told: dict[tuple[dt.date, int], bool] = {}
    found = []
    for day in days:
        if not is_minor(seeker.law.adult_on, day):
            continue
        span = week_of_day(day), day.month
        if span not in told:
            every = [*seeker.young, YoungVisit(THIS_VISIT, day, minutes)]
            told[span] = bool(too_much_for_a_minor(every, day, facts.young_limits))
        if told[span]:
            found.append(day)
    return found
