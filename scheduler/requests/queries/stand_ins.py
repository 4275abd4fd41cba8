"""Who stands in for whom today: what lists, letters and the inbox ask."""

import datetime as dt
from collections.abc import Collection, Iterable
from functools import cache

from sqlalchemy import BindParameter, ColumnElement, Date, Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from scheduler.core import clock
from scheduler.core.db import db
from scheduler.people.models import User
from scheduler.people.queries import coordinators_of
from scheduler.places.models import Host, Municipality
from scheduler.places.queries import district_row
from scheduler.requests.models import Handover, HandoverDistrict, SchoolRequest
from scheduler.requests.rules.handovers import stand_in_for, told_instead
from scheduler.requests.terms.handovers import HandoverRow

SOON = dt.timedelta(days=14)  # so long before it begins, a handover stands on the first pages of both


def handovers_on(centre_ids: Collection[int], day: dt.date) -> list[HandoverRow]:
    """The handovers of these centres that hold on a day; a suspended stand-in looks after nothing."""
    return _rows(db.session().scalars(_running(), {"centre_ids": list(centre_ids), "day": day}))


def handovers_soon(centre_id: int | None, day: dt.date) -> list[HandoverRow]:
    """The handovers of a centre that hold on a day or soon after, also those whose stand-in is suspended."""
    return _rows(db.session().scalars(_soon(), {"centre_id": centre_id, "day": day, "until": day + SOON}))


def handover_rows(*wanted: ColumnElement[bool], limit: int | None = None) -> list[HandoverRow]:
    """Handovers with names and districts, the latest first: two questions, however many."""
    return _rows(db.session().scalars(_wanted(*wanted).limit(limit)))


def _wanted(*conditions: ColumnElement[bool]) -> Select[Handover]:
    return (
        select(Handover)
        .where(*conditions)
        .options(
            joinedload(Handover.away),
            joinedload(Handover.stand_in),
            selectinload(Handover.districts).joinedload(HandoverDistrict.district),
        )
        .order_by(Handover.first_day.desc(), Handover.id.desc())
        .execution_options(populate_existing=True)
    )


@cache
def _soon() -> Select[Handover]:
    """Put together once, as the next one: most pages of a centre ask it, and nearly always nobody is away."""
    day, until = (bindparam(name, type_=Date()) for name in ("day", "until"))
    soon = (Handover.ended_at.is_(None), Handover.first_day <= until, Handover.last_day >= day)
    return _wanted(Handover.centre_id == bindparam("centre_id"), *soon)


@cache
def _running() -> Select[Handover]:
    able = Handover.stand_in.has(User.suspended_at.is_(None))
    of_these = Handover.centre_id.in_(bindparam("centre_ids", expanding=True))
    return _wanted(of_these, *_on(Handover, bindparam("day", type_=Date())), able)


def _rows(found: Iterable[Handover]) -> list[HandoverRow]:
    return [_row(row) for row in found]


def _row(row: Handover) -> HandoverRow:
    return HandoverRow(
        id=row.id,
        away_id=row.away_id,
        away=row.away.full_name,
        stand_in_id=row.stand_in_id,
        stand_in=row.stand_in.full_name,
        stand_in_email=row.stand_in.email,
        stand_in_language=row.stand_in.language,
        first_day=row.first_day,
        last_day=row.last_day,
        ended_at=row.ended_at,
        districts=tuple(district_row(one.district) for one in row.districts),
        able=row.stand_in.suspended_at is None,
    )


def _on(table: type[Handover], day: dt.date | BindParameter[dt.date]) -> tuple[ColumnElement[bool], ...]:
    return (table.ended_at.is_(None), table.first_day <= day, table.last_day >= day)


def handed_to(
    user_id: int | None,
    day: dt.date | BindParameter[dt.date],
    owner: ColumnElement[int | None] | None = None,
    district: ColumnElement[int | None] | None = None,
) -> ColumnElement[bool]:
    """Whether a request is looked after by this user today because its owner is away; or what is alike in both.

    Nearly always nobody is: that is asked once, and not of each of ten thousand requests.
    """
    owned_by = SchoolRequest.owner_id if owner is None else owner
    lies_in = _district() if district is None else district
    table = aliased(Handover)
    away = select(table.away_id).where(table.stand_in_id == user_id, *_on(table, day))
    of_it = exists().where(HandoverDistrict.handover_id == table.id)
    theirs = exists().where(HandoverDistrict.handover_id == table.id, HandoverDistrict.district_id == lies_in)
    theirs = theirs.correlate_except(HandoverDistrict)
    hers = exists().where(
        table.away_id == owned_by, table.stand_in_id == user_id, *_on(table, day), or_(~of_it, theirs)
    )
    return and_(owned_by.in_(away), hers)


def owned_within(away_id: int, district_ids: Collection[int]) -> ColumnElement[bool]:
    """Whether a request is somebody's, in these districts; without districts, anywhere."""
    owned = SchoolRequest.owner_id == away_id
    return and_(owned, _district().in_(district_ids)) if district_ids else owned


def _district() -> ColumnElement[int | None]:
    return (
        select(Municipality.district_id)
        .join(Host, Host.municipality_id == Municipality.id)
        .where(Host.id == SchoolRequest.host_id)
        .correlate(SchoolRequest)
        .scalar_subquery()
    )


def on_duty(centre_id: int, district_id: int | None, now: dt.datetime) -> list[tuple[str, str]]:
    """(address, language) of who is told when something of a district waits: the coordinators, or who stands in."""
    running = handovers_on([centre_id], clock.local_day(now))
    return told_instead(coordinators_of(centre_id, district_id), district_id, running)


def stand_in_of(row: SchoolRequest, now: dt.datetime) -> HandoverRow | None:
    """The handover by which somebody looks after a request today; its owner and host need not be loaded."""
    if row.owner_id is None:
        return None
    running = handovers_on([row.centre_id], clock.local_day(now))
    return stand_in_for(row.owner_id, district_of(row), running) if running else None


def district_of(row: SchoolRequest) -> int | None:
    """The district of a request's host; None abroad."""
    return db.session().scalar(select(_district()).select_from(SchoolRequest).where(SchoolRequest.id == row.id))
