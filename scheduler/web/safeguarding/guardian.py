"""The guardian's own page, behind the link in her mail: no account, no sign-in, one minor."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.certificates.queries.presenters import own_papers
from scheduler.core import clock
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.policy import Actor
from scheduler.safeguarding.terms import SafeguardingReason
from scheduler.staffing.queries import guardian_page as queries
from scheduler.staffing.queries.pick_ups import visits_of_child
from scheduler.staffing.service import clearance, consents, pick_ups
from scheduler.web.filters import say
from scheduler.web.forms import new_form_key
from scheduler.web.guards import public
from scheduler.web.i18n import _
from scheduler.web.once import sent_once
from scheduler.web.safeguarding import forms
from scheduler.web.safeguarding.views import PURPOSES, bp


@bp.route("/consent/<token>", methods=["GET", "POST"])
@public
@sent_once
def guardian_page(token: str) -> ResponseReturnValue:
    """Opening the page gives nothing: a guardian ticks, writes her name and presses (TRUST S12)."""
    now = clock.now()
    actor = queries.opened_by_link(token, now)
    form = forms.GivenForm()
    if form.accepted():
        try:
            consents.give_consent(actor, form.name.data, form.ticked(), now=now)
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as refused:
            _show(form, refused)
        else:
            say(_("Thank you. Your consent is stored, and a mail with it is on its way to you."))
            return redirect(url_for(".guardian_page", token=token))
    return _shown(token, actor, form)


def _shown(
    token: str, actor: Actor, form: forms.GivenForm, wrong: forms.PickUpForm | None = None, number: str = ""
) -> ResponseReturnValue:
    now = clock.now()
    fetched = [
        (one, wrong if wrong is not None and one.visit.number == number else forms.PickUpForm.of(one))
        for one in visits_of_child(actor, now)
    ]
    page = queries.guardian_page(actor, now)
    shown = render_template(
        "safeguarding/guardian.html",
        page=page,
        form=form,
        purposes=PURPOSES,
        token=token,
        fetched=fetched,
        papers=own_papers(actor) if page.minor else [],
    )
    return shown, 422 if form.errors or wrong is not None else 200


@bp.post("/consent/<token>/fetched/<number>")
@public
def say_who_fetches(token: str, number: str) -> ResponseReturnValue:
    """Who fetches the young person after one visit, from her guardian alone."""
    actor, form = queries.opened_by_link(token, clock.now()), forms.PickUpForm()
    if not form.accepted():
        return _shown(token, actor, forms.GivenForm(formdata=None), form, number)
    pick_ups.say_who_fetches(actor, number, form.who.data or "", now=clock.now())
    say(_("Noted. The adult who goes along reads it on that day, and it is deleted a week later."))
    return redirect(url_for(".guardian_page", token=token))


def _show(form: forms.GivenForm, refused: Conflict) -> None:
    """Who went back and ticks otherwise reads first what stands; from then on it is another form, and pressing counts.

    Else a guardian who takes back a tick would be refused again and again, with the tick standing.
    """
    if refused.reason is not GroundReason.SENT_WITH_OTHER_CONTENT:
        form.show({"": refused.reason})
        return
    form.show({"": SafeguardingReason.AGREED_OTHERWISE})
    form.form_key.data = new_form_key()


@bp.get("/consent/<token>/withdraw")
@public
def ask_guardian(token: str) -> ResponseReturnValue:
    """Asked once, and what follows is said before it is pressed."""
    now = clock.now()
    page = queries.guardian_page(queries.opened_by_link(token, now), now)
    if not page.minor:
        raise NotFound("minor")
    visits = queries.visits_that_rest_on_it(page.presenter_id, now)
    return render_template("safeguarding/withdraw_by_guardian.html", page=page, visits=visits, token=token)


@bp.post("/consent/<token>/withdraw")
@public
def withdraw_by_guardian(token: str) -> ResponseReturnValue:
    now = clock.now()
    actor = queries.opened_by_link(token, now)
    clearance.withdraw_all(actor, actor.presenter_id or 0, now=now)
    say(_("Your consent is withdrawn. It no longer covers any visit."))
    return redirect(url_for(".guardian_page", token=token))
