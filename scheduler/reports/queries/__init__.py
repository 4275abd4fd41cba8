"""What reports show: the attendance report and the visits behind its numbers, and what the public reads."""

from scheduler.reports.queries.attendance import (
    BEHIND,
    attendance_report,
    centre_id_of,
    centre_name,
    choices,
    names_of,
    profile_of,
    unknown_names,
    violations,
    visits_behind,
)
from scheduler.reports.queries.indicators import indicators
from scheduler.reports.queries.not_held import not_held
from scheduler.reports.queries.public import campaign_outcome, public_year, years_held
from scheduler.reports.queries.signing import books_of, carried_elsewhere, signed_periods, with_books

__all__ = [
    "BEHIND",
    "attendance_report",
    "books_of",
    "campaign_outcome",
    "carried_elsewhere",
    "centre_id_of",
    "centre_name",
    "choices",
    "indicators",
    "names_of",
    "not_held",
    "profile_of",
    "public_year",
    "signed_periods",
    "unknown_names",
    "violations",
    "visits_behind",
    "with_books",
    "years_held",
]
