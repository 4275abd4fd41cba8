"""What a school asked for, as the plan of a visit. The request's programme and presentations are loaded."""

import datetime as dt
from collections.abc import Sequence

from scheduler.booking.rules.holds import minutes_in_all, sitting_times
from scheduler.requests.models import SchoolRequest
from scheduler.visits.terms.plans import PresentationPlan


def one_after_the_other(asked: SchoolRequest, first: dt.time) -> list[dt.time]:
    """When its presentations begin where nobody named their hours: the first then, the others after a break."""
    return sitting_times(first, [None] * len(asked.presentations), asked.programme.minutes)


def minutes_of(asked: SchoolRequest, first: dt.time) -> int:
    """Minutes from that start to the end of the last presentation."""
    return minutes_in_all(one_after_the_other(asked, first), asked.programme.minutes)


def plans_as_asked(asked: SchoolRequest, starts: Sequence[dt.time]) -> tuple[PresentationPlan, ...]:
    """Its presentations at these starts, with all that the school said of them."""
    return tuple(
        PresentationPlan(
            starts_local=start,
            minutes=asked.programme.minutes,
            audience=wish.audience,
            level=wish.level,
            classes=wish.classes,
            room=asked.room,
            expected_pupils=wish.pupils,
            expected_parents=wish.parents,
            expected_teachers=wish.teachers,
            outside_shift=wish.outside_shift,
        )
        for wish, start in zip(asked.presentations, starts, strict=True)
    )
