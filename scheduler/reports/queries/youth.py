"""Youth participation in numbers: what counts in the attendance report, as far as a young presenter took part.

A young presenter is an influencer who was there (assignment *present*). Four questions whatever the period,
and four of what listeners said after; no name.
"""

import datetime as dt
from dataclasses import replace
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from scheduler.attendance.queries.figures import heads_here
from scheduler.core.db import db
from scheduler.core.language import pick, worded
from scheduler.core.paging import PER_PAGE, Page, first_row
from scheduler.core.text import to_latin
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.places.models import Host, Municipality
from scheduler.policy import SYSTEM, Actor, in_reach
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience
from scheduler.questions.queries.figures import said_after
from scheduler.questions.terms import SaidAfter
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.queries.counted_rows import counted_presentations, narrowed, took_part
from scheduler.reports.rules.youth import band_of, trained_by_age, youth_report
from scheduler.reports.terms.counting import Filters, Group
from scheduler.reports.terms.youth import YoungPerson, YoungTrainee, YouthBand, YouthCounts, YouthReport, YouthVisitLine
from scheduler.staffing.models.trainings import PresenterTraining
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState

_MINUTES = func.coalesce(Presentation.minutes_given, Presentation.minutes)


def youth_numbers(filters: Filters) -> YouthReport:
    """What young presenters did in the presentations that a report counts."""
    report = youth_report(filters, _months(filters), _people(filters))
    return report if filters.narrowing() else replace(report, trained=trained_by_age(_trainees(filters)))


def youth_visits(
    filters: Filters, number: int = 1, *, language: str = "en", reader: Actor = SYSTEM, band: YouthBand | None = None
) -> Page[YouthVisitLine]:
    """The visits behind a number; of one age, those in which somebody of it took part. Limited staff see their own."""
    asked = [in_reach(reader, Visit)] if reader.districts else []
    if band is not None:
        among = [one.presenter_id for one in _people(filters) if band_of(one.birth_date, one.last_day) is band]
        asked.append(select(Assignment.id).where(took_part(), Assignment.presenter_id.in_(among)).exists())
    listeners = reduce(add, heads_here().values())
    names = Host.name_sr_cyrl, Host.name_sr_latn, Municipality.city_sr_cyrl, Municipality.city_sr_latn
    columns = (Visit.number, Visit.on_day, *names, Programme.name_sr_cyrl, Programme.name_en)
    sums = func.count(Presentation.id), func.sum(listeners), func.count().over()
    wanted: Any = select(*columns, *sums)
    found = (
        db.session()
        .execute(
            narrowed(wanted, replace(filters, young=True))
            .where(*asked)
            .group_by(Visit.id, Host.id, Municipality.id, Programme.id)
            .order_by(Visit.on_day, Visit.id)
            .limit(PER_PAGE)
            .offset(first_row(number))
        )
        .all()
    )
    return Page([_line(row, language) for row in found], number, found[0][-1] if found else 0)


def said_after_young(filters: Filters, today: dt.date) -> list[SaidAfter]:
    """What listeners said afterwards where a young presenter took part: whole classes of five answers and more."""
    ids: Any = select(Presentation.id)
    with_young = narrowed(ids, replace(filters, young=True))
    period = filters.period
    return said_after(filters.centre_id or 0, period.first, period.last, today, only=with_young)


def _young() -> list[ColumnElement[bool]]:
    """Of an assignment joined with its presenter: a young one, who was there."""
    return [Assignment.state == AssignmentState.PRESENT, Presenter.kind == PresenterKind.INFLUENCER]


def _months(filters: Filters) -> list[tuple[str, YouthCounts]]:
    """All presentations of each month as the report tells them, and beside them those with the young."""
    young = {f"{row.month_0:04d}-{row.month_1:02d}": row for row in db.session().execute(_months_of_the_young(filters))}
    months = attendance_report(filters, (Group.MONTH,)).rows
    return [
        (one.keys[0].value, _month_counts(one.counts.presentations, young.get(one.keys[0].value))) for one in months
    ]


def _month_counts(presentations: int, row: Any) -> YouthCounts:
    if row is None:
        return YouthCounts(presentations)
    return YouthCounts(presentations, row.with_young, int(row.minutes), int(row.listeners))


def _months_of_the_young(filters: Filters) -> Any:
    each = counted_presentations(replace(filters, young=True), (Group.MONTH,), placed=False)
    is_young = and_(Presenter.id == Assignment.presenter_id, *_young())
    people = (
        select(func.count())
        .select_from(Assignment)
        .join(Presenter, is_young)
        .where(Assignment.presentation_id == each.c.presentation_id)
        .scalar_subquery()
    )
    month = each.c.month_0, each.c.month_1
    return (
        select(
            *month,
            func.count().label("with_young"),
            func.sum(people * _MINUTES).label("minutes"),
            func.sum(reduce(add, (each.c[one.value] for one in Audience))).label("listeners"),
        )
        .select_from(each)
        .join(Presentation, Presentation.id == each.c.presentation_id)
        .group_by(*month)
    )


def _people(filters: Filters) -> list[YoungPerson]:
    wanted: Any = select(
        Presenter.id,
        Presenter.birth_date,
        func.max(Presentation.on_day),
        func.count(Presentation.id),
        func.sum(_MINUTES),
    )
    rows = db.session().execute(
        narrowed(wanted, filters)
        .join(Assignment, Assignment.presentation_id == Presentation.id)
        .join(Presenter, Presenter.id == Assignment.presenter_id)
        .where(*_young())
        .group_by(Presenter.id)
        .order_by(Presenter.id)
    )
    return [YoungPerson(who, born, last, times, int(minutes)) for who, born, last, times, minutes in rows]


def _trainees(filters: Filters) -> list[YoungTrainee]:
    """Who of the centre's young people was trained on these days."""
    wanted = (
        select(
            Presenter.birth_date,
            func.max(PresenterTraining.on_day),
            func.count(PresenterTraining.id),
            func.sum(PresenterTraining.minutes),
        )
        .join(PresenterTraining, PresenterTraining.presenter_id == Presenter.id)
        .where(
            Presenter.kind == PresenterKind.INFLUENCER,
            Presenter.centre_id == filters.centre_id,
            PresenterTraining.on_day.between(filters.period.first, filters.period.last),
        )
        .group_by(Presenter.id)
        .order_by(Presenter.id)
    )
    rows = db.session().execute(wanted)
    return [YoungTrainee(born, last, times, int(minutes)) for born, last, times, minutes in rows if born]


def _line(row: Any, language: str) -> YouthVisitLine:
    number, on_day, host_cyrl, host_latn, city_cyrl, city_latn, cyrl, english, presentations, listeners, _total = row
    return YouthVisitLine(
        number=number,
        on_day=on_day,
        host=pick(language, host_cyrl, host_latn),
        city=pick(language, city_cyrl, city_latn) if city_cyrl else "",
        programme=worded(language, cyrl, to_latin(cyrl), english),
        presentations=presentations,
        listeners=int(listeners),
    )
