"""What reports show: counts of locked attendance in any split, the visits behind a number, changes without a trace."""

import datetime as dt
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
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
from scheduler.reports.queries.counted_rows import counted_presentations, summed, visits_with
from scheduler.reports.queries.figures import totals_and_lines
from scheduler.reports.terms.counting import (
    COUNT_FIELDS,
    SUMS_OF_A_VISIT,
    CountRow,
    FilterChoice,
    Filters,
    Group,
    Key,
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
    """Totals, and rows when it is split. `names_centre`: one question more, for whoever passes the report on."""
    groups = tuple(dict.fromkeys(by))
    totals, lines = totals_and_lines(filters, groups)
    rows = []
    for line in lines:
        said = zip(groups, line.keys, strict=True)
        keys = tuple(_key(group, values, line.last_day, language) for group, values in said)
        rows.append(CountRow(keys, line.counts))
    named = select(Centre.slug).where(Centre.id == filters.centre_id)
    slug = db.session().scalar(named) if names_centre and filters.centre_id else None
    ordered = sorted(rows, key=lambda row: [_order(key) for key in row.keys])
    return Report(filters, groups, totals, tuple(ordered), slug)


BEHIND_SORTS: Columns = {
    "visit": (Visit.on_day,),
    "host": (Host.search_key,),
    "programme": (Programme.name_sr_cyrl,),
    **{name: (column(name),) for name in SUMS_OF_A_VISIT},
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
    if sort is None or sort.name not in SUMS_OF_A_VISIT:
        found = visits_with(filters, ours).order_by(*order).limit(PER_PAGE).offset(begins)
        visits, begins = list(session.scalars(found)), 0
    total = how_many_visits(filters, ours, totals=totals)
    each = counted_presentations(filters, visits)
    wanted = (
        summed(each)
        .add_columns(
            *(Visit.id, Visit.number, Visit.on_day, Host.name_sr_cyrl.label("host"), Host.name_sr_latn),
            *(Municipality.city_sr_cyrl, Municipality.city_sr_latn),
            *(Programme.name_sr_cyrl.label("programme"), Programme.name_en),
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
    lines = [
        VisitLine(
            visit_id=row.id,
            number=row.number,
            on_day=row.on_day,
            host=pick(language, row.host, row.name_sr_latn),
            city=pick(language, row.city_sr_cyrl, row.city_sr_latn) if row.city_sr_cyrl else "",
            programme=_name(language, row.programme, row.name_en),
            counts=counts_of(row),
        )
        for row in session.execute(wanted)
    ]
    return Page(lines, number, total)


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
    named = (
        select(literal(one.__tablename__), one.slug, one.name_sr_cyrl, one.name_en).where(one.centre_id == centre_id)
        for one in (Campaign, Programme)
    )
    found: dict[str, list[FilterChoice]] = {Campaign.__tablename__: [], Programme.__tablename__: []}
    for kind, slug, cyrl, english in db.session().execute(union_all(*named)):
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


def _name(language: str, cyrl: str, english: str) -> str:
    return worded(language, cyrl, to_latin(cyrl), english)


def counts_of(row: Any) -> ReportCounts:
    """The counts among the columns of a row."""
    return ReportCounts(*map(int, _COUNTS(row)))  # PostgreSQL adds integers up to decimals


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
        given, family, other_given, other_family, adult_on = values[1:]
        first = SpelledName(given, other_given)
        name = first if is_minor(adult_on, day) else whole_name(first, SpelledName(family, other_family))
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
