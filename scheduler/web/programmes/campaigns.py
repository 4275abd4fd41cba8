"""What staff do with campaigns: make one, change it, see what was meant and what is done."""

from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.booking.queries.campaigns import VisitOutside, visits_outside
from scheduler.booking.service.campaigns import change_campaign as change_in_its_days
from scheduler.core import clock
from scheduler.core.errors import Rejected
from scheduler.programmes import queries, service
from scheduler.programmes.terms import Audience, CampaignReason
from scheduler.reports.queries.public import campaign_outcome
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may, own_centre_id
from scheduler.web.history import history
from scheduler.web.i18n import _
from scheduler.web.once import sent_once
from scheduler.web.programmes import words
from scheduler.web.programmes.blueprint import bp
from scheduler.web.programmes.forms import CampaignForm


@bp.get("/campaigns/own")
@may("update", "campaign")
def own_campaigns() -> ResponseReturnValue:
    """The centre's campaigns: what is done is what the public page of each says."""
    today = clock.local_day(clock.now())
    rows = [
        (one, one.targets.get(Audience.PUPILS, 0), campaign_outcome(one, today))
        for one in queries.campaigns_of(own_centre_id())
    ]
    return render_template("programmes/own_campaigns.html", rows=rows, days=words.days_of)


@bp.route("/campaigns/new", methods=["GET", "POST"])
@may("create", "campaign")
@sent_once
def new_campaign() -> ResponseReturnValue:
    form = CampaignForm.of(own_centre_id())
    if not form.seeks() and form.accepted() and not form.more.data:
        try:
            slug = service.make_campaign(current_actor(), form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("Made. Everybody can read its page from now on."))
            return redirect(url_for(".change_campaign", slug=slug))
    return _form_page(form)


@bp.route("/campaigns/<slug>/change", methods=["GET", "POST"])
@may("update", "campaign")
def change_campaign(slug: str) -> ResponseReturnValue:
    draft = queries.campaign_draft(own_centre_id(), slug)
    form = CampaignForm.of(own_centre_id(), draft)
    outside: Sequence[VisitOutside] = ()
    if not form.seeks() and form.accepted() and not form.more.data:
        try:
            change_in_its_days(current_actor(), slug, said := form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
            if CampaignReason.VISITS_OUTSIDE in rejected.problems.values():
                outside = visits_outside(current_actor(), slug, said.first_day, said.last_day)
        else:
            say(_("Saved."))
            return redirect(url_for(".own_campaigns"))
    return _form_page(form, slug, outside)


def _form_page(form: CampaignForm, slug: str = "", outside: Sequence[VisitOutside] = ()) -> ResponseReturnValue:
    if request.method == "POST":
        form.add_rows()
    changes = history({"campaign": [queries.campaign_page(slug).id]}, form) if slug else []
    page = render_template(
        "programmes/change_campaign.html",
        form=form,
        slug=slug,
        towns=form.town_names(),
        changes=changes,
        outside=outside,
    )
    return page, 422 if form.problems_shown() else 200
