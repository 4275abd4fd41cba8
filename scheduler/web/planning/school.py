"""The school's part: by the secret link of its request it sees who comes, and can call the visit off."""

import datetime as dt

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound
from scheduler.planning import queries, rules, service
from scheduler.policy import Actor
from scheduler.requests import queries as request_queries
from scheduler.requests.terms import RequestState
from scheduler.web.guards import link_actor, public
from scheduler.web.planning import words
from scheduler.web.planning.blueprint import bp
from scheduler.web.planning.forms import ReasonForm

CANCELLED = (RequestState.CANCELLED_BY_SCHOOL, RequestState.CANCELLED_BY_CENTRE)


@bp.route("/status/<secret>/cancel", methods=["GET", "POST"])
@public
def cancel_by_school(secret: str) -> ResponseReturnValue:
    actor, now = link_actor(secret), clock.now()
    shown = queries.crew_for_school(actor.request_id or 0, now)
    if shown is None:
        if _is_cancelled(actor, now):
            return redirect(url_for("requests.status", secret=secret))  # pressed twice: its page says that it is done
        raise NotFound("visit")
    form, done = ReasonForm(), False
    if form.accepted():
        try:
            service.cancel_visit(actor, shown.visit_id, reason=form.reason.data, now=now)
            done = True
        except Conflict as conflict:
            if _is_cancelled(actor, now):
                return redirect(url_for("requests.status", secret=secret))  # somebody was quicker
            form.form_errors.append(words.refusal(conflict))
    late = shown.starts_at is not None and rules.is_late_cancel(shown.starts_at, now)
    page = render_template(
        "planning/cancel_by_school.html", form=form, shown=shown, secret=secret, late=late, done=done
    )
    return page, 422 if form.problems_shown() else 200


def _is_cancelled(actor: Actor, now: dt.datetime) -> bool:
    return request_queries.own_request(actor, now=now).row.state in CANCELLED
