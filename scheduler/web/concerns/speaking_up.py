"""Somebody speaks up about a presenter: anybody, a school behind its link, a colleague, staff; no page lists people."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.concerns.queries.crews import went_to
from scheduler.concerns.service.speaking_up import (
    speak_up_about,
    speak_up_about_crew,
    speak_up_for_school,
    speak_up_openly,
)
from scheduler.core import clock
from scheduler.core.errors import NotFound, Rejected
from scheduler.core.paging import Page
from scheduler.people.queries import presenters_by_id
from scheduler.places.queries import host_of
from scheduler.requests.queries.found_hosts import FoundHosts, found_hosts
from scheduler.staffing.queries.who_comes import crew_for_school
from scheduler.visits.queries.pages import visit_for
from scheduler.web import labels
from scheduler.web.concerns.blueprint import bp
from scheduler.web.concerns.forms import ConcernForm
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm, number_of
from scheduler.web.guards import current_actor, link_actor, may, public
from scheduler.web.i18n import _
from scheduler.web.limits import CONCERN_RATE, limiter
from scheduler.web.once import sent_once

HOSTS_SHOWN = 20


@bp.route("/concern", methods=["GET", "POST"])
@public
@limiter.limit(CONCERN_RATE, methods=["POST"])
@sent_once
def speak_up() -> ResponseReturnValue:
    """Where and when; nothing else is asked, and nobody learns whether there was a visit."""
    host_id = number_of(request.values.get("host") or request.form.get("host_id"))
    host = host_of(host_id) if host_id else None
    typed = request.args.get("q", "")[:200]
    found = found_hosts(typed, limit=HOSTS_SHOWN) if typed and host is None else FoundHosts()
    form = ConcernForm(host_id=host_id)
    if form.accepted():
        try:
            speak_up_openly(current_actor(), form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            return redirect(url_for(".heard"))
    page = render_template(
        "concerns/speak_up.html",
        form=form,
        host=host,
        typed=typed,
        found=Page(list(found.rows), 1, len(found.rows), HOSTS_SHOWN),
        words=labels,
    )
    return page, 422 if form.problems_shown() else 200


@bp.get("/concern/heard")
@public
def heard() -> ResponseReturnValue:
    """What happens next, the same for everybody."""
    return render_template("concerns/heard.html")


@bp.route("/status/<secret>/concern", methods=["GET", "POST"])
@public
@sent_once
def speak_up_for_own_visit(secret: str) -> ResponseReturnValue:
    """A school behind its link: one press, and new visits of who came stop."""
    actor = link_actor(secret)
    shown = crew_for_school(actor.request_id or 0, clock.now())
    if shown is None or not shown.cards:
        raise NotFound("visit")
    form = BaseForm()
    if form.accepted():
        speak_up_for_school(actor, now=clock.now())
        return redirect(url_for(".heard"))
    back = url_for("requests.status", secret=secret)
    return render_template("concerns/speak_up_proven.html", form=form, back=back, day=shown.on_day, colleague=False)


@bp.route("/visits/<number>/concern", methods=["GET", "POST"])
@may("create", "concern")
@sent_once
def speak_up_about_colleague(number: str) -> ResponseReturnValue:
    """Somebody signed in, about the others of a crew: one press, and their new visits stop."""
    actor = current_actor()
    row = visit_for(actor, number)
    if not went_to(row) - {actor.presenter_id}:
        raise NotFound("visit")
    form = BaseForm()
    if form.accepted():
        speak_up_about_crew(actor, number, now=clock.now())
        return redirect(url_for(".heard"))
    back = url_for("visits.visit", number=number)
    return render_template("concerns/speak_up_proven.html", form=form, back=back, day=row.on_day, colleague=True)


@bp.route("/people/<int:presenter_id>/concern", methods=["GET", "POST"])
@may("create", "concern")
@sent_once
def speak_up_about_presenter(presenter_id: int) -> ResponseReturnValue:
    """Staff about one presenter, from her page."""
    actor = current_actor()
    person = presenters_by_id([presenter_id]).get(presenter_id)
    if person is None or presenter_id == actor.presenter_id:
        raise NotFound("presenter")
    policy.require(actor, "list", "presenter", centre=person.centre_id)
    form = BaseForm()
    if form.accepted():
        speak_up_about(actor, presenter_id, now=clock.now())
        say(_("A safeguarding officer knows. New visits have stopped."))
        return redirect(url_for("people.presenter", presenter_id=presenter_id))
    back = url_for("people.presenter", presenter_id=presenter_id)
    return render_template("concerns/speak_up_proven.html", form=form, back=back, day=None, colleague=True)
