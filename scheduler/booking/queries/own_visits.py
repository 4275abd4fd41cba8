"""All that one address has asked for, by school and day."""

from dataclasses import replace
from typing import Any

from sqlalchemy import func, select

from scheduler.booking.terms.own_visits import VisitOfAddress
from scheduler.core.db import db
from scheduler.places.models import Host
from scheduler.programmes.models import Programme
from scheduler.requests.models import SchoolRequest
from scheduler.requests.rules.states import HIDDEN
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.terms.states import GONE_VISITS, PresentationState, VisitState

MOST_LISTED = 60  # of the newest: more than a school has in its years here
ELSEWHERE = (PresentationState.MERGED_INTO, PresentationState.MOVED, PresentationState.CANCELLED)
MISSED = (PresentationState.NO_SHOW_HOST, PresentationState.NO_SHOW_PRESENTER)
NOT_LISTED = (*HIDDEN, RequestState.EXPIRED, RequestState.MERGED_INTO)


_missed = (
    select(func.min(Presentation.state))
    .join(Visit, Visit.id == Presentation.visit_id)
    .where(Visit.school_request_id == SchoolRequest.id, Visit.state == VisitState.CANCELLED)
    .where(Presentation.state.in_(MISSED))
    .correlate(SchoolRequest)
)


def own_visits(address: str) -> list[VisitOfAddress]:
    """What was asked for from this address and proven, by school and day, each with its visit."""
    if not address:
        return []
    columns = (
        SchoolRequest.id,
        SchoolRequest.number,
        SchoolRequest.state,
        SchoolRequest.centre_id,
        Host.name_sr_cyrl,
        Host.name_sr_latn,
        Programme.name_sr_cyrl,
        Programme.name_en,
        SchoolRequest.first_day,
        SchoolRequest.last_day,
        _missed.scalar_subquery(),
    )
    asked = (
        select(*columns)
        .join(Host, Host.id == SchoolRequest.host_id)
        .join(Programme, Programme.id == SchoolRequest.programme_id)
        .where(SchoolRequest.contact_email == address, SchoolRequest.state.not_in(NOT_LISTED))
        .order_by(SchoolRequest.id.desc())
        .limit(MOST_LISTED)
    )
    found = {row.id: VisitOfAddress(*tuple[Any, ...](row)) for row in db.session().execute(asked)}
    planned = (
        select(Visit.school_request_id, Visit.on_day, Presentation.starts_local)
        .join(Presentation, Presentation.visit_id == Visit.id)
        .where(
            Visit.school_request_id.in_(found), Visit.state.not_in(GONE_VISITS), Presentation.state.not_in(ELSEWHERE)
        )
        .order_by(Visit.id, Presentation.starts_at)
    )
    for request_id, on_day, starts in db.session().execute(planned) if found else ():
        one = found[request_id]
        before = one.starts_local if one.on_day == on_day else ()
        found[request_id] = replace(one, on_day=on_day, starts_local=(*before, starts))
    return sorted(found.values(), key=lambda one: (one.host_sr_latn, one.on_day or one.first_day, one.request_id))


def living_request_of(address: str, state: RequestState) -> int | None:
    """The newest request of this address in that state."""
    wanted = select(SchoolRequest.id).where(SchoolRequest.contact_email == address, SchoolRequest.state == state)
    return db.session().scalar(wanted.order_by(SchoolRequest.id.desc()).limit(1))


def own_visits_of(request_id: int) -> list[VisitOfAddress]:
    """The same for the address that a request was sent from."""
    address = db.session().scalar(select(SchoolRequest.contact_email).where(SchoolRequest.id == request_id))
    return own_visits(address or "")
