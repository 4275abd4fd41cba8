"""What a person can do with counts: say them, countersign them, lock them, correct them, name adults.

And what follows a visit: how it was, what remained, and the letters that ask.
"""

from scheduler.attendance.service.counting import assume_silent, countersign, name_adults, submit_counts
from scheduler.attendance.service.deciding import correct_counts, lock_assumed, lock_attendance, lock_visit
from scheduler.attendance.service.feedback import give_feedback
from scheduler.attendance.service.following import (
    answer_survey,
    resume_follow_ups,
    send_follow_ups,
    stop_follow_ups,
)
from scheduler.attendance.service.not_held import note_not_held
from scheduler.attendance.service.past import import_past_visits, take_back_visits
from scheduler.attendance.service.rows import write_to_school
from scheduler.attendance.service.tally import count_in

__all__ = [
    "answer_survey",
    "assume_silent",
    "correct_counts",
    "count_in",
    "countersign",
    "give_feedback",
    "import_past_visits",
    "lock_assumed",
    "lock_attendance",
    "lock_visit",
    "name_adults",
    "note_not_held",
    "resume_follow_ups",
    "send_follow_ups",
    "stop_follow_ups",
    "submit_counts",
    "take_back_visits",
    "write_to_school",
]
