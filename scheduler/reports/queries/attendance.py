"""What reports show: counts of locked attendance in any split, the visits behind a number, changes without a trace.

What kept figures hold is read from them (`kept_figures`); anything else is counted: heads are added up by presentation through
the covering index, then grouped. One query for the totals, one for the rows, whatever the split. Only what is locked or
corrected and counts is counted.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    case,
    column,
    extract,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy import type_coerce as read_as

from scheduler.attendance.models import Attendance
from scheduler.attendance.queries.figures import IS_COUNTED, heads
from scheduler.attendance.terms import ATTENDANCE_MACHINE
from scheduler.certificates.models import Certificate
from scheduler.certificates.terms import CERTIFICATE_MACHINE
from scheduler.core.alphabet import alphabet_key
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.language import pick, worded
from scheduler.core.machines import Machine
from scheduler.core.paging import PER_PAGE, Page, first_row
from scheduler.core.sorting import Columns, Sort, ordered_by
from scheduler.core.text import to_latin
from scheduler.people.models import Centre, Presenter, User
from scheduler.people.rules import is_minor
from scheduler.places.models import District, Host, Municipality
from scheduler.programmes.models import Campaign, Programme
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.reports.queries.kept_figures import kept_answer, kept_periods
from scheduler.reports.queries.splits import GROUP_COLUMNS, key_names
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.rules.spans import can_be_kept
from scheduler.reports.terms.counting import (
    CampaignOutcome,
    CountRow,
    FilterChoice,
    Filters,
    Group,
    Key,
    Period,
    Profile,
    Report,
    ReportCounts,
    VisitLine,
)
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import REQUEST_MACHINE
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import (
    ASSIGNMENT_MACHINE,
    PRESENTATION_MACHINE,
    VISIT_MACHINE,
    AssignmentState,
)

STATEFUL: tuple[tuple[Any, Machine], ...] = (
    (SchoolRequest, REQUEST_MACHINE),
    (Visit, VISIT_MACHINE),
    (Presentation, PRESENTATION_MACHINE),
    (Assignment, ASSIGNMENT_MACHINE),
    (Attendance, ATTENDANCE_MACHINE),
    (Certificate, CERTIFICATE_MACHINE),
)


def attendance_report(filters: Filters, by: Sequence[Group] = (), *, language: str = "en") -> Report:
    """Totals, and rows when it is split: one query each, and one for the slug of the centre."""
    session = db.session()
    groups = tuple(dict.fromkeys(by))
    answer = (kept_answer(filters, groups) if can_be_kept(filters, groups) else None) or _answer(filters, groups)
    rows = [_row(groups, row, language) for row in answer[1]]
    slug = session.scalar(select(Centre.slug).where(Centre.id == filters.centre_id)) if filters.centre_id else None
    ordered = sorted(rows, key=lambda row: [_order(key) for key in row.keys])
    return Report(filters, groups, _counts_of(answer[0]), tuple(ordered), slug)


def _answer(filters: Filters, groups: tuple[Group, ...]) -> tuple[Any, Sequence[Any]]:
    """Totals and rows from what was counted."""
    session = db.session()
    totals = session.execute(_counted(filters, ())).one()
    return totals, session.execute(_counted(filters, groups)).all() if groups else ()


def counted_by_period(centre_id: int, periods: Mapping[int, Period]) -> dict[int, ReportCounts]:
    """Today's totals of several periods of a centre, each by its key, in one query; none are asked for nothing."""
    if (kept := kept_periods(centre_id, periods)) is not None:
        return {row.period: _counts_of(row) for row in kept}
    days = list(periods.values())
    whole = Period(min(one.first for one in days), max(one.last for one in days))
    each = _presentations(Filters(whole, centre_id), ())
    within = [(each.c.on_day.between(one.first, one.last), key) for key, one in periods.items()]
    key = case(*within, else_=None)
    wanted = _summed(each).add_columns(key.label("period")).where(key.is_not(None)).group_by(key)
    return {row.period: _counts_of(row) for row in db.session().execute(wanted)}


