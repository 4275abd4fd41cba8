"""Programmes that can be asked for and the campaigns they are part of, for everyone."""

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from scheduler.core import clock
from scheduler.core.alphabet import alphabet_key
from scheduler.programmes import queries
from scheduler.programmes.rules import questions_in
from scheduler.programmes.terms import Audience, CampaignRow
from scheduler.questions.queries.sets import questions_asked
from scheduler.reports import charts
from scheduler.reports.queries.public import campaign_outcome
from scheduler.reports.rules.public import exact_before
from scheduler.reports.terms.counting import CityOutcome, Outcome
from scheduler.web import drawings
from scheduler.web.filters import number
from scheduler.web.guards import public
from scheduler.web.i18n import _, _n, page_language
from scheduler.web.labels import AUDIENCES
from scheduler.web.programmes import campaigns as campaigns_of_staff
from scheduler.web.programmes import words
from scheduler.web.programmes.blueprint import bp

__all__ = ["bp", "campaigns_of_staff"]


@bp.get("/programmes")
@public
def programmes() -> ResponseReturnValue:
    """All that can be asked for, each with its own page."""
    return render_template("programmes/programmes.html", programmes=queries.open_programmes())


@bp.get("/programmes/<slug>")
@public
def programme(slug: str) -> ResponseReturnValue:
    """One programme: for whom, how long, who comes, what the host provides, in which languages."""
    one = queries.programme_page(slug)
    spoken = queries.languages_taught(one.centre_id, one.topic)
    return render_template(
        "programmes/programme.html",
        programme=one,
        crew=words.crew_of(one.educators, one.influencers),
        audiences=words.audiences_of(one.audiences),
        languages=words.languages_of(spoken),
        questions=questions_in(one.questions(page_language())),
        only=words.ONLY_FOR.get(one.level, ""),
        has_photo=queries.has_photo(one.id),
        asked=questions_asked(one.id),
    )


@bp.get("/programmes/<slug>/photo")
@public
def photo(slug: str) -> ResponseReturnValue:
    """What a programme looks like; kept by a browser for an hour, so that one that was taken away is soon gone."""
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response(queries.photo_of(slug), mimetype="image/jpeg", headers=headers)


@bp.get("/campaigns")
@public
def campaigns() -> ResponseReturnValue:
    """All campaigns, running ones first."""
    today = clock.local_day(clock.now())
    rows = queries.campaigns()
    return render_template(
        "programmes/campaigns.html",
        running=[one for one in rows if one.first_day <= today <= one.last_day],
        coming=[one for one in rows if one.first_day > today],
        over=[one for one in rows if one.last_day < today],
        days=words.days_of,
    )


@bp.get("/campaigns/<slug>")
@public
def campaign(slug: str) -> ResponseReturnValue:
    """One campaign: its period, its cities, targets against what was done, its crew without a name."""
    one = queries.campaign_page(slug)
    today = clock.local_day(clock.now())
    outcome = campaign_outcome(one, today)
    state = "over" if one.last_day < today else "running" if one.first_day <= today else "coming"
    return render_template(
        "programmes/campaign.html",
        campaign=one,
        outcome=outcome,
        targets=_targets(one, outcome),
        city_by_city=_city_by_city(outcome, state) if outcome.cities else "",
        crew=words.campaign_crew(outcome),
        state=state,
        period=words.days_of(one),
        still_counted=one.last_day.year >= exact_before(today),
    )


def _city_by_city(outcome: Outcome, state: str) -> Markup:
    """Map, chart and table of the cities, as long as these are their figures."""
    reached = outcome.reached[Audience.PUPILS]
    key = (outcome.cities, outcome.presentations, reached, state)
    return drawings.piece_of("programmes/drawn_cities.html", key, lambda: _drawn_from(outcome, state))


def _drawn_from(outcome: Outcome, state: str) -> dict[str, object]:
    language = page_language()
    cities = _by_alphabet(outcome.cities, language)
    names = [words.city_name(city, language) for city in cities]
    said = _cities_said(outcome)
    rows = [(name, city.pupils, city.target) for name, city in zip(names, cities, strict=True)]
    return {
        "outcome": outcome,
        "state": state,
        "lines": list(zip(names, cities, strict=True)),
        "target_of_cities": sum(city.target for city in cities),
        "drawing": charts.lying_bars(rows, _said(outcome, said), language),
        "map_drawing": charts.city_map(cities, names, said, language),
    }


def _targets(one: CampaignRow, outcome: Outcome) -> list[dict[str, object]]:
    """A line for each audience that was meant or reached: its word, what was meant, what was done."""
    return [
        {"word": word, "target": one.targets.get(audience), "done": outcome.reached[audience]}
        for audience, word in AUDIENCES.items()
        if audience in outcome.reached and (audience in one.targets or outcome.reached[audience] != 0)
    ]


def _by_alphabet(cities: tuple[CityOutcome, ...], language: str) -> tuple[CityOutcome, ...]:
    """Those with a target first, each part by the alphabet of the page."""
    return tuple(sorted(cities, key=lambda city: (not city.target, alphabet_key(words.city_name(city, language)))))


def _said(outcome: Outcome, cities: str) -> str:
    reached = outcome.reached[Audience.PUPILS]
    told = _("not shown") if reached is None else number(reached)
    return _("Pupils by city: %(reached)s reached, %(cities)s.", reached=told, cities=cities)


def _cities_said(outcome: Outcome) -> str:
    return _n(
        "held in %(num)s of %(all)s city",
        "held in %(num)s of %(all)s cities",
        outcome.cities_reached,
        all=len(outcome.cities),
    )
