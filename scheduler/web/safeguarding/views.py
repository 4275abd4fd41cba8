"""What expires and what waits; checks as people record them, consents as they are withdrawn."""

import datetime as dt

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.core import clock
from scheduler.core.errors import NotFound, Rejected
from scheduler.core.paging import page_number
from scheduler.safeguarding import queries
from scheduler.safeguarding.service import record_driving_check
from scheduler.safeguarding.terms import SafeguardingPage
from scheduler.staffing.queries.clearances import Lacks, clearance_pages
from scheduler.staffing.queries.driving import drivers_page, driving_checks_of
from scheduler.staffing.queries.guardian_page import minor_of_consent, visits_that_rest_on_it
from scheduler.staffing.service import clearance
from scheduler.staffing.service.clearance import record_vetting
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _, _l
from scheduler.web.once import sent_once
from scheduler.web.safeguarding import forms

bp = Blueprint("safeguarding", __name__)

PURPOSES = {
    "takes_part": _l("taking part"),
    "travels": _l("travel"),
    "rides": _l("rides in an adult's car"),
    "photo": _l("photographs"),
}


def _today() -> dt.date:
    return clock.local_day(clock.now())


def page_for(verb: str, thing: str, presenter_id: int) -> SafeguardingPage:
    """The presenter's proofs, if the actor has `verb` on them. Raises: NotFound."""
    page = queries.whole_page_of(presenter_id, clock.now())
    centre_id = page.clearance.presenter.centre_id
    policy.require(current_actor(), verb, thing, centre=centre_id, presenters=[presenter_id])
    return page


@bp.get("/safeguarding")
@may("list", "vetting")
def overview() -> ResponseReturnValue:
    centre_id = current_actor().centre_id
    if centre_id is None:
        raise NotFound("centre")
    waits, page = page_number(request.args.get("waits")), page_number(request.args.get("page"))
    pages = clearance_pages(centre_id, _today(), {Lacks.WAITS: waits, Lacks.IN_ORDER: page})
    papers = queries.papers_waiting(centre_id) if policy.scope_of(current_actor(), "record", "consent") else []
    waiting, others = pages[Lacks.WAITS], pages[Lacks.IN_ORDER]
    return render_template(
        "safeguarding/overview.html",
        waiting=waiting,
        others=others,
        papers=papers,
        drivers=drivers_page(centre_id, _today(), page_number(request.args.get("drivers"))),
    )


@bp.get("/safeguarding/<int:presenter_id>")
@may("read", "vetting")
def proofs(presenter_id: int) -> ResponseReturnValue:
    page = page_for("read", "vetting", presenter_id)
    own = current_actor().presenter_id == presenter_id
    return render_template(
        "safeguarding/proofs.html",
        page=page,
        purposes=PURPOSES,
        results=forms.RESULTS,
        driving=None if page.clearance.minor else driving_checks_of(presenter_id, _today()),
        drives=forms.DRIVES,
        own=own,
        may_lift=not own and policy.scope_of(current_actor(), "read", "concern") is not None,
        viewer_id=current_actor().user_id,
        may_record=not own and policy.scope_of(current_actor(), "create", "vetting") is not None,
        may_withdraw=policy.scope_of(current_actor(), "withdraw", "consent") is not None,
    )


@bp.route("/safeguarding/<int:presenter_id>/vetting", methods=["GET", "POST"])
@may("create", "vetting")
@sent_once
def new_vetting(presenter_id: int) -> ResponseReturnValue:
    page = page_for("create", "vetting", presenter_id)
    form = forms.VettingForm()
    if form.accepted():
        try:
            record = record_driving_check if form.driving.data else record_vetting
            record(current_actor(), presenter_id, form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("The check is recorded."))
            return redirect(url_for(".proofs", presenter_id=presenter_id))
    return render_template("safeguarding/new_vetting.html", form=form, page=page), 422 if form.errors else 200


@bp.get("/safeguarding/consents/<int:consent_id>/withdraw")
@may("withdraw", "consent")
def ask_to_withdraw(consent_id: int) -> ResponseReturnValue:
    """Asked once, and what follows is said before it is pressed."""
    presenter_id = minor_of_consent(consent_id)
    page = page_for("withdraw", "consent", presenter_id)
    own = current_actor().presenter_id == presenter_id
    visits = visits_that_rest_on_it(presenter_id, clock.now())
    return render_template(
        "safeguarding/withdraw.html",
        page=page,
        own=own,
        visits=visits,
        consent_id=consent_id,
        press=BaseForm(formdata=None),
    )


@bp.post("/safeguarding/consents/<int:consent_id>/withdraw")
@may("withdraw", "consent")
def withdraw_consent(consent_id: int) -> ResponseReturnValue:
    presenter_id = clearance.withdraw_consent(current_actor(), consent_id, now=clock.now())
    say(_("The consent is withdrawn, for good, and the guardian is told. Visits to come that rested on it are free."))
    if current_actor().presenter_id == presenter_id:
        return redirect(url_for("people.my_account"))
    return redirect(url_for(".proofs", presenter_id=presenter_id))
