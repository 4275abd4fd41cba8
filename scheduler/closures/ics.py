"""Days on which hosts are shut, as calendar entries: whole days; equal facts give equal bytes."""

import datetime as dt

from scheduler.closures.wording import REASONS, closure_places
from scheduler.core.language import translator
from scheduler.core.text import tidy
from scheduler.places.terms.hosts import ClosureRow

ONE_DAY = dt.timedelta(days=1)


def entry(row: ClosureRow, closed_at: dt.datetime, lifted_at: dt.datetime | None, domain: str, language: str) -> str:
    """Its VEVENT, without the note; one that was lifted before its first day is struck out."""
    from icalendar import Event  # slow to load: only who makes a calendar waits for it

    _ = translator(language).gettext
    off = row.shut_until < row.first_day
    last_day = row.last_day if off else row.shut_until
    said = {"places": ", ".join(closure_places(row, language)), "reason": _(REASONS[row.reason])}
    title = _("Closed: %(places)s (%(reason)s)") % said
    event = Event()
    event.add("uid", f"closure-{row.id}-{closed_at.astimezone(dt.UTC):%Y%m%d%H%M%S}@{domain}")
    event.add("dtstamp", (lifted_at or closed_at).astimezone(dt.UTC))
    event.add("sequence", int(lifted_at is not None))
    event.add("dtstart", row.first_day)
    event.add("dtend", last_day + ONE_DAY)
    event.add("status", "CANCELLED" if off else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    title = _("Cancelled: %(title)s") % {"title": title} if off else title
    event.add("summary", tidy(title, limit=3 * len(title) + 1))
    return str(event.to_ical().decode())
