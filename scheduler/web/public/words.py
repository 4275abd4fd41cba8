"""What the public pages say of figures: strips, maps, the choice of a year, kinds of programmes."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask import url_for
from markupsafe import Markup

from scheduler.booking.terms.free_dates import FreeDay
from scheduler.core.language import span_of_days
from scheduler.people.terms import TeachingLanguage
from scheduler.places.rules.hosts import school_year
from scheduler.programmes.terms import Audience, CampaignRow, ProgrammeRow
from scheduler.reports import charts, wording
from scheduler.reports.queries.public import PublicNames, campaign_reach
from scheduler.reports.terms.counting import DistrictLine, Outcome, PublicYear, ReportCounts
from scheduler.reports.terms.drawing import MapDrawing
from scheduler.web import drawings, near_dates
from scheduler.web.filters import number
from scheduler.web.free_dates import times_of, why_none
from scheduler.web.i18n import _, _n, ngettext, page_language

MOST_FREE_DAYS, MOST_FREE_DAYS_A_CITY, MOST_PROGRAMMES = 6, 1, 4
HUNDRED = 100
FEW_TIMES = 3


def days_of(campaign: CampaignRow) -> str:
    """1. октобар – 31. децембар 2023."""
    return span_of_days(campaign.first_day, campaign.last_day, page_language())


def next_free(programmes: Sequence[ProgrammeRow], *, days_a_city: int = 0) -> dict[str, Any] | None:
    """The next free days of the first programme for pupils: where the visitor said, else in the largest cities.

    With `days_a_city` so many of each city, whoever asks.
    """
    programme = near_dates.usual_programme(programmes)
    if programme is None:
        return None
    found, chosen = (near_dates.city_dates(programme), False) if days_a_city else near_dates.next_dates(programme)
    language = page_language()
    return {
        "programme": programme.name(language),
        "chosen": chosen,
        "places": [
            {
                "name": one.name(language) if chosen else one.city(language),
                "why_none": why_none(one.answer, TeachingLanguage.SERBIAN),
                "days": [
                    _free_day(day, one, programme)
                    for day in one.answer.free[: MOST_FREE_DAYS if chosen else days_a_city or MOST_FREE_DAYS_A_CITY]
                ],
            }
            for one in found
        ],
    }


def _free_day(free: FreeDay, at: near_dates.NearDates, programme: ProgrammeRow) -> dict[str, Any]:
    href = url_for("requests.book", programme=programme.slug, host=at.host_id, day=free.day.isoformat())
    return {"day": free.day, "times": _few(times_of(free.starts)), "href": href}


def _few(times: str) -> str:
    """08:00, 08:50, 09:55 … 19:15: a day of many lessons in one line."""
    parts = times.split(", ")
    return times if len(parts) <= FEW_TIMES + 1 else f"{', '.join(parts[:FEW_TIMES])} … {parts[-1]}"


def strips(year: PublicYear) -> list[dict[str, Any]]:
    """The key figures of each centre, each with its noun in the form that the number asks for."""
    hidden = _("not shown")
    strips = []
    for centre in year.centres:
        shown = wording.figures(centre, page_language())
        figures = [
            {"number": hidden if one.value is None else one.value, "words": one.label}
            for one in shown
            if one.value != 0
        ]
        strips.append({"centre": centre.name, "figures": figures})
    return strips


def reached_by(outcome: Outcome) -> list[str]:
    """What a campaign reached, in two short phrases; a number that is not shown is left out."""
    cities = _n("%(num)s of %(all)s city", "%(num)s of %(all)s cities", outcome.cities_reached, all=len(outcome.cities))
    pupils = outcome.reached[Audience.PUPILS]
    return (
        [cities]
        if pupils is None
        else [
            cities,
            ngettext("%(num)s pupil", "%(num)s pupils", pupils)
            % {"num": f"{number(pupils)}+" if outcome.in_tens and pupils else number(pupils)},
        ]
    )


def most_held(year: PublicYear) -> list[DistrictLine]:
    """Districts by presentations held, the most first; those that are not drawn only when something was held."""
    shown = [line for line in year.districts if line.presentations or charts.is_drawn(line.iso)]
    return sorted(shown, key=lambda line: -line.presentations)


def year_map(year: PublicYear) -> MapDrawing:
    """The map of a year, with the sentence that says its result."""
    reached = sum(1 for line in year.districts if line.presentations and line.iso)
    said = _n(
        "Map of districts: %(all)s presentations in %(num)s district in %(year)s.",
        "Map of districts: %(all)s presentations in %(num)s districts in %(year)s.",
        reached,
        all=number(year.presentations),
        year=year.year,
    )
    return charts.district_map(year.districts, said, page_language())


def drawn_year(year: PublicYear) -> Markup:
    """The map of a year, as long as its districts are these."""
    return drawings.piece_of("public/drawn_year.html", (year.districts, year.year), lambda: {"drawing": year_map(year)})


def school_year_so_far(counts: ReportCounts, today: dt.date) -> dict[str, Any] | None:
    """Three figures of the running school year, for the first page; None before anything was held.

    People are told in whole hundreds: beside the exact figures of calendar years nobody can be computed from them.
    """
    if not counts.presentations:
        return None
    people = counts.people // HUNDRED * HUNDRED
    figures = [
        (counts.presentations, _n("presentation", "presentations", counts.presentations)),
        (counts.cities, _n("city or municipality", "cities and municipalities", counts.cities)),
        (f"{number(people)}+", _("pupils, parents and teachers")),
    ]
    shown = [{"number": one, "words": words} for one, words in figures if one not in (0, "0+")]
    return {"name": school_year(today), "figures": shown}


def campaign_told(campaign: CampaignRow, today: dt.date, names: PublicNames) -> dict[str, Any]:
    """A campaign that runs or comes: its days, and what it has reached once it runs."""
    runs = campaign.first_day <= today
    reached = reached_by(campaign_reach(campaign, today, names)) if runs else []
    return {"row": campaign, "runs": runs, "days": days_of(campaign), "reached": reached}


def drawn_offer(programmes: Sequence[ProgrammeRow]) -> Markup:
    """The programmes that a school can ask for, for the first page."""
    return drawings.piece_of(
        "public/front_offer.html", tuple(programmes), lambda: {"programmes": programmes[:MOST_PROGRAMMES]}
    )


def drawn_districts(year: PublicYear) -> Markup:
    """The table beside it."""
    key = (year.districts, year.year, year.presentations, year.people)
    return drawings.piece_of("public/drawn_districts.html", key, lambda: {"year": year, "lines": most_held(year)})


def year_pills(years: Sequence[int], chosen: int, endpoint: str) -> list[dict[str, Any]]:
    """Years to choose from, each an address of its own."""
    return [{"label": str(year), "href": url_for(endpoint, year=year), "on": year == chosen} for year in years]
