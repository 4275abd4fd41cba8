"""What staff do with a request, and how it follows its visit."""

import datetime as dt
from collections.abc import Sequence

from scheduler.core import audit, states
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, GroundReason, Rejected
from scheduler.policy import Actor
from scheduler.requests.models import SchoolRequest
from scheduler.requests.rules.states import FOLLOWED, LETTERS, MAIL_WAITS, OPEN, OVER, way_to_end
from scheduler.requests.service.locked_request import locked_request, write_to_school
from scheduler.requests.service.undoable import keep_undoable, stood_before
from scheduler.requests.terms.acts import BulkAct
from scheduler.requests.terms.reasons import RequestReason
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
        row.answer, row.told_by_phone = "", False
        states.move(REQUEST_MACHINE, row, RequestState.NEEDS_INFO, actor=actor, at=now)
        write_to_school(row, "request_question", now=now, question=question)


def decline_request(actor: Actor, request_id: int, reason: str, *, now: dt.datetime, version: int | None = None) -> str:
    """Say no, with the reason that the school reads in ten minutes; the press by which it is taken back until then.

    Raises: as `ask_school`; Rejected without a reason.
    """
    if not reason:
        raise Rejected({"reason": GroundReason.MISSING})
    with transaction() as session:
        row = locked_request(session, actor, "decline", request_id, version=version)
        act = stood_before(row, BulkAct.DECLINE, now)
        states.move(REQUEST_MACHINE, row, RequestState.DECLINED, actor=actor, at=now, reason="declined")
        row.reason = reason
        row.attention = False
        write_to_school(row, LETTERS[act.act], now=now, not_before=now + MAIL_WAITS, reason=reason)
        return keep_undoable(session, act, row)


def agree_request(actor: Actor, request_id: int, *, now: dt.datetime, version: int | None = None) -> None:
    """Say yes: somebody will come within the days asked for; the visit is planned next. Raises: as `ask_school`."""
    with transaction() as session:
        row = locked_request(session, actor, "accept", request_id, version=version)
        states.move(REQUEST_MACHINE, row, RequestState.AGREED, actor=actor, at=now)
        row.owner_id = row.owner_id or actor.user_id
        write_to_school(row, "request_agreed", now=now)


def reopen_request(actor: Actor, request_id: int, reason: str, *, now: dt.datetime, version: int | None = None) -> None:
    """Take a yes back while no visit is planned: the centre decides anew, and the school reads why.

    Raises: as `ask_school`; Rejected without a reason.
    """
    if not reason:
        raise Rejected({"reason": GroundReason.MISSING})
    with transaction() as session:
        row = locked_request(session, actor, "accept", request_id, version=version)
        if row.state is not RequestState.AGREED:
            raise Conflict(GroundReason.WRONG_STATE)
        states.move(REQUEST_MACHINE, row, RequestState.TRIAGE, actor=actor, at=now, reason="yes_taken_back")
        write_to_school(row, "request_reopened", now=now, reason=reason)


def end_request(
    actor: Actor, request_id: int, reason: str, *, by_school: bool, now: dt.datetime, version: int | None = None
) -> str:
    """End an open request without a visit: the school rang that it wants none any more, or the centre cannot.

    The school reads the reason in ten minutes; the press by which it is taken back until then, empty where dates were
    proposed: they are free at once. (With a visit it is `cancel_visit` of visits.) Raises: as `ask_school`;
    Conflict("has_a_date") when a visit is planned; Rejected without a reason.
    """
    if not reason:
        raise Rejected({"reason": GroundReason.MISSING})
    with transaction() as session:
        row = locked_request(session, actor, "withdraw", request_id, version=version)
        to = way_to_end(row.state, by_school=by_school)
        if to is None:
            raise Conflict(GroundReason.WRONG_STATE if row.state in OVER else RequestReason.HAS_A_DATE)
        act = stood_before(row, BulkAct.END, now)
        states.move(REQUEST_MACHINE, row, to, actor=actor, at=now, reason="by_phone" if by_school else "by_the_centre")
        row.reason, row.attention = reason, False
        letter = LETTERS[act.act]
        write_to_school(row, letter, now=now, not_before=now + MAIL_WAITS, reason=reason, by_school=by_school)
        return keep_undoable(session, act, row)


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
