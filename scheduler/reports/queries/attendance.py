"""What reports show: counts of locked attendance in any split, the visits behind a number, changes without a trace.

What kept figures hold is read from them (`kept_figures`); anything else is counted: heads are added up by presentation
through the covering index, then grouped. One query for the totals, one for the rows, whatever the split. Only what is
locked or corrected and counts is counted.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    and_,
    case,
    column,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy import type_coerce as read_as

from scheduler.attendance.models import Attendance
from scheduler.attendance.terms import ATTENDANCE_MACHINE
from scheduler.certificates.models import Certificate
from scheduler.certificates.terms import CERTIFICATE_MACHINE
from scheduler.core.alphabet import alphabet_key
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.language import pick, worded
from scheduler.core.machines import Machine
from scheduler.core.names import SpelledName, spelled, whole_name
from scheduler.core.paging import PER_PAGE, Page, first_row
from scheduler.core.sorting import Columns, Sort, ordered_by
from scheduler.core.text import to_latin
from scheduler.people.models import Centre
from scheduler.people.rules import is_minor
from scheduler.places.models import Host, Municipality
from scheduler.policy import SYSTEM, Actor, in_reach
from scheduler.programmes.models import Campaign, Programme
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.reports.queries.counted_rows import counted_presentations, counted_rows, summed, visits_with
from scheduler.reports.queries.kept_figures import ReportLine, kept_answer, kept_periods
from scheduler.reports.queries.splits import GROUP_COLUMNS, key_names
from scheduler.reports.rules.spans import can_be_kept
from scheduler.reports.terms.counting import (
    COUNT_FIELDS,
    CountRow,
    FilterChoice,
    Filters,
    Group,
    Key,
    Period,
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
)

STATEFUL: tuple[tuple[Any, Machine], ...] = (
    (SchoolRequest, REQUEST_MACHINE),
    (Visit, VISIT_MACHINE),
    (Presentation, PRESENTATION_MACHINE),
    (Assignment, ASSIGNMENT_MACHINE),
    (Attendance, ATTENDANCE_MACHINE),
    (Certificate, CERTIFICATE_MACHINE),
)

_COUNTS = attrgetter(*COUNT_FIELDS)


def attendance_report(
    filters: Filters, by: Sequence[Group] = (), *, language: str = "en", names_centre: bool = True
) -> Report:
    """Totals, and rows when it is split; from kept figures both are one question, counted they are one each.

    `names_centre`: one question more, for whoever passes the report on.
    """
    groups = tuple(dict.fromkeys(by))
    totals, lines = _kept(filters, groups) or _answer(filters, groups)
    rows = [_row(groups, line, language) for line in lines]
    named = select(Centre.slug).where(Centre.id == filters.centre_id)
    slug = db.session().scalar(named) if names_centre and filters.centre_id else None
    ordered = sorted(rows, key=lambda row: [_order(key) for key in row.keys])
    return Report(filters, groups, totals, tuple(ordered), slug)


def _kept(filters: Filters, groups: tuple[Group, ...]) -> tuple[ReportCounts, list[ReportLine]] | None:
    """Totals and rows from kept figures, or the totals alone from them where only the rows are of something else."""
    if can_be_kept(filters, groups):
        return kept_answer(filters, groups)
    totals = kept_answer(filters, ()) if can_be_kept(filters, ()) else None
    return (totals[0], _counted_lines(filters, groups)) if totals else None


def _answer(filters: Filters, groups: tuple[Group, ...]) -> tuple[ReportCounts, list[ReportLine]]:
    """Totals and rows from what was counted."""
    totals = db.session().execute(counted_rows(filters, ())).one()
    return counts_of(totals), _counted_lines(filters, groups) if groups else []


def _counted_lines(filters: Filters, groups: tuple[Group, ...]) -> list[ReportLine]:
    values = attrgetter(*key_names(groups))  # no group has one column
    rows = db.session().execute(counted_rows(filters, groups))
    return [ReportLine(values(row), counts_of(row), row.last_day) for row in rows]


def counted_by_period(centre_id: int, periods: Mapping[int, Period]) -> dict[int, ReportCounts]:
    """Today's totals of several periods of a centre, each by its key, in one query; none are asked for nothing."""
    if (kept := kept_periods(centre_id, periods)) is not None:
        return kept
    days = list(periods.values())
    whole = Period(min(one.first for one in days), max(one.last for one in days))
    each = counted_presentations(Filters(whole, centre_id), ())
    within = [(each.c.on_day.between(one.first, one.last), key) for key, one in periods.items()]
    key = case(*within, else_=None)
    wanted = summed(each).add_columns(key.label("period")).where(key.is_not(None)).group_by(key)
    return {row.period: counts_of(row) for row in db.session().execute(wanted)}


NUMBERS = ("presentations", *(audience.value for audience in Audience), "kilometres")
BEHIND_SORTS: Columns = {
    "visit": (Visit.on_day,),
    "host": (Host.search_key,),
    "programme": (Programme.name_sr_cyrl,),
    **{name: (column(name),) for name in NUMBERS},
}


