"""An evening for parents with its code at the door."""

import datetime as dt

from sqlalchemy import func, select

from scheduler.attendance.models import TallyMark
from scheduler.attendance.queries.tally import tallies_of
from scheduler.attendance.terms import Tally
from scheduler.core.db import db
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.visits.terms.states import PresentationState, VisitState
from tests.factories.visits import VISIT_DAY, make_presentation, make_visit

EVENING = dt.time(18)
BEGINS = dt.datetime.combine(VISIT_DAY, dt.time(16), tzinfo=dt.UTC)  # 18:00 in Belgrade


def an_evening(**given) -> Tally:
    visit = make_visit(VisitState.CONFIRMED, on_day=VISIT_DAY)
    fair = {"audience": Audience.PARENTS, "level": SchoolLevel.NONE, "state": PresentationState.CONFIRMED}
    make_presentation(visit, EVENING, **(fair | given))
    return tallies_of(visit.id)[0]


def marks() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.coalesce(func.sum(TallyMark.people), 0)))
