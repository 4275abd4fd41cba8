"""The presenters' pages: what is offered to them, and their answer for the whole visit."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Conflict
from scheduler.planning import queries, service
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _
from scheduler.web.planning import words
from scheduler.web.planning.blueprint import bp
from scheduler.web.planning.forms import DrivenForm, PressForm, ReasonForm


@bp.get("/offers")
@may("answer", "offer")
def my_offers() -> ResponseReturnValue:
    return _offers()


def _offers(problem: str = "") -> ResponseReturnValue:
    presenter_id, now = current_actor().presenter_id, clock.now()
    offers = queries.offers_of(presenter_id, now) if presenter_id else []
    open_visits = queries.open_visits_for(current_actor(), now)
    read = queries.called_off_for(current_actor(), now)
    called_off = [(one, DrivenForm.of(one.kilometres, one.number)) for one in read]
    page = render_template(
        "planning/my_offers.html", offers=offers, open_visits=open_visits, press=PressForm(formdata=None), now=now,
        problem=problem, called_off=called_off,
    )  # fmt: skip
    return page, 409 if problem else 200


@bp.post("/offers/<number>/accept")
@may("answer", "offer")
def accept(number: str) -> ResponseReturnValue:
    visit = queries.visit_for(current_actor(), number)
    try:
        service.answer_offer(current_actor(), visit.id, accepts=True, now=clock.now())
    except Conflict as conflict:
        return _offers(words.refusal(conflict))
    say(_("Thank you. The visit is in your calendar."))
    return redirect(url_for(".my_offers"))


@bp.route("/offers/<number>/decline", methods=["GET", "POST"])
@may("answer", "offer")
def decline(number: str) -> ResponseReturnValue:
    visit = queries.visit_for(current_actor(), number)
    form = ReasonForm()
    if form.accepted():
        try:
            service.answer_offer(current_actor(), visit.id, accepts=False, reason=form.reason.data, now=clock.now())
        except Conflict as conflict:
            return _offers(words.refusal(conflict))
        say(_("Thank you for telling us."))
        return redirect(url_for(".my_offers"))
    return render_template("planning/decline.html", form=form, visit=visit), 422 if form.errors else 200
