"""The calendar in the question about days: which are free, and the one that was pressed."""

import datetime as dt
from contextlib import suppress
from typing import Any

from scheduler.core import clock
from scheduler.places.queries import calendar_missing
from scheduler.planning import queries
from scheduler.web.forms import DayField
from scheduler.web.free_dates import months_of, why_none
from scheduler.web.requests.conversation import Conversation, Typed


def only_day(sent: str) -> Typed:
    """A day of the calendar as first and last day, written as people write it; what is no day stays as it was sent."""
    day = sent.replace("\0", "")[:20]
    with suppress(ValueError):
        day = DayField.written(dt.date.fromisoformat(day))
    return {"first_day": [day], "last_day": [day]}


def free_days(talk: Conversation) -> dict[str, Any]:
    """The calendar of the question about days, as far as the answers before it say where and what."""
    wish = talk.free_wish()
    if wish is None:
        return {}
    answer = queries.free_dates(wish, now=talk.now)
    return {
        "answered_free": True,
        "months": months_of(answer),
        "why_none": why_none(answer, wish.language),
        "missing": calendar_missing(clock.local_day(talk.now)),
    }
