"""The campaign that a visit counts for."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.booking.service.campaigns import book_into_campaign
from scheduler.core import clock
from scheduler.core.errors import Conflict, Rejected
from scheduler.programmes.queries import campaigns_for
from scheduler.visits.queries.pages import visit_page
from scheduler.web import labels
from scheduler.web.filters import say
from scheduler.web.forms import number_of
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _
from scheduler.web.visits.blueprint import bp
from scheduler.web.visits.forms import CampaignOfVisitForm, campaign_choices


@bp.route("/visits/<number>/campaign", methods=["GET", "POST"])
@may("update", "visit")
def campaign_of_visit(number: str) -> ResponseReturnValue:
    visit = visit_page(current_actor(), number).visit
    form = CampaignOfVisitForm(data={"campaign": str(visit.campaign_id or ""), "version": visit.version})
    form.campaign.choices = campaign_choices(campaigns_for(visit.programme_id))
    problem = ""
    if form.accepted():
        chosen, seen = number_of(form.campaign.data), number_of(form.version.data)
        try:
            book_into_campaign(current_actor(), visit.id, chosen, version=seen, now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            problem = labels.refusal(conflict)
        else:
            say(_("Saved. The campaign counts this visit.") if chosen else _("Saved. No campaign counts this visit."))
            return redirect(url_for(".visit", number=number))
    page = render_template("visits/campaign.html", form=form, visit=visit, problem=problem)
    return page, 409 if problem else 422 if form.problems_shown() else 200
