"""What counted rows say where no kept figure does: presentations that count, each with its heads, then added up."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, extract, func, select

from scheduler.attendance.models import Attendance
from scheduler.attendance.queries.figures import IS_COUNTED, heads, heads_here, young
from scheduler.people.models import Presenter, User
from scheduler.places.models import District, Host, Municipality
from scheduler.programmes.models import Campaign, Programme
from scheduler.programmes.terms import Audience
from scheduler.reports.queries.splits import GROUP_COLUMNS, key_names
from scheduler.reports.terms.counting import Filters, Group
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState

_PRESENTER = key_names([Group.PRESENTER])


def counted_rows(filters: Filters, groups: Sequence[Group]) -> Select[Any]:
    """Added up by visit first, so that a visit and its kilometres count once without being sorted again.

    Presenters are told apart by their number: names are joined to what is added up, not to all that is counted.
    """
    each = counted_presentations(filters, groups, placed=False)
    names = [*_counted_keys(groups)]
    keys = [each.c[name] for name in names]
    of_visit = (
        select(
            each.c.visit_id,
            func.count().label("presentations"),
            *(func.sum(each.c[audience.value]).label(audience.value) for audience in Audience),
            *(func.max(each.c[name]).label(name) for name in ("kilometres", "city", "on_day")),
            *keys,
        )
        .group_by(each.c.visit_id, *keys)
        .subquery()
    )
    sums = ("presentations", *(audience.value for audience in Audience), "kilometres")
    own = [of_visit.c[name] for name in names]
    wanted: Select[Any] = select(
        func.count().label("visits"),
        *(func.coalesce(func.sum(of_visit.c[name]), 0).label(name) for name in sums),
        func.count(of_visit.c.city.distinct()).label("cities"),
        func.max(of_visit.c.on_day).label("last_day"),
        *own,
    )
    wanted = wanted.select_from(of_visit).group_by(*own)
    return _with_names(wanted) if Group.PRESENTER in groups else wanted


def _counted_keys(groups: Sequence[Group]) -> dict[str, ColumnElement[Any]]:
    """What rows are told apart by, under the names of an answer; of a presenter nothing but the number."""
    keys = {
        name: column
        for group in groups
        for name, column in zip(key_names([group]), GROUP_COLUMNS[group], strict=True)
        if group is not Group.PRESENTER
    }
    return keys | ({_PRESENTER[0]: Assignment.presenter_id.expression} if Group.PRESENTER in groups else {})


def _with_names(wanted: Select[Any]) -> Select[Any]:
    added = wanted.subquery()
    columns = GROUP_COLUMNS[Group.PRESENTER]
    named = (column.label(name) for name, column in zip(_PRESENTER[1:], columns[1:], strict=True))
    answer: Select[Any] = select(*added.c, *named)
    return answer.join(Presenter, Presenter.id == added.c[_PRESENTER[0]]).join(User, User.id == Presenter.user_id)


def summed(each: Subquery) -> Select[Any]:
    """Counts over aggregated presentations; kilometres of each visit once."""
    numbers = [func.coalesce(func.sum(each.c[audience.value]), 0).label(audience.value) for audience in Audience]
    return select(
        func.count(each.c.visit_id.distinct()).label("visits"),
        func.count(each.c.presentation_id).label("presentations"),
        *numbers,
        func.count(each.c.city.distinct()).label("cities"),
        func.coalesce(func.sum(case((each.c.place_in_visit == 1, each.c.kilometres), else_=0)), 0).label("kilometres"),
    ).select_from(each)


def counted_presentations(
    filters: Filters, groups: Sequence[Group], *, placed: bool = True, visits: Sequence[int] | None = None
) -> Subquery:
    """One row for each presentation that counts (and presenter, where the split asks for that).

    `placed`: each with its place in its visit, by which what is of the visit counts once. `visits`: of these alone.
    """
    keys = _counted_keys(groups)
    place = func.row_number().over(partition_by=[Visit.id, *keys.values()], order_by=Presentation.id)
    among = [] if visits is None else [Presentation.visit_id.in_(visits)]
    said = None if filters.young else heads(and_(_of_presentation(filters), *among))
    people = (
        {audience.value: func.coalesce(said.c[audience.value], 0) for audience in Audience}
        if said is not None
        else heads_here()
    )
    wanted: Select[Any] = select(
        Presentation.id.label("presentation_id"),
        Visit.id.label("visit_id"),
        Visit.kilometres.label("kilometres"),
        Presentation.on_day.label("on_day"),
        Municipality.city_sr_cyrl.label("city"),
        *(key.label(name) for name, key in keys.items()),
        *(number.label(name) for name, number in people.items()),
        *((place.label("place_in_visit"),) if placed else ()),
    )
    wanted = narrowed(wanted, filters).where(*among)
    if said is not None:
        wanted = wanted.outerjoin(said, said.c.presentation_id == Presentation.id)
    if Group.PRESENTER in groups:
        wanted = wanted.join(Assignment, took_part())
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


def _of_presentation(filters: Filters) -> ColumnElement[bool]:
    """What a report asks of the row of a presentation: of no other are heads added up."""
    named = ((Presentation.audience, filters.audience), (Presentation.level, filters.level))
    own: list[ColumnElement[bool]] = [column == value for column, value in named if value is not None]
    return and_(Presentation.on_day.between(filters.period.first, filters.period.last), *own)


def took_part() -> ColumnElement[bool]:
    """Whether an assignment is of this presentation, and its presenter was there."""
    return and_(Assignment.presentation_id == Presentation.id, Assignment.state == AssignmentState.PRESENT)


def was_there(presenter_id: int) -> ColumnElement[bool]:
    """Whether this presenter was at a presentation; also in a question that asks for the crew itself."""
    seat = select(Assignment.id).where(took_part(), Assignment.presenter_id == presenter_id)
    return seat.correlate(Presentation).exists()


def visits_with(
    filters: Filters, of_visit: Sequence[ColumnElement[bool]] = (), of_presentation: Sequence[ColumnElement[bool]] = ()
) -> Select[int]:
    """The visits with a presentation that counts, each once: in the order of their days one index gives them.

    A visit lies on one day, so its own day is that of its presentations.
    """
    here = select(Presentation.id).join(Attendance, Attendance.presentation_id == Presentation.id)
    here = here.where(Presentation.visit_id == Visit.id, *_of_presentations(filters), *of_presentation)
    days = Visit.on_day.between(filters.period.first, filters.period.last)
    return (
        select(Visit.id)
        .outerjoin(Programme, Programme.id == Visit.programme_id)
        .outerjoin(Host, Host.id == Visit.host_id)
        .outerjoin(Municipality, Municipality.id == Host.municipality_id)
        .outerjoin(District, District.id == Municipality.district_id)
        .where(days, *_of_visits(filters), *of_visit, here.correlate(Visit).exists())
    )


def conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """What a presentation must meet to be counted, and to be one of those asked for."""
    return [*_of_presentations(filters), *_of_visits(filters)]


def _of_presentations(filters: Filters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [_of_presentation(filters), *IS_COUNTED]
    if filters.month is not None:
        year, month = map(int, filters.month.split("-"))
        wanted += [extract("year", Presentation.on_day) == year, extract("month", Presentation.on_day) == month]
    if filters.presenter is not None:
        wanted.append(was_there(filters.presenter))
    if filters.young:
        wanted.append(young(AssignmentState.PRESENT))
    return wanted


def _of_visits(filters: Filters) -> list[ColumnElement[bool]]:
    plain = (
        (Visit.centre_id, filters.centre_id),
        (Programme.slug, filters.programme),
        (func.coalesce(Municipality.city_sr_cyrl, ""), filters.city),
        (func.coalesce(District.iso, ""), filters.district),
    )
    wanted: list[ColumnElement[bool]] = [column == value for column, value in plain if value is not None]
    if filters.campaign is not None:
        campaign = select(Campaign.id).where(Campaign.slug == filters.campaign)
        wanted.append(Visit.campaign_id == campaign.scalar_subquery())
    return wanted
