"""When the presentations of a request begin on a day that is planned, and which classes that day must suit."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from scheduler.booking.rules.holds import BREAK
from scheduler.places.rules.presence import is_away, starts_of
from scheduler.places.rules.school_time import classes_in
from scheduler.places.terms.school_time import SchoolClock
from scheduler.programmes.terms import Audience
from scheduler.requests.terms.pages import RequestedPresentationRow as WishedPresentation
from scheduler.requests.terms.school_request import DayPart, Preference
from scheduler.visits.rules.timetable import wall_end

FIRST_START = dt.time(10)
LATER_STARTS = {DayPart.AFTERNOON: dt.time(14), DayPart.EVENING: dt.time(18)}
SECOND_SHIFT = dt.time(12, 30)  # lessons that begin earlier are of the morning
USUAL_LESSON = 3  # the crew has arrived, and the class has


class Sitting(Protocol):
    """A presentation as it is asked for."""

    @property
    def audience(self) -> Audience: ...

    @property
    def classes(self) -> str: ...

    @property
    def outside_shift(self) -> bool: ...


def classes_of_sittings(asked: Iterable[Sitting], audience: Audience) -> tuple[str, ...]:
    """The classes of each sitting of an audience that is held within a shift, each list once: a day must suit all."""
    named = (one.classes for one in asked if one.audience is audience and not one.outside_shift)
    return tuple(dict.fromkeys(filter(classes_in, named)))


def suggested_starts(
    wishes: Iterable[WishedPresentation], day: dt.date, minutes: int, hours: SchoolClock | None
) -> list[dt.time | None]:
    """When the presentations of a request could begin on a day, one after the other.

    A start that the school named stays. Else a class is met at the beginning of the lesson that was asked for, or of
    one that it has once the presentation before is over; without bells the part of the day decides. None on a day on
    which the class has no school.
    """
    starts: list[dt.time | None] = []
    for wish in wishes:
        before = starts[-1] if starts else None
        over = wall_end(before, minutes) if before else None
        start = wish.starts_local or _start_by_lesson(wish, day, minutes, hours, before)
        if start is None and not _has_no_school(wish, day, hours):
            start = LATER_STARTS.get(wish.day_part, FIRST_START)
            start = max(start, wall_end(over, BREAK)) if over else start
        starts.append(start)
    return starts


def starts_on_wish(
    wishes: Sequence[WishedPresentation], liked: Preference, minutes: int, hours: SchoolClock | None
) -> list[dt.time | None]:
    """When the presentations could begin on a date that the school likes: the first at its hour, or in its part.

    Where classes of two shifts are asked for, the hour is of the first one whose classes are in the building then.
    """
    order = sorted(range(len(wishes)), key=lambda at: _is_away(wishes[at], liked, minutes, hours))
    first, *others = (wishes[at] for at in order)
    begins = liked.starts_local or first.starts_local
    part = liked.day_part if liked.day_part is not DayPart.ANY else first.day_part
    first = replace(first, starts_local=begins, day_part=part)
    starts = dict(zip(order, suggested_starts([first, *others], liked.on_day, minutes, hours), strict=True))
    return [starts[at] for at in range(len(wishes))]


def _is_away(wish: WishedPresentation, liked: Preference, minutes: int, hours: SchoolClock | None) -> bool:
    if hours is None or liked.starts_local is None or wish.audience is not Audience.PUPILS or wish.outside_shift:
        return False
    return is_away(hours.told, wish.classes, liked.on_day, liked.starts_local, minutes)


def _has_no_school(wish: WishedPresentation, day: dt.date, hours: SchoolClock | None) -> bool:
    named = classes_in(wish.classes) if hours and wish.audience is Audience.PUPILS else []
    return any(not hours.open_on(one)(day) for one in named) if hours else False


def _start_by_lesson(
    wish: WishedPresentation, day: dt.date, minutes: int, hours: SchoolClock | None, before: dt.time | None
) -> dt.time | None:
    if hours is None or wish.audience is not Audience.PUPILS:
        return None
    first = "".join(str(one) for one in classes_in(wish.classes)[:1])
    fit = starts_of(hours, wish.classes, day, minutes) or starts_of(hours, first, day, minutes)  # never there together
    if wish.lesson is not None:
        return next((one.lesson.starts for one in fit if one.lesson.number == wish.lesson), None)
    over = wall_end(before, minutes) if before else None
    free = [one for one in fit if over is None or one.lesson.starts >= over]
    free = free or [one for one in fit[::-1] if before and wall_end(one.lesson.starts, minutes) <= before]
    halves = {
        DayPart.MORNING: [one for one in free if one.lesson.starts < SECOND_SHIFT],
        DayPart.AFTERNOON: [one for one in free if one.lesson.starts >= SECOND_SHIFT],
    }
    best = halves.get(wish.day_part) or free  # the class is in the other shift that day: its hours, not none
    late_enough = [one for one in best if over or one.lesson.number >= USUAL_LESSON]
    return next((one.lesson.starts for one in late_enough or best), None)
