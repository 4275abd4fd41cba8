"""A visit that comes near: its school and its crew are reminded a week and a day before, and of an offer that ends.

When, of what and whom: messages.rules.REMINDERS. Each is written once for each reader and each day of the visit.
"""

import datetime as dt
import logging
from itertools import groupby

from sqlalchemy import ColumnElement, Exists, Select, exists, select

from scheduler.acts import LEFT_BEHIND, Act, change
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.messages.queries import is_on
from scheduler.messages.rules import REMINDERS, days_of
from scheduler.messages.terms import RemindedReader, Reminder
from scheduler.policy import SYSTEM
from scheduler.readiness.models import ReminderNote
from scheduler.readiness.service.quiet_days import waits
from scheduler.visits.models.visits import Assignment, Presentation, Readiness, Visit
from scheduler.visits.service import notify
from scheduler.visits.service.locked_visit import OpenVisit, open_visit
from scheduler.visits.terms.states import OPEN_VISITS, AssignmentState, VisitState

log = logging.getLogger(__name__)
OF_VISITS = (
    Reminder.SCHOOL_WEEK,
    Reminder.SCHOOL_DAY,
    Reminder.CREW_WEEK,
    Reminder.CREW_DAY,
    Reminder.OFFER_ENDS,
)
LULL = dt.timedelta(days=1)  # who was written to about the same so lately is not reminded yet
CHECKLIST_LULL = dt.timedelta(days=3)


def send_reminders(*, now: dt.datetime) -> int:
    """For the job: write each reminder that is due; how many were written, by visit. Twice is once."""
    due = [(kind, visit_id) for kind in OF_VISITS for visit_id in _due(kind, now)]
    return sum(_send(kind, visit_id, now) for kind, visit_id in due)


def _send(kind: Reminder, visit_id: int, now: dt.datetime) -> bool:
    try:
        with change(SYSTEM, now) as act:
            opened = open_visit(act, visit_id)
            if visit_id not in _due(kind, now, visit_id) or _waits(kind, opened.visit, now):
                return False  # moved, ended or switched off since it was found; or its hour has not come
            if REMINDERS[kind].reader is RemindedReader.SCHOOL:
                _tell_school(act, kind, opened)
            else:
                _tell_crew(act, kind, opened)
            return True
    except LEFT_BEHIND:
        log.exception("reminder not written", extra={"visit_id": visit_id, "kind": kind.value})
        return False


def _due(kind: Reminder, now: dt.datetime, visit_id: int | None = None) -> list[int]:
    """Visits of which somebody is reminded now, the nearest first; or whether the given one is among them."""
    wanted = select(Visit.id).where(is_on(kind, Visit.centre_id), *_conditions(kind, now))
    if visit_id is not None:
        wanted = wanted.where(Visit.id == visit_id)
    return list(db.session().scalars(wanted.order_by(Visit.on_day, Visit.id)))


def _conditions(kind: Reminder, now: dt.datetime) -> list[ColumnElement[bool]]:
    if kind is Reminder.OFFER_ENDS:
        return [Visit.state.in_(OPEN_VISITS), Visit.id.in_(_seats(kind, now).with_only_columns(Presentation.visit_id))]
    stands = [
        Visit.state.in_((VisitState.CONFIRMED, VisitState.READY)),
        Visit.on_day.between(*days_of(kind, clock.local_day(now))),
    ]
    if REMINDERS[kind].reader is RemindedReader.CREW:
        return [*stands, Visit.id.in_(_seats(kind, now).with_only_columns(Presentation.visit_id))]
    told_lately = exists().where(Readiness.visit_id == Visit.id, Readiness.changed_at > now - CHECKLIST_LULL)
    return [
        *stands,
        Visit.state_since <= now - LULL,
        Visit.school_request_id.is_not(None),
        ~_noted(kind, Visit.id, Visit.on_day, ReminderNote.presenter_id.is_(None)),
        *([~told_lately] if kind is Reminder.SCHOOL_WEEK else []),  # the mail of its checklist says the same
    ]


def _seats(kind: Reminder, now: dt.datetime) -> Select[Assignment]:
    """Seats whose presenters are reminded: offers that end within a day, or what they accepted a day ago."""
    state, until = AssignmentState.ACCEPTED, []
    if kind is Reminder.OFFER_ENDS:
        state, until = AssignmentState.OFFERED, [Assignment.offered_until.between(now, now + LULL)]
    noted = _noted(kind, Presentation.visit_id, Assignment.on_day, ReminderNote.presenter_id == Assignment.presenter_id)
    seats = select(Assignment).join(Presentation, Presentation.id == Assignment.presentation_id)
    return seats.where(Assignment.state == state, Assignment.state_since <= now - LULL, *until, ~noted)


def _noted(kind: Reminder, visit: object, day: object, reader: ColumnElement[bool]) -> Exists:
    of_it = ReminderNote.kind == kind, ReminderNote.visit_id == visit, ReminderNote.for_day == day
    return exists().where(*of_it, reader)


def _waits(kind: Reminder, visit: Visit, now: dt.datetime) -> bool:
    """An offer ends in holidays too: its reminder only waits for the morning."""
    return waits(kind, visit, now.date() if kind is Reminder.OFFER_ENDS else visit.on_day, now)


def _tell_school(act: Act, kind: Reminder, opened: OpenVisit) -> None:
    act.session.add(_note(act, kind, opened))
    notify.tell_school(REMINDERS[kind].kind, opened, now=act.now, days=_days_until(act, opened))


def _tell_crew(act: Act, kind: Reminder, opened: OpenVisit) -> None:
    of_visit = _seats(kind, act.now).with_only_columns(Assignment.id).where(Presentation.visit_id == opened.visit.id)
    ids = set(act.session.scalars(of_visit))
    rows = sorted((row for row in opened.assignments if row.id in ids), key=lambda row: (row.presenter_id, row.id))
    for presenter_id, seats in groupby(rows, key=lambda row: row.presenter_id):
        own = list(seats)
        act.session.add(_note(act, kind, opened, presenter_id))
        if kind is Reminder.OFFER_ENDS:
            notify.tell_presenters(REMINDERS[kind].kind, opened, own, now=act.now, until=own[0].offered_until)
        else:
            day_sheet, days = f"/day/{opened.visit.on_day.isoformat()}", _days_until(act, opened)
            notify.tell_presenters(REMINDERS[kind].kind, opened, own, now=act.now, path=day_sheet, days=days)


def _days_until(act: Act, opened: OpenVisit) -> int:
    return (opened.visit.on_day - clock.local_day(act.now, opened.visit.zone)).days


def _note(act: Act, kind: Reminder, opened: OpenVisit, presenter_id: int | None = None) -> ReminderNote:
    visit = opened.visit
    return ReminderNote(kind=kind, visit_id=visit.id, for_day=visit.on_day, presenter_id=presenter_id, noted_at=act.now)
