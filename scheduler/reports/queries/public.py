"""What the public reads: a year by centre and by district, a campaign by city. One question for each, whatever is held.

It is read from kept figures, and counted where they are old. Every number leaves through `rules.public`, which hides
the small ones.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, case, extract, func, literal, select, union_all

from scheduler.attendance.queries.figures import counted_cells
from scheduler.core.alphabet import alphabet_key
from scheduler.core.db import db
from scheduler.core.language import worded
from scheduler.people.models import Centre
from scheduler.places.models import District, Municipality
from scheduler.programmes.models import Campaign
from scheduler.programmes.terms import Audience, CampaignRow, SchoolLevel, in_language
from scheduler.reports.queries import kept_figures
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.queries.counted_rows import narrowed
from scheduler.reports.queries.kept_figures import BEGINNING
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.rules.public import outcome_of, public_year_of
from scheduler.reports.terms.counting import (
    CountRow,
    DistrictName,
    FigureCell,
    Filters,
    Group,
    Key,
    Outcome,
    Period,
    PublicYear,
    Report,
    ReportCounts,
)
from scheduler.visits.models.visits import Presentation


def years_held(today: dt.date) -> list[int]:
    """Calendar years up to this one of which something is counted, the newest first."""
    if (years := kept_figures.years_of(today)) is not None:
        return years
    year: Select[Any] = select(extract("year", Presentation.on_day)).distinct()
    wanted = narrowed(year, Filters(Period(BEGINNING, today)))
    return sorted((int(found) for found in db.session().scalars(wanted)), reverse=True)


def public_year(year: int, language: str) -> PublicYear:
    """What all centres held in a year: by centre, and by district."""
    names = _PublicNames(year, language)
    rows = _counted_year(year) if names.stale else kept_figures.cells_of_year(year)
    cells = [
        FigureCell(
            row.centre_id,
            row.iso or "",
            row.city_sr_cyrl or "",
            row.campaign or None,
            ReportCounts(0, row.presentations, row.pupils, row.parents, row.teachers, row.others),
            row.high_school,
        )
        for row in rows
    ]
    return public_year_of(year, cells, names.districts, names.centres, names.campaigns)


def _counted_year(year: int) -> Sequence[Any]:
    """The same from what was counted."""
    within = year_of(year)
    one = counted_cells(days=Presentation.on_day.between(within.first, within.last)).subquery()
    sums = [func.sum(one.c[name]).label(name) for name in ("presentations", *map(str, Audience))]
    high = func.sum(case((one.c.level == SchoolLevel.SECONDARY, one.c.pupils), else_=0)).label("high_school")
    keys = (one.c.centre_id, District.iso, Municipality.city_sr_cyrl, one.c.campaign)
    wanted = (
        select(*keys, *sums, high)
        .select_from(one)
        .outerjoin(Municipality, Municipality.id == one.c.town)
        .outerjoin(District, District.id == Municipality.district_id)
        .group_by(*keys)
    )
    return db.session().execute(wanted).all()


def campaign_outcome(campaign: CampaignRow, today: dt.date) -> Outcome:
    """What a campaign has reached, by city and by audience, and how many people were its crew."""
    period = Period(campaign.first_day, max(campaign.first_day, min(campaign.last_day, today)))
    years = Period(dt.date(period.first.year, 1, 1), dt.date(period.last.year, 12, 31))
    crew, stale = kept_figures.crew_of(campaign.id, Filters(years))
    told = None if stale else _kept_outcome(campaign, period)
    by_city, around = told or (
        attendance_report(Filters(period, campaign=campaign.slug), [Group.CITY]),
        attendance_report(Filters(years, campaign.centre_id)).totals,
    )
    return outcome_of(campaign.cities, by_city, around, crew)


def _kept_outcome(campaign: CampaignRow, period: Period) -> tuple[Report, ReportCounts] | None:
    """The campaign's report by city, and all that its centre held; None where it was held on days outside as well."""
    rows = kept_figures.campaign_cells(
        campaign.id, campaign.centre_id, tuple(range(period.first.year, period.last.year + 1))
    )
    ours = [row for row in rows if row.presentations]
    if any(row.first_day < period.first or row.last_day > period.last for row in ours):
        return None
    cities = [
        CountRow((Key(Group.CITY, row.city_sr_cyrl or "", row.city_sr_latn or ""),), _counts([row])) for row in ours
    ]
    cities.sort(key=lambda row: (not row.keys[0].value, alphabet_key(row.keys[0].label), row.keys[0].value))
    filters = Filters(period, campaign=campaign.slug)
    return Report(filters, (Group.CITY,), _counts(ours), tuple(cities)), _counts(rows, "all_")


def _counts(rows: Sequence[Any], part: str = "") -> ReportCounts:
    names = ("presentations", *map(str, Audience))
    return ReportCounts(**{name: int(sum(getattr(row, part + name) for row in rows)) for name in names})


class _PublicNames:
    """What districts, centres and campaigns are called in a language; and whether figures of a year are old."""

    def __init__(self, year: int, language: str) -> None:
        self.stale = False
        self.centres: dict[int, str] = {}
        self.campaigns: dict[int, str] = {}
        named = []
        for kind, ident, iso, cyrl, latn, english in db.session().execute(_named(year)):
            if kind == "stale":
                self.stale = True
            elif kind == "district":
                named.append(DistrictName(iso, worded(language, cyrl, latn, english)))
            elif kind == "centre":
                self.centres[ident] = worded(language, cyrl, latn, english)
            else:
                self.campaigns[ident] = in_language(language, cyrl, english)
        self.centres = dict(sorted(self.centres.items()))
        self.districts = sorted(named, key=lambda district: alphabet_key(district.name))


def _named(year: int) -> Any:
    none = literal("")
    return union_all(
        select(
            literal("district"), District.id, District.iso, District.name_sr_cyrl, District.name_sr_latn,
            District.name_en,
        ),
        select(literal("centre"), Centre.id, none, Centre.name_sr_cyrl, Centre.name_sr_latn, Centre.name_en),
        select(literal("campaign"), Campaign.id, none, Campaign.name_sr_cyrl, none, Campaign.name_en),
        select(literal("stale"), literal(0), none, none, none, none).where(kept_figures.stale_year(year)),
    )  # fmt: skip
