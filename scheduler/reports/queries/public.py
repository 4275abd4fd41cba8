"""What the public reads: a year by centre and by district, a campaign by city. One question for each, whatever is held.

It is read from kept figures, and counted where they are old. Every number leaves through `rules.public`, which hides
the small ones.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    bindparam,
    case,
    cast,
    exists,
    extract,
    func,
    literal,
    null,
    select,
    union_all,
)

from scheduler.attendance.models import KeptFigure, StaleFigure
from scheduler.attendance.queries.figures import counted_cells
from scheduler.core.alphabet import alphabet_key
from scheduler.core.db import db
from scheduler.core.language import worded
from scheduler.people.models import Centre, Presenter
from scheduler.people.terms import PresenterKind
from scheduler.places.models import District, Municipality
from scheduler.programmes.models import Campaign
from scheduler.programmes.terms import Audience, CampaignRow, SchoolLevel, in_language
from scheduler.reports.models import FigureVersion, PublicFigure, SignedPeriod
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.queries.counted_rows import narrowed
from scheduler.reports.rules.attendance import school_year_of
from scheduler.reports.rules.jointly import (
    PageNumber,
    campaigns_of,
    numbers_together,
    outcome_together,
    year_together,
)
from scheduler.reports.rules.public import (
    as_signed,
    exact_before,
    outcome_in_tens,
    outcome_of,
    public_year_of,
    year_in_tens,
)
from scheduler.reports.terms.counting import (
    COUNT_FIELDS,
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
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState

BEGINNING = dt.date(2000, 1, 1)
Versions = tuple[tuple[int, int | None], ...]  # of the figures of years; None: some are old


@dataclass(frozen=True)
class PublicNames:
    """What districts, centres and campaigns are called in a language; years held, and those whose figures are old."""

    districts: tuple[DistrictName, ...]
    centres: tuple[tuple[int, str], ...]
    campaigns: tuple[tuple[int, str], ...]
    years: tuple[int, ...]  # calendar years up to this one of which something is counted, the newest first
    versions: Versions
    exact_before: int = 9999  # of this year and later ones people are told in tens
    signed: tuple[tuple[int, int, ReportCounts], ...] = ()  # years that a centre has signed off: (year, centre, totals)


def public_names(today: dt.date, language: str) -> PublicNames:
    """All of it in one question; another where figures are old."""
    found: dict[str, list[Any]] = {kind: [] for kind in ("district", "centre", "campaign", "year", "stale", "signed")}
    for row in db.session().execute(_NAMES, {"today": today, "year": today.year}):
        found[row.kind].append(row)
    stale = {row.id for row in found["stale"]}
    versions = {row.id: int(row.en) for row in found["year"]} | dict.fromkeys(stale)
    years = _counted_years(today) if stale else list(versions)
    named = [DistrictName(row.iso, worded(language, row.cyrl, row.latn, row.en)) for row in found["district"]]
    centres = {row.id: worded(language, row.cyrl, row.latn, row.en) for row in found["centre"]}
    campaigns = {row.id: in_language(language, row.cyrl, row.en) for row in found["campaign"]}
    return PublicNames(
        tuple(sorted(named, key=lambda district: alphabet_key(district.name))),
        tuple(sorted(centres.items())),
        tuple(sorted(campaigns.items())),
        tuple(sorted(years, reverse=True)),
        tuple(versions.items()),
        exact_before(today),
        tuple(_signed_year(row) for row in found["signed"]),
    )


def _signed_year(row: Any) -> tuple[int, int, ReportCounts]:
    numbers = zip(COUNT_FIELDS, map(int, row.latn.split(";")), strict=True)
    return int(row.iso), row.id, ReportCounts(**dict(numbers))


def _names() -> Any:
    none = literal("")
    today, year = bindparam("today", type_=Date), bindparam("year", type_=Integer)
    kept = years_kept(today, year).subquery()
    first = select(
        literal("district").label("kind"), District.id, District.iso, District.name_sr_cyrl.label("cyrl"),
        District.name_sr_latn.label("latn"), District.name_en.label("en"),
    )  # fmt: skip
    return union_all(
        first,
        select(literal("centre"), Centre.id, none, Centre.name_sr_cyrl, Centre.name_sr_latn, Centre.name_en),
        select(literal("campaign"), Campaign.id, none, Campaign.name_sr_cyrl, none, Campaign.name_en),
        select(literal("year"), kept.c.year, none, none, none, cast(kept.c.version, String)),
        select(literal("stale"), StaleFigure.year, none, none, none, none).distinct(),
        _signed_years(none),
    )


def _signed_years(none: Any) -> Select[Any]:
    """Whole calendar years that stand signed off: the year as "iso", the totals in one text."""
    year = extract("year", SignedPeriod.first_day)
    texts: list[ColumnElement[str]] = [cast(getattr(SignedPeriod, name), String) for name in COUNT_FIELDS]
    totals = reduce(lambda said, one: said.concat(";").concat(one), texts)
    begins = extract("month", SignedPeriod.first_day) == 1, extract("day", SignedPeriod.first_day) == 1
    ends = extract("month", SignedPeriod.last_day) == 12, extract("day", SignedPeriod.last_day) == 31
    wanted = select(literal("signed"), SignedPeriod.centre_id, cast(cast(year, Integer), String), none, totals, none)
    same = extract("year", SignedPeriod.last_day) == year
    return wanted.where(SignedPeriod.taken_back_at.is_(None), *begins, *ends, same)


def _counted_years(today: dt.date) -> list[int]:
    year: Select[Any] = select(extract("year", Presentation.on_day)).distinct()
    return [int(found) for found in db.session().scalars(narrowed(year, Filters(Period(BEGINNING, today))))]


def public_year(year: int, names: PublicNames) -> PublicYear:
    """What all centres held in a year: by centre, and by district."""
    return _public_year(year, names) if None in dict(names.versions).values() else _kept_year(year, names)


@lru_cache(maxsize=64)  # a year in three scripts, as long as all figures and names are these
def _kept_year(year: int, names: PublicNames) -> PublicYear:
    return _public_year(year, names)


def _public_year(year: int, names: PublicNames) -> PublicYear:
    cells = cells_by_year(_rows(names.versions))
    own = cells.get(year, ())
    counted = public_year_of(year, own, names.districts, dict(names.centres), dict(names.campaigns))
    campaigns = {one.centre_id: campaigns_of(own, one.centre_id) for one in counted.centres}
    told = year_together(counted, _together(tuple(cells.items())), campaigns)
    told = as_signed(told, {centre: totals for one, centre, totals in names.signed if one == year}, own)
    return told if year < names.exact_before else year_in_tens(told)


@lru_cache(maxsize=16)  # as long as the figures are these: a page asks for several of its numbers
def _together(cells: tuple[tuple[int, tuple[FigureCell, ...]], ...]) -> frozenset[PageNumber]:
    return numbers_together(dict(cells))


def _rows(versions: Versions) -> tuple[Any, ...]:
    """What was held in all years by centre, district, city and campaign: as it is published, or else as it is kept,
    or counted where figures are old.
    """
    kept = tuple((year, version) for year, version in versions if version is not None)
    stale = [year for year, version in versions if version is None]
    if not stale:
        return _kept_rows(kept)
    published = published_cells(stale)
    counted = sorted(set(stale) - {row.year for row in published})
    days = extract("year", Presentation.on_day).in_(counted)
    cells = _cells_of_places(counted_cells(days=days).subquery().c)
    return (*_kept_rows(kept), *published, *(db.session().execute(cells) if counted else ()))


@lru_cache(maxsize=4)  # as long as these are their versions
def _kept_rows(versions: Versions) -> tuple[Any, ...]:
    return cells_of_years(year for year, _version in versions)


def cells_by_year(rows: Iterable[Any]) -> dict[int, tuple[FigureCell, ...]]:
    """Rows of kept or published figures as cells."""
    cells = defaultdict[int, list[FigureCell]](list)
    for row in rows:
        counts = ReportCounts(0, row.presentations, row.pupils, row.parents, row.teachers, row.others)
        place = (row.centre_id, row.iso or "", row.city_sr_cyrl or "", row.campaign or None)
        cells[row.year].append(FigureCell(*place, counts, int(row.high_school)))
    return {year: tuple(own) for year, own in sorted(cells.items())}


def campaign_outcome(campaign: CampaignRow, today: dt.date) -> Outcome:
    """What a campaign has reached, by city and by audience, and how many people were its crew."""
    return _outcome(campaign, today, figure_versions(), crew_of(campaign.id))


def school_year_counts(today: dt.date, names: PublicNames) -> ReportCounts:
    """What all centres have held since September: sums that are told without their small parts."""
    period = Period(school_year_of(today).first, today)
    versions = _versions_in(period, dict(names.versions))
    return _counts_within(period) if versions is None else _kept_counts(period, versions)


@lru_cache(maxsize=4)  # as long as the figures of its years are these
def _kept_counts(period: Period, _versions: Versions) -> ReportCounts:
    return _counts_within(period)


def _counts_within(period: Period) -> ReportCounts:
    return attendance_report(Filters(period)).totals


def _versions_in(period: Period, versions: Mapping[int, int | None]) -> Versions | None:
    """The years of a period with the versions of their figures; None where some are old."""
    own = {year: versions.get(year, 0) for year in range(period.first.year, period.last.year + 1)}
    return None if None in own.values() else tuple(own.items())


def campaign_reach(campaign: CampaignRow, today: dt.date, names: PublicNames) -> Outcome:
    """The same without the crew, for the first page, which knows already what is old."""
    return _outcome(campaign, today, dict(names.versions), {})


def _outcome(
    campaign: CampaignRow, today: dt.date, versions: Mapping[int, int | None], crew: Mapping[PresenterKind, int]
) -> Outcome:
    period = Period(campaign.first_day, max(campaign.first_day, min(campaign.last_day, today)))
    rows = _rows(tuple(versions.items()))
    within = [row for row in rows if period.first.year <= row.year <= period.last.year]
    ours = [row for row in within if row.campaign == campaign.id]
    around = _counts([row for row in within if row.centre_id == campaign.centre_id])
    filters = Filters(period, campaign=campaign.slug)
    counted = any(row.first_day < period.first or row.last_day > period.last for row in ours)
    reached = attendance_report(filters, [Group.CITY]) if counted else _reached(filters, ours)
    outcome = outcome_of(campaign.cities, reached, around, crew)
    outcome = outcome_together(outcome, campaign.id, _together(tuple(cells_by_year(rows).items())))
    exact = campaign.last_day.year < exact_before(today) and not counted  # what is counted anew follows each correction
    return outcome if exact else outcome_in_tens(outcome)


def _reached(filters: Filters, ours: Sequence[Any]) -> Report:
    """The campaign's report by city, of its rows."""
    by_city = defaultdict[tuple[str, str], list[Any]](list)
    for row in ours:
        by_city[row.city_sr_cyrl or "", row.city_sr_latn or ""].append(row)
    cities = [CountRow((Key(Group.CITY, *names),), _counts(own)) for names, own in by_city.items()]
    cities.sort(key=lambda row: (not row.keys[0].value, alphabet_key(row.keys[0].label), row.keys[0].value))
    return Report(filters, (Group.CITY,), _counts(ours), tuple(cities))


