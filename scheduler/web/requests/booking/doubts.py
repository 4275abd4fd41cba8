"""What is asked about before a request is sent, as far as its answers say it."""

import datetime as dt

from scheduler.places.queries import school_days
from scheduler.places.terms.hosts import HostRow
from scheduler.requests.rules.doubts import doubts_about, only_weekend
from scheduler.requests.terms.doubts import TypedSlip
from scheduler.requests.terms.school_request import RequestDraft, RequestFacts
from scheduler.web.requests.booking.draft import BookingDraft
from scheduler.web.requests.booking.parts import chosen_programmes


def doubts_of_booking(booking: BookingDraft, draft: RequestDraft) -> dict[str, TypedSlip]:
    """Of a school's own booking, put together as `draft`, in all its parts.

    A date that is held for it was pressed: its day is no slip.
    """
    chosen = {row.id: row for row in chosen_programmes(booking)}
    found = dict[str, TypedSlip]()
    for part in (draft, *draft.parts) if chosen else ():
        found |= doubts_of(part, RequestFacts(chosen[part.programme_id], booking.levels()), booking.host())
    return {field: doubt for field, doubt in found.items() if not (field == "first_day" and booking.slot())}


def doubts_of(draft: RequestDraft, facts: RequestFacts, host: HostRow | None) -> dict[str, TypedSlip]:
    """The days of the school are asked for only where a weekend was named."""
    days: list[dt.date] = []
    if host and only_weekend(draft):
        days = school_days(host, draft.first_day, draft.last_day)
    return doubts_about(draft, facts, days)
