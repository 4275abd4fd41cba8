"""A day of the calendar that was pressed."""

import datetime as dt
from contextlib import suppress

from scheduler.web.forms import DayField
from scheduler.web.requests.conversation import Typed


def only_day(sent: str) -> Typed:
    """A day of the calendar as first and last day, written as people write it; what is no day stays as it was sent."""
    day = sent.replace("\0", "")[:20]
    with suppress(ValueError):
        day = DayField.written(dt.date.fromisoformat(day))
    return {"first_day": [day], "last_day": [day]}
