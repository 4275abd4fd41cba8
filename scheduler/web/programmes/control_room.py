"""A campaign for its staff: what is meant, done and forecast, which cities are at risk, crew, posts; and its brief."""

from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import NotFound
from scheduler.core.language import day_and_month, html_lang, languages, names_of
from scheduler.core.paging import page_number, page_of
from scheduler.posts.terms import PostState
from scheduler.posts.wording import CHANNELS
from scheduler.programmes.terms import Audience, CampaignVerdict, CityRisk
from scheduler.programmes.wording import forecast_rule, risk_words, verdict_words
from scheduler.reports import charts, pdf, wording
from scheduler.reports.queries.control_room import coming_visits, control_room
from scheduler.reports.terms.control_room import CityLine, ControlRoom
from scheduler.reports.terms.counting import Chart, Series
from scheduler.reports.terms.drawing import Drawing
from scheduler.web import reads
from scheduler.web.filters import Face
from scheduler.web.forms import number_of
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _, _n, page_language
from scheduler.web.labels import AUDIENCES
from scheduler.web.post_words import post_figures
from scheduler.web.programmes import words
from scheduler.web.programmes.blueprint import bp

MOST_LETTERS = 80  # of a city in an address
WEEKS_SHOWN = 16
LOOKS = {
    CampaignVerdict.NO_TARGET: ("quiet", "info"),
    CampaignVerdict.REACHED: ("good", "flag"),
    CampaignVerdict.LIKELY: ("good", "check"),
    CampaignVerdict.OPEN: ("wait", "hourglass"),
    CampaignVerdict.UNLIKELY: ("stop", "alert"),
}


@bp.get("/campaigns/<slug>/room")
@may("read", "report")
def room(slug: str) -> ResponseReturnValue:
    """Each number opens to the visits behind it."""
    language, now = page_language(), clock.now()
    found = control_room(current_actor(), slug, now)
    reads.note_given_names(one.presenter_id for one in found.crew)
    verdicts = verdict_words(language)
    return render_template(
        "programmes/control_room.html",
        room=found,
        campaign=found.campaign,
        days=words.days_of(found.campaign),
        figures=_figures(found),
        audiences=AUDIENCES,
        faces={verdict: Face(*look, verdicts[verdict]) for verdict, look in LOOKS.items()},
        range_of=wording.range_of,
        risks=risk_words(language),
        acts={city.city_sr_cyrl: _acts(found, city) for city in found.at_risk},
        behind=lambda **cell: _behind(found, **cell),
        chart=_weeks(found, language),
        posts=[one for one in found.posts if one.state is not PostState.DROPPED],
        post_sums=post_figures(found.post_sums),
        channels=CHANNELS,
        rule=forecast_rule(language),
        briefs=[_brief_of(slug, one) for one in languages()],
        limited=bool(current_actor().districts),
    )


@bp.get("/campaigns/<slug>/room/coming")
@may("read", "report")
def coming(slug: str) -> ResponseReturnValue:
    """The visits that are agreed, or held and not locked yet: of the campaign, of one city, of one presenter."""
    city = request.args.get("city")
    presenter, when = number_of(request.args.get("presenter")), request.args.get("when")
    rows = coming_visits(
        current_actor(),
        slug,
        clock.now(),
        over={"over": True, "coming": False}.get(when or ""),
        city=None if city is None else city[:MOST_LETTERS],
        presenter=presenter,
    )
    return render_template(
        "programmes/coming_visits.html",
        slug=slug,
        page=page_of(rows, page_number(request.args.get("page"))),
        today=clock.local_day(clock.now()),
        limited=bool(current_actor().districts),
    )


@bp.get("/campaigns/<slug>/brief-<language>.pdf")
@may("read", "report")
def brief(slug: str, language: str) -> ResponseReturnValue:
    """Two pages to hand on, in the script that the address names; without a name of anybody."""
    if language not in languages():
        raise NotFound("language")
    now = clock.now()
    content = pdf.draw_brief(control_room(current_actor(), slug, now), language, now)
    headers = {"Content-Disposition": f'attachment; filename="{slug}-{clock.local_day(now).isoformat()}.pdf"'}
    return Response(content, mimetype="application/pdf", headers=headers)


def _brief_of(slug: str, language: str) -> dict[str, str]:
    """The press for a brief, named in its own language."""
    href = url_for(".brief", slug=slug, language=language)
    return {"label": names_of(language)[1], "href": href, "icon": "download", "lang": html_lang(language)}


def _behind(found: ControlRoom, **cell: Any) -> str:
    """The visits that the reports count for the campaign, or for a cell of it."""
    campaign = found.campaign
    days: dict[str, Any] = {"first": campaign.first_day.isoformat(), "last": campaign.last_day.isoformat()}
    return url_for("reports.visits_behind", campaign=campaign.slug, **days, **cell)


def _figures(found: ControlRoom) -> list[dict[str, Any]]:
    """Large numbers; each opens to its visits."""
    over, coming = (url_for(".coming", slug=found.campaign.slug, when=when) for when in ("over", "coming"))
    figures = [
        (found.presentations, _n("presentation held", "presentations held", found.presentations), _behind(found)),
        (found.waiting, _("held, not locked yet"), over),
        (found.agreed, _("agreed and to come"), coming),
        (found.kilometres, _("kilometres driven"), _behind(found, sort="-kilometres")),
        (found.days_left, _("days left"), ""),
    ]
    return [{"number": number, "words": said, "href": href if number else ""} for number, said, href in figures]


def _acts(found: ControlRoom, city: CityLine) -> list[tuple[str, str]]:
    """What helps: (words, address)."""
    campaign = found.campaign
    if city.risk is CityRisk.NO_SCHOOL_DAY:
        return [(_("Change the days of the campaign"), url_for(".change_campaign", slug=campaign.slug))]
    where: dict[str, Any] = {"programme": campaign.programme_slug, "municipality": city.municipality_id}
    free = (_("Free dates of the city"), url_for("booking.free_dates", **where))
    if city.risk is CityRisk.REQUESTS_WAIT:
        asked = url_for("requests.inbox", show="open", q=city.name(page_language()))
        return [(_("Answer the requests"), asked), free]
    if city.risk is CityRisk.NOBODY_ASKED:
        return [free, (_("Request by phone"), url_for("requests.phone", q=city.name(page_language())))]
    return [free]


def _weeks(found: ControlRoom, language: str) -> Drawing | None:
    """Presentations and pupils of the last weeks; nothing while nothing was held."""
    weeks = found.weeks[-WEEKS_SHOWN:]
    if not any(week.presentations for week in weeks):
        return None
    series = (
        Series(_("Presentations"), tuple(week.presentations for week in weeks)),
        Series(str(AUDIENCES[Audience.PUPILS]), tuple(week.pupils for week in weeks)),
    )
    labels = tuple(day_and_month(week.monday, language) for week in weeks)
    return charts.columns(Chart(_("Week by week"), labels, series), language)
