"""Already booked? One mail lists all visits of an address, and leads to a page that opens each of them."""

import time

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.booking.queries.own_visits import own_visits_of
from scheduler.booking.service.addresses import open_own_visit, send_own_visits
from scheduler.core import clock, tokens
from scheduler.core.errors import TooMany
from scheduler.people.queries import centres
from scheduler.people.rules import network_of
from scheduler.web.guards import public
from scheduler.web.i18n import page_language
from scheduler.web.limits import BOOKING_RATE, limiter
from scheduler.web.requests.address_forms import AddressForm
from scheduler.web.requests.blueprint import bp
from scheduler.web.requests.booking.views import too_many
from scheduler.web.requests.forms import RequestPressForm

ANSWERED_AFTER_S = 0.15  # two mails are written in less; none takes as long (TRUST S8)


@bp.route("/book/link", methods=["GET", "POST"])
@public
def new_link() -> ResponseReturnValue:
    """Whether this address has any visit is never shown, nor told by time."""
    form = AddressForm()
    if form.accepted():
        network, began = network_of(request.remote_addr), time.perf_counter()
        try:
            send_own_visits(form.email.data, language=page_language(), network=network, now=clock.now())
        except TooMany as error:
            form.form_errors.append(too_many(error))
            return render_template("requests/new_link.html", form=form, asked=False), 429
        time.sleep(max(0, ANSWERED_AFTER_S - (time.perf_counter() - began)))
        return render_template("requests/new_link.html", form=form, asked=True, centres=centres())
    shown = render_template("requests/new_link.html", form=form, asked=False)
    return shown, 422 if form.problems_shown() else 200


@bp.get("/book/mine/<token>")
@public
def own_visits(token: str) -> ResponseReturnValue:
    """All visits of the address to which the link went, by school and day; each is opened by its button."""
    link = tokens.living_link(token, "visits", now=clock.now())
    by_school: dict[str, list[object]] = {}
    for one in own_visits_of(link.subject_id):
        by_school.setdefault(one.host(page_language()), []).append(one)
    press = RequestPressForm(formdata=None)
    return render_template("requests/own_visits.html", by_school=by_school, token=token, press=press)


@bp.post("/book/mine/<token>/<number>")
@public
@limiter.limit(BOOKING_RATE)
def open_visit(token: str, number: str) -> ResponseReturnValue:
    """The page of one of them, under a secret link of its own."""
    if not RequestPressForm().accepted():
        return redirect(url_for(".own_visits", token=token))
    return redirect(url_for(".status", secret=open_own_visit(token, number, now=clock.now())))
