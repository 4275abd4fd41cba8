"""On the phone: a school that the list does not hold."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Rejected
from scheduler.places.service.hosts import propose_host
from scheduler.web.guards import current_actor, may
from scheduler.web.once import sent_once
from scheduler.web.requests.blueprint import bp
from scheduler.web.requests.booking.choices import municipality_choices
from scheduler.web.requests.booking.new_host import NewHostForm


@bp.route("/requests/phone/new-school", methods=["GET", "POST"])
@may("update", "host")
@sent_once
def new_host_by_phone() -> ResponseReturnValue:
    """A coordinator types it, so it is confirmed; then the request by phone goes on with it."""
    form = NewHostForm()
    form.furnish(municipality_choices())
    if request.method == "GET":
        form.name.data = request.args.get("name", "")[:150]
    if form.accepted():
        try:
            host = propose_host(current_actor(), form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            return redirect(url_for(".phone", host=host.id))
    return render_template("requests/new_host_by_phone.html", form=form), 422 if form.problems_shown() else 200
