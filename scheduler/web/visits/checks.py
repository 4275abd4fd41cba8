"""What coordinators answer before a visit: a question of the clock that the school has settled, a wish for a date."""

from collections.abc import Collection
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.attendance.queries.feedback import feedback_of, survey_of
from scheduler.attendance.queries.tally import tally_codes
from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.errors import Conflict, Rejected
from scheduler.readiness.queries.findings import checklist_of, findings_of, open_numbers_of, open_wish_of
from scheduler.readiness.service import numbers, wishes
from scheduler.readiness.service.recheck import confirm_clock
from scheduler.staffing.queries.drives import drives_of_visit
from scheduler.staffing.rules.drives import cost_of
from scheduler.turns.queries.desk import crew_stands, turns_about
from scheduler.turns.terms import Matter
from scheduler.visits.queries.pages import visit_for, visit_page
from scheduler.visits.terms.rows import VisitPage, VisitRow
from scheduler.visits.terms.states import FindingKind, VisitState
from scheduler.web import labels
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may
from scheduler.web.hand_off_form import hand_off_facts
from scheduler.web.i18n import _
from scheduler.web.seen_forms import PressForm
from scheduler.web.visits.blueprint import bp
from scheduler.web.visits.finding_words import finding_words
from scheduler.web.visits.forms import KeepDateForm, NumbersForm

DRIVEN_TO = (VisitState.CONFIRMED, VisitState.READY, VisitState.DELIVERED)


def checks_of(page: VisitPage, beside: Collection[str]) -> dict[str, Any]:
    """What stands under the head of a visit's page; asked of the tables that know the visit."""
    visit = page.visit
    today = clock.local_day(clock.now(), visit.zone)
    found = findings_of(visit.id) if "finding" in beside else ()
    return {
        "findings": [finding_words(one, visit.crew) for one in found],
        "somebody_away": any(one.kind is FindingKind.AWAY for one in found),
        "wish": open_wish_of(visit.id) if "date_wish" in beside else None,
        "numbers_asked": open_numbers_of(visit.id) if "numbers_asked" in beside else [],
        "checklist": checklist_of(visit.id, visit.state, visit.on_day, today, told="readiness" in beside),
        "feedback": feedback_of(visit.id) if "visit_feedback" in beside else None,
        "tallies": tally_codes(visit),
        "survey": survey_of(visit.id) if "visit_survey" in beside else None,
        "drives": drives_of_visit(visit.id) if "drive" in beside and visit.state in DRIVEN_TO else [],
        "cost": cost_of(visit.kilometres, settings().kilometre_rate),
        "untold": _untold(visit),
        "is_asked": "questions" in beside,
        **hand_off_facts(visit),
    }


def _untold(row: VisitRow) -> Matter | None:
    """What the school of a confirmed visit does not know of its crew yet."""
    if row.state not in (VisitState.CONFIRMED, VisitState.READY) or crew_stands(row):
        return None
    matters = [one.matter for one in turns_about(row.id, clock.now())]
    return next((one for one in matters if one in (Matter.CREW_LOST, Matter.SCHOOL_TO_TELL)), None)


@bp.post("/visits/<number>/clock")
@may("answer", "visit")
def clock_is_right(number: str) -> ResponseReturnValue:
    """The school was asked, and says that day and hour are right."""
    visit_id = visit_for(current_actor(), number).id
    if PressForm().accepted():
        confirm_clock(current_actor(), visit_id, now=clock.now())
        say(_("Noted."))
    return redirect(url_for(".visit", number=number))


@bp.route("/visits/<number>/keep-date", methods=["GET", "POST"])
@may("answer", "visit")
def keep_date(number: str) -> ResponseReturnValue:
    """The centre cannot come on another day: the school reads why."""
    page = visit_page(current_actor(), number)
    form = KeepDateForm()
    if form.accepted():
        try:
            wishes.keep_date(current_actor(), page.visit.id, reason=form.reason.data, now=clock.now())
        except Conflict as conflict:
            form.form_errors.append(labels.refusal(conflict))
        else:
            say(_("Sent to the school."))
            return redirect(url_for(".visit", number=number))
    wish = open_wish_of(page.visit.id)
    shown = render_template("visits/keep_date.html", form=form, visit=page.visit, wish=wish)
    return shown, 422 if form.problems_shown() else 200


@bp.route("/visits/<number>/numbers", methods=["GET", "POST"])
@may("answer", "visit")
def decide_numbers(number: str) -> ResponseReturnValue:
    """More come than one presentation takes: the coordinator takes them, or the school reads why not."""
    page = visit_page(current_actor(), number)
    form = NumbersForm()
    if form.accepted():
        actor, accept = current_actor(), form.answer.data == "accept"
        try:
            numbers.decide_numbers(
                actor, page.visit.id, accept=accept, reason=form.reason.data or "", now=clock.now(), version=form.seen()
            )
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(labels.refusal(conflict))
            page = visit_page(actor, number)
        else:
            say(_("Sent to the school."))
            return redirect(url_for(".visit", number=number))
    form.show_visit(page)
    asked = open_numbers_of(page.visit.id)
    shown = render_template("visits/decide_numbers.html", form=form, visit=page.visit, asked=asked)
    return shown, 422 if form.problems_shown() else 200
