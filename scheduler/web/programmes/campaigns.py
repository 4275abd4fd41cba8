"""What staff do with campaigns: make one, change it, see what was meant and what is done."""

from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.booking.queries.campaigns import VisitOutside, visits_outside
from scheduler.booking.service.campaigns import change_campaign as change_in_its_days
from scheduler.core import clock
from scheduler.core.errors import Rejected
from scheduler.programmes import queries, service
from scheduler.programmes.terms import Audience, CampaignReason, CampaignRow
from scheduler.reports.queries.public import campaign_outcome
from scheduler.reports.terms.counting import Outcome
from scheduler.web import tables
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may, own_centre_id
from scheduler.web.history import history
from scheduler.web.i18n import _, _l, page_language
from scheduler.web.once import sent_once
from scheduler.web.programmes import words
from scheduler.web.programmes.blueprint import bp
from scheduler.web.programmes.forms import CampaignForm
from scheduler.web.tables import FileColumn

OwnCampaign = tuple[CampaignRow, int, Outcome]  # with the pupils that it means to reach
CAMPAIGNS_FILE = (
    FileColumn[OwnCampaign](_l("Campaign"), _l("The name of the campaign."), lambda one: one[0].name(page_language())),
    FileColumn[OwnCampaign](_l("First day"), _l("On which it begins."), lambda one: one[0].first_day),
    FileColumn[OwnCampaign](_l("Last day"), _l("On which it ends."), lambda one: one[0].last_day),
    FileColumn[OwnCampaign](
        _l("Cities"), _l("Cities in which a presentation was held."), lambda one: one[2].cities_reached
    ),
    FileColumn[OwnCampaign](_l("Cities meant"), _l("Cities that the campaign names."), lambda one: len(one[2].cities)),
    FileColumn[OwnCampaign](_l("Presentations"), _l("Held, with locked attendance."), lambda one: one[2].presentations),
    FileColumn[OwnCampaign](_l("Pupils meant"), _l("How many pupils it means to reach."), lambda one: one[1] or None),
    FileColumn[OwnCampaign](
        _l("Pupils reached"),
        _l("As the public page says; a number that could name somebody is not shown."),
        lambda one: _l("not shown") if (number := one[2].reached[Audience.PUPILS]) is None else number,
    ),
)


@bp.get("/campaigns/own")
@may("update", "campaign")
def own_campaigns() -> ResponseReturnValue:
    """The centre's campaigns: what is done is what the public page of each says."""
    today = clock.local_day(clock.now())
    rows = [
        (one, one.targets.get(Audience.PUPILS, 0), campaign_outcome(one, today))
        for one in queries.campaigns_of(own_centre_id())
    ]
    if tables.file_asked():
        return tables.list_file(_("Campaigns of the centre"), "campaigns", CAMPAIGNS_FILE, rows)
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
