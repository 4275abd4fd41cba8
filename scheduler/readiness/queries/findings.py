"""What the nightly re-check found against a visit, its school's other wish, its checklist."""

import datetime as dt

from sqlalchemy import exists, select

from scheduler.core.db import db
from scheduler.messages.queries import is_on
from scheduler.messages.terms import Reminder
from scheduler.programmes.models import Programme
from scheduler.readiness.models import NumbersAsked
from scheduler.readiness.rules import CHECKLIST_DAYS, checklist_is_open
from scheduler.readiness.terms import READY_ITEMS, Checklist, FindingFact, OpenNumbers, OpenWish
from scheduler.requests.terms.school_request import ExpectedCounts
from scheduler.visits.models.finding import Finding
from scheduler.visits.models.visits import DateWish, Presentation, Readiness, Visit
from scheduler.visits.terms.states import VisitState

CHECK_STATES = (VisitState.OFFERED, VisitState.CONFIRMED, VisitState.READY)


def visits_to_check(now: dt.datetime) -> list[int]:
    """Visits that are offered or confirmed and have not begun, the nearest first."""
    to_come = exists().where(Presentation.visit_id == Visit.id, Presentation.starts_at > now)
    wanted = select(Visit.id).where(Visit.state.in_(CHECK_STATES), to_come)
    return list(db.session().scalars(wanted.order_by(Visit.on_day, Visit.id)))


def findings_of(visit_id: int) -> tuple[FindingFact, ...]:
    """What the re-check found against a visit and nobody has settled, in the order in which it was found."""
    rows = db.session().scalars(
        select(Finding).where(Finding.visit_id == visit_id, Finding.settled_at.is_(None)).order_by(Finding.id)
    )
    return tuple(found_in(row) for row in rows)


def found_in(row: Finding) -> FindingFact:
    """What a stored finding says."""
    return FindingFact(row.kind, row.ordinal, row.class_name, row.why, row.presenter_id)


def open_wish_of(visit_id: int) -> OpenWish | None:
    """The other date that the school asks for, while nobody has answered."""
    row = db.session().scalar(
        select(DateWish).where(DateWish.visit_id == visit_id, DateWish.answered_at.is_(None)).limit(1)
    )
    return OpenWish(row.first_choice, row.second_choice, row.reason, row.asked_at, row.starts_local) if row else None


def open_numbers_of(visit_id: int) -> list[OpenNumbers]:
    """Other numbers of a visit that wait for a coordinator, in the order of its presentations."""
    rows = db.session().execute(
        select(NumbersAsked, Programme.group_size)
        .join(Visit, Visit.id == NumbersAsked.visit_id)
        .join(Programme, Programme.id == Visit.programme_id)
        .where(NumbersAsked.visit_id == visit_id, NumbersAsked.answered_at.is_(None))
        .order_by(NumbersAsked.ordinal)
    )
    return [
        OpenNumbers(
            ExpectedCounts(row.ordinal, row.pupils_before, row.parents_before, row.teachers_before),
            ExpectedCounts(row.ordinal, row.pupils, row.parents, row.teachers),
            group_size,
            row.asked_at,
        )
        for row, group_size in rows
    ]


def checklists_to_tell(today: dt.date) -> list[int]:
    """Confirmed visits of the next two weeks whose school has neither been told of its checklist nor ticked it."""
    known = exists().where(Readiness.visit_id == Visit.id)
    a_day = dt.timedelta(days=1)  # a host abroad may have another day already, or still
    wanted = select(Visit.id).where(
        Visit.state == VisitState.CONFIRMED,
        Visit.school_request_id.is_not(None),
        Visit.on_day.between(today, today + CHECKLIST_DAYS + a_day),
        is_on(Reminder.CHECKLIST, Visit.centre_id),
        ~known,
    )
    return list(db.session().scalars(wanted.order_by(Visit.on_day, Visit.id)))


def checklist_of(visit_id: int, state: VisitState, on_day: dt.date, today: dt.date, *, told: bool = True) -> Checklist:
    """What the school has ticked for a visit; nothing, unasked, where it is known that nobody has `told` it yet."""
    row = db.session().scalar(select(Readiness).where(Readiness.visit_id == visit_id)) if told else None
    return Checklist(
        ticked=frozenset(item for item in READY_ITEMS if row is not None and getattr(row, item.value)),
        open_now=state is VisitState.CONFIRMED and checklist_is_open(on_day, today),
        ready=state is VisitState.READY,
    )
