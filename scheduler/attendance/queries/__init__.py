"""What pages show of counting, of what follows a visit, and of adults who count themselves."""

from scheduler.attendance.queries.after import feedback_of, is_followed_up, survey_of
from scheduler.attendance.queries.counting import (
    SORTS,
    adults_counted,
    assumed_attendance,
    counted_visit,
    counted_visit_of_request,
    crew_at,
    crew_of,
    history_of,
    late_counts,
    said_so_far,
    violations,
    waiting_attendance,
)
from scheduler.attendance.queries.tally import tallied, tallies_of, tally_behind

__all__ = [
    "SORTS",
    "adults_counted",
    "assumed_attendance",
    "counted_visit",
    "counted_visit_of_request",
    "crew_at",
    "crew_of",
    "feedback_of",
    "history_of",
    "is_followed_up",
    "late_counts",
    "said_so_far",
    "survey_of",
    "tallied",
    "tallies_of",
    "tally_behind",
    "violations",
    "waiting_attendance",
]
