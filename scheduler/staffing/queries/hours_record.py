"""A presenter's own record of hours for her school, and which programmes she can present."""

import datetime as dt
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload

from scheduler import policy
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.people.models import Presenter, PresenterSkill, User
from scheduler.people.rules import is_minor
from scheduler.places.models import Host
from scheduler.places.rules.hosts import school_year_days
from scheduler.policy import Actor
from scheduler.programmes.models import Programme
from scheduler.staffing.terms.own_days import HoursRecord, LearntProgramme, RecordLine
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState, VisitState


def hours_record(actor: Actor, first_year: int, *, today: dt.date) -> HoursRecord:
    """Two questions, however many visits. Raises: NotAllowed; NotFound when the actor is no presenter."""
    policy.require(actor, "read", "day", presenters=[actor.presenter_id])
    whole = select(Presenter).options(joinedload(Presenter.user).joinedload(User.centre))
    person = db.session().scalar(whole.where(Presenter.id == actor.presenter_id))
    if person is None:
        raise NotFound("presenter")
    rows = db.session().execute(
        select(
            Visit.on_day,
            Visit.number,
            Host.place_sr_cyrl,
            Host.place_sr_latn,
            func.count(Presentation.id),
            func.sum(func.coalesce(Presentation.minutes_given, Presentation.minutes)),
        )
        .join(Presentation, Presentation.visit_id == Visit.id)
        .join(Assignment, Assignment.presentation_id == Presentation.id)
        .join(Host, Host.id == Visit.host_id)
        .where(
            Assignment.presenter_id == person.id,
            Assignment.state == AssignmentState.PRESENT,
            Visit.state == VisitState.DELIVERED,
            Visit.on_day.between(*school_year_days(first_year)),
        )
        .group_by(Visit.id, Host.id)
        .order_by(Visit.on_day, Visit.id)
    )
    young, centre = is_minor(person.adult_on, today), person.user.centre
    return HoursRecord(
        person.id,
        first_year,
        person.user.given_spelled if young else person.user.full_name,
        young,
        centre.name_sr_cyrl,
        centre.name_sr_latn,
        centre.name_en,
        tuple(RecordLine(*tuple[Any, ...](row)) for row in rows),
    )


def learnt_programmes(actor: Actor) -> list[LearntProgramme]:
    """What the actor's centre offers on her topics, and whatever was held with her, oftenest first. Raises: NotAllowed.

    One question.
    """
    policy.require(actor, "read", "youth", presenters=[actor.presenter_id])
    held = (
        select(func.count(Assignment.id))
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .where(
            Assignment.presenter_id == actor.presenter_id,
            Assignment.state == AssignmentState.PRESENT,
            Visit.state == VisitState.DELIVERED,
            Visit.programme_id == Programme.id,
        )
        .scalar_subquery()
    )
    hers = select(PresenterSkill.topic).where(PresenterSkill.presenter_id == actor.presenter_id)
    offered = and_(Programme.open, Programme.influencers > 0, Programme.topic.in_(hers))
    wanted = (
        select(Programme.name_sr_cyrl, Programme.name_en, Programme.topic, held.label("held"))
        .where(Programme.centre_id == actor.centre_id, or_(offered, held > 0))
        .order_by(held.desc(), Programme.id)
    )
    return [LearntProgramme(*tuple[Any, ...](row)) for row in db.session().execute(wanted)]