def visits_behind(
    filters: Filters,
    number: int = 1,
    *,
    language: str = "en",
    sort: Sort | None = None,
    reader: Actor = SYSTEM,
    totals: ReportCounts | None = None,
) -> Page[VisitLine]:
    """The visits of which a report's number is the sum, by day or as asked; page `number` from 1.

    A number is the same for everybody; of its visits, limited staff see those of their districts.
    Sorted by what a visit is, those of the page are found first, and the heads of these alone are added up.
    `totals`: of the same report, where somebody has asked for them.
    """
    session, begins, order = db.session(), first_row(number), (*ordered_by(sort, BEHIND_SORTS), Visit.on_day, Visit.id)
    visits: list[int] | None = None
    ours = [in_reach(reader, Visit)] if reader.districts else []
    if sort is None or sort.name not in NUMBERS:
        found = visits_with(filters, ours).order_by(*order).limit(PER_PAGE).offset(begins)
        visits, begins = list(session.scalars(found)), 0
    total = how_many_visits(filters, ours, totals=totals)
    each = counted_presentations(filters, (), visits=visits)
    wanted = (
        summed(each)
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
        .where(*ours)
        .group_by(Visit.id, Host.id, Municipality.id, Programme.id)
        .order_by(*order)
        .limit(PER_PAGE)
        .offset(begins)
    )
    return Page([_line(row, language) for row in session.execute(wanted)], number, total)


def how_many_visits(
    filters: Filters,
    of_visit: Sequence[ColumnElement[bool]] = (),
    of_presentation: Sequence[ColumnElement[bool]] = (),
    *,
    totals: ReportCounts | None = None,
) -> int:
    """As a report tells it, or counted where only some of its visits are shown."""
    if of_visit or of_presentation:
        some = visits_with(filters, of_visit, of_presentation).subquery()
        return db.session().scalar(select(func.count()).select_from(some)) or 0
    return (totals or attendance_report(filters, names_centre=False).totals).visits


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
    """Campaigns and programmes of a centre, for the filter form, by name: one question."""
    both: CompoundSelect[Any] = union_all(*(_choices(kind, centre_id) for kind in (Campaign, Programme)))
    found: dict[str, list[FilterChoice]] = {Campaign.__tablename__: [], Programme.__tablename__: []}
    for kind, slug, cyrl, english in db.session().execute(both):
        found[kind].append(FilterChoice(slug, _name(language, cyrl, english)))
    campaigns, programmes = (sorted(rows, key=lambda row: alphabet_key(row.name)) for rows in found.values())
    return campaigns, programmes


def unknown_names(filters: Filters) -> list[str]:
    """Those of "campaign" and "programme" whose slug nobody has: a typing mistake, not an empty report."""
    asked = (("campaign", Campaign.slug, filters.campaign), ("programme", Programme.slug, filters.programme))
    session = db.session()
    return [
        name
        for name, column, slug in asked
        if slug is not None and session.scalar(select(column).where(column == slug)) is None
    ]


def _choices(kind: type[Campaign] | type[Programme], centre_id: int) -> Select[Any]:
    named = select(literal(kind.__tablename__), kind.slug, kind.name_sr_cyrl, kind.name_en)
    return cast(Select[Any], named.where(kind.centre_id == centre_id))


def _name(language: str, cyrl: str, english: str) -> str:
    return worded(language, cyrl, to_latin(cyrl), english)


def counts_of(row: Any) -> ReportCounts:
    """The counts among the columns of a row."""
    return ReportCounts(*map(int, _COUNTS(row)))  # PostgreSQL adds integers up to decimals


def _row(groups: Sequence[Group], line: ReportLine, language: str) -> CountRow:
    keys, begins = [], 0
    for group in groups:
        ends = begins + len(GROUP_COLUMNS[group])
        keys.append(_key(group, line.values[begins:ends], line.last_day, language))
        begins = ends
    return CountRow(tuple(keys), line.counts)


def _key(group: Group, values: Sequence[Any], day: dt.date | None, language: str) -> Key:
    """What a group's columns mean. Of a presenter who was a minor on `day` only the first name is told.

    `day` is the last that the row counts, never one to come: a period often ends after somebody's birthday.
    """
    if group is Group.MONTH:
        month = f"{int(values[0]):04d}-{int(values[1]):02d}"  # PostgreSQL extracts numerics, not integers
        return Key(group, month, month)
    if group is Group.AUDIENCE:
        return Key(group, values[0].value, values[0].value, SchoolLevel(values[1]))
    if group is Group.PRESENTER:
        given, family, other_given, other_family, adult_on = values[1:]
        first = SpelledName(given, other_given)
        name = first if day is None or is_minor(adult_on, day) else whole_name(first, SpelledName(family, other_family))
        return Key(group, str(values[0]), spelled(name, language))
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
        counts=counts_of(row),
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
