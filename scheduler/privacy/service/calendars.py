"""A person who is erased goes out of what was written with her name: calendar texts of her visits, and messages."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from scheduler.acts import Act
from scheduler.core.names import spellings
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import IN_THE_HOUSE
from scheduler.people.models import Presenter, User
from scheduler.policy import SYSTEM
from scheduler.privacy.service import blanking
from scheduler.privacy.terms import FORGOTTEN_NAME
from scheduler.requests.models import SchoolRequest
from scheduler.visits.models.visits import Assignment, CalendarEntry, Presentation, Visit
from scheduler.visits.service.calendar_entries import write_entries
from scheduler.visits.service.locked_visit import open_visit


def erase_presenters_everywhere(session: Session, ids: Collection[int], now: dt.datetime) -> None:
    """Her rows, the messages to her and about her visits that name her, and the calendars of who went along."""
    visits = _visits_of(session, ids)
    for user in session.scalars(select(User).join(Presenter).where(Presenter.id.in_(ids))).all():
        hers = select(OutboxMessage.id).where(func.lower(OutboxMessage.address) == user.email)
        blanking.blank_messages(session, list(session.scalars(hers)))
        own = OutboxMessage.centre_id == user.centre_id
        for name in spellings(user.full_name):
            if len(name.split()) > 1:
                take_out_of_messages(session, name, or_(own, _about(visits)))
        for name in spellings(user.given_spelled):
            take_out_of_messages(session, name, _about(visits))
    blanking.erase_presenters(session, ids, now)
    session.expire_all()
    for visit_id in _with_calendars(session, visits):
        write_entries(session, open_visit(Act(session, SYSTEM, now), visit_id), now=now)


def take_out_of_messages(session: Session, name: str, where: ColumnElement[bool]) -> None:
    """A message that was sent is blanked; in one to somebody else that has still to leave, the name is."""
    if not name or name == FORGOTTEN_NAME:
        return
    columns = (OutboxMessage.subject, OutboxMessage.text, OutboxMessage.html)
    told = and_(where, or_(*(column.contains(name, autoescape=True) for column in columns)))
    waits = OutboxMessage.state.in_(IN_THE_HOUSE)
    blanking.blank_messages(session, list(session.scalars(select(OutboxMessage.id).where(told, ~waits))))
    without = {column.key: func.replace(column, name, FORGOTTEN_NAME) for column in columns}
    session.execute(update(OutboxMessage).where(told, waits).values(without))


def _visits_of(session: Session, ids: Collection[int]) -> list[int]:
    wanted = (
        select(Presentation.visit_id)
        .join(Assignment, Assignment.presentation_id == Presentation.id)
        .where(Assignment.presenter_id.in_(ids))
    )
    return list(session.scalars(wanted.distinct().order_by(Presentation.visit_id)))


def _with_calendars(session: Session, visits: Collection[int]) -> list[int]:
    """Those of them that have calendar texts: visits of past years that were imported have none."""
    texts = select(CalendarEntry.presentation_id)
    wanted = select(Presentation.visit_id).where(Presentation.visit_id.in_(visits), Presentation.id.in_(texts))
    return list(session.scalars(wanted.distinct().order_by(Presentation.visit_id)))


def _about(visits: Collection[int]) -> ColumnElement[bool]:
    """Messages about these visits, or about what their schools had asked for."""
    asked = select(Visit.school_request_id).where(Visit.id.in_(visits))
    about_visit = and_(OutboxMessage.about == Visit.__tablename__, OutboxMessage.about_id.in_(visits))
    about_request = and_(OutboxMessage.about == SchoolRequest.__tablename__, OutboxMessage.about_id.in_(asked))
    return or_(about_visit, about_request)
