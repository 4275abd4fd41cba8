"""Whether a visit is called off late."""

import datetime as dt

LATE_CANCEL = dt.timedelta(hours=48)


def is_late_cancel(starts_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a cancellation comes less than 48 hours before the first presentation."""
    return starts_at - now < LATE_CANCEL


def notice_hours(starts_at: dt.datetime, now: dt.datetime) -> int:
    """Whole hours from a cancellation to the first presentation; never below 0."""
    return max(0, int((starts_at - now).total_seconds() // 3600))
