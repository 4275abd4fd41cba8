"""Kilometres and minutes driven: of one presenter in a year, and of one visit."""

import datetime as dt
from typing import Any, cast

from sqlalchemy import Select, and_, func, or_, select

from scheduler import policy
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.people.models import Presenter, User
from scheduler.people.rules import is_minor
from scheduler.places.models import Host
from scheduler.policy import Actor
from scheduler.staffing.terms.drives import DriveRow
from scheduler.visits.models.drive import Drive
from scheduler.visits.models.visits import Assignment, Visit
from scheduler.visits.queries.pages import has_seat
from scheduler.visits.terms.states import AssignmentState, VisitState


def own_drives(actor: Actor, year: int, *, today: dt.date) -> list[DriveRow]:
    """The visits of a year that were held with the actor of age, in order; without a row of hers nothing was planned.

    Raises: NotAllowed; NotFound when the actor is no presenter, or a minor, who never drives.
    """
    policy.require(actor, "read", "day", presenters=[actor.presenter_id])
    person = db.session().get(Presenter, actor.presenter_id) if actor.presenter_id else None
    if person is None or is_minor(person.adult_on, today):
        raise NotFound("drives")
    days = Visit.on_day.between(dt.date(year, 1, 1), dt.date(year, 12, 31))
    return _rows(_may_have_driven(person.id).where(days))


def own_drive(actor: Actor, number: str) -> DriveRow:
    """One of them. Raises: NotAllowed; NotFound."""
    policy.require(actor, "read", "day", presenters=[actor.presenter_id])
    found = _rows(_may_have_driven(actor.presenter_id or 0).where(Visit.number == number))
    if not found:
        raise NotFound("drive")
    return found[0]


def drives_of_visit(visit_id: int) -> list[DriveRow]:
    """Who drives to a visit, or drove. The caller has checked the right."""
    drives = _columns().join(Drive, Drive.visit_id == Visit.id).join(Presenter, Presenter.id == Drive.presenter_id)
    return _rows(drives.join(User, User.id == Presenter.user_id).where(Visit.id == visit_id))


def _columns() -> Select[Any]:
    columns: Any = (
        select(
            Visit.number,
            Visit.on_day,
            Host.name_sr_cyrl,
            Host.name_sr_latn,
            User.full_name.label("name"),
            func.coalesce(Drive.planned_kilometres, 0),
            func.coalesce(Drive.planned_minutes, 0),
            Drive.driven_kilometres,
            Drive.driven_minutes,
            func.coalesce(Drive.reason, ""),
        )
        .select_from(Visit)
        .join(Host, Host.id == Visit.host_id)
        .order_by(Visit.on_day, Visit.id, Drive.id)
    )
    return cast(Select[Any], columns)


def _may_have_driven(presenter_id: int) -> Select[Any]:
    return (
        _columns()
        .join(Presenter, Presenter.id == presenter_id)
        .join(User, User.id == Presenter.user_id)
        .outerjoin(Drive, and_(Drive.visit_id == Visit.id, Drive.presenter_id == presenter_id))
        .where(
            Visit.state == VisitState.DELIVERED,
            or_(Presenter.adult_on.is_(None), Presenter.adult_on <= Visit.on_day),
            has_seat(Assignment.presenter_id == presenter_id, Assignment.state == AssignmentState.PRESENT),
        )
    )


def _rows(wanted: Select[Any]) -> list[DriveRow]:
    return [DriveRow(*row) for row in db.session().execute(wanted)]
