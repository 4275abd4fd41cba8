"""What counts on the waiting list: the points that an administrator sets, seen before and after in the list itself."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Rejected
from scheduler.waitlist.queries.ranks import weights_of
from scheduler.waitlist.service.dates import change_weights
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may, own_centre_id
from scheduler.web.i18n import _
from scheduler.web.waitlist.blueprint import bp
from scheduler.web.waitlist.forms import WeightsForm


@bp.route("/settings/waiting-list", methods=["GET", "POST"])
@may("update", "settings")
def waiting_weights() -> ResponseReturnValue:
    form = WeightsForm(obj=weights_of(own_centre_id()))
    if form.accepted():
        try:
            change_weights(current_actor(), form.weights(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("Saved. The waiting list is sorted by these points from now on."))
            return redirect(url_for(".waiting_weights"))
    return render_template("waitlist/waiting_weights.html", form=form), 422 if form.errors else 200
