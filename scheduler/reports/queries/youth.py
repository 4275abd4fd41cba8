"""Youth participation in numbers: what counts in the attendance report, as far as a young presenter took part.

A young presenter is an influencer who was there (assignment *present*). Four questions whatever the period,
and five of what listeners said after; no name.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import Date, Integer, Select, cast, extract, func, literal, null, select, union_all

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
from scheduler.questions.queries.figures import said_after
from scheduler.questions.terms import SaidAfter
from scheduler.reports.queries.attendance import attendance_report, counts_of, how_many_visits
from scheduler.reports.queries.counted_rows import counted_presentations, narrowed, summed, visits_with
from scheduler.reports.queries.figures import took_part
from scheduler.reports.rules.youth import band_of, trained_by_age, youth_report
from scheduler.reports.terms.counting import Filters, Group, YoungShare
from scheduler.reports.terms.youth import YoungPerson, YoungTrainee, YouthBand, YouthCounts, YouthReport, YouthVisitLine
from scheduler.staffing.models.trainings import PresenterTraining
from scheduler.visits.models.visits import Assignment, Presentation, Visit


def youth_numbers(filters: Filters) -> YouthReport:
    """What young presenters did in the presentations that a report counts."""
    young, people = _young(filters)
    months = [
        (month, replace(young.get(month, YouthCounts()), presentations=one.counts.presentations))
        for one in attendance_report(filters, (Group.MONTH,), names_centre=False).rows
        for month in (one.keys[0].value,)
    ]
    report = youth_report(filters, months, people)
    return report if filters.narrowing() else replace(report, trained=trained_by_age(_trainees(filters)))


def youth_visits(
    filters: Filters, number: int = 1, *, language: str = "en", reader: Actor = SYSTEM, band: YouthBand | None = None
) -> Page[YouthVisitLine]:
    """The visits behind a number; of one age, those in which somebody of it took part. Limited staff see their own."""
    with_young, session = replace(filters, young=True), db.session()
    ours, hers = [in_reach(reader, Visit)] if reader.districts else [], []
    if band is not None:
        people = _young(filters)[1]
        among = [one.presenter_id for one in people if band_of(one.birth_date, one.last_day) is band]
        hers = [
            select(Assignment.id)
            .where(took_part(), Assignment.presenter_id.in_(among))
            .correlate(Presentation)
            .exists()
        ]
    found = visits_with(with_young, ours, hers).order_by(Visit.on_day, Visit.id)
    visits = session.scalars(found.limit(PER_PAGE).offset(first_row(number))).all()
    listeners = reduce(add, heads_here().values())
    names = Host.name_sr_cyrl, Host.name_sr_latn, Municipality.city_sr_cyrl, Municipality.city_sr_latn
    columns = (Visit.number, Visit.on_day, *names, Programme.name_sr_cyrl, Programme.name_en)
    wanted: Any = select(*columns, func.count(Presentation.id), func.sum(listeners))
    rows = session.execute(
        narrowed(wanted, with_young)
        .where(*hers, Presentation.visit_id.in_(visits))
        .group_by(Visit.id, Host.id, Municipality.id, Programme.id)
        .order_by(Visit.on_day, Visit.id)
    )
    return Page([_line(row, language) for row in rows], number, how_many_visits(with_young, ours, hers))


def said_after_young(filters: Filters, today: dt.date) -> list[SaidAfter]:
    """What listeners said afterwards where a young presenter took part: whole classes of five answers and more."""
    ids: Any = select(Presentation.id)
    with_young = narrowed(ids, replace(filters, young=True))
    period = filters.period
    return said_after(filters.centre_id or 0, period.first, period.last, today, only=with_young)


def _young(filters: Filters) -> tuple[dict[str, YouthCounts], list[YoungPerson]]:
    """What the young did in each month, and who they were; minutes are given by each of them."""
    months: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    people: dict[int, tuple[Any, ...]] = {}
    for who, born, year, month, last, times, minutes, listeners in young_by_month(filters):
        counts = months[year, month]
        if who is None:
            counts[0] += int(times)
            counts[2] += int(listeners)
            continue
        counts[1] += int(minutes)
        _born, last_before, times_before, minutes_before = people.get(who, (born, last, 0, 0))
        people[who] = born, max(last, last_before), int(times) + times_before, int(minutes) + minutes_before
    told = {f"{year:04d}-{month:02d}": YouthCounts(0, *counts) for (year, month), counts in months.items()}
    return told, [YoungPerson(who, *people[who]) for who in sorted(people)]


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
    number, on_day, host_cyrl, host_latn, city_cyrl, city_latn, cyrl, english, presentations, listeners = row
    return YouthVisitLine(
        number=number,
        on_day=on_day,
        host=pick(language, host_cyrl, host_latn),
        city=pick(language, city_cyrl, city_latn) if city_cyrl else "",
        programme=worded(language, cyrl, to_latin(cyrl), english),
        presentations=presentations,
        listeners=int(listeners),
    )


# --- Each young presenter at each presentation that counts ---

_MINUTES = func.coalesce(func.sum(func.coalesce(Presentation.minutes_given, Presentation.minutes)), 0)


def young_share(filters: Filters) -> YoungShare:
    """Of what a report counts, what a young presenter was at: counts, minutes as given, and how many they were."""
    each = counted_presentations(replace(filters, young=True))
    people = _crew(filters, select(func.count(Assignment.presenter_id.distinct())))
    wanted: Select[Any] = summed(each).add_columns(
        _MINUTES.label("minutes"), people.scalar_subquery().label("presenters")
    )
    row = db.session().execute(wanted.join(Presentation, Presentation.id == each.c.presentation_id)).one()
    return YoungShare(counts_of(row), int(row.minutes), row.presenters) if row.presentations else YoungShare()


def young_by_month(filters: Filters) -> Sequence[Any]:
    """Of all together (`presenter` is None) and of each, by month: `last_day`, presentations, minutes, listeners."""
    year, month = (cast(extract(part, Presentation.on_day), Integer) for part in ("year", "month"))
    numbers = year.label("year"), month.label("month"), func.max(Presentation.on_day).label("last_day"), func.count()
    who = Presenter.id, Presenter.birth_date
    nobody = cast(null(), Integer), cast(null(), Date)
    listeners = func.sum(reduce(add, heads_here().values()))
    together: Any = select(*nobody, *numbers, _MINUTES.label("minutes"), listeners.label("listeners"))
    alone: Any = select(*who, *numbers, _MINUTES.label("minutes"), literal(0).label("listeners"))
    return (
        db.session()
        .execute(
            union_all(
                narrowed(together, replace(filters, young=True)).group_by(year, month),
                _crew(filters, alone).group_by(*who, year, month),
            )
        )
        .all()
    )


def _crew(filters: Filters, wanted: Select[Any]) -> Select[Any]:
    """Columns over each young presenter at each presentation that counts."""
    return (
        narrowed(wanted, replace(filters, young=True))
        .join(Assignment, took_part())
        .join(Presenter, Presenter.id == Assignment.presenter_id)
        .where(Presenter.kind == PresenterKind.INFLUENCER)
    )
