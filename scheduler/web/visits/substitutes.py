"""A substitute is sought: the waves are started and stopped, and the coordinator decides what becomes of the visit."""

from collections.abc import Callable

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Conflict, GroundReason, Rejected
from scheduler.staffing.queries.substitutes import open_search
from scheduler.staffing.service.decisions import ask_substitute, go_short, hold_online
from scheduler.staffing.service.substitutes import seek_substitute, stop_search
from scheduler.visits.queries.pages import visit_for
from scheduler.visits.terms.states import SubstituteSearchState
from scheduler.web import labels
from scheduler.web.filters import say
from scheduler.web.forms import number_of
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _
from scheduler.web.seen_forms import PressForm, SeenForm
from scheduler.web.visits.blueprint import bp
from scheduler.web.visits.forms import OnlineForm, SubstituteForm
from scheduler.web.visits.views import shown_visit


@bp.post("/visits/<number>/waves/<any(start, stop):act>")
@may("update", "assignment")
def waves(number: str, act: str) -> ResponseReturnValue:
    """Who could go is asked wave after wave, or not any more."""
    form = PressForm()

    def start(visit_id: int) -> str:
        seek_substitute(current_actor(), visit_id, now=clock.now(), version=form.seen())
        opened = open_search(visit_id)
        if opened is not None and opened.state is SubstituteSearchState.CHOOSING:
            return _("Nobody is asked by itself in the last three hours: choose yourself.")
        return _("The first three are asked within a minute.")

    def stop(visit_id: int) -> str:
        stop_search(current_actor(), visit_id, now=clock.now())
        return _("Stopped. Who is asked already may still accept.")

    return _decide(number, form, start if act == "start" else stop)


@bp.post("/visits/<number>/substitute")
@may("create", "assignment")
def substitute(number: str) -> ResponseReturnValue:
    """Ask one presenter for what is missing."""
    form = SubstituteForm()

    def act(visit_id: int) -> str:
        who = number_of(form.presenter.data)
        if who is None:
            raise Rejected({"presenter": GroundReason.UNKNOWN})
        ask_substitute(
            current_actor(), visit_id, who, now=clock.now(), version=form.seen(), meant=bool(form.meant.data)
        )
        return _("Asked. The school is told when the offer is accepted.")

    return _decide(number, form, act)


@bp.post("/visits/<number>/online")
@may("update", "visit")
def online(number: str) -> ResponseReturnValue:
    """Nobody drives: the visit is held under an address."""
    form = OnlineForm()

    def act(visit_id: int) -> str:
        link = form.link.data or ""
        hold_online(current_actor(), visit_id, link, now=clock.now(), version=form.seen())
        return _("The visit is held online.")

    return _decide(number, form, act)


@bp.post("/visits/<number>/short")
@may("update", "visit")
def short(number: str) -> ResponseReturnValue:
    """Go without who is missing."""
    form = PressForm()

    def act(visit_id: int) -> str:
        go_short(current_actor(), visit_id, now=clock.now(), version=form.seen())
        return _("Confirmed with a smaller crew. The school got one mail.")

    return _decide(number, form, act)


def _decide(number: str, form: SeenForm, act: Callable[[int], str]) -> ResponseReturnValue:
    """One press: do it and say so, or show the visit again with the reason."""
    visit = visit_for(current_actor(), number)
    if not form.accepted():
        return shown_visit(number, decision=form)
    try:
        said = act(visit.id)
    except Conflict as conflict:
        return shown_visit(number, problem=labels.refusal(conflict), decision=form, pressed=form)
    except Rejected as rejected:
        form.show(rejected.problems)
        return shown_visit(number, decision=form)
    say(said)
    return redirect(url_for(".visit", number=number))
