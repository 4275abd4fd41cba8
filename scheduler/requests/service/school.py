"""What the school does with its own request, through its secret link."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm.attributes import flag_modified

from scheduler.core import audit, states, tokens
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, GroundReason, NotFound, Reason, Rejected
from scheduler.policy import Actor, Role
from scheduler.requests.models import SchoolRequest
from scheduler.requests.rules.school_request import problems_with_counts
from scheduler.requests.rules.states import HIDDEN, OVER, WITH_DATE, may_change_counts, way_out
from scheduler.requests.service.locked_request import STATUS_HOURS, locked_request, write_to_centre
from scheduler.requests.terms.reasons import RequestReason
from scheduler.requests.terms.school_request import REQUEST_MACHINE, ExpectedCounts, RequestState


def answer_question(
    actor: Actor, request_id: int, answer: str, *, now: dt.datetime, version: int | None = None
) -> None:
    """Answer what the centre asked; the request is back in triage and the centre is told.

    A colleague who rang the school notes what it said: it is kept as told by phone, and nobody is written to.
    Raises: NotFound; Conflict; Rejected when empty.
    """
    if not answer:
        raise Rejected({"answer": GroundReason.MISSING})
    with transaction() as session:
        row = locked_request(session, actor, "update", request_id, version=version)
        if row.state is not RequestState.NEEDS_INFO:
            raise Conflict(GroundReason.WRONG_STATE)
        row.answer, row.told_by_phone = answer, actor.user_id is not None
        states.move(REQUEST_MACHINE, row, RequestState.TRIAGE, actor=actor, at=now)
        if not row.told_by_phone:
            write_to_centre(row, "request_answered", now=now, question=row.question, answer=answer)


def share_page(actor: Actor, request_id: int, *, now: dt.datetime) -> str:
    """A secret for colleagues and the director: its page is read, and nothing can be done there. Raises: NotFound."""
    with transaction() as session:
        row = locked_request(session, actor, "read", request_id)
        audit.record(actor, "page shared", row, at=now)
        return tokens.mint("read", row.id, lasts=dt.timedelta(hours=STATUS_HOURS), now=now)


def withdraw_request(
    actor: Actor, request_id: int, reason: str = "", *, now: dt.datetime, version: int | None = None
) -> None:
    """End a request that has no date yet; the centre is told. (With a visit it is `cancel_visit` of visits.)

    Raises: NotFound; Conflict("has_a_date") when a visit is planned; Conflict("wrong_state") when all is over.
    """
    with transaction() as session:
        row = locked_request(session, actor, "withdraw", request_id, version=version)
        to = way_out(row.state)
        if to is None:
            raise Conflict(GroundReason.WRONG_STATE if row.state in OVER else RequestReason.HAS_A_DATE)
        unproved = row.state is RequestState.UNVERIFIED
        states.move(REQUEST_MACHINE, row, to, actor=actor, at=now, reason="withdrawn")
        row.reason = reason
        row.attention = False
        if not unproved:
            write_to_centre(row, "request_withdrawn", now=now, reason=reason)


def change_counts(
    actor: Actor, request_id: int, counts: Sequence[ExpectedCounts], *, now: dt.datetime, version: int | None = None
) -> None:
    """Say that more or fewer people come. Once the request is agreed, the coordinator's attention is asked for.

    Raises: NotFound; Conflict; Rejected with {"presentations-0-pupils": reason}, counted from 0.
    """
    with transaction() as session:
        row = locked_request(session, actor, "update", request_id, version=version)
        if not may_change_counts(row.state):
            raise Conflict(GroundReason.WRONG_STATE)
        if problems := problems_with_change(row, counts):
            raise Rejected(problems)
        changes = take_over(row, counts)
        if not changes:
            return
        row.attention = row.attention or row.state in WITH_DATE
        flag_modified(row, "attention")  # the numbers lie in another table: raise this row's version all the same
        audit.record(actor, "counts changed", row, at=now, details={"presentations": changes})
        if Role.SCHOOL_CONTACT in actor.roles:
            write_to_centre(row, "request_counts_changed", now=now, changes=sorted(changes.items()))


def tell_directions(
    actor: Actor, request_id: int, directions: str, *, now: dt.datetime, version: int | None = None
) -> None:
    """The school says how the crew finds it: entrance, parking, floor. Raises: NotFound; Conflict when all is over."""
    with transaction() as session:
        row = locked_request(session, actor, "update", request_id, version=version)
        if row.state in OVER or row.state in HIDDEN:
            raise Conflict(GroundReason.WRONG_STATE)
        if row.directions != directions:
            row.directions = directions
            audit.record(actor, "directions told", row, at=now)


def problems_with_change(row: SchoolRequest, counts: Sequence[ExpectedCounts]) -> dict[str, Reason]:
    """{"presentations-0-pupils": reason}, counted from 0. Raises: NotFound for a presentation that is not there."""
    asked = {presentation.ordinal: presentation for presentation in row.presentations}
    if {new.ordinal for new in counts} - set(asked):
        raise NotFound("presentation")
    return {
        f"presentations-{new.ordinal - 1}-{field}": reason
        for new in counts
        for field, reason in problems_with_counts(new, asked[new.ordinal].audience, row.programme.group_size).items()
    }


def take_over(row: SchoolRequest, counts: Sequence[ExpectedCounts]) -> dict[str, list[list[int]]]:
    """Set the numbers; returns what changed, by presentation: the three before, the three after."""
    asked = {presentation.ordinal: presentation for presentation in row.presentations}
    changes: dict[str, list[list[int]]] = {}
    for new in counts:
        old = asked[new.ordinal]
        before, after = [old.pupils, old.parents, old.teachers], [new.pupils, new.parents, new.teachers]
        if before != after:
            old.pupils, old.parents, old.teachers = after
            changes[str(new.ordinal)] = [before, after]
    return changes
