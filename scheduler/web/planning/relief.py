"""A substitute is sought: the waves are started and stopped, and the coordinator decides what becomes of the visit."""

from collections.abc import Callable

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Conflict, Rejected
from scheduler.planning import queries, service
from scheduler.planning.terms import ReliefState
from scheduler.web.filters import say
from scheduler.web.forms import number_of
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _
from scheduler.web.planning import words
from scheduler.web.planning.blueprint import bp
from scheduler.web.planning.forms import OnlineForm, PressForm, SeenForm, SubstituteForm
from scheduler.web.planning.visits import shown_visit


@bp.post("/visits/<number>/waves/<any(start, stop):act>")
@may("update", "assignment")
def waves(number: str, act: str) -> ResponseReturnValue:
    """Who could go is asked wave after wave, or not any more."""
    form = PressForm()

    def start(visit_id: int) -> str:
        service.seek_substitute(current_actor(), visit_id, now=clock.now(), version=form.seen())
        opened = queries.open_relief(visit_id)
        if opened is not None and opened.state is ReliefState.CHOOSING:
            return _("Nobody is asked by itself in the last three hours: choose yourself.")
        return _("The first three are asked within a minute.")

    def stop(visit_id: int) -> str:
        service.stop_relief(current_actor(), visit_id, now=clock.now())
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
            raise Rejected({"presenter": "unknown"})
        service.ask_substitute(current_actor(), visit_id, who, now=clock.now(), version=form.seen())
        return _("Asked. The school is told when the offer is accepted.")

    return _decide(number, form, act)


@bp.post("/visits/<number>/online")
@may("update", "visit")
def online(number: str) -> ResponseReturnValue:
    """Nobody drives: the visit is held under an address."""
    form = OnlineForm()

    def act(visit_id: int) -> str:
        link = form.link.data or ""
        service.hold_online(current_actor(), visit_id, link, now=clock.now(), version=form.seen())
        return _("The visit is held online.")

    return _decide(number, form, act)


@bp.post("/visits/<number>/short")
@may("update", "visit")
def short(number: str) -> ResponseReturnValue:
    """Go without who is missing."""
    form = PressForm()

    def act(visit_id: int) -> str:
        service.go_short(current_actor(), visit_id, now=clock.now(), version=form.seen())
        return _("Confirmed with a smaller crew. The school got one mail.")

    return _decide(number, form, act)


def _decide(number: str, form: SeenForm, act: Callable[[int], str]) -> ResponseReturnValue:
    """One press: do it and say so, or show the visit again with the reason."""
    visit = queries.visit_for(current_actor(), number)
    if not form.accepted():
        return shown_visit(number, decision=form)
    try:
        said = act(visit.id)
    except Conflict as conflict:
        return shown_visit(number, problem=words.refusal(conflict), decision=form, pressed=form)
    except Rejected as rejected:
        form.show(rejected.problems)
        return shown_visit(number, decision=form)
    say(said)
    return redirect(url_for(".visit", number=number))