BEHIND_SORTS: Columns = {
    "visit": (Visit.on_day,),
    "host": (Host.search_key,),
    "programme": (Programme.name_sr_cyrl,),
    **{name: (column(name),) for name in ("presentations", *(audience.value for audience in Audience), "kilometres")},
}


def visits_behind(
    filters: Filters, number: int = 1, *, language: str = "en", sort: Sort | None = None
) -> Page[VisitLine]:
    """The visits of which a report's number is the sum, by day or as asked; page `number` from 1."""
    session = db.session()
    each = _presentations(filters, ())
    total = session.scalar(select(func.count(each.c.visit_id.distinct()))) or 0
    wanted = (
        _summed(each)
        .add_columns(
            Visit.id,
            Visit.number,
            Visit.on_day,
            Host.name_sr_cyrl,
            Host.name_sr_latn,
            Municipality.city_sr_cyrl,
            Municipality.city_sr_latn,
            Programme.name_sr_cyrl,
            Programme.name_en,
        )
        .join(Visit, Visit.id == each.c.visit_id)
        .join(Host, Host.id == Visit.host_id)
        .join(Programme, Programme.id == Visit.programme_id)
        .outerjoin(Municipality, Municipality.id == Host.municipality_id)
        .group_by(Visit.id, Host.id, Municipality.id, Programme.id)
        .order_by(*ordered_by(sort, BEHIND_SORTS), Visit.on_day, Visit.id)
        .limit(PER_PAGE)
        .offset(first_row(number))
    )
    return Page([_line(row, language) for row in session.execute(wanted)], number, total)


def profile_of(year: int, centre_id: int, language: str) -> Profile:
    """The yearly profile of a centre: what it held, and what each campaign of that year reached. Raises: NotFound."""
    period = year_of(year)
    name = centre_name(centre_id, language)
    running = (
        select(Campaign.slug, Campaign.name_sr_cyrl, Campaign.name_en)
        .where(Campaign.centre_id == centre_id, Campaign.first_day <= period.last, Campaign.last_day >= period.first)
        .order_by(Campaign.first_day, Campaign.id)
    )
    reached = []
    for slug, cyrl, english in db.session().execute(running).all():
        filters = Filters(period, centre_id, campaign=slug, level=SchoolLevel.SECONDARY)
        counts = attendance_report(filters).totals
        reached.append(CampaignOutcome(_name(language, cyrl, english), counts.cities, counts.pupils))
    return Profile(year, name, attendance_report(Filters(period, centre_id)).totals, tuple(reached))


def centre_id_of(slug: str) -> int:
    """Raises: NotFound."""
    found = db.session().scalar(select(Centre.id).where(Centre.slug == slug))
    if found is None:
        raise NotFound("centre")
    return found


def centre_name(centre_id: int, language: str) -> str:
    """A centre's name as the language writes it. Raises: NotFound."""
    centre = db.session().get(Centre, centre_id)
    if centre is None:
        raise NotFound("centre")
    return centre.name(language)


def names_of(filters: Filters, language: str) -> tuple[str, ...]:
    """The names of the campaign and the programme that a report was narrowed to."""
    asked = ((Campaign, filters.campaign), (Programme, filters.programme))
    wanted = [select(kind.name_sr_cyrl, kind.name_en).where(kind.slug == slug) for kind, slug in asked if slug]
    return tuple(_name(language, *row) for one in wanted for row in db.session().execute(one))


def choices(centre_id: int, language: str) -> tuple[list[FilterChoice], list[FilterChoice]]:
    """Campaigns and programmes of a centre, for the filter form, by name."""
    return _choices(Campaign, centre_id, language), _choices(Programme, centre_id, language)


def unknown_names(filters: Filters) -> list[str]:
    """Those of "campaign" and "programme" whose slug nobody has: a typing mistake, not an empty report."""
    asked = (("campaign", Campaign.slug, filters.campaign), ("programme", Programme.slug, filters.programme))
    session = db.session()
    return [
        name
        for name, column, slug in asked
        if slug is not None and session.scalar(select(column).where(column == slug)) is None
    ]


