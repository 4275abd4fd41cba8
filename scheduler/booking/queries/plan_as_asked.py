"""What a school asked for, as the plan of a visit: its page, or its row with programme and presentations loaded."""

import datetime as dt
from collections.abc import Sequence

from scheduler.booking.rules.holds import minutes_in_all, sitting_times
from scheduler.requests.models import RequestedPresentation, SchoolRequest
from scheduler.requests.terms.pages import RequestedPresentationRow, RequestPage
from scheduler.visits.terms.plans import PresentationPlan


def one_after_the_other(asked: SchoolRequest | RequestPage, first: dt.time) -> list[dt.time]:
    """When its presentations begin where nobody named their hours: the first then, the others after a break."""
    return sitting_times(first, [None] * len(asked.presentations), _each(asked))


def minutes_of(asked: SchoolRequest, first: dt.time) -> int:
    """Minutes from that start to the end of the last presentation."""
    return minutes_in_all(one_after_the_other(asked, first), _each(asked))


def plans_as_asked(asked: SchoolRequest | RequestPage, starts: Sequence[dt.time]) -> tuple[PresentationPlan, ...]:
    """Its presentations at these starts, with all that the school said of them."""
    minutes, wishes = _each(asked), list[RequestedPresentation | RequestedPresentationRow](asked.presentations)
    return tuple(
        PresentationPlan(
            starts_local=start,
            minutes=minutes,
            audience=wish.audience,
            level=wish.level,
            classes=wish.classes,
            venue=asked.venue,
            expected_pupils=wish.pupils,
            expected_parents=wish.parents,
            expected_teachers=wish.teachers,
            outside_shift=wish.outside_shift,
        )
        for wish, start in zip(wishes, starts, strict=True)
    )


def _each(asked: SchoolRequest | RequestPage) -> int:
    return asked.row.programme.minutes if isinstance(asked, RequestPage) else asked.programme.minutes
