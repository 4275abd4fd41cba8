"""Panels: the list, a new one, one of them with what came of it; and the page on which a young person rates."""

import datetime as dt

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Conflict, Rejected
from scheduler.core.paging import page_number
from scheduler.panels import queries, service
from scheduler.panels.terms import LEAST_RATED, PanelReason
from scheduler.posts.queries import post_of
from scheduler.web import panel_words
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm, number_of
from scheduler.web.guards import current_actor, may, own_centre_id
from scheduler.web.i18n import _, page_language
from scheduler.web.once import sent_once
from scheduler.web.panels.forms import PanelForm, RateForm
from scheduler.web.reasons import worded

bp = Blueprint("panels", __name__)
USUAL_DAYS = dt.timedelta(days=10)


@bp.get("/panels")
@may("read", "panel")
def panels() -> ResponseReturnValue:
    """All panels of the centre, the newest first."""
    page = queries.panels_of(current_actor(), page_number(request.args.get("page")), today=_today())
    return render_template("panels/panels.html", page=page, about=panel_words.about, standing=panel_words.standing)


@bp.route("/panels/new", methods=["GET", "POST"])
@may("create", "panel")
@sent_once
def new_panel() -> ResponseReturnValue:
    """`?post=NUMBER` puts a planned post before the youth, `?programme=ID` begins with the text of that programme."""
    today, number = _today(), request.args.get("post", "")
    post = post_of(current_actor(), number) if number else None
    chosen = number_of(request.args.get("programme"))
    last_day = today + USUAL_DAYS
    form = PanelForm.of_post(last_day) if post else PanelForm.of_programme(own_centre_id(), last_day, chosen)
    if form.accepted():
        try:
            made = service.open_panel(current_actor(), form.draft(number), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("The youth read it on their own page from now on."))
            return redirect(url_for(".panel", number=made))
    page = render_template(
        "panels/new.html", form=form, post=post, asked=queries.number_asked(own_centre_id(), today), least=LEAST_RATED
    )
    return page, 422 if form.problems_shown() else 200


@bp.get("/panels/<number>")
@may("read", "panel")
def panel(number: str) -> ResponseReturnValue:
    """The draft as it was put, and its sums once it is closed."""
    row = queries.panel_of(current_actor(), number, today=_today())
    result = panel_words.results([row])[0]
    press = BaseForm(formdata=None)
    return render_template("panels/panel.html", row=row, about=panel_words.about(row), result=result, press=press)


@bp.post("/panels/<number>/close")
@may("close", "panel")
def close(number: str) -> ResponseReturnValue:
    if BaseForm().accepted():
        service.close_panel(current_actor(), number, now=clock.now())
        say(_("Closed: who has rated is forgotten."))
    return redirect(url_for(".panel", number=number))


@bp.route("/panels/<number>/rate", methods=["GET", "POST"])
@may("rate", "panel")
def rate(number: str) -> ResponseReturnValue:
    """Once each. No key of the form is kept (`sent_once`): it would hold a mark of what was answered."""
    row, rated = queries.panel_asked(current_actor(), number, clock.now())
    if rated or not row.open:
        say(str(worded(PanelReason.RATED_ALREADY if rated else PanelReason.PANEL_IS_OVER)))
        return redirect(url_for("own.my_part"))
    form = RateForm.of(row.questions)
    if form.accepted():
        try:
            service.rate_panel(current_actor(), number, form.answers(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            say(str(worded(conflict.reason)))
            return redirect(url_for("own.my_part"))
        else:
            say(_("Thank you. Your answers are in the sum, and nobody can tell them from the others."))
            return redirect(url_for("own.my_part"))
    page = render_template(
        "panels/rate.html", form=form, row=row, about=panel_words.about(row), text=row.text(page_language())
    )
    return page, 422 if form.problems_shown() else 200


def _today() -> dt.date:
    return clock.local_day(clock.now())