def _choices(kind: type[Campaign] | type[Programme], centre_id: int, language: str) -> list[FilterChoice]:
    wanted = select(kind.slug, kind.name_sr_cyrl, kind.name_en).where(kind.centre_id == centre_id)
    found = [FilterChoice(slug, _name(language, cyrl, english)) for slug, cyrl, english in db.session().execute(wanted)]
    return sorted(found, key=lambda choice: alphabet_key(choice.name))


def _name(language: str, cyrl: str, english: str) -> str:
    return worded(language, cyrl, to_latin(cyrl), english)


def _counted(filters: Filters, groups: Sequence[Group]) -> Select[Any]:
    each = _presentations(filters, groups)
    keys = [each.c[name] for name in key_names(groups)]
    return _summed(each).add_columns(func.max(each.c.on_day).label("last_day"), *keys).group_by(*keys)


def _summed(each: Subquery) -> Select[Any]:
    """Counts over aggregated presentations; kilometres of each visit once."""
    numbers = [func.coalesce(func.sum(each.c[audience.value]), 0).label(audience.value) for audience in Audience]
    return select(
        func.count(each.c.visit_id.distinct()).label("visits"),
        func.count(each.c.presentation_id).label("presentations"),
        *numbers,
        func.count(each.c.city.distinct()).label("cities"),
        func.coalesce(func.sum(case((each.c.place_in_visit == 1, each.c.kilometres), else_=0)), 0).label("kilometres"),
    ).select_from(each)


def _presentations(filters: Filters, groups: Sequence[Group]) -> Subquery:
    """One row for each presentation that counts (and presenter, where the split asks for that)."""
    keys = [column for group in groups for column in GROUP_COLUMNS[group]]
    place = func.row_number().over(partition_by=[Visit.id, *keys], order_by=Presentation.id)
    said = heads(_days(filters))
    wanted: Select[Any] = select(
        Presentation.id.label("presentation_id"),
        Visit.id.label("visit_id"),
        Visit.kilometres.label("kilometres"),
        Presentation.on_day.label("on_day"),
        Municipality.city_sr_cyrl.label("city"),
        *(key.label(name) for key, name in zip(keys, key_names(groups), strict=True)),
        *(func.coalesce(said.c[audience.value], 0).label(audience.value) for audience in Audience),
        place.label("place_in_visit"),
    )
    wanted = narrowed(wanted, filters).outerjoin(said, said.c.presentation_id == Presentation.id)
    if Group.PRESENTER in groups:
        wanted = (
            wanted.join(Assignment, _took_part())
            .join(Presenter, Presenter.id == Assignment.presenter_id)
            .join(User, User.id == Presenter.user_id)
        )
    return wanted.subquery()


