"""Whether a reminder of a visit waits: for the morning on the visit's clock, or for lessons after the holidays."""

import datetime as dt
from zoneinfo import ZoneInfo

from scheduler.messages.rules import reminder_waits
from scheduler.messages.terms import Reminder
from scheduler.places.queries import host_of, school_days
from scheduler.visits.models.visits import Visit


def waits(reminder: Reminder, visit: Visit, from_day: dt.date, now: dt.datetime) -> bool:
    """Whether a reminder of a visit, counted from that day, is not written yet."""
    here = now.astimezone(ZoneInfo(visit.zone))
    lessons = school_days(host_of(visit.host_id), here.date(), here.date())
    return reminder_waits(reminder, from_day, here, lessons=bool(lessons))
