"""The calendar of a campaign: its one address, made, renewed and ended by staff, and what it gives."""

from flask import Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.core import clock
from scheduler.core.errors import NotFound
from scheduler.feeds import queries, service, shared
from scheduler.programmes.queries import campaign_page
from scheduler.programmes.terms import CampaignRow
from scheduler.web.feeds.answers import ON_EVERY_FEED, answer_with, wishes_of
from scheduler.web.feeds.forms import ButtonForm
from scheduler.web.feeds.views import bp, shown_once
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may, own_centre_id, public
from scheduler.web.i18n import _, page_language


@bp.get("/feeds/campaigns/<language>/<token>.ics")
@public
def campaign_feed(language: str, token: str) -> ResponseReturnValue:
    """As every feed a pure function of its address and the database."""
    g.cookieless = True
    try:
        feed = shared.campaign_feed(token, language, now=clock.now())
        answer = answer_with(feed, wishes_of(request.environ))
    except NotFound:
        answer = None
    if answer is None:
        return Response("Not found\n", 404, ON_EVERY_FEED, content_type="text/plain; charset=utf-8")
    told = Response(answer.body, answer.status, list(answer.headers))
    if not answer.body:
        del told.headers["Content-Type"]  # the library's own
    return told


@bp.get("/campaigns/<slug>/calendar")
@may("create", "campaign_feed")
def campaign_calendar(slug: str) -> ResponseReturnValue:
    campaign = _own(slug)
    until = queries.campaign_feed_until(campaign.id, now=clock.now())
    return render_template("feeds/campaign_calendar.html", campaign=campaign, until=until, press=ButtonForm())


@bp.post("/campaigns/<slug>/calendar")
@may("create", "campaign_feed")
def make_campaign_feed(slug: str) -> ResponseReturnValue:
    token = service.make_campaign_feed(current_actor(), slug, now=clock.now())
    language = page_language()
    address = current_app.config["SETTINGS"].base_url + url_for(".campaign_feed", language=language, token=token)
    back = url_for(".campaign_calendar", slug=slug)
    return shown_once(address, _own(slug).name(language), back, _("Calendar of the campaign"))


@bp.post("/campaigns/<slug>/calendar/end")
@may("revoke", "campaign_feed")
def end_campaign_feed(slug: str) -> ResponseReturnValue:
    service.end_campaign_feed(current_actor(), slug, now=clock.now())
    say(_("This calendar address no longer works."))
    return redirect(url_for(".campaign_calendar", slug=slug))


def _own(slug: str) -> CampaignRow:
    """A campaign of the reader's centre, of which she reaches every district. Raises: NotFound."""
    campaign = campaign_page(slug)
    everywhere = policy.reaches_centre(current_actor(), "create", "campaign_feed")
    if campaign.centre_id != own_centre_id() or not everywhere:
        raise NotFound("campaign")
    return campaign
