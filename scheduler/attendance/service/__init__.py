"""What a person can do with counts: say them, countersign them, lock them, correct them, name adults."""

from scheduler.attendance.service.counting import assume_silent, countersign, name_adults, submit_counts
from scheduler.attendance.service.deciding import correct_counts, lock_assumed, lock_attendance, lock_visit
from scheduler.attendance.service.feedback import give_feedback
from scheduler.attendance.service.not_held import note_not_held
from scheduler.attendance.service.past import import_past_visits, take_back_visits
from scheduler.attendance.service.rows import write_to_school

__all__ = [
    "assume_silent",
    "correct_counts",
    "countersign",
    "give_feedback",
    "import_past_visits",
    "lock_assumed",
    "lock_attendance",
    "lock_visit",
    "name_adults",
    "note_not_held",
    "submit_counts",
    "take_back_visits",
    "write_to_school",
]
