"""A school's day with several programmes: where each lies beside the shifts and bells, and which hour suits it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scheduler.booking.rules.holds import BREAK
from scheduler.booking.rules.starts import LATER_STARTS
from scheduler.places.rules.school_time import bells_on, lessons_of, shifts_in_use
from scheduler.places.terms.school_time import Lesson, SchoolTime, Shift
from scheduler.programmes.terms import Audience, ProgrammeRow
from scheduler.requests.rules.school_request import LATEST
from scheduler.requests.terms.school_request import DayPart
from scheduler.visits.rules.timetable import wall_end

BETWEEN_SHIFTS = dt.time(13)  # where nobody has told the bells


@dataclass(frozen=True)
class LaidPart:
    """One sitting of the day; without a start nobody has named its hour."""

    programme: ProgrammeRow
    starts: dt.time | None
    minutes: int
    classes: str = ""
    held: bool = False  # its hour is agreed; else it is only wished

    @property
    def ends(self) -> dt.time | None:
        return wall_end(self.starts, self.minutes) if self.starts else None


@dataclass(frozen=True)
class LaidShift:
    """One shift of the school on that day, with its lessons."""

    shift: Shift
    lessons: tuple[Lesson, ...]

    @property
    def starts(self) -> dt.time:
        return self.lessons[0].starts

    @property
    def ends(self) -> dt.time:
        return self.lessons[-1].ends


def shifts_of(told: SchoolTime | None, day: dt.date) -> tuple[LaidShift, ...]:
    """The shifts of a school on a day by their bells; none while nobody has told them."""
    if told is None:
        return ()
    bells = ((shift, bells_on(told, shift, day)) for shift in shifts_in_use(told))
    found = [LaidShift(shift, lessons_of(one)) for shift, one in bells if one and one.lessons]
    return tuple(sorted(found, key=lambda one: (one.starts, one.ends)))


def suggested_start(
    audience: Audience, minutes: int, laid: Iterable[LaidPart], shifts: Sequence[LaidShift]
) -> dt.time | None:
    """An hour for a part of adults that nobody has named: teachers between the shifts, parents in the evening.

    Not while another part is held. None for pupils, whose classes decide it, and where the day is too short.
    """
    if audience is Audience.PUPILS:
        return None
    start = LATER_STARTS[DayPart.EVENING]
    if audience is Audience.TEACHERS:
        start = wall_end(shifts[0].ends, BREAK) if shifts else BETWEEN_SHIFTS
    for one in sorted((one for one in laid if one.starts), key=lambda one: one.starts or dt.time()):
        over = one.ends
        if one.starts and over and one.starts < wall_end(start, minutes) and start < over:
            start = wall_end(over, BREAK)
    return start if start <= LATEST else None
