"""The school's part, by the secret link of its request: another date, the checklist, the hour, calling it off."""

import datetime as dt

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.booking.queries.school_days import days_of_visit
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.policy import Actor
from scheduler.readiness.queries.findings import checklist_of, open_wish_of
from scheduler.readiness.rules import asked_until
from scheduler.readiness.service import recheck, wishes
from scheduler.readiness.service.call_off import call_off
from scheduler.readiness.service.wishes import take_back_wish, tick_checklist
from scheduler.requests.queries.pages import own_request
from scheduler.requests.terms.school_request import Preference, RequestState
from scheduler.staffing.queries.who_comes import crew_for_school
from scheduler.staffing.terms.crew import CrewShown
from scheduler.visits.rules.cancelling import is_late_cancel
from scheduler.visits.terms.states import OPEN_VISITS, VisitState
from scheduler.web import labels
from scheduler.web.day_slots import days_as_choices, days_with_hours
from scheduler.web.filters import say
from scheduler.web.guards import link_actor, public
from scheduler.web.i18n import _
from scheduler.web.once import sent_once
from scheduler.web.readiness.blueprint import bp
from scheduler.web.readiness.forms import ChecklistForm, DateWishForm, SchoolCallOffForm, StoppedDateForm
from scheduler.web.seen_forms import PressForm

CANCELLED = (RequestState.CANCELLED_BY_SCHOOL, RequestState.CANCELLED_BY_CENTRE)


@bp.route("/status/<secret>/cancel", methods=["GET", "POST"])
@public
def cancel_by_school(secret: str) -> ResponseReturnValue:
    actor, now = link_actor(secret), clock.now()
    shown = crew_for_school(actor.request_id or 0, now)
    if shown is None:
        if _is_cancelled(actor, now):
            return redirect(url_for("requests.status", secret=secret))  # pressed twice: its page says that it is done
        raise NotFound("visit")
    form, done = SchoolCallOffForm(), False
    if form.accepted():
        try:
            call_off(actor, shown.visit_id, form.said(), now=now)
            done = True
        except Conflict as conflict:
            if _is_cancelled(actor, now):
                return redirect(url_for("requests.status", secret=secret))  # somebody was quicker
            form.form_errors.append(labels.refusal(conflict))
    starts_at = shown.starts_at if shown.state in OPEN_VISITS else None  # one that a closure stopped hurries nobody
    late = starts_at is not None and is_late_cancel(starts_at, now)
    until = asked_until(starts_at) if starts_at and not late else None
    page = render_template(
        "readiness/cancel_by_school.html",
        form=form,
        shown=shown,
        secret=secret,
        late=late,
        done=done,
        until=until,
        asked=own_request(actor, now=now),
    )
    return page, 422 if form.problems_shown() else 200


def _is_cancelled(actor: Actor, now: dt.datetime) -> bool:
    return own_request(actor, now=now).row.state in CANCELLED


def _visit(secret: str) -> tuple[Actor, CrewShown, dt.datetime]:
    """The visit of the request that the link opens. Raises: NotFound while there is none."""
    actor, now = link_actor(secret), clock.now()
    shown = crew_for_school(actor.request_id or 0, now)
    if shown is None:
        raise NotFound("visit")
    return actor, shown, now


def _back(secret: str) -> ResponseReturnValue:
    return redirect(url_for("requests.status", secret=secret))


@bp.route("/status/<secret>/date", methods=["GET", "POST"])
@public
@sent_once
def ask_for_date(secret: str) -> ResponseReturnValue:
    """The school asks for another date; the agreed one stays until the centre has answered."""
    actor, shown, now = _visit(secret)
    stopped = shown.state is VisitState.DISRUPTED
    until = asked_until(shown.starts_at) if shown.starts_at else None
    may_ask = stopped or (shown.state in OPEN_VISITS and until is not None and now <= until)
    found = days_of_visit(shown.visit_id, now=now) if may_ask else None
    free = [one for one in found.found.free if one.day != shown.on_day] if found else []
    days = days_as_choices(free)
    if found and shown.starts_local and not free:
        days = days_with_hours(found.at_other_hours, Preference(shown.on_day, shown.starts_local[0]))
    form = (StoppedDateForm() if stopped else DateWishForm()).offer(days)
    if form.accepted():
        try:
            wishes.ask_for_date(actor, shown.visit_id, form.draft(), now=now)
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(labels.refusal(conflict))
        else:
            said = (
                _("The centre has your days."),
                _("The centre has your wish. The agreed date stays until it answers."),
            )
            say(said[0] if stopped else said[1])
            return _back(secret)
    wish = open_wish_of(shown.visit_id)
    page = render_template(
        "readiness/ask_for_date.html",
        form=form,
        press=PressForm(formdata=None),
        shown=shown,
        secret=secret,
        until=until,
        wish=wish,
        may_ask=may_ask,
        stopped=stopped,
        days=days,
        at_other_hours=not free,
        asked=own_request(actor, now=now),
    )
    return page, 422 if form.problems_shown() else 200


@bp.post("/status/<secret>/date/keep")
@public
def keep_agreed_date(secret: str) -> ResponseReturnValue:
    """The agreed date suits the school after all."""
    actor, shown, now = _visit(secret)
    if PressForm().accepted():
        take_back_wish(actor, shown.visit_id, now=now)
        say(_("The agreed date stays."))
    return _back(secret)


@bp.route("/status/<secret>/ready", methods=["GET", "POST"])
@public
def checklist(secret: str) -> ResponseReturnValue:
    """What the school prepares in the two weeks before; all of it ticked, the visit is ready."""
    actor, shown, now = _visit(secret)
    kept = checklist_of(shown.visit_id, shown.state, shown.on_day, clock.local_day(now))
    form = ChecklistForm() if request.method == "POST" else ChecklistForm.of(kept)
    if form.accepted():
        try:
            ready = tick_checklist(actor, shown.visit_id, form.ticked(), now=now)
        except Conflict as conflict:
            form.form_errors.append(labels.refusal(conflict))
        else:
            say(_("Everything is ready. Thank you!") if ready else _("Noted. Tick the rest when it is done."))
            return _back(secret)
    page = render_template("readiness/checklist.html", form=form, shown=shown, secret=secret, kept=kept)
    return page, 422 if form.problems_shown() else 200


@bp.post("/status/<secret>/clock")
@public
def confirm_clock(secret: str) -> ResponseReturnValue:
    """Day and hour are right all the same."""
    actor, shown, now = _visit(secret)
    if PressForm().accepted() and shown.clock_wrong:
        recheck.confirm_clock(actor, shown.visit_id, now=now)
        say(_("Thank you: day and hour stay as they are."))
    return _back(secret)
