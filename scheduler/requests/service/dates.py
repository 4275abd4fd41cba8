"""The centre proposes dates, the school accepts one; what nobody answers in time is over."""

import datetime as dt
import logging
from collections.abc import Collection, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from scheduler.core import audit, clock, states
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected, SchedulerError
from scheduler.policy import SYSTEM, Actor
from scheduler.requests.models import DateProposal, SchoolRequest
from scheduler.requests.queries.rows import blackouts_of_each
from scheduler.requests.rules.school_request import problems_with_dates
from scheduler.requests.service.locked_request import locked_request, write_to_centre, write_to_school
from scheduler.requests.terms.dates import DateDraft
from scheduler.requests.terms.reasons import RequestReason
from scheduler.requests.terms.school_request import REQUEST_MACHINE, RequestState

log = logging.getLogger(__name__)


def propose_dates(
    actor: Actor,
    request_id: int,
    dates: Sequence[DateDraft],
    *,
    held_until: dt.datetime,
    now: dt.datetime,
    version: int | None = None,
) -> None:
    """Offer the school some dates until a moment; it reads them on its page and by mail.

    Raises: NotAllowed; NotFound; Conflict; Rejected with {"dates-0-on_day": reason}, counted from 0.
    """
    with transaction() as session:
        row = locked_request(session, actor, "accept", request_id, version=version)
        cannot = blackouts_of_each([row.id])[row.id]
        if problems := problems_with_dates(dates, clock.local_day(held_until), clock.local_day(now), cannot):
            raise Rejected(problems)
        _forget(session, row)
        states.move(REQUEST_MACHINE, row, RequestState.PROPOSED, actor=actor, at=now)
        row.owner_id = row.owner_id or actor.user_id
        session.add_all(
            DateProposal(
                school_request_id=row.id, on_day=one.on_day, starts_local=one.starts_local, held_until=held_until
            )
            for one in dates
        )
        session.flush()
        write_to_school(row, "request_proposed", now=now, dates=[vars(one) for one in dates], until=held_until)
    log.info("dates proposed", extra={"request_id": request_id, "dates": len(dates)})


def accept_date(
    actor: Actor, request_id: int, proposal_id: int, *, now: dt.datetime, version: int | None = None
) -> None:
    """The school takes one of the dates: the request is agreed for that day and hour, and the centre is told.

    Raises: NotFound, also for a date of another request; Conflict("wrong_state"); Conflict("date_gone") when its time
    to answer is over.
    """
    with transaction() as session:
        row = locked_request(session, actor, "update", request_id, version=version)
        if row.state is not RequestState.PROPOSED:
            raise Conflict(GroundReason.WRONG_STATE)
        chosen = session.scalar(
            select(DateProposal).where(DateProposal.id == proposal_id, DateProposal.school_request_id == row.id)
        )
        if chosen is None:
            raise NotFound("date")
        if chosen.held_until <= now:
            raise Conflict(RequestReason.DATE_GONE)
        day, starts = chosen.on_day, chosen.starts_local
        row.first_day = row.last_day = day
        row.presentations[0].starts_local, row.presentations[0].lesson = starts, None  # the agreed hour is by the clock
        _forget(session, row)
        states.move(REQUEST_MACHINE, row, RequestState.AGREED, actor=actor, at=now)
        write_to_centre(row, "request_date_accepted", now=now, day=day, starts=starts)
    log.info("date accepted", extra={"request_id": request_id})


def decline_dates(actor: Actor, request_id: int, reason: str, *, now: dt.datetime, version: int | None = None) -> None:
    """None of the dates suits the school: the request is the centre's again, which reads why.

    Raises: NotFound; Conflict("wrong_state"); Rejected without a reason.
    """
    if not reason:
        raise Rejected({"reason": GroundReason.MISSING})
    with transaction() as session:
        row = locked_request(session, actor, "update", request_id, version=version)
        if row.state is not RequestState.PROPOSED:
            raise Conflict(GroundReason.WRONG_STATE)
        _forget(session, row)
        row.answer = reason
        states.move(REQUEST_MACHINE, row, RequestState.TRIAGE, actor=actor, at=now, reason="no_date_suits")
        write_to_centre(row, "request_dates_declined", now=now, reason=reason)


def replace_dates(
    actor: Actor, row: SchoolRequest, gone: Collection[int], others: Sequence[DateDraft], *, now: dt.datetime
) -> None:
    """Put other dates in the place of proposals that nobody can keep; a part of a larger act, on a locked request.

    They wait as long as the others do. Without any date left the request is the centre's again, which is told.
    """
    session = db.session()
    rows = session.scalars(select(DateProposal).where(DateProposal.school_request_id == row.id)).all()
    held_until = max(one.held_until for one in rows)
    session.execute(delete(DateProposal).where(DateProposal.id.in_(gone)))
    left = {(one.on_day, one.starts_local) for one in rows if one.id not in gone}
    fresh = [one for one in others if (one.on_day, one.starts_local) not in left]
    session.add_all(DateProposal(school_request_id=row.id, held_until=held_until, **vars(one)) for one in fresh)
    audit.record(actor, "dates replaced", row, at=now, details={"gone": len(gone), "new": len(fresh)})
    if not left and not fresh:
        states.move(REQUEST_MACHINE, row, RequestState.TRIAGE, actor=actor, at=now, reason="dates_taken")
        write_to_centre(row, "request_dates_taken", now=now)
    flag_modified(row, "state_since")  # pages that show the dates are out of date
    session.flush()


def lapse_dates(*, now: dt.datetime) -> int:
    """For the job: requests whose proposed dates nobody answered in time are the centre's again. Twice is once."""
    held = select(DateProposal.school_request_id).where(DateProposal.held_until > now)
    over = select(DateProposal.school_request_id).where(DateProposal.held_until <= now)
    with transaction() as session:
        wanted = select(SchoolRequest.id).where(
            SchoolRequest.state == RequestState.PROPOSED, SchoolRequest.id.in_(over), SchoolRequest.id.not_in(held)
        )
        ids = list(session.scalars(wanted.order_by(SchoolRequest.id)))
    return sum(_lapse(request_id, now) for request_id in ids)


def _lapse(request_id: int, now: dt.datetime) -> bool:
    try:
        with transaction() as session:
            row = locked_request(session, SYSTEM, "update", request_id)
            if row.state is not RequestState.PROPOSED:
                return False
            _forget(session, row)
            states.move(REQUEST_MACHINE, row, RequestState.TRIAGE, actor=SYSTEM, at=now, reason="dates_lapsed")
            write_to_centre(row, "request_dates_declined", now=now, reason="")
            write_to_school(row, "request_dates_lapsed", now=now)
            return True
    except SchedulerError:
        log.exception("dates not lapsed", extra={"request_id": request_id})
        return False


def _forget(session: Session, row: SchoolRequest) -> None:
    session.execute(delete(DateProposal).where(DateProposal.school_request_id == row.id))
