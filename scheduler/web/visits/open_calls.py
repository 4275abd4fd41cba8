"""Open calls: a coordinator opens a visit, presenters put up a hand on their page of offers."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Conflict
from scheduler.staffing.queries.open_calls import open_visit_id
from scheduler.staffing.service.open_calls import close_call, lower_hand, open_call, put_up_hand
from scheduler.visits.queries.pages import visit_for
from scheduler.web import labels
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _, _n
from scheduler.web.seen_forms import PressForm
from scheduler.web.visits.blueprint import bp


@bp.post("/visits/<number>/call/<any(open, close):act>")
@may("update", "assignment")
def call(number: str, act: str) -> ResponseReturnValue:
    """Presenters may put up a hand, or not any more."""
    actor, now, form = current_actor(), clock.now(), PressForm()
    visit = visit_for(actor, number)
    if form.accepted():
        if act == "open":
            say(_told(open_call(actor, visit.id, now=now, version=form.seen())))
        else:
            close_call(actor, visit.id, now=now)
            say(_("Closed. Choose among the hands that are up."))
    return redirect(url_for(".visit", number=number))


def _told(asked: int) -> str:
    if not asked:
        return _("Open. Presenters see it on their page of offers; nobody gets a mail.")
    return _n(
        "Open. Presenters see it on their page of offers; %(num)s presenter who could go gets a mail.",
        "Open. Presenters see it on their page of offers; %(num)s presenters who could go get a mail.",
        asked,
    )


@bp.post("/offers/<number>/hand/<any(up, down):act>")
@may("answer", "offer")
def hand(number: str, act: str) -> ResponseReturnValue:
    """A presenter could go to an open visit, or cannot after all."""
    actor, now = current_actor(), clock.now()
    visit_id = open_visit_id(actor, number)
    if PressForm().accepted():
        try:
            if act == "up":
                put_up_hand(actor, visit_id, now=now)
                say(_("Your hand is up. The coordinator chooses; nothing is promised yet."))
            else:
                lower_hand(actor, visit_id, now=now)
                say(_("Your hand is down."))
        except Conflict as conflict:
            say(labels.refusal(conflict))
    return redirect(url_for("own.my_offers"))
