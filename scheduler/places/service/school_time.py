"""What a host says about its shifts and bells: kept for next time, by a coordinator or by the school's own link."""

import datetime as dt
import logging
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from scheduler import policy
from scheduler.core import audit
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.places.models import BellSchedule, Host, HostSchoolTime, SchoolTimeDay
from scheduler.places.queries import school_time_row
from scheduler.places.rules.school_time import problems_with_school_time
from scheduler.places.terms.school_time import NamedDay, SchoolTime
from scheduler.policy import Actor, Scope

log = logging.getLogger(__name__)


def tell_school_time(actor: Actor, host_id: int, told: SchoolTime, *, version: int, now: dt.datetime) -> None:
    """Store what a host says, in place of what was said before. The same again changes nothing and is no conflict.

    `version` is what the page showed, 0 for nothing. Raises: NotAllowed; NotFound; Rejected with {field: reason};
    Conflict when somebody else has told it meanwhile.
    """
    policy.require(actor, "update", "school_time", request=actor.request_id)  # its host: below
    if policy.scope_of(actor, "update", "school_time") is Scope.HOST and host_id != actor.host_id:
        raise NotFound("host")
    if problems := problems_with_school_time(told):
        raise Rejected(problems)
    with transaction() as session:
        if session.get(Host, host_id, with_for_update={"key_share": True}) is None:  # who tells it too waits
            raise NotFound("host")
        row = _stored(session, host_id)
        if row is not None and school_time_row(row).told == told:
            return
        if (row.version if row else 0) != version:
            raise Conflict(GroundReason.CHANGED_MEANWHILE)
        row = row or HostSchoolTime(host_id=host_id, bells=[], days=[])
        session.add(row)
        _fill(session, row, told)
        row.by_school, row.changed_at = actor.request_id is not None, now
        session.flush()
        audit.record(actor, "school time told", row, at=now, details={"host_id": host_id, "rotation": told.rotation})
    log.info("school time told", extra={"host_id": host_id})


def _stored(session: Session, host_id: int) -> HostSchoolTime | None:
    wanted = select(HostSchoolTime).where(HostSchoolTime.host_id == host_id)
    loaded = wanted.options(selectinload(HostSchoolTime.bells), selectinload(HostSchoolTime.days))
    return session.scalar(loaded.execution_options(populate_existing=True))


def _fill(session: Session, row: HostSchoolTime, told: SchoolTime) -> None:
    for name, value in columns_of(told).items():
        setattr(row, name, value)
    row.bells, row.days = [], []
    if row.id is not None:
        session.flush()  # the old lines go first: the new ones may be the same shifts and days
    row.bells = [BellSchedule(**one) for one in bells_of(told)]
    row.days = [SchoolTimeDay(**one) for one in days_of(told)]


def columns_of(told: SchoolTime) -> dict[str, Any]:
    """What a host says, as its row holds it."""
    return {
        "grouping": told.grouping,
        "rotation": told.rotation,
        "anchor_day": told.anchor_day,
        "first_grades": ",".join(map(str, sorted(told.first_grades))),
        "first_sections": ",".join(sorted(told.first_sections)),
        "middle_grades": ",".join(map(str, sorted(told.middle_grades))),
        "afternoon_weekday": told.afternoon_weekday,
        "afternoon_starts": told.afternoon_starts,
    }


def bells_of(told: SchoolTime) -> list[dict[str, Any]]:
    """Its bells, one row for each shift and kind of day."""
    return [
        {
            "shift": shift,
            "short": short,
            "starts_local": bells.starts,
            "lesson_minutes": bells.lesson_minutes,
            "break_minutes": bells.break_minutes,
            "long_break_after": bells.long_break_after,
            "long_break_minutes": bells.long_break_minutes,
            "lessons": bells.lessons,
        }
        for (shift, short), bells in told.bells.items()
    ]


def days_of(told: SchoolTime) -> list[dict[str, Any]]:
    """The days that it names, in order."""
    turns = [{"kind": NamedDay.TURN, "day": day} for day in sorted(told.turns)]
    return turns + [{"kind": NamedDay.SHORT, "day": day} for day in sorted(told.short_days)]
