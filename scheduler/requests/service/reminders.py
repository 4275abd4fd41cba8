"""What nobody speaks of any more: the school is reminded, the centre is asked to call, what is finished is closed."""

import datetime as dt
import logging

from sqlalchemy import select

from scheduler.core.db import db, transaction
from scheduler.core.errors import SchedulerError
from scheduler.policy import SYSTEM
from scheduler.requests.models import RequestReminder, SchoolRequest
from scheduler.requests.rules.states import CLOSED_AFTER, FINISHED, REMIND_AFTER_DAYS, REMINDED, waits_too_long
from scheduler.requests.service.desk import follow_visits
from scheduler.requests.service.locked_request import locked_request, write_to_centre, write_to_school
from scheduler.requests.terms.school_request import RequestState

log = logging.getLogger(__name__)
CLOSED_AT_ONCE = 200


def remind_of_requests(*, now: dt.datetime, ask_after_days: int) -> int:
    """For the job: remind each school that owes an answer or has none, once; later ask its centre to call, once.

    Returns how many requests were written about. Twice is once: what was written is stored.
    """
    first = now - dt.timedelta(days=min(REMIND_AFTER_DAYS, ask_after_days))
    wanted = select(SchoolRequest.id).where(SchoolRequest.state.in_(REMINDED), SchoolRequest.state_since <= first)
    ids = db.session().scalars(wanted.order_by(SchoolRequest.id)).all()
    return sum(_remind(request_id, now, ask_after_days) for request_id in ids)


def _remind(request_id: int, now: dt.datetime, ask_after_days: int) -> bool:
    try:
        with transaction() as session:
            row = locked_request(session, SYSTEM, "update", request_id)
            if row.state not in REMINDED:
                return False  # answered since it was found
            sent = session.get(RequestReminder, request_id, populate_existing=True)
            new = sent is None or sent.since != row.state_since
            if sent is None:
                sent = RequestReminder(school_request_id=request_id)
                session.add(sent)
            if new:
                sent.since, sent.school_at, sent.centre_at = row.state_since, now, None
                asks = row.state is RequestState.NEEDS_INFO
                write_to_school(row, "request_reminder", now=now, question=row.question if asks else "")
            late = sent.centre_at is None and waits_too_long(row.state, row.state_since, now, ask_after_days)
            if late:
                sent.centre_at = now
                write_to_centre(row, "request_forgotten", now=now, days=(now - row.state_since).days)
            return new or late
    except SchedulerError:
        log.exception("request not reminded", extra={"request_id": request_id})
        return False


def close_finished(*, now: dt.datetime) -> int:
    """For the job: close what was certified, or reported without any certificate, a month ago; how many. Twice is
    once."""
    with transaction() as session:
        wanted = select(SchoolRequest).where(
            SchoolRequest.state.in_(FINISHED), SchoolRequest.state_since <= now - CLOSED_AFTER
        )
        locked = wanted.order_by(SchoolRequest.id).limit(CLOSED_AT_ONCE).with_for_update(skip_locked=True)
        rows = session.scalars(locked.execution_options(populate_existing=True)).all()
        follow_visits(SYSTEM, rows, RequestState.CLOSED, now=now)
    return len(rows)
