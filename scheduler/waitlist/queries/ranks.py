"""Where requests stand on a waiting list, and why: each rank is a sum of what is stored, and kept nowhere."""

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Select, func, select

from scheduler.core import clock
from scheduler.core.db import db, written_out
from scheduler.places.models import Host, Municipality
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.lineage import merged_at, place_in_line
from scheduler.requests.queries.rows import with_related_rows
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.rules.cancelling import is_late_cancel
from scheduler.visits.terms.states import CancelledBy, VisitState
from scheduler.waitlist.models import DateOffer, WaitingWeights
from scheduler.waitlist.rules import is_rural, rank_key, rank_parts
from scheduler.waitlist.terms import DateOfferState, WaitingFacts, Weights

ON_THE_LIST = (RequestState.WAITLISTED, RequestState.PROPOSED)
POINTS = tuple(Weights.__dataclass_fields__)


def weights_of(centre_id: int) -> Weights:
    """What counts on a centre's waiting list; the defaults until an administrator has set them."""
    return weights_in(db.session().scalar(select(WaitingWeights).where(WaitingWeights.centre_id == centre_id)))


def weights_in(row: WaitingWeights | None) -> Weights:
    """What an administrator has set; None: nobody has."""
    return Weights(**{name: getattr(row, name) for name in POINTS}) if row else Weights()


def waiting_now(centre_id: int) -> int:
    """How many requests are on a centre's waiting list."""
    waits = SchoolRequest.centre_id == centre_id, SchoolRequest.state == RequestState.WAITLISTED
    return db.session().scalar(select(func.count()).select_from(SchoolRequest).where(*waits)) or 0


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
    waits, today = who_waits(SchoolRequest.centre_id == centre_id), clock.local_day(now)
    if programme_id is not None:
        waits.append(SchoolRequest.programme_id == programme_id)
    facts = _facts(waits)
    keys = {one: rank_key(said, rank_parts(said, weights, now, today), one) for one, said in facts.items()}
    ranked = sorted(facts, key=keys.__getitem__)
    rows = {row.id: row for row in _loaded(ranked)}
    return [(rows[one], facts[one]) for one in ranked]


def _loaded(request_ids: Sequence[int]) -> Sequence[SchoolRequest]:
    return db.session().scalars(with_related_rows(select(SchoolRequest).where(SchoolRequest.id.in_(request_ids)))).all()


def who_waits(whose: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    """Which of these requests are on the list; the states are written out, so that the index of them is read."""
    held = select(DateOffer.school_request_id).where(DateOffer.state == DateOfferState.HELD)
    waits = (SchoolRequest.state == RequestState.WAITLISTED) | SchoolRequest.id.in_(held)
    return [whose, written_out(SchoolRequest.state, ON_THE_LIST), waits]


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
    first = called_off_late(select(SchoolRequest.parent_id).where(*waits))
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


def called_off_late(parents: Select[int | None]) -> frozenset[int]:
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
    return frozenset(
        request_id
        for request_id, at, begins in ended
        if request_id is not None and is_late_cancel(begins.replace(tzinfo=begins.tzinfo or dt.UTC), at)
    )
