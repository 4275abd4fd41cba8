"""What the public pages say of figures: strips, maps, the choice of a year, kinds of programmes."""

from typing import Any

from flask import url_for

from scheduler.core.language import span_of_days
from scheduler.programmes.terms import Audience, CampaignRow
from scheduler.reports import charts, rules
from scheduler.reports.terms import DistrictLine, MapDrawing, Outcome, PublicYear
from scheduler.web.filters import number
from scheduler.web.i18n import _, _n, ngettext, page_language


def days_of(campaign: CampaignRow) -> str:
    """1. октобар – 31. децембар 2023."""
    return span_of_days(campaign.first_day, campaign.last_day, page_language())


def strips(year: PublicYear) -> list[dict[str, Any]]:
    """The key figures of each centre, each with its noun in the form that the number asks for."""
    hidden = _("not shown")
    strips = []
    for centre in year.centres:
        shown = rules.figures(centre, page_language())
        figures = [{"number": hidden if one.value is None else one.value, "words": one.label} for one in shown]
        strips.append({"centre": centre.name, "figures": figures})
    return strips


def reached_by(outcome: Outcome) -> list[str]:
    """What a campaign reached, in two short phrases; a number that is not shown is left out."""
    cities = _n("%(num)s of %(all)s city", "%(num)s of %(all)s cities", outcome.cities_reached, all=len(outcome.cities))
    pupils = outcome.reached[Audience.PUPILS]
    return (
        [cities]
        if pupils is None
        else [cities, ngettext("%(num)s pupil", "%(num)s pupils", pupils) % {"num": number(pupils)}]
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
        reached, all=number(year.presentations), year=year.year,
    )  # fmt: skip
    return charts.district_map(year.districts, said, page_language())


def year_pills(years: list[int], chosen: int, endpoint: str) -> list[dict[str, Any]]:
    """Years to choose from, each an address of its own."""
    return [{"label": str(year), "href": url_for(endpoint, year=year), "on": year == chosen} for year in years]
