"""What staff do with a request, and how it follows its visit."""

import datetime as dt
from collections.abc import Sequence

from scheduler.core import audit, states
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, GroundReason, Rejected
from scheduler.policy import Actor
from scheduler.requests.models import SchoolRequest
from scheduler.requests.rules.states import FOLLOWED, OPEN
from scheduler.requests.service.locked_request import locked_request, write_to_school
from scheduler.requests.terms.school_request import REQUEST_MACHINE, RequestState


def ask_school(actor: Actor, request_id: int, question: str, *, now: dt.datetime, version: int | None = None) -> None:
    """Ask the school for what is missing.

    Raises: NotAllowed; NotFound; Conflict when somebody was quicker or all is over; Rejected without a question.
    """
    if not question:
        raise Rejected({"question": GroundReason.MISSING})
    with transaction() as session:
        row = locked_request(session, actor, "update", request_id, version=version)
        row.question = question
        row.answer = ""
        states.move(REQUEST_MACHINE, row, RequestState.NEEDS_INFO, actor=actor, at=now)
        write_to_school(row, "request_question", now=now, question=question)


def decline_request(
    actor: Actor, request_id: int, reason: str, *, now: dt.datetime, version: int | None = None
) -> None:
    """Say no, with the reason that the school reads. Raises: as `ask_school`; Rejected without a reason."""
    if not reason:
        raise Rejected({"reason": GroundReason.MISSING})
    with transaction() as session:
        row = locked_request(session, actor, "decline", request_id, version=version)
        states.move(REQUEST_MACHINE, row, RequestState.DECLINED, actor=actor, at=now, reason="declined")
        row.reason = reason
        row.attention = False
        write_to_school(row, "request_declined", now=now, reason=reason)


def agree_request(actor: Actor, request_id: int, *, now: dt.datetime, version: int | None = None) -> None:
    """Say yes: somebody will come within the days asked for; the visit is planned next. Raises: as `ask_school`."""
    with transaction() as session:
        row = locked_request(session, actor, "accept", request_id, version=version)
        states.move(REQUEST_MACHINE, row, RequestState.AGREED, actor=actor, at=now)
        row.owner_id = row.owner_id or actor.user_id
        write_to_school(row, "request_agreed", now=now)


def note_counts(actor: Actor, request_id: int, *, now: dt.datetime, version: int | None = None) -> None:
    """Somebody has looked at the numbers that the school changed; nothing to do when somebody had already."""
    with transaction() as session:
        row = locked_request(session, actor, "update", request_id, version=version)
        if row.attention:
            row.attention = False
            audit.record(actor, "counts seen", row, at=now)


def follow_visit(
    actor: Actor, school_request: SchoolRequest, to: RequestState, *, now: dt.datetime, reason: str = ""
) -> None:
    """Move a request with its visit, inside the caller's transaction: the only way from staffing on.

    Who may is checked by the caller, who moves the visit. Raises: Conflict("wrong_state"), also for a state that no
    visit leads to.
    """
    if to not in FOLLOWED:
        raise Conflict(GroundReason.WRONG_STATE)
    states.move(REQUEST_MACHINE, school_request, to, actor=actor, at=now, reason=reason)
    if to not in OPEN:
        school_request.attention = False


def follow_visits(actor: Actor, rows: Sequence[SchoolRequest], to: RequestState, *, now: dt.datetime) -> None:
    """The same for the requests of many visits, all at once. Raises: as `follow_visit`."""
    if to not in FOLLOWED:
        raise Conflict(GroundReason.WRONG_STATE)
    states.move_each(REQUEST_MACHINE, rows, to, actor=actor, at=now)
    for row in rows:
        if row.attention and to not in OPEN:
            row.attention = False
