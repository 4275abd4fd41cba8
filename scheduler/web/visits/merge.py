"""Two presentations of a visit become one: their classes sit in one hall."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Conflict, NotFound
from scheduler.staffing.service.merge import join_presentations
from scheduler.visits.queries.pages import visit_page
from scheduler.visits.terms.rows import PresentationRow, VisitPage
from scheduler.visits.terms.states import STAFFED
from scheduler.web import labels
from scheduler.web.filters import clock as hour
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _
from scheduler.web.visits.blueprint import bp
from scheduler.web.visits.forms import JoinForm
from scheduler.web.visits.views import form_page


@bp.route("/visits/<number>/join/<int:ordinal>", methods=["GET", "POST"])
@may("update", "visit")
def join(number: str, ordinal: int) -> ResponseReturnValue:
    """Which presentation takes the classes of this one along."""
    page = visit_page(current_actor(), number)
    gone = next((row for row in page.visit.presentations if row.ordinal == ordinal), None)
    if gone is None:
        raise NotFound("presentation")
    form = JoinForm.among(_others(page, gone))
    problem = ""
    if form.accepted():
        into = int(str(form.into.data))
        try:
            join_presentations(current_actor(), page.visit.id, ordinal, into, now=clock.now(), version=form.seen())
        except Conflict as conflict:
            problem = labels.refusal(conflict)
        else:
            say(_("Joined. The school and the presenters concerned get a mail."))
            return redirect(url_for(".visit", number=number))
    elif request.method == "GET" and len(form.into.choices) == 1:
        form.into.data = form.into.choices[0].value
    return form_page("visits/join.html", form, page, problem, gone=gone)


def _others(page: VisitPage, gone: PresentationRow) -> list[tuple[int, str]]:
    """The presentations that can take its classes along, by their hours."""
    return [
        (row.ordinal, f"{hour(row.starts_local)}–{hour(row.ends_local)} {row.classes}".strip())
        for row in page.visit.presentations
        if row.ordinal != gone.ordinal and row.audience is gone.audience and row.state in STAFFED
    ]
