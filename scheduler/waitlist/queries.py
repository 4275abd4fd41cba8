"""The waiting list: who stands where and why, and the dates a centre has to give. More rows never mean more queries."""

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from scheduler import policy
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.paging import PER_PAGE, Page, first_row
from scheduler.core.records import dataclass
from scheduler.places.models import Host, Municipality
from scheduler.policy import Actor, in_reach
from scheduler.programmes.models import Programme
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.lineage import merged_at, place_in_line
from scheduler.requests.queries.rows import with_related_rows
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.rules.cancelling import is_late_cancel
from scheduler.visits.terms.states import CancelledBy, VisitState
from scheduler.waitlist.models import DateOffer, OpenDate, WaitingWeights
from scheduler.waitlist.rules import is_rural, rank_key, rank_parts
from scheduler.waitlist.terms import (
    DateOfferRow,
    DateOfferState,
    DateState,
    OfferedDate,
    OpenDateRow,
    PlaceInLine,
    Points,
    WaitingFacts,
    WaitingLine,
    WaitingRow,
    Weights,
)

ON_THE_LIST = (RequestState.WAITLISTED, RequestState.PROPOSED)
POINTS = tuple(Weights.__dataclass_fields__)


def weights_of(centre_id: int) -> Weights:
    """What counts on a centre's waiting list; the defaults until an administrator has set them."""
    row = db.session().scalar(select(WaitingWeights).where(WaitingWeights.centre_id == centre_id))
    return Weights(**{name: getattr(row, name) for name in POINTS}) if row else Weights()


def waiting_list(actor: Actor, *, now: dt.datetime, programme_id: int | None = None, page: int = 1) -> Page[WaitingRow]:
    """The actor's centre's waiting list by rank, with each rank in parts.

    All are ranked, by the few columns that a rank rests on; only those of the page are loaded. Raises: NotAllowed.
    """
    policy.require(actor, "accept", "request", centre=policy.own_part(actor))
    if actor.centre_id is None:
        return Page([], page, 0)
    weights = weights_of(actor.centre_id)
    ranked = _ranked(in_reach(actor, SchoolRequest), weights, now=now, programme_id=programme_id)
    begins = first_row(page)
    some = ranked[begins : begins + PER_PAGE]
    shown = _lines([one.id for one in some])
    held = _held([one.id for one in some])
    rows = [_waiting_row(place, one, shown[one.id], held.get(one.id)) for place, one in enumerate(some, begins + 1)]
    return Page(rows, page, len(ranked))


def _lines(request_ids: Sequence[int]) -> dict[int, WaitingLine]:
    rows = db.session().execute(
        select(
            SchoolRequest.id,
            SchoolRequest.number,
            Host.name_sr_cyrl,
            Host.name_sr_latn,
            Programme.name_sr_cyrl,
            Programme.name_en,
        )
        .join(SchoolRequest.host)
        .join(SchoolRequest.programme)
        .where(SchoolRequest.id.in_(request_ids))
    )
    return {row.id: WaitingLine(*row) for row in rows}


def _waiting_row(place: int, one: "_Ranked", line: WaitingLine, offer: DateOffer | None) -> WaitingRow:
    return WaitingRow(
        place=place,
        row=line,
        points=sum(part.points for part in one.parts),
        parts=one.parts,
        waits_since=one.facts.waits_since,
        offered=offer.open_date.on_day if offer else None,
        offered_until=offer.until if offer else None,
    )


def waiting_now(centre_id: int) -> int:
    """How many requests are on a centre's waiting list."""
    waits = SchoolRequest.centre_id == centre_id, SchoolRequest.state == RequestState.WAITLISTED
    return db.session().scalar(select(func.count()).select_from(SchoolRequest).where(*waits)) or 0


def place_of(request_id: int, centre_id: int, *, now: dt.datetime) -> PlaceInLine | None:
    """Where a request stands on its centre's waiting list; None when it is not on it."""
    ranked = _ranked(SchoolRequest.centre_id == centre_id, weights_of(centre_id), now=now, programme_id=None)
    return next((PlaceInLine(n, len(ranked)) for n, one in enumerate(ranked, 1) if one.id == request_id), None)


def points_of(request_ids: Collection[int], centre_id: int, *, now: dt.datetime) -> dict[int, int]:
    """The points that each of these requests has, or would have on the waiting list. Three questions."""
    weights, today = weights_of(centre_id), clock.local_day(now)
    facts = _facts([SchoolRequest.id.in_(request_ids)])
    return {one: sum(part.points for part in rank_parts(said, weights, now, today)) for one, said in facts.items()}


def waiting_by_rank(
    centre_id: int, weights: Weights, *, now: dt.datetime, programme_id: int | None = None
) -> list[tuple[SchoolRequest, WaitingFacts]]:
    """Every waiting request of a centre, the first in line first, with what its rank rests on.

    Who is offered a date from the list keeps its place in it meanwhile.
    """
    ranked = _ranked(SchoolRequest.centre_id == centre_id, weights, now=now, programme_id=programme_id)
    rows = {row.id: row for row in _loaded([one.id for one in ranked])}
    return [(rows[one.id], one.facts) for one in ranked]