def _counts(rows: Sequence[Any]) -> ReportCounts:
    names = ("presentations", *map(str, Audience))
    return ReportCounts(**{name: int(sum(getattr(row, name) for row in rows)) for name in names})


# --- Cells of years ---


def cells_of_years(years: Iterable[int], *, published: bool = True) -> tuple[Any, ...]:
    """What was held in whole years by year, centre, district, city and campaign (0: for none), with its days.

    Of a year of which figures are published, as the public reads them; `published` False: as they are kept.
    """
    wanted = _PUBLIC_CELLS if published else _CELLS_OF_YEARS
    return tuple(db.session().execute(wanted, {"years": list(years)}))


def published_cells(years: Iterable[int]) -> tuple[Any, ...]:
    """The same of the years of which figures are published, and nothing of the others."""
    return tuple(db.session().execute(_PUBLISHED_IN, {"years": list(years)}))


def crew_of(campaign_id: int) -> dict[PresenterKind, int]:
    """How many different presenters of each kind went into schools for a campaign, or have promised to."""
    return {row[0]: row[1] for row in db.session().execute(_CREW, {"campaign": campaign_id})}


def figure_versions() -> dict[int, int | None]:
    """{year: what becomes another number with its figures}, None for a year of which some are old."""
    old = exists().where(StaleFigure.year == FigureVersion.year)
    kept = select(FigureVersion.year, case((old, None), else_=FigureVersion.version))
    rows = db.session().execute(union_all(kept, select(StaleFigure.year, cast(null(), BigInteger)).distinct()))
    return {row[0]: row[1] for row in rows}


