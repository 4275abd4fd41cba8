"""A coordinator calls a visit off: who says so, who is told, and ten minutes to think again."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Conflict
from scheduler.readiness.queries.cancelling import told_of_cancelling
from scheduler.readiness.service.call_off import call_off, take_back_cancellation
from scheduler.visits.queries.pages import visit_page
from scheduler.web import labels
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _
from scheduler.web.reasons import worded
from scheduler.web.seen_forms import CallOffForm
from scheduler.web.visits.blueprint import bp
from scheduler.web.visits.views import form_page


@bp.route("/visits/<number>/cancel", methods=["GET", "POST"])
@may("cancel", "visit")
def cancel(number: str) -> ResponseReturnValue:
    page = visit_page(current_actor(), number)
    form, problem, now = CallOffForm(), "", clock.now()
    if form.accepted():
        try:
            waits = call_off(current_actor(), page.visit.id, form.said(), now=now, version=form.seen())
        except Conflict as conflict:
            problem = labels.refusal(conflict)
        else:
            if waits:
                say(
                    _("Cancelled. The school and the presenters get a mail in 10 minutes."),
                    undo=url_for(".undo_cancel", number=number),
                )
            else:
                say(_("Cancelled. The school and the presenters got a mail."))
            return redirect(url_for(".visit", number=number))
    return form_page(
        "visits/cancel.html", form, page, problem, told=told_of_cancelling(page.visit, now), phone=page.contact_phone
    )


@bp.post("/visits/<number>/cancel/undo")
@may("cancel", "visit")
def undo_cancel(number: str) -> ResponseReturnValue:
    """As if it had not been cancelled: nobody was told yet."""
    page = visit_page(current_actor(), number)
    if BaseForm().accepted():
        try:
            take_back_cancellation(current_actor(), page.visit.id, now=clock.now())
        except Conflict as refused:
            say(worded(refused.reason))
        else:
            say(_("Taken back: the visit stands as before, and nobody was told."))
    return redirect(url_for(".visit", number=number))