def _loaded(request_ids: Sequence[int]) -> Sequence[SchoolRequest]:
    return db.session().scalars(with_related_rows(select(SchoolRequest).where(SchoolRequest.id.in_(request_ids)))).all()


@dataclass(frozen=True)
class _Ranked:
    """A request in its place in line."""

    id: int
    facts: WaitingFacts
    parts: tuple[Points, ...]


def _ranked(
    whose: ColumnElement[bool], weights: Weights, *, now: dt.datetime, programme_id: int | None
) -> list[_Ranked]:
    held = select(DateOffer.school_request_id).where(DateOffer.state == DateOfferState.HELD)
    waits = [
        whose,
        SchoolRequest.state.in_(ON_THE_LIST),
        (SchoolRequest.state == RequestState.WAITLISTED) | SchoolRequest.id.in_(held),
    ]
    if programme_id is not None:
        waits.append(SchoolRequest.programme_id == programme_id)
    facts, today = _facts(waits), clock.local_day(now)
    found = [_Ranked(one, said, rank_parts(said, weights, now, today)) for one, said in facts.items()]
    return sorted(found, key=lambda one: rank_key(one.facts, one.parts, one.id))


def _facts(waits: Sequence[ColumnElement[bool]]) -> dict[int, WaitingFacts]:
    """What the rank of each waiting request rests on, by id."""
    rows = (
        db.session()
        .execute(
            select(
                SchoolRequest.id,
                SchoolRequest.host_id,
                SchoolRequest.parent_id,
                SchoolRequest.special_needs,
                SchoolRequest.in_line_since,
                SchoolRequest.submitted_at,
                Host.place_sr_cyrl,
                Municipality.name_sr_cyrl,
                Municipality.city_sr_cyrl,
            )
            .join(SchoolRequest.host)
            .outerjoin(Host.municipality)
            .where(*waits)
            .order_by(SchoolRequest.id)
        )
        .all()
    )
    hosts = select(SchoolRequest.host_id).where(*waits)
    visits, merged = last_visits(hosts), merged_at(hosts)
    first = _called_off_late(select(SchoolRequest.parent_id).where(*waits))
    rural = {seat: is_rural(seat[0], seat[1:] if seat[1] is not None else ()) for seat in {row[6:] for row in rows}}
    return {
        row.id: WaitingFacts(
            last_visit=visits.get(row.host_id),
            rural=rural[row[6:]],
            special_needs=row.special_needs,
            waits_since=place_in_line(row.id, row.in_line_since or row.submitted_at, merged),
            put_first=row.parent_id in first,
        )
        for row in rows
    }


def last_visits(host_ids: Collection[int] | Select[int]) -> dict[int, dt.date]:
    """The day of the last visit held at each of these hosts, by whichever centre; hosts never visited are left out."""
    held = (
        select(Visit.host_id, func.max(Visit.on_day))
        .where(Visit.host_id.in_(host_ids), Visit.state == VisitState.DELIVERED)
        .group_by(Visit.host_id)
    )
    return {row[0]: row[1] for row in db.session().execute(held)}


def _called_off_late(parents: Select[int | None]) -> set[int]:
    """Which of the requests that others were booked again from had a visit that the centre called off late."""
    ended = db.session().execute(
        select(Visit.school_request_id, Visit.state_since, func.min(Presentation.starts_at))
        .join(Presentation, Presentation.visit_id == Visit.id)
        .where(
            Visit.school_request_id.in_(parents),
            Visit.state == VisitState.CANCELLED,
            Visit.cancelled_by == CancelledBy.CENTRE,
        )
        .group_by(Visit.id, Visit.school_request_id, Visit.state_since)
    )
    return {
        request_id
        for request_id, at, begins in ended
        if request_id is not None and is_late_cancel(begins.replace(tzinfo=begins.tzinfo or dt.UTC), at)
    }


def _held(request_ids: Sequence[int]) -> dict[int, DateOffer]:
    rows = db.session().scalars(
        select(DateOffer)
        .join(SchoolRequest, SchoolRequest.id == DateOffer.school_request_id)
        .where(DateOffer.school_request_id.in_(request_ids), DateOffer.state == DateOfferState.HELD, _still_waits())
        .options(joinedload(DateOffer.open_date))
        .order_by(DateOffer.id)
    )
    return {row.school_request_id: row for row in rows}


def _still_waits() -> ColumnElement[bool]:
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
                offered_at=one.offered_at,
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
            _still_waits(),
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
        .where(DateOffer.state == DateOfferState.HELD, ~_still_waits())
    )
    over = OpenDate.on_day <= clock.local_day(now)
    wanted = select(OpenDate.id).where(
        OpenDate.state == DateState.OPEN,
        OpenDate.id.in_(late) | OpenDate.id.not_in(held) | OpenDate.id.in_(gone) | over,
    )
    return list(db.session().scalars(wanted.order_by(OpenDate.id)))
