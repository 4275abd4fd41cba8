"""Pages that everybody may open, and what machines ask: what may be shown and found."""

import datetime as dt
import json
from pathlib import Path
from types import SimpleNamespace

from flask import Blueprint, Response, current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.config import map_outline, settings
from scheduler.core import clock
from scheduler.core.errors import GroundReason, NotFound
from scheduler.core.paging import Page
from scheduler.data import outlines
from scheduler.people.queries import centres
from scheduler.programmes import queries as programme_queries
from scheduler.reports import charts
from scheduler.reports.queries.public import PublicNames, public_names, public_year, school_year_counts
from scheduler.reports.wording import definitions, story
from scheduler.requests.rules.states import PROMISED_DAYS
from scheduler.requests.terms.reasons import RequestReason
from scheduler.web.filters import ASSIGNMENT, FACES, FLAGS, VISIT, Face
from scheduler.web.form_reasons import FormReason
from scheduler.web.guards import public
from scheduler.web.i18n import _, page_language
from scheduler.web.public import handbook as handbooks
from scheduler.web.public import machines, samples, words
from scheduler.web.public.forms import SampleForm
from scheduler.web.public.retention_words import notice_rows

bp = Blueprint("public", __name__)
# When their words changed last: of the privacy notice, of the accessibility statement.
NOTICE_DAY, STATEMENT_DAY = dt.date(2026, 11, 28), dt.date(2026, 11, 24)


@bp.get("/")
@public
def front() -> ResponseReturnValue:
    """The offer and its next step, campaigns that run or come, and what this school year has brought so far."""
    today, language = clock.local_day(clock.now()), page_language()
    campaigns, programmes = programme_queries.current_campaigns(today), programme_queries.open_programmes()
    names = public_names(today, language)
    return render_template(
        "public/front.html",
        offer=words.drawn_offer(programmes),
        next_free=words.next_free(programmes),
        campaigns=[words.campaign_told(one, today, names) for one in campaigns],
        year=words.school_year_so_far(school_year_counts(today, names), today),
        hero=charts.country(),
        promised_days=PROMISED_DAYS,
    )


@bp.get("/map")
@public
def where_we_have_been() -> ResponseReturnValue:
    """Districts shaded by presentations held in a year, and the same as a table."""
    names, chosen = _years()
    year = public_year(chosen, names)
    return render_template(
        "public/map.html",
        year=year,
        pills=words.year_pills(names.years, chosen, ".where_we_have_been"),
        running=chosen == clock.local_day(clock.now()).year,
        country_map=words.drawn_year(year),
        districts=words.drawn_districts(year),
    )


@bp.get("/figures")
@public
def figures() -> ResponseReturnValue:
    """A year of each centre in words and figures, and what the figures mean."""
    names, chosen = _years()
    language = page_language()
    year = public_year(chosen, names)
    return render_template(
        "public/figures.html",
        year=year,
        pills=words.year_pills(names.years, chosen, ".figures"),
        running=chosen == clock.local_day(clock.now()).year,
        strips=words.strips(year),
        stories=[story(one, year.year, language) for one in year.centres],
        definitions=definitions(language)[:4],
    )


def _years() -> tuple[PublicNames, int]:
    """What can be chosen, and the year that the address asks for: without a word the last that is over."""
    today = clock.local_day(clock.now())
    names = public_names(today, page_language())
    asked = request.args.get("year", "")
    if asked.isdecimal() and int(asked[:9]) in names.years:
        return names, int(asked[:9])
    over = next((year for year in names.years if year < today.year), None)
    return names, over or (names.years[0] if names.years else today.year - 1)


@bp.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    return render_template("public/privacy.html", centres=centres(), dated=NOTICE_DAY, rows=notice_rows())


@bp.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    return render_template("public/accessibility.html", centres=centres(), dated=STATEMENT_DAY)


@bp.get("/about")
@public
def about() -> ResponseReturnValue:
    return render_template(
        "public/about.html",
        centres=centres(),
        shipped_outline=outlines.is_ours(map_outline()),
        outline_by=outlines.in_force().attribution,
    )


@bp.get("/handbook")
@public
def handbook() -> ResponseReturnValue:
    """What each role does, task by task: the pages of it."""
    return render_template("public/handbook.html", chapters=handbooks.chapters(page_language()))


@bp.get(f"/handbook/<any({', '.join(handbooks.CHAPTERS)}):role>")
@public
def handbook_page(role: str) -> ResponseReturnValue:
    """The handbook of one role, in the reader's language."""
    found = handbooks.chapters(page_language())
    pills = [
        {"label": one.title, "href": url_for(".handbook_page", role=one.role), "on": one.role == role} for one in found
    ]
    return render_template(
        "public/handbook_page.html", chapter=next(one for one in found if one.role == role), pills=pills
    )


