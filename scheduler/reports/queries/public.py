"""What the public reads: a year by centre and by district, a campaign by city. One question for each, whatever is held.

Every number leaves through `rules.public`, which hides the small ones.
"""

import datetime as dt
from typing import Any

from sqlalchemy import Select, and_, case, extract, func, select

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.core.alphabet import alphabet_key
from scheduler.core.db import db
from scheduler.core.language import worded
from scheduler.people.models import Centre, Presenter
from scheduler.people.terms import PresenterKind
from scheduler.places.models import District, Host, Municipality
from scheduler.programmes.models import Campaign
from scheduler.programmes.terms import Audience, CampaignRow, SchoolLevel, in_language
from scheduler.reports.queries.attendance import attendance_report, conditions, people
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.rules.public import outcome_of, public_year_of
from scheduler.reports.terms.counting import (
    DistrictName,
    FigureCell,
    Filters,
    Group,
    Outcome,
    Period,
    PublicYear,
    ReportCounts,
)
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState

BEGINNING = dt.date(2000, 1, 1)


def years_held(today: dt.date) -> list[int]:
    """Calendar years up to this one of which something is counted, the newest first."""
    year = extract("year", Presentation.on_day)
    wanted = _held(Filters(Period(BEGINNING, today)), year).distinct()
    return sorted((int(found) for found in db.session().scalars(wanted)), reverse=True)


def public_year(year: int, language: str) -> PublicYear:
    """What all centres held in a year: by centre, and by district."""
    keys = (Visit.centre_id, District.iso, Municipality.city_sr_cyrl, Visit.campaign_id)
    numbers = [people(audience).label(audience.value) for audience in Audience]
    high_school = and_(HeadCount.audience == Audience.PUPILS, Presentation.level == SchoolLevel.SECONDARY)
    wanted = _held(
        Filters(year_of(year)),
        *keys,
        func.count(Presentation.id.distinct()).label("presentations"),
        func.coalesce(func.sum(case((high_school, HeadCount.people), else_=0)), 0).label("high_school"),
        *numbers,
    )
    heads = and_(HeadCount.presentation_id == Presentation.id, HeadCount.counts)
    counted = db.session().execute(wanted.outerjoin(HeadCount, heads).group_by(*keys))
    cells = [
        FigureCell(
            row.centre_id,
            row.iso or "",
            row.city_sr_cyrl or "",
            row.campaign_id,
            ReportCounts(0, row.presentations, row.pupils, row.parents, row.teachers, row.others),
            row.high_school,
        )
        for row in counted
    ]
    return public_year_of(year, cells, _districts(language), _centres(language), _campaigns(language))


def campaign_outcome(campaign: CampaignRow, today: dt.date) -> Outcome:
    """What a campaign has reached, by city and by audience, and how many people were its crew."""
    period = Period(campaign.first_day, max(campaign.first_day, min(campaign.last_day, today)))
    by_city = attendance_report(Filters(period, campaign=campaign.slug), [Group.CITY])
    around = attendance_report(Filters(Period(*_whole_years(period)), campaign.centre_id)).totals
    return outcome_of(campaign.cities, by_city, around, _crew_of(campaign.id))


def _whole_years(period: Period) -> tuple[dt.date, dt.date]:
    return dt.date(period.first.year, 1, 1), dt.date(period.last.year, 12, 31)


def _crew_of(campaign_id: int) -> dict[PresenterKind, int]:
    """How many different presenters of each kind went into schools for a campaign, or have promised to."""
    went = (AssignmentState.ACCEPTED, AssignmentState.PRESENT)
    wanted = (
        select(Presenter.kind, func.count(Presenter.id.distinct()).label("number"))
        .join(Assignment, Assignment.presenter_id == Presenter.id)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .where(Visit.campaign_id == campaign_id, Assignment.state.in_(went))
        .group_by(Presenter.kind)
    )
    return {row.kind: row.number for row in db.session().execute(wanted)}


def _held(filters: Filters, *columns: Any) -> Select[Any]:
    """Columns over the presentations that count."""
    return (
        select(*columns)
        .select_from(Presentation)
        .join(Attendance, Attendance.presentation_id == Presentation.id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .join(Host, Host.id == Visit.host_id)
        .outerjoin(Municipality, Municipality.id == Host.municipality_id)
        .outerjoin(District, District.id == Municipality.district_id)
        .where(*conditions(filters))
    )


def _districts(language: str) -> list[DistrictName]:
    wanted = select(District.iso, District.name_sr_cyrl, District.name_sr_latn, District.name_en)
    named = [
        DistrictName(iso, worded(language, cyrl, latn, english))
        for iso, cyrl, latn, english in db.session().execute(wanted)
    ]
    return sorted(named, key=lambda district: alphabet_key(district.name))


def _centres(language: str) -> dict[int, str]:
    wanted = select(Centre.id, Centre.name_sr_cyrl, Centre.name_sr_latn, Centre.name_en).order_by(Centre.id)
    return {ident: worded(language, cyrl, latn, english) for ident, cyrl, latn, english in db.session().execute(wanted)}


def _campaigns(language: str) -> dict[int, str]:
    wanted = select(Campaign.id, Campaign.name_sr_cyrl, Campaign.name_en)
    return {ident: in_language(language, cyrl, english) for ident, cyrl, english in db.session().execute(wanted)}
