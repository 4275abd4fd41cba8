"""What a safeguarding officer reads and does: each concern, stopped, free again or suspended, ended; and the sums."""

import datetime as dt

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.concerns.queries.hand_offs import months_of_concerns
from scheduler.concerns.queries.reported import concern_for, concerns_for, standing_stop
from scheduler.concerns.service.stops import end_concern, lift_stop, stop_all
from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound
from scheduler.people.queries import presenters_by_id
from scheduler.web import labels
from scheduler.web.concerns import hand_offs, speaking_up
from scheduler.web.concerns.blueprint import bp
from scheduler.web.concerns.forms import LIFTED, StopLiftForm
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _
from scheduler.web.reasons import worded

__all__ = ["bp", "hand_offs", "speaking_up"]
COUNTED_FROM = dt.timedelta(days=730)


@bp.get("/concerns")
@may("read", "concern")
def concerns() -> ResponseReturnValue:
    """What waits, what has ended in the last year, and how many there were."""
    now = clock.now()
    return render_template(
        "concerns/concerns.html",
        rows=concerns_for(current_actor(), now),
        said_by=labels.SPOKEN_UP_BY,
        months=months_of_concerns(current_actor(), (clock.local_day(now) - COUNTED_FROM).replace(day=1)),
    )


@bp.get("/concerns/<int:concern_id>")
@may("read", "concern")
def concern(concern_id: int) -> ResponseReturnValue:
    return _page(concern_id)


def _page(concern_id: int, problem: str = "") -> ResponseReturnValue:
    row = concern_for(current_actor(), concern_id, clock.now())
    page = render_template(
        "concerns/concern.html",
        row=row,
        said_by=labels.SPOKEN_UP_BY,
        lifted=LIFTED,
        problem=problem,
        press=BaseForm(formdata=None),
    )
    return page, 409 if problem else 200


@bp.post("/concerns/<int:concern_id>/stop")
@may("update", "concern")
def stop(concern_id: int) -> ResponseReturnValue:
    """One press: new visits of everybody whom it may be about stop."""
    if BaseForm().accepted():
        stop_all(current_actor(), concern_id, now=clock.now())
        say(_("New visits have stopped. What they have promised stays until you decide."))
    return redirect(url_for(".concern", concern_id=concern_id))


@bp.post("/concerns/<int:concern_id>/end")
@may("update", "concern")
def end(concern_id: int) -> ResponseReturnValue:
    if not BaseForm().accepted():
        return redirect(url_for(".concern", concern_id=concern_id))
    try:
        end_concern(current_actor(), concern_id, now=clock.now())
    except Conflict as conflict:
        return _page(concern_id, str(worded(conflict.reason)))
    say(_("Ended. The phone number is deleted."))
    return redirect(url_for(".concerns"))


@bp.route("/safeguarding/<int:presenter_id>/stop", methods=["GET", "POST"])
@may("update", "concern")
def lift(presenter_id: int) -> ResponseReturnValue:
    """New visits begin again, with a reason."""
    actor = current_actor()
    person, since = presenters_by_id([presenter_id]).get(presenter_id), standing_stop(actor, presenter_id)
    if person is None or since is None:
        raise NotFound("stop")
    policy.require(actor, "update", "concern", centre=person.centre_id)
    form = StopLiftForm()
    if form.accepted():
        lift_stop(actor, presenter_id, form.said(), now=clock.now())
        say(_("New visits begin again."))
        return redirect(url_for(".concerns"))
    page = render_template("concerns/lift.html", form=form, person=person, since=since)
    return page, 422 if form.errors else 200
