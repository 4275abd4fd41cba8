"""Dates that are held for a booking: how long, how the presentations follow, what else is offered."""

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise

from scheduler.booking.terms.free_dates import FreeDates
from scheduler.booking.terms.holds import Slot
from scheduler.programmes.terms import Audience
from scheduler.visits.rules.timetable import wall_end

HELD_FOR = dt.timedelta(minutes=15)  # while the form is finished
KEPT_FOR = dt.timedelta(hours=24)  # after the sending, until the address is proven
MOST_FROM_NETWORK = 25  # dates held at once: a whole school books behind one address, and no program empties the year
BREAK = 15  # minutes between the presentations of one visit
OTHERS = 3


def sitting_times(first: dt.time, asked: Sequence[dt.time | None], minutes: int) -> list[dt.time]:
    """When each presentation of a held date begins: the first when the date does, the others after each other.

    A start that the school named stays where it is later than the end of the one before; else a break lies between.
    """
    starts = [first]
    for wish in asked[1:]:
        over = wall_end(starts[-1], minutes)
        starts.append(wish if wish is not None and wish >= over else wall_end(over, BREAK))
    return starts


def minutes_in_all(starts: Sequence[dt.time], minutes: int) -> int:
    """Minutes from the first start to the last end; more than a day holds when one of them leaves the day."""
    told = [start.hour * 60 + start.minute for start in starts]
    if any(later <= earlier for earlier, later in pairwise(told)):
        return 24 * 60
    return told[-1] - told[0] + minutes


def main_audience(audiences: Iterable[Audience]) -> Audience:
    """For whom a crew is looked for where several listen: pupils before the others."""
    return min(audiences, key=list(Audience).index, default=Audience.PUPILS)


def other_dates(answer: FreeDates, wished: Slot, number: int = OTHERS) -> list[Slot]:
    """Free dates nearest to the wished one, each on a day of its own, the earlier first."""
    nearest = sorted(answer.free, key=lambda one: (abs((one.day - wished.on_day).days), one.day))[:number]
    found = [
        Slot(one.day, min(one.starts, key=lambda time: (_apart(time, wished.starts_local), time))) for one in nearest
    ]
    return sorted(found, key=lambda slot: slot.on_day)


def _apart(one: dt.time, other: dt.time) -> int:
    return abs((one.hour - other.hour) * 60 + one.minute - other.minute)
