"""Visits that were called off late: who has read it, and what a presenter has still to read."""

import datetime as dt

from sqlalchemy import select

from scheduler import policy
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.names import whole_name
from scheduler.people.models import Presenter, User
from scheduler.people.rules import is_minor
from scheduler.places.models import Host
from scheduler.policy import Actor
from scheduler.safeguarding.queries import guardian_phones_of
from scheduler.staffing.terms.late_notice import CalledOff, LateRow
from scheduler.visits.models.late_notice import LateNotice
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import VisitState

SHOWN_AFTER = dt.timedelta(days=14)  # until then kilometres are noted


def late_rows(visit_id: int, on_day: dt.date) -> list[LateRow]:
    """Who was told of a late cancellation, who has not read it first. The caller has checked the right."""
    found = list(
        db.session().execute(
            select(LateNotice, User.given_spelled, User.family_spelled, Presenter.adult_on, Presenter.phone)
            .join(Presenter, Presenter.id == LateNotice.presenter_id)
            .join(User, User.id == Presenter.user_id)
            .where(LateNotice.visit_id == visit_id)
            .order_by(LateNotice.read_at.is_not(None), User.given_name, LateNotice.id)
        )
    )
    guardians = guardian_phones_of([row.presenter_id for row, *_rest in found], on_day)
    return [
        LateRow(
            row.presenter_id,
            whole_name(given, family),
            minor := is_minor(adult_on, on_day),
            row.read_at,
            row.kilometres,
            guardians.get(row.presenter_id, "") if minor else phone,
        )
        for row, given, family, adult_on, phone in found
    ]


def called_off_for(actor: Actor, now: dt.datetime) -> list[CalledOff]:
    """What was called off late under the actor's feet: until it is read, and two weeks on for the kilometres."""
    if actor.presenter_id is None or policy.scope_of(actor, "answer", "offer") is None:
        return []
    found = db.session().execute(
        select(Visit.number, Visit.on_day, Host.name_sr_cyrl, Host.name_sr_latn, LateNotice, Presenter.adult_on)
        .join(LateNotice, LateNotice.visit_id == Visit.id)
        .join(Presenter, Presenter.id == LateNotice.presenter_id)
        .join(Host, Host.id == Visit.host_id)
        .where(
            LateNotice.presenter_id == actor.presenter_id,
            Visit.state == VisitState.CANCELLED,
            Visit.on_day >= clock.local_day(now) - SHOWN_AFTER,
        )
        .order_by(Visit.on_day, Visit.id)
    )
    return [
        CalledOff(number, day, cyrl, latn, row.read_at, row.kilometres, is_minor(adult_on, day))
        for number, day, cyrl, latn, row, adult_on in found
    ]
