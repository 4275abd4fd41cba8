"""What pages, services and the invariants check read about visits: one function for each need."""

from scheduler.planning.queries.board import board
from scheduler.planning.queries.candidates import candidates
from scheduler.planning.queries.checks import violations
from scheduler.planning.queries.clearance import clearance, not_cleared, uncleared_crew
from scheduler.planning.queries.closing import affected_by, new_days, stopped_by, stopped_counts
from scheduler.planning.queries.days import days_of, visits_to_leave, year_of
from scheduler.planning.queries.found import visits_found
from scheduler.planning.queries.free_dates import able_at, free_dates, other_dates
from scheduler.planning.queries.handovers import covered_visits
from scheduler.planning.queries.hands import call_is_open, hands_of, open_visit_id, open_visits_for
from scheduler.planning.queries.holds import held_by, held_date, held_for_request, holds_over
from scheduler.planning.queries.late import called_off_for, late_rows
from scheduler.planning.queries.lost_dates import MAY_TAKE_ANOTHER, hold_of_request, lost_date, wish_of_hold
from scheduler.planning.queries.pages import (
    SORTS,
    crew_for_school,
    not_confirmed_before,
    offers_ending,
    offers_of,
    presenter_day,
    visit_for,
    visit_id_of,
    visit_of_request,
    visit_page,
    visits_between,
    visits_of_days,
    visits_of_presenter,
    visits_of_week,
)
from scheduler.planning.queries.placing import answer, answers_in_cells, choices
from scheduler.planning.queries.rechecking import (
    CHECKED,
    checklist_of,
    checklists_to_tell,
    findings_of,
    found_against,
    open_wish_of,
    open_wishes,
    visits_to_check,
)
from scheduler.planning.queries.stops import (
    asked_presenters,
    home_point,
    point_of,
    promise_of,
    promised_stops,
    stops_of_visit,
    visits_with_lapsed_offers,
)
from scheduler.planning.queries.told import tellable, texts_for, told_of, told_values
from scheduler.planning.queries.waiting import (
    dates_to_pass_on,
    last_visits,
    offered_date,
    open_dates,
    ranked,
    waiting_list,
    weights_of,
)

__all__ = [
    "CHECKED",
    "MAY_TAKE_ANOTHER",
    "SORTS",
    "able_at",
    "affected_by",
    "answer",
    "answers_in_cells",
    "asked_presenters",
    "board",
    "call_is_open",
    "called_off_for",
    "candidates",
    "checklist_of",
    "checklists_to_tell",
    "choices",
    "clearance",
    "covered_visits",
    "crew_for_school",
    "dates_to_pass_on",
    "days_of",
    "findings_of",
    "found_against",
    "free_dates",
    "hands_of",
    "held_by",
    "held_date",
    "held_for_request",
    "hold_of_request",
    "holds_over",
    "home_point",
    "last_visits",
    "late_rows",
    "lost_date",
    "new_days",
    "not_cleared",
    "not_confirmed_before",
    "offered_date",
    "offers_ending",
    "offers_of",
    "open_dates",
    "open_visit_id",
    "open_visits_for",
    "open_wish_of",
    "open_wishes",
    "other_dates",
    "point_of",
    "presenter_day",
    "promise_of",
    "promised_stops",
    "ranked",
    "stopped_by",
    "stopped_counts",
    "stops_of_visit",
    "tellable",
    "texts_for",
    "told_of",
    "told_values",
    "uncleared_crew",
    "violations",
    "visit_for",
    "visit_id_of",
    "visit_of_request",
    "visit_page",
    "visits_between",
    "visits_found",
    "visits_of_days",
    "visits_of_presenter",
    "visits_of_week",
    "visits_to_check",
    "visits_to_leave",
    "visits_with_lapsed_offers",
    "waiting_list",
    "weights_of",
    "wish_of_hold",
    "year_of",
]
