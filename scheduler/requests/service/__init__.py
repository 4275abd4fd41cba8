"""What people do with school requests: schools ask, staff answer, the school's link follows."""

from scheduler.requests.service.answers import answers_of, forget_answers, forget_old_answers, keep_answers
from scheduler.requests.service.asking import (
    correct_address,
    expire_unproved,
    prove_address,
    send_new_link,
    submit_request,
    was_sent,
)
from scheduler.requests.service.dates import accept_date, decline_dates, lapse_dates, propose_dates, replace_dates
from scheduler.requests.service.desk import (
    agree_request,
    ask_school,
    decline_request,
    follow_visit,
    note_counts,
    take_request,
    waitlist_request,
)
from scheduler.requests.service.handovers import check_handover, hand_over, take_handover_back
from scheduler.requests.service.lineage import book_again, merge_request
from scheduler.requests.service.rows import locked, request_of_visit, write_to_centre, write_to_school
from scheduler.requests.service.school import answer_question, change_counts, tell_directions, withdraw_request
from scheduler.requests.service.together import act_together, preview_together, take_back

__all__ = [
    "accept_date",
    "act_together",
    "agree_request",
    "answer_question",
    "answers_of",
    "ask_school",
    "book_again",
    "change_counts",
    "check_handover",
    "correct_address",
    "decline_dates",
    "decline_request",
    "expire_unproved",
    "follow_visit",
    "forget_answers",
    "forget_old_answers",
    "hand_over",
    "keep_answers",
    "lapse_dates",
    "locked",
    "merge_request",
    "note_counts",
    "preview_together",
    "propose_dates",
    "prove_address",
    "replace_dates",
    "request_of_visit",
    "send_new_link",
    "submit_request",
    "take_back",
    "take_handover_back",
    "take_request",
    "tell_directions",
    "waitlist_request",
    "was_sent",
    "withdraw_request",
    "write_to_centre",
    "write_to_school",
]
