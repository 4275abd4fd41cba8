"""What was held with young presenters: the question that the indicator "with a young presenter" asks, and its hours."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Select, and_, func, select

from scheduler.core.db import db
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.queries.counted_rows import narrowed, took_part
from scheduler.reports.terms.counting import Filters, YoungShare
from scheduler.visits.models.visits import Assignment, Presentation


def young_share(filters: Filters) -> YoungShare:
    """Of what a report counts, what a young presenter was at: counts, minutes as given, and how many they were."""
    with_young = replace(filters, young=True)
    counts = attendance_report(with_young).totals
    if not counts.presentations:
        return YoungShare()
    given = func.coalesce(Presentation.minutes_given, Presentation.minutes)
    minutes = narrowed(select(func.coalesce(func.sum(given), 0)), with_young)
    is_young = and_(Presenter.id == Assignment.presenter_id, Presenter.kind == PresenterKind.INFLUENCER)
    people: Select[Any] = select(func.count(Presenter.id.distinct()))
    session = db.session()
    return YoungShare(
        counts,
        int(session.scalar(minutes) or 0),
        session.scalar(narrowed(people, with_young).join(Assignment, took_part()).join(Presenter, is_young)) or 0,
    )
