"""Shifts and bells of three example schools, so that a demo plans by lessons: each school another way of changing."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.core.clock import local_day
from scheduler.places.models import Host, HostSchoolTime
from scheduler.places.service.school_time import tell_school_time
from scheduler.places.terms.school_time import Bells, Grouping, Rotation, SchoolTime, Shift
from scheduler.policy import SYSTEM
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Visit

TO_BE_PLANNED = (RequestState.AGREED, RequestState.NEW, RequestState.TRIAGE)
MORNING, AFTERNOON = Bells(dt.time(8)), Bells(dt.time(14))


def tell_school_times(session: Session, now: dt.datetime) -> None:
    """Schools that ask for something come first. Those with a visit to come are left out: its hour is agreed."""
    today = local_day(now)
    visited = select(Visit.host_id).where(Visit.on_day >= today)
    asking = select(SchoolRequest.host_id).where(SchoolRequest.state.in_(TO_BE_PLANNED))
    told = _told(today - dt.timedelta(days=today.weekday()))
    schools = session.scalars(
        select(Host.id)
        .where(Host.example, Host.listed, Host.teaches_primary, Host.id.not_in(visited))
        .where(Host.id.not_in(select(HostSchoolTime.host_id)))
        .order_by(Host.id.not_in(asking), Host.register_id)
        .limit(len(told))
    ).all()
    for host_id, one in zip(schools, told, strict=False):
        tell_school_time(SYSTEM, host_id, one, version=0, now=now)


def _told(monday: dt.date) -> list[SchoolTime]:
    """Odd and even grades change each week; letters change each month, the youngest come in between; one never does."""
    both = {(Shift.MORNING, False): MORNING, (Shift.AFTERNOON, False): AFTERNOON}
    return [
        SchoolTime(both, Grouping.GRADES, Rotation.WEEK, first_grades=frozenset({1, 3, 5, 7}), anchor_day=monday),
        SchoolTime(
            both | {(Shift.MIDDLE, False): Bells(dt.time(11), lessons=4)},
            Grouping.LETTERS,
            Rotation.MONTH,
            first_sections=frozenset({"1", "3"}),
            middle_grades=frozenset({1, 2}),
            anchor_day=monday,
        ),
        SchoolTime({(Shift.MORNING, False): MORNING}),
    ]
