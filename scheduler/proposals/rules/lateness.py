"""What comes late: a day after a long wait, an hour at the end of the pupils' day."""

import datetime as dt
from collections.abc import Collection

from scheduler.booking.rules.days_that_suit import PUPILS_UNTIL, minute_of
from scheduler.booking.rules.starts import SECOND_SHIFT
from scheduler.programmes.terms import Audience
from scheduler.proposals.terms.plan import AskedVisit, ProposedSeat, Remark

AT_LEAST = dt.timedelta(days=6)  # a week of days, however long somebody has waited


def days_soon_enough(possible: Collection[dt.date], waits_days: int) -> frozenset[dt.date]:
    """Of the days on which somebody could come those that suit who has waited so long: for each day of waiting the last
    of them lies a day earlier, down to the first week.
    """
    if not possible:
        return frozenset()
    latest = max(min(possible) + AT_LEAST, max(possible) - dt.timedelta(days=waits_days))
    return frozenset(day for day in possible if day <= latest)


def remarks_on(asked: AskedVisit, seat: ProposedSeat, *, suits: bool) -> list[Remark]:
    """What to know of a seat; `suits`: whether its day is one of those that the planner was to prefer."""
    found = [] if suits else [Remark.OFF_DAY if asked.liked else Remark.AFTER_LONG_WAIT]
    return found + _late_lessons(asked, seat)


def _late_lessons(asked: AskedVisit, seat: ProposedSeat) -> list[Remark]:
    """Of an hour that the school itself named nothing is said."""
    facts, starts = asked.facts, seat.starts_local
    if facts.audience is not Audience.PUPILS or starts in (facts.at, asked.hours.get(seat.on_day)):
        return []
    if minute_of(starts) + facts.minutes > minute_of(PUPILS_UNTIL):
        return [Remark.ENDS_LATE]
    return [Remark.SHIFTS_UNKNOWN] if facts.told is None and starts >= SECOND_SHIFT else []
