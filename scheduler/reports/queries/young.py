"""What was held with young presenters: the question that the indicator "with a young presenter" asks, and its hours."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Select, and_, func, select

from scheduler.core.db import db
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.reports.queries.attendance import counts_of
from scheduler.reports.queries.counted_rows import counted_presentations, narrowed, summed, took_part
from scheduler.reports.terms.counting import Filters, YoungShare
from scheduler.visits.models.visits import Assignment, Presentation


def young_share(filters: Filters) -> YoungShare:
    """Of what a report counts, what a young presenter was at: counts, minutes as given, and how many they were."""
    each, session = counted_presentations(replace(filters, young=True), ()), db.session()
    given = func.coalesce(func.sum(func.coalesce(Presentation.minutes_given, Presentation.minutes)), 0)
    wanted = summed(each).join(Presentation, Presentation.id == each.c.presentation_id)
    row = session.execute(wanted.add_columns(given.label("minutes"))).one()
    if not row.presentations:
        return YoungShare()
    is_young = and_(Presenter.id == Assignment.presenter_id, Presenter.kind == PresenterKind.INFLUENCER)
    people: Select[Any] = select(func.count(Presenter.id.distinct()))
    young = narrowed(people, filters).join(Assignment, took_part()).join(Presenter, is_young)
    return YoungShare(counts_of(row), int(row.minutes), session.scalar(young) or 0)
