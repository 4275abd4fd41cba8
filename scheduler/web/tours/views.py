"""A campaign's tour: asked for, watched, read day by day; planned anew with days that stay; its days proposed."""

from dataclasses import replace

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Rejected
from scheduler.jobs.long_work import start_plan, start_tour
from scheduler.reports.charts import tour_map
from scheduler.reports.terms.drawing import MapDrawing
from scheduler.tours import queries
from scheduler.tours.terms import TourPage
from scheduler.web import labels
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm, number_of
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _n, page_language
from scheduler.web.once import sent_once
from scheduler.web.plan_words import CREW_MODES, WHY_LEFT_OUT
from scheduler.web.tours.blueprint import bp
from scheduler.web.tours.forms import TourForm

NAMED_ON_THE_MAP = 12  # stops; of more their numbers alone, as names would cover each other


@bp.route("/campaigns/<slug>/tours", methods=["GET", "POST"])
@may("create", "plan")
@sent_once
def new_tour(slug: str) -> ResponseReturnValue:
    """A tour is asked for; below the form the earlier ones."""
    actor, today = current_actor(), clock.local_day(clock.now())
    campaign = queries.own_campaign(actor, slug)
    form = TourForm.of(campaign, today)
    if form.accepted():
        try:
            tour_id = start_tour(actor, slug, form.draft(campaign), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            return redirect(url_for(".show_tour", tour_id=tour_id))
    page = render_template(
        "tours/new.html",
        form=form,
        campaign=campaign,
        towns=form.town_names(),
        lines=queries.tours_of(actor, campaign),
    )
    return page, 422 if form.problems_shown() else 200


@bp.get("/tours/<int:tour_id>")
@may("read", "plan")
def show_tour(tour_id: int) -> ResponseReturnValue:
    shown = queries.tour_page(current_actor(), tour_id, now=clock.now())
    page = render_template(
        "tours/tour.html",
        shown=shown,
        drawing=_map_of(shown) if shown.days else None,
        press=BaseForm(formdata=None),
        modes=CREW_MODES,
        why=WHY_LEFT_OUT,
        outside=_outside(shown),
    )
    return page, 200, {"Cache-Control": "private, no-store"}


def _map_of(shown: TourPage) -> MapDrawing:
    """The way from city to city, home where the crew goes home."""
    language, way = page_language(), [shown.start]
    for stop in shown.days:
        way += [shown.start, stop.point] if stop.from_home and way[-1] != shown.start else [stop.point]
    named = len(shown.days) <= NAMED_ON_THE_MAP
    stops = [
        (stop.point, f"{place}. {stop.city(language)}" if named else f"{place}.")
        for place, stop in enumerate(shown.days, 1)
    ]
    said = _n("Tour through %(num)s city", "Tour through %(num)s cities", len(shown.days))
    return tour_map((shown.start, shown.start_name(language)), stops, [*way, shown.start], said, language)


def _outside(shown: TourPage) -> bool:
    """Whether a day of the tour is none of the campaign's: its visits would not count for it."""
    campaign = shown.campaign
    return any(not campaign.first_day <= stop.on_day <= campaign.last_day for stop in shown.days if stop.on_day)


@bp.post("/tours/<int:tour_id>/again")
@may("create", "plan")
@sent_once
def draw_tour_again(tour_id: int) -> ResponseReturnValue:
    """The same tour anew, around the days that are ticked."""
    if not BaseForm().accepted():
        return redirect(url_for(".show_tour", tour_id=tour_id))
    actor, ticked = current_actor(), {number_of(one) for one in request.form.getlist("rows")}
    shown = queries.tour_page(actor, tour_id, now=clock.now())
    stays = ((one.municipality_id, one.on_day) for one in shown.days if one.municipality_id in ticked)
    draft = replace(shown.draft, stays=tuple((town, day) for town, day in stays if day))
    try:
        tour_id = start_tour(actor, shown.campaign.slug, draft, now=clock.now())
    except Rejected as rejected:
        say(labels.refusal(rejected))
    return redirect(url_for(".show_tour", tour_id=tour_id))


@bp.post("/tours/<int:tour_id>/days/<on>")
@may("create", "plan")
@sent_once
def propose_day(tour_id: int, on: str) -> ResponseReturnValue:
    """A plan proposal for a day of the tour: what the schools of its district have agreed, by the crew of that day."""
    if not BaseForm().accepted():
        return redirect(url_for(".show_tour", tour_id=tour_id))
    actor = current_actor()
    draft = queries.plan_of_day(actor, tour_id, on)
    return redirect(url_for("proposals.show_proposal", proposal_id=start_plan(actor, draft, now=clock.now())))
