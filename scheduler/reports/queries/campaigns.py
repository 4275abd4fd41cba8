"""What was held for each campaign of a report, from one pass over kept figures."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, false, func, select, union_all

from scheduler.core.alphabet import alphabet_key
from scheduler.core.db import db
from scheduler.places.models import Municipality
from scheduler.programmes.models import Campaign
from scheduler.programmes.terms import Audience, SchoolLevel, Text
from scheduler.reports.queries.kept_parts import figure_parts, is_stale, mark_alone
from scheduler.reports.terms.counting import CampaignHeld, Filters, ReportCounts

_HEADS = tuple(audience.value for audience in Audience)
_ONCE = {"first_visits": "visits", "first_kilometres": "kilometres"}  # once in all, whatever its audiences were
_SUMS = ("presentations", *_HEADS, *_ONCE)


def held_by_campaign(filters: Filters) -> list[CampaignHeld]:
    """Campaigns that run in these days and of which something was held in them, by their first day."""
    rows = _asked(filters, counted=False)
    if rows[-1].stale:
        rows = _asked(filters, counted=True)
    found: dict[int, list[Any]] = {}
    for row in rows:
        if row.id is not None:
            found.setdefault(row.id, []).append(row)
    return [_held(one) for one in found.values()]


def _asked(filters: Filters, *, counted: bool) -> Sequence[Any]:
    """By campaign, city and level, campaigns by their first day; the last row says whether figures are old."""
    names = ("campaign", "town", "level", *_SUMS)
    parts = figure_parts(filters, by_month=False, counted=counted)
    cells = union_all(*(select(*(one.cells[name] for name in names)).where(*one.where) for one in parts)).subquery()
    stale = false() if counted else is_stale(filters)
    period, city = filters.period, (Municipality.city_sr_cyrl, Municipality.city_sr_latn)
    key = (Campaign.first_day, Campaign.id, Campaign.slug, Campaign.name_sr_cyrl, Campaign.name_en)
    sums = (func.sum(cells.c[name]).label(name) for name in _SUMS)
    wanted: Select[Any] = select(*key, *city, cells.c.level, *sums, stale.label("stale"))
    wanted = (
        wanted.join(Campaign, Campaign.id == cells.c.campaign)
        .outerjoin(Municipality, Municipality.id == cells.c.town)
        .where(Campaign.first_day <= period.last, Campaign.last_day >= period.first)
        .group_by(*key, *city, cells.c.level)
    )
    rows = db.session().execute(union_all(wanted, mark_alone(wanted, stale))).all()
    return sorted(rows, key=lambda row: (row.id is None, row.first_day, row.id))


def _held(rows: Sequence[Any]) -> CampaignHeld:
    sums = {_ONCE.get(name, name): sum(int(getattr(row, name)) for row in rows) for name in _SUMS}
    cities = {(row.city_sr_cyrl, row.city_sr_latn) for row in rows if row.city_sr_cyrl is not None}
    return CampaignHeld(
        rows[0].slug,
        Text(rows[0].name_sr_cyrl, rows[0].name_en),
        ReportCounts(**sums, cities=len({cyrl for cyrl, _latn in cities})),
        sum(int(row.pupils) for row in rows if row.level is SchoolLevel.SECONDARY),
        tuple(sorted(cities, key=lambda one: (alphabet_key(one[1]), one[0]))),
    )