_SAMPLES_WRONG = {
    "pupils": FormReason.NOT_A_NUMBER,
    "email": GroundReason.NOT_AN_EMAIL,
    "teacher_stays": RequestReason.TEACHER_STAYS,
}


@bp.get("/styleguide")
@public
def styleguide() -> ResponseReturnValue:
    form, counted = (
        SampleForm(formdata=None, mark=mark, data={"pupils": 51, "parents": 0}) for mark in ("", "counted")
    )
    wrong, miscounted = (SampleForm(formdata=None, mark=mark) for mark in ("wrong", "miscounted"))
    for sample in (wrong, miscounted):
        sample.show(_SAMPLES_WRONG)
    page: Page[object] = Page(rows=(), number=2, total=250)
    today = clock.local_day(clock.now())
    toast = [{"text": "…", "undo": ""}]
    return render_template(
        "public/styleguide.html",
        form=form,
        wrong=wrong,
        counted=counted,
        miscounted=miscounted,
        page=page,
        faces=FACES,
        flags=FLAGS,
        today=today,
        until=clock.now() + dt.timedelta(hours=5),
        toast=toast,
        sprite=sorted(_icons()),
        blocks=_blocks(),
        place=SimpleNamespace(name_sr_cyrl="Ниш", name_sr_latn="Niš"),
        sample=samples.drawings(),
        said=samples.standings(today),
        centres=centres(),
    )


def _blocks() -> list[dict[str, object]]:
    """One block of the board of each kind."""
    kinds = {
        "settled": VISIT["confirmed"],
        "offered": ASSIGNMENT["offered"],
        "waiting": ASSIGNMENT["suggested"],
        "held": Face("wait", "hourglass", _("held for a booking")),
        "youth": VISIT["ready"],
        "clash": Face("stop", "alert", _("two visits at one time")),
        "struck": VISIT["disrupted"],
        "over": VISIT["delivered"],
    }
    return [
        {
            "day": "25",
            "times": "09:40–11:15",
            "late_shift": kind == "offered",
            "host": "Гимназија „Стеван Јаковљевић“",
            "place": "Власотинце",
            "href": "" if kind == "held" else "#main",
            "move": "" if kind in ("held", "struck", "over") else "#main",
            "kind": kind,
            "notes": [face],
            "leg": _("%(km)s km · %(minutes)s min", km=31, minutes=40),
        }
        for kind, face in kinds.items()
    ]


def _icons() -> list[str]:
    with current_app.open_resource(f"{current_app.static_folder}/img/icons.svg", "r") as stream:
        return [part.split('"')[0] for part in stream.read().split('<symbol id="')[1:]]


@bp.get("/manifest.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    """How the site stands on a phone; `?at_work=1` opens the desk."""
    text = json.dumps(machines.manifest("at_work" in request.args), ensure_ascii=False)
    return Response(text, content_type="application/manifest+json; charset=utf-8")


@bp.get("/favicon.ico")
@public
def favicon() -> ResponseReturnValue:
    """The mark for browsers that ask without reading the page."""
    mark = Path(str(current_app.static_folder), "img", "favicon.ico").read_bytes()
    return Response(mark, content_type="image/x-icon", headers={"Cache-Control": "public, max-age=86400"})


@bp.get("/road.svg")
@public
def road() -> ResponseReturnValue:
    """The picture behind the first words: it follows the outline that the installation draws."""
    g.cookieless = True
    picture = render_template("public/road.svg", drawing=charts.road_drawing())
    return Response(picture, content_type="image/svg+xml", headers={"Cache-Control": "public, max-age=3600"})


@bp.get("/robots.txt")
@public
def robots() -> ResponseReturnValue:
    return Response(machines.robots(current_app.url_map.iter_rules()), content_type="text/plain; charset=utf-8")


@bp.get("/.well-known/security.txt")
@public
def security_txt() -> ResponseReturnValue:
    """Whom to tell of a weakness. Raises: NotFound where no contact is set."""
    if not settings().security_contact:
        raise NotFound("security contact")
    g.cookieless = True
    text = machines.security_txt(clock.local_day(clock.now()))
    return Response(text, content_type="text/plain; charset=utf-8")


@bp.get("/sitemap.xml")
@public
def sitemap() -> ResponseReturnValue:
    """Every page that search engines may show."""
    paths = [url_for(endpoint) for endpoint in machines.PUBLIC_PAGES]
    paths += [url_for(".handbook_page", role=role) for role in handbooks.CHAPTERS]
    paths += [url_for("programmes.programme", slug=one.slug) for one in programme_queries.open_programmes()]
    paths += [url_for("programmes.campaign", slug=one.slug) for one in programme_queries.campaigns()]
    return Response(machines.sitemap(paths), content_type="application/xml; charset=utf-8")
