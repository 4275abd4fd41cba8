"""Pupils are visited while they are in the building; the school's own word may say that they come for it, or stay."""

import datetime as dt

from scheduler.core import clock
from scheduler.core.errors import Rejected
from scheduler.places import queries as place_queries
from scheduler.requests.queries.hours import school_clock
from scheduler.requests.terms.reasons import RequestReason
from scheduler.visits.rules import starts
from scheduler.visits.rules.starts import is_bound_to_shifts, left_school
from scheduler.visits.terms.plans import VisitDraft


def outside_shifts(draft: VisitDraft, now: dt.datetime) -> list[int]:
    """Places of the presentations whose classes are not in the building then, as far as the school has told it; or
    whose grade has ended its school year, by the calendar."""
    if not any(is_bound_to_shifts(plan) for plan in draft.presentations):
        return []
    host = place_queries.host_of(draft.host_id)
    hours = school_clock(host, draft.on_day, draft.on_day, today=clock.local_day(now, host.zone))
    if hours:
        return starts.outside_shifts(hours, draft.on_day, draft.presentations)
    days = place_queries.days_of_grades(host, draft.on_day, draft.on_day)
    return left_school(days, draft.on_day, draft.presentations)


def refuse_outside_shifts(draft: VisitDraft, now: dt.datetime) -> None:
    """Raises: Rejected({"presentations-0-starts_local": "class_not_there"}), unless the plan says that it is meant."""
    wrong = [place for place in outside_shifts(draft, now) if not draft.presentations[place].outside_shift]
    if wrong:
        raise Rejected({f"presentations-{place}-starts_local": RequestReason.CLASS_NOT_THERE for place in wrong})
