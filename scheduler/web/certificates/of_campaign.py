"""The certificates of the schools of a campaign: what each did in all of it, issued in one press."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.certificates.queries.subjects import campaign_papers
from scheduler.certificates.service.awards import issue_for_campaign
from scheduler.core import clock
from scheduler.core.errors import Conflict
from scheduler.programmes.terms import in_language
from scheduler.web.certificates.blueprint import bp
from scheduler.web.certificates.forms import CertificatePressForm
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _n, page_language
from scheduler.web.once import sent_once
from scheduler.web.reasons import worded


@bp.get("/campaigns/<slug>/certificates")
@may("list", "certificate")
def of_campaign(slug: str) -> ResponseReturnValue:
    return _page(slug)


@bp.post("/campaigns/<slug>/certificates")
@may("issue", "certificate")
@sent_once
def issue_of_campaign(slug: str) -> ResponseReturnValue:
    """One for each school whose numbers are locked and that has none yet."""
    if not CertificatePressForm().accepted():
        return redirect(url_for(".of_campaign", slug=slug))
    try:
        issued = issue_for_campaign(current_actor(), slug, now=clock.now()).issued
    except Conflict as conflict:
        return _page(slug, str(worded(conflict.reason)), 409)
    say(_n("%(num)s certificate is issued.", "%(num)s certificates are issued.", issued))
    return redirect(url_for(".of_campaign", slug=slug))


def _page(slug: str, problem: str = "", status: int = 200) -> ResponseReturnValue:
    actor = current_actor()
    found = campaign_papers(actor, slug, clock.local_day(clock.now()))
    shown = render_template(
        "certificates/of_campaign.html",
        slug=slug,
        found=found,
        name=in_language(page_language(), found.name_sr_cyrl, found.name_en),
        may_issue=policy.reaches_centre(actor, "issue", "certificate"),
        form=CertificatePressForm(formdata=None),
        problem=problem,
    )
    return shown, status
