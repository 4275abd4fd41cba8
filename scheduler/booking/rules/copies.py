"""Copies of a visit on other days."""

import datetime as dt
from collections.abc import Collection, Mapping

from scheduler.booking.terms.copies import CopyPlan


def copies_of(plan: CopyPlan) -> list[tuple[int, str]]:
    """Each copy's host and classes, host by host; empty classes: those of the visit that is copied."""
    return [(host_id, classes) for host_id in dict.fromkeys(plan.host_ids) for classes in plan.classes or ("",)]


def days_of_copies(plan: CopyPlan, school_days: Mapping[int, Collection[dt.date]]) -> list[dt.date] | None:
    """A day for each copy, in the order of `copies_of`: the first on which its host has pupils, not before the wished.

    Between one copy and the next lie at least `every_days`. None when a host has no such day in what is known.
    """
    found: list[dt.date] = []
    wished = plan.on_day
    for host_id, _classes in copies_of(plan):
        day = min((day for day in school_days[host_id] if day >= wished), default=None)
        if day is None:
            return None
        found.append(day)
        wished = day + dt.timedelta(days=plan.every_days)
    return found
