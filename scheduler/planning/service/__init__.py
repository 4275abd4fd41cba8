"""What people can do with visits: one function is one act and one transaction.

plan_visit, move_visit (visits) · replan_visit (replanning) · place_visit (placing: what the board does) ·
suggest_presenter, withdraw_presenter, withdraw_from (crew) · offer_visit, answer_offer, lapse_offers (offers) ·
confirm_visit, record_promise, mark_ready, mark_delivered (confirming) · close_hosts, lift_closure, close_again,
replan_stopped (closing: snow, strike, exam day) · note_held, note_no_show, ask_for_numbers (counted) · cancel_visit
(cancelling) · write_entries (entries) · withdraw_consent, record_vetting, suspend_user, release_not_cleared (clearing:
what ends a proof also frees the visits that rested on it) · recompute_times (times) · report_absence (absence) ·
seek_substitute, stop_relief, send_waves (relief: waves of offers) · ask_substitute, go_short, hold_online (choosing:
the coordinator decides) · change_weights, give_date, take_date_back, answer_date, pass_dates_on (waiting) · copy_visit
(copying) · join_presentations (joining: two classes in one hall) · open_call, close_call, put_up_hand, lower_hand
(hands) · recheck_visits, confirm_clock (rechecking: each night) · ask_for_date, take_back_wish, keep_date,
tick_checklist (by_school: between the plan and the visit) · tell_checklists (reminding: a week before) ·
propose_free_dates, accept_free_date (agreeing: dates proposed to a school) · hold_date, release_date, book_now,
lapse_holds (holds: book now), prove_booking, take_other_date (booked).
"""

from scheduler.planning.service.absence import report_absence
from scheduler.planning.service.agreeing import accept_free_date, propose_free_dates
from scheduler.planning.service.booked import prove_booking, take_other_date
from scheduler.planning.service.by_school import ask_for_date, keep_date, take_back_wish, tick_checklist
from scheduler.planning.service.cancelling import cancel_visit
from scheduler.planning.service.choosing import ask_substitute, go_short, hold_online
from scheduler.planning.service.clearing import record_vetting, release_not_cleared, suspend_user, withdraw_consent
from scheduler.planning.service.closing import close_again, close_hosts, lift_closure, replan_stopped
from scheduler.planning.service.confirming import confirm_visit, mark_delivered, mark_ready, record_promise
from scheduler.planning.service.copying import copy_visit
from scheduler.planning.service.counted import ask_for_numbers, note_held, note_no_show
from scheduler.planning.service.crew import suggest_presenter, withdraw_from, withdraw_presenter
from scheduler.planning.service.entries import write_entries
from scheduler.planning.service.hands import close_call, lower_hand, open_call, put_up_hand
from scheduler.planning.service.holds import book_now, hold_date, lapse_holds, release_date
from scheduler.planning.service.joining import join_presentations
from scheduler.planning.service.late import log_kilometres, note_read
from scheduler.planning.service.offers import answer_offer, lapse_offers, offer_visit
from scheduler.planning.service.placing import place_visit
from scheduler.planning.service.rechecking import confirm_clock, recheck_visits
from scheduler.planning.service.relief import seek_substitute, send_waves, stop_relief
from scheduler.planning.service.reminding import tell_checklists
from scheduler.planning.service.replanning import replan_visit
from scheduler.planning.service.times import recompute_times
from scheduler.planning.service.told import note_told, text_to_tell
from scheduler.planning.service.visits import move_visit, plan_visit
from scheduler.planning.service.waiting import (
    answer_date,
    change_weights,
    give_date,
    pass_dates_on,
    take_date_back,
)

__all__ = [
    "accept_free_date",
    "answer_date",
    "answer_offer",
    "ask_for_date",
    "ask_for_numbers",
    "ask_substitute",
    "book_now",
    "cancel_visit",
    "change_weights",
    "close_again",
    "close_call",
    "close_hosts",
    "confirm_clock",
    "confirm_visit",
    "copy_visit",
    "give_date",
    "go_short",
    "hold_date",
    "hold_online",
    "join_presentations",
    "keep_date",
    "lapse_holds",
    "lapse_offers",
    "lift_closure",
    "log_kilometres",
    "lower_hand",
    "mark_delivered",
    "mark_ready",
    "move_visit",
    "note_held",
    "note_no_show",
    "note_read",
    "note_told",
    "offer_visit",
    "open_call",
    "pass_dates_on",
    "place_visit",
    "plan_visit",
    "propose_free_dates",
    "prove_booking",
    "put_up_hand",
    "recheck_visits",
    "recompute_times",
    "record_promise",
    "record_vetting",
    "release_date",
    "release_not_cleared",
    "replan_stopped",
    "replan_visit",
    "report_absence",
    "seek_substitute",
    "send_waves",
    "stop_relief",
    "suggest_presenter",
    "suspend_user",
    "take_back_wish",
    "take_date_back",
    "take_other_date",
    "tell_checklists",
    "text_to_tell",
    "tick_checklist",
    "withdraw_consent",
    "withdraw_from",
    "withdraw_presenter",
    "write_entries",
]
