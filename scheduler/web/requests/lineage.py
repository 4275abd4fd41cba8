"""A duplicate becomes part of another request; what could not be held is booked again."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Conflict, GroundReason, Rejected
from scheduler.requests.queries.pages import request_page
from scheduler.requests.rules.states import keeps_place, may_book_again
from scheduler.requests.service.lineage import book_again, merge_request
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _
from scheduler.web.once import sent_once
from scheduler.web.reasons import worded
from scheduler.web.requests.blueprint import bp
from scheduler.web.requests.forms import AgainForm, RequestPressForm


@bp.post("/requests/<number>/merge-into/<into>")
@may("accept", "request")
def merge(number: str, into: str) -> ResponseReturnValue:
    """One press; it can be taken back until the mail leaves."""
    actor, now, form = current_actor(), clock.now(), RequestPressForm()
    page, kept = request_page(actor, number, now=now), request_page(actor, into, now=now)
    if form.accepted():
        done = merge_request(actor, page.row.id, kept.row.id, now=now, version=form.seen())
        told = _("Joined. The school is told in 10 minutes, both contacts stay, and the earlier place in line counts.")
        say(told, undo=url_for(".undo", batch=done.batch, of=number))
    return redirect(url_for(".show_request", number=into))


@bp.route("/requests/<number>/again", methods=["GET", "POST"])
@may("create", "request")
@sent_once
def again(number: str) -> ResponseReturnValue:
    """The same request within other days."""
    actor, now, form = current_actor(), clock.now(), AgainForm()
    page = request_page(actor, number, now=now)
    if not may_book_again(page.row.state):
        raise Conflict(GroundReason.WRONG_STATE)
    if form.accepted():
        try:
            first, last = form.first_day.data, form.last_day.data
            new = book_again(actor, page.row.id, first, last, form_key=form.form_key.data, now=now)
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("Booked again. The school got a mail."))
            return redirect(url_for(".show_request", number=new))
    keeps = keeps_place(page.row.state)
    shown = render_template("requests/again.html", page=page, row=page.row, form=form, keeps=keeps)
    return shown, 422 if form.problems_shown() else 200
