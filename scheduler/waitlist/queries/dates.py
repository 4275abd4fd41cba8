"""The dates that a centre has to give to its waiting list, and to whom they are offered."""

import datetime as dt

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload, selectinload

from scheduler import policy
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.policy import Actor
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.waitlist.models import DateOffer, OpenDate
from scheduler.waitlist.terms import DateOfferRow, DateOfferState, DateState, OfferedDate, OpenDateRow


def is_still_offered() -> ColumnElement[bool]:
    """The same question as rules.still_waits, of a request joined to an offer."""
    return (SchoolRequest.state == RequestState.PROPOSED) & (SchoolRequest.state_since <= DateOffer.offered_at)


def open_dates(actor: Actor, *, limit: int = 30) -> list[OpenDateRow]:
    """The dates that the actor's centre gives or gave to its waiting list, open ones first, with all offers."""
    policy.require(actor, "accept", "request", centre=policy.own_part(actor))
    own = [OpenDate.district_id.in_(actor.districts)] if actor.districts else []
    rows = db.session().scalars(
        select(OpenDate)
        .where(OpenDate.centre_id == actor.centre_id, *own)
        .options(
            joinedload(OpenDate.programme),
            joinedload(OpenDate.district),
            selectinload(OpenDate.offers).joinedload(DateOffer.school_request).joinedload(SchoolRequest.host),
        )
        .order_by(OpenDate.state != DateState.OPEN, OpenDate.on_day.desc(), OpenDate.id.desc())
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return [_open_date_row(row) for row in rows]


def _open_date_row(row: OpenDate) -> OpenDateRow:
    place = row.district
    return OpenDateRow(
        id=row.id,
        on_day=row.on_day,
        starts_local=row.starts_local,
        programme_sr_cyrl=row.programme.name_sr_cyrl,
        programme_en=row.programme.name_en,
        district_sr_cyrl=place.name_sr_cyrl if place else "",
        district_sr_latn=place.name_sr_latn if place else "",
        district_en=place.name_en if place else "",
        state=row.state,
        offers=tuple(
            DateOfferRow(
                number=one.school_request.number,
                host_sr_cyrl=one.school_request.host.name_sr_cyrl,
                host_sr_latn=one.school_request.host.name_sr_latn,
                state=one.state,
                points=one.points,
                until=one.until,
            )
            for one in row.offers
        ),
    )


def offered_date(request_id: int, now: dt.datetime) -> OfferedDate | None:
    """The date that is held for a request at this moment."""
    row = db.session().scalar(
        select(DateOffer)
        .join(SchoolRequest, SchoolRequest.id == DateOffer.school_request_id)
        .where(
            DateOffer.school_request_id == request_id,
            DateOffer.state == DateOfferState.HELD,
            DateOffer.until > now,
            is_still_offered(),
        )
        .options(joinedload(DateOffer.open_date))
    )
    if row is None:
        return None
    return OfferedDate(row.id, row.open_date.on_day, row.open_date.starts_local, row.until)


def dates_to_pass_on(now: dt.datetime) -> list[int]:
    """Open dates that are not held for anybody any more, or whose day has come."""
    late = select(DateOffer.open_date_id).where(DateOffer.state == DateOfferState.HELD, DateOffer.until <= now)
    held = select(DateOffer.open_date_id).where(DateOffer.state == DateOfferState.HELD)
    gone = (
        select(DateOffer.open_date_id)
        .join(SchoolRequest, SchoolRequest.id == DateOffer.school_request_id)
        .where(DateOffer.state == DateOfferState.HELD, ~is_still_offered())
    )
    over = OpenDate.on_day <= clock.local_day(now)
    wanted = select(OpenDate.id).where(
        OpenDate.state == DateState.OPEN,
        OpenDate.id.in_(late) | OpenDate.id.not_in(held) | OpenDate.id.in_(gone) | over,
    )
    return list(db.session().scalars(wanted.order_by(OpenDate.id)))
