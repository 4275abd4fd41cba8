"""Who goes to a visit: suggested for all of it or for one presentation, taken out of all of it or of one."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Conflict
from scheduler.staffing.service.crew import suggest_presenter, withdraw_from, withdraw_presenter
from scheduler.staffing.terms.crew import Seat
from scheduler.visits.queries.pages import visit_for, visit_page
from scheduler.visits.terms.rows import CrewRow, VisitRow
from scheduler.web import labels
from scheduler.web.filters import clock as hour
from scheduler.web.filters import say
from scheduler.web.forms import number_of
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _
from scheduler.web.seen_forms import PressForm
from scheduler.web.visits.blueprint import bp
from scheduler.web.visits.forms import LeaveForm
from scheduler.web.visits.views import form_page, shown_visit


@bp.post("/visits/<number>/suggest/<int:presenter_id>")
@may("create", "assignment")
def suggest(number: str, presenter_id: int) -> ResponseReturnValue:
    only = number_of(request.args.get("only"))
    try:
        visit = visit_for(current_actor(), number)
        wanted = [row.id for row in visit.presentations if only in (None, row.ordinal)]
        meant = request.form.get("meant") == "y"
        suggested = suggest_presenter(
            current_actor(), visit.id, presenter_id, now=clock.now(), presentation_ids=wanted, meant=meant
        )
    except Conflict as conflict:
        return shown_visit(number, problem=labels.refusal(conflict), pressed=PressForm())
    told = _("Suggested. Nobody is told until you offer the visit.")
    say(told if suggested else _("Already in the crew of this visit."))
    return redirect(url_for(".visit", number=number))


@bp.route("/visits/<number>/crew/<int:presenter_id>/withdraw", methods=["GET", "POST"])
@may("delete", "assignment")
def withdraw(number: str, presenter_id: int) -> ResponseReturnValue:
    """Out of the whole visit, or of one presentation while she goes to the others."""
    page = visit_page(current_actor(), number)
    member = next((one for one in page.visit.crew if one.presenter_id == presenter_id), None)
    form, problem = LeaveForm.of(_parts(page.visit, member)), ""
    if form.accepted():
        actor, reason, part = current_actor(), form.reason.data or "", number_of(form.part.data)
        try:
            if part:
                seat = Seat(presenter_id, part)
                withdraw_from(actor, page.visit.id, seat, reason=reason, now=clock.now(), version=form.seen())
            else:
                withdraw_presenter(
                    actor, page.visit.id, presenter_id, reason=reason, now=clock.now(), version=form.seen()
                )
        except Conflict as conflict:
            problem = labels.refusal(conflict)
        else:
            say(_("Taken out of the crew."))
            return redirect(url_for(".visit", number=number))
    return form_page("visits/withdraw.html", form, page, problem, member=member)


def _parts(visit: VisitRow, member: CrewRow | None) -> list[tuple[int, str]]:
    """The presentations that somebody can be taken out of by itself: none while she goes to one only."""
    own = visit.of(member) if member else ()
    if len(own) < 2:
        return []
    return [(row.id, f"{hour(row.starts_local)}–{hour(row.ends_local)} {row.classes}".strip()) for row in own]