def years_kept(today: ColumnElement[Any], this_year: ColumnElement[Any]) -> Select[Any]:
    """Years up to this one of which something is kept that was held by today: a look into each, not at its rows."""
    years = select(literal(BEGINNING.year).label("year")).cte("years", recursive=True)
    years = years.union_all(select(years.c.year + 1).where(years.c.year < this_year))
    held = (KeptFigure.year == years.c.year, KeptFigure.month == 0, KeptFigure.first_day <= today)
    version = FigureVersion.version
    wanted = select(years.c.year, version).join(FigureVersion, FigureVersion.year == years.c.year)
    return wanted.where(exists(select(KeptFigure.year).where(*held)))


# Statements of pages that everybody opens are put together once: that costs as much as asking them.


def _cells_of_places(cells: Any) -> Select[Any]:
    """Cells added up by year, centre, district, city and campaign (0: for none), with their days."""
    high = case((cells.level == SchoolLevel.SECONDARY, cells.pupils), else_=0)
    sums = [func.sum(cells[name]).label(name) for name in ("presentations", *map(str, Audience))]
    latn = func.max(Municipality.city_sr_latn).label("city_sr_latn")  # one row for each city, however it is spelled
    keys = (cells.year, cells.centre_id, District.iso, Municipality.city_sr_cyrl, cells.campaign)
    days = (func.min(cells.first_day).label("first_day"), func.max(cells.last_day).label("last_day"))
    wanted: Select[Any] = select(*keys, latn, *sums, func.sum(high).label("high_school"), *days)
    return (
        wanted.outerjoin(Municipality, Municipality.id == cells.town)
        .outerjoin(District, District.id == Municipality.district_id)
        .group_by(*keys)
    )


