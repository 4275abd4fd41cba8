"""The presenters' pages: what is offered to them, and their answer for the whole visit."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Conflict
from scheduler.staffing.queries.late_notice import called_off_for
from scheduler.staffing.queries.open_calls import open_visits_for
from scheduler.staffing.queries.own_days import trips_for
from scheduler.staffing.queries.own_offers import offered_visit_id, offers_of, past_offers_of
from scheduler.staffing.service.offers import answer_offer
from scheduler.visits.queries.pages import visit_for
from scheduler.web import labels
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _
from scheduler.web.own.blueprint import bp
from scheduler.web.seen_forms import DrivenForm, PressForm, ReasonForm


@bp.get("/offers")
@may("answer", "offer")
def my_offers() -> ResponseReturnValue:
    return _offers()


def _offers(problem: str = "") -> ResponseReturnValue:
    presenter_id, now = current_actor().presenter_id, clock.now()
    offers = offers_of(presenter_id, now) if presenter_id else []
    open_visits = open_visits_for(current_actor(), now)
    read = called_off_for(current_actor(), now)
    called_off = [(one, DrivenForm.of(one.kilometres, one.number)) for one in read]
    asked = {one.visit.id: one.presentations for one in offers}
    asked |= {one.visit.id: one.visit.presentations for one in open_visits}
    page = render_template(
        "own/my_offers.html",
        trips=trips_for(presenter_id, asked) if presenter_id else {},
        offers=offers,
        open_visits=open_visits,
        press=PressForm(formdata=None),
        now=now,
        problem=problem,
        called_off=called_off,
        past=past_offers_of(presenter_id, now) if presenter_id else [],
        answers=labels.ANSWERED,
    )
    return page, 409 if problem else 200


@bp.post("/offers/<number>/accept")
@may("answer", "offer")
def accept(number: str) -> ResponseReturnValue:
    visit_id = offered_visit_id(current_actor(), number)
    try:
        answer_offer(current_actor(), visit_id, accepts=True, now=clock.now())
    except Conflict as conflict:
        return _offers(labels.refusal(conflict))
    say(_("Thank you. The visit is in your calendar."))
    return redirect(url_for(".my_offers"))


@bp.route("/offers/<number>/decline", methods=["GET", "POST"])
@may("answer", "offer")
def decline(number: str) -> ResponseReturnValue:
    visit_id = offered_visit_id(current_actor(), number)
    form = ReasonForm()
    if form.accepted():
        try:
            answer_offer(current_actor(), visit_id, accepts=False, reason=form.reason.data, now=clock.now())
        except Conflict as conflict:
            return _offers(labels.refusal(conflict))
        say(_("Thank you for telling us."))
        return redirect(url_for(".my_offers"))
    visit = visit_for(current_actor(), number)  # who is asked no more reads it no more
    me = next((one for one in visit.crew if one.presenter_id == current_actor().presenter_id), None)
    trips = trips_for(me.presenter_id, {visit.id: visit.of(me)}) if me else {}
    page = render_template("own/decline.html", form=form, visit=visit, trip=trips.get(visit.id))
    return page, 422 if form.errors else 200
