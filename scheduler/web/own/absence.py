"""A presenter cannot come: one page that says what will happen, and one press (C8)."""

import datetime as dt

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Conflict, Rejected
from scheduler.staffing.queries.own_days import visits_to_leave
from scheduler.staffing.service.absence import report_absence
from scheduler.visits.terms.rows import VisitRow
from scheduler.web import labels
from scheduler.web.filters import say
from scheduler.web.forms import asked_day
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _, _n
from scheduler.web.once import sent_once
from scheduler.web.own.blueprint import bp
from scheduler.web.own.forms import AbsenceForm


@bp.route("/absence", methods=["GET", "POST"])
@may("create", "absence")
@sent_once
def absence() -> ResponseReturnValue:
    """`?from=2026-11-24&to=2026-11-26` fills in the days; without them it is about today."""
    form = AbsenceForm() if request.method == "POST" else AbsenceForm(**_asked_days())
    problem = ""
    if form.accepted():
        try:
            left = report_absence(
                current_actor(), form.first_day.data, form.last_day.data, seen=form.seen_visits(), now=clock.now()
            )
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            problem = labels.refusal(conflict)
        else:
            say(_told(left))
            return redirect(url_for("desk.today"))
    visits = _visits_of(form)
    form.show_visits(visits)
    page = render_template("own/absence.html", form=form, visits=visits, problem=problem)
    return page, 409 if problem else 422 if form.errors else 200


def _asked_days() -> dict[str, dt.date]:
    """The days of the address; what is no day there, and a last day before the first, is passed over."""
    first = asked_day("from") or clock.local_day(clock.now())
    return {"first_day": first, "last_day": max(first, asked_day("to") or first)}


def _visits_of(form: AbsenceForm) -> list[VisitRow]:
    presenter_id, first, last = current_actor().presenter_id, form.first_day.data, form.last_day.data
    if presenter_id is None or first is None or last is None:
        return []
    return visits_to_leave(presenter_id, first, last, now=clock.now())


def _told(left: int) -> str:
    if not left:
        return _("Noted: nothing will be offered to you on these days.")
    return _n(
        "Noted. You have left %(num)s visit, and the coordinators know.",
        "Noted. You have left %(num)s visits, and the coordinators know.",
        left,
    )
