"""Numbers that came from a phone when others stood already: kept, and shown until they agree or a month has passed."""

import datetime as dt
import json
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from scheduler import policy
from scheduler.attendance.models import Attendance, CountDelivery
from scheduler.attendance.terms import COUNTS_FOR_REPORTS, DeliveryOutcome, HeadCounts, SetAside
from scheduler.core.db import db
from scheduler.core.paging import Page, first_row
from scheduler.people.models import User
from scheduler.policy import Actor, in_reach
from scheduler.visits.models.visits import Presentation, Visit

LOOKED_AT_FOR = dt.timedelta(days=30)
ASIDE_ON_A_PAGE = 20
_UNSETTLED = or_(  # nobody has locked or corrected the numbers since
    Attendance.id.is_(None),
    Attendance.state.not_in(COUNTS_FOR_REPORTS),
    Attendance.state_since < CountDelivery.arrived_at,
)


def set_aside_of(visit_id: int, page: int = 1) -> Page[SetAside]:
    """What phones delivered for a visit when other numbers stood, in order. The caller has checked the right."""
    return _page(Visit.id == visit_id, page)


def set_aside_lately(actor: Actor, now: dt.datetime, page: int = 1) -> Page[SetAside]:
    """Those of the actor's centre that nobody has settled: to be looked at. Raises: NotAllowed."""
    policy.require(actor, "list", "attendance", centre=policy.own_part(actor))
    fresh = and_(CountDelivery.arrived_at > now - LOOKED_AT_FOR, in_reach(actor, Visit), _UNSETTLED)
    return _page(fresh, page)


def _page(wanted: ColumnElement[bool], number: int) -> Page[SetAside]:
    some = _aside(wanted).limit(ASIDE_ON_A_PAGE).offset(first_row(number, ASIDE_ON_A_PAGE))
    rows = db.session.execute(some.add_columns(func.count().over())).all()
    return Page([_as_line(row[:-1]) for row in rows], number, rows[0][-1] if rows else 0, ASIDE_ON_A_PAGE)


def _aside(wanted: ColumnElement[bool]) -> Select[CountDelivery, int, str, User]:
    return (
        select(CountDelivery, Presentation.ordinal, Visit.number, User)
        .join(Presentation, Presentation.id == CountDelivery.presentation_id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .outerjoin(Attendance, Attendance.presentation_id == Presentation.id)
        .outerjoin(User, User.id == CountDelivery.user_id)
        .where(CountDelivery.outcome == DeliveryOutcome.ASIDE, wanted)
        .order_by(Visit.on_day, Visit.id, Presentation.ordinal, CountDelivery.id)
    )


def _as_line(row: Any) -> SetAside:
    delivery, ordinal, number, user = row
    said = json.loads(delivery.said)
    return SetAside(
        visit_number=number,
        ordinal=ordinal,
        at=delivery.arrived_at,
        who=user.full_name if user is not None else "",
        said=HeadCounts(**said["counts"]),
        minutes_given=said["minutes_given"],
    )