_KEPT = KeptFigure.__table__.c
_YEARS: BindParameter[Any] = bindparam("years", expanding=True)
_CELLS_OF_YEARS = _cells_of_places(_KEPT).where(_KEPT.year.in_(_YEARS), _KEPT.month == 0)
_PUBLISHED = select(*(PublicFigure.__table__.c[column.name] for column in _CELLS_OF_YEARS.selected_columns))
_PUBLISHED_IN = _PUBLISHED.where(PublicFigure.year.in_(_YEARS))
_PUBLIC_CELLS = union_all(
    _PUBLISHED_IN,
    _CELLS_OF_YEARS.where(~exists().where(PublicFigure.year == _KEPT.year).correlate(KeptFigure.__table__)),
)
_CREW = (
    select(Presenter.kind, func.count(Presenter.id.distinct()))
    .select_from(Visit)
    .join(Presentation, Presentation.visit_id == Visit.id)
    .join(Assignment, Assignment.presentation_id == Presentation.id)
    .join(Presenter, Presenter.id == Assignment.presenter_id)
    .where(
        Visit.campaign_id == bindparam("campaign", type_=Integer),
        Assignment.state.in_((AssignmentState.ACCEPTED, AssignmentState.PRESENT)),
    )
    .group_by(Presenter.kind)
)
_NAMES = _names()