def narrowed(wanted: Select[Any], filters: Filters) -> Select[Any]:
    """Columns over presentations that count, joined with all that narrows a report."""
    return (
        wanted.select_from(Presentation)
        .join(Attendance, Attendance.presentation_id == Presentation.id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .join(Programme, Programme.id == Visit.programme_id)
        .join(Host, Host.id == Visit.host_id)
        .outerjoin(Municipality, Municipality.id == Host.municipality_id)
        .outerjoin(District, District.id == Municipality.district_id)
        .where(*conditions(filters))
    )


def _days(filters: Filters) -> ColumnElement[bool]:
    return Presentation.on_day.between(filters.period.first, filters.period.last)


def _took_part() -> ColumnElement[bool]:
    return and_(Assignment.presentation_id == Presentation.id, Assignment.state == AssignmentState.PRESENT)


def conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """What a presentation must meet to be counted, and to be one of those asked for."""
    conditions: list[ColumnElement[bool]] = [
        _days(filters),
        *IS_COUNTED,
    ]
    plain = (
        (Visit.centre_id, filters.centre_id),
        (Programme.slug, filters.programme),
        (Presentation.audience, filters.audience),
        (Presentation.level, filters.level),
        (func.coalesce(Municipality.city_sr_cyrl, ""), filters.city),
        (func.coalesce(District.iso, ""), filters.district),
    )
    conditions += [column == value for column, value in plain if value is not None]
    if filters.campaign is not None:
        campaign = select(Campaign.id).where(Campaign.slug == filters.campaign)
        conditions.append(Visit.campaign_id == campaign.scalar_subquery())
    if filters.month is not None:
        year, month = map(int, filters.month.split("-"))
        conditions += [extract("year", Presentation.on_day) == year, extract("month", Presentation.on_day) == month]
    if filters.presenter is not None:
        in_crew = select(Assignment.id).where(_took_part(), Assignment.presenter_id == filters.presenter)
        conditions.append(in_crew.exists())
    return conditions


def _counts_of(row: Any) -> ReportCounts:
    names = [field.name for field in fields(ReportCounts)]
    return ReportCounts(**{name: int(getattr(row, name)) for name in names})  # PostgreSQL adds integers up to decimals


def _row(groups: Sequence[Group], row: Any, language: str) -> CountRow:
    keys = []
    for group in groups:
        values = [getattr(row, name) for name in key_names([group])]
        keys.append(_key(group, values, row.last_day, language))
    return CountRow(tuple(keys), _counts_of(row))


def _key(group: Group, values: Sequence[Any], day: dt.date, language: str) -> Key:
    """What a group's columns mean. Of a presenter who was a minor on `day` only the first name is told.

    `day` is the last that the row counts, never one to come: a period often ends after somebody's birthday.
    """
    if group is Group.MONTH:
        month = f"{int(values[0]):04d}-{int(values[1]):02d}"  # PostgreSQL extracts numerics, not integers
        return Key(group, month, month)
    if group is Group.AUDIENCE:
        return Key(group, values[0].value, values[0].value, SchoolLevel(values[1]))
    if group is Group.PRESENTER:
        given, family, adult_on = values[1:]
        return Key(group, str(values[0]), given if is_minor(adult_on, day) else f"{given} {family}".strip())
    if values[0] is None:  # a host abroad
        return Key(group, "", "")
    if group is Group.PROGRAMME:
        return Key(group, values[0], _name(language, values[1], values[2]))
    if group is Group.DISTRICT:
        return Key(group, values[0], worded(language, values[1], values[2], values[3]))
    return Key(group, values[0], pick(language, values[0], values[1]))


def _order(key: Key) -> tuple[Any, ...]:
    if key.group is Group.AUDIENCE:
        return (list(Audience).index(Audience(key.value)), list(SchoolLevel).index(key.level or SchoolLevel.NONE))
    if key.group is Group.MONTH:
        return (key.value,)
    return (key.value == "", alphabet_key(key.label), key.value)  # places abroad last


def _line(row: Any, language: str) -> VisitLine:
    *_, visit_id, number, on_day, host_cyrl, host_latn, city_cyrl, city_latn, programme_cyrl, programme_en = row
    return VisitLine(
        visit_id=visit_id,
        number=number,
        on_day=on_day,
        host=pick(language, host_cyrl, host_latn),
        city=pick(language, city_cyrl, city_latn) if city_cyrl else "",
        programme=_name(language, programme_cyrl, programme_en),
        counts=_counts_of(row),
    )


def violations() -> list[str]:
    """Rows of any room whose present state no audit row tells: somebody wrote a state past the one function."""
    found: list[str] = []
    session = db.session()
    for model, machine in STATEFUL:
        state = read_as(model.state, String)
        told = select(AuditEntry.id).where(AuditEntry.thing == model.__tablename__, AuditEntry.thing_id == model.id)
        moved = told.where(AuditEntry.action == literal(f"{machine.name} ") + state)
        started = and_(model.state.in_(sorted(machine.starts)), told.exists())
        silent = select(model.id, state).where(~or_(started, moved.exists())).order_by(model.id)
        found += [
            f"{model.__tablename__} {ident}: no audit row for the state {now}" for ident, now in session.execute(silent)
        ]
    return found
