"""Two requests become one, and a request is booked again: each keeps the earliest place in line."""

import datetime as dt
import logging

from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.core import audit, clock, form_keys, states
from scheduler.core.db import advisory_lock, transaction
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.people import rules as people_rules
from scheduler.places import queries as place_queries
from scheduler.policy import Actor
from scheduler.programmes import queries as programme_queries
from scheduler.requests.models import SchoolRequest
from scheduler.requests.rules.school_request import levels_at, problems_with
from scheduler.requests.rules.states import MAIL_WAITS, OPEN, may_book_again, may_move
from scheduler.requests.service.locked_request import locked_request, write_to_school
from scheduler.requests.service.sent import ROWS_OF_THEIR_OWN
from scheduler.requests.service.submission import (
    FORM_LOCK,
    Setting,
    become_child,
    set_off,
    store_request,
)
from scheduler.requests.service.undoable import keep_undoable, stood_before
from scheduler.requests.terms.acts import BulkAct, Done
from scheduler.requests.terms.reasons import RequestReason
from scheduler.requests.terms.school_request import (
    REQUEST_MACHINE,
    PresentationDraft,
    RequestDraft,
    RequestFacts,
    RequestState,
)

log = logging.getLogger(__name__)
MERGED_LETTER = "request_merged"
OF_PRESENTATION = tuple(PresentationDraft.__dataclass_fields__)
OF_REQUEST = tuple(
    name for name in RequestDraft.__dataclass_fields__ if name not in ROWS_OF_THEIR_OWN
)  # other days, other wishes


def merge_request(actor: Actor, request_id: int, into_id: int, *, now: dt.datetime, version: int | None = None) -> Done:
    """Make a duplicate part of another request of the same host: its link leads there, the earlier place counts.

    Both contacts stay and are written to from now on. It can be taken back until the mail leaves. Raises: NotAllowed;
    NotFound; Conflict("same_request", "another_host", "wrong_state", "changed_meanwhile").
    """
    if request_id == into_id:
        raise Conflict(RequestReason.SAME_REQUEST)
    with transaction() as session:
        rows = {one: locked_request(session, actor, "update", one) for one in sorted((request_id, into_id))}
        merged, kept = rows[request_id], rows[into_id]
        if version is not None and merged.version != version:
            raise Conflict(GroundReason.CHANGED_MEANWHILE)
        if (merged.host_id, merged.centre_id) != (kept.host_id, kept.centre_id):
            raise Conflict(RequestReason.ANOTHER_HOST)
        if kept.state not in OPEN or not may_move(merged.state, RequestState.MERGED_INTO):
            raise Conflict(GroundReason.WRONG_STATE)
        act = stood_before(merged, BulkAct.MERGE, now)
        merged.merged_into_id = kept.id
        states.move(REQUEST_MACHINE, merged, RequestState.MERGED_INTO, actor=actor, at=now, reason=kept.number)
        merged.attention = False
        audit.record(actor, "another merged into it", kept, at=now, details={"request": merged.number})
        write_to_school(merged, MERGED_LETTER, now=now, not_before=now + MAIL_WAITS, kept=kept.number)
        keep_undoable(session, act, merged)
    log.info("request merged", extra={"request_id": request_id, "into_id": into_id})
    return Done(1, act.batch)


def book_again(
    actor: Actor, request_id: int, first_day: dt.date, last_day: dt.date, *, form_key: str, now: dt.datetime
) -> str:
    """Ask anew for what could not be held, within other days; the number of the new request.

    It keeps its lineage, and its place in line unless the visit was held. The same form sent twice books once. Raises:
    NotAllowed; NotFound; Conflict("wrong_state") while the old one is open; Rejected with {field: reason}.
    """
    key = f"again:{form_key}"
    with transaction() as session:
        advisory_lock(session, FORM_LOCK, [people_rules.lock_number(key)])
        row = locked_request(session, actor, "update", request_id)
        policy.require(actor, "create", "request", centre=policy.spot(row))
        if (earlier := form_keys.answer_of(key)) is not None:
            return earlier
        if not may_book_again(row.state):
            raise Conflict(GroundReason.WRONG_STATE)
        draft = _draft_again(row, first_day, last_day)
        host, programme = place_queries.host_of(row.host_id), programme_queries.programme_of(row.programme_id)
        levels = levels_at(host.teaches_primary, host.teaches_secondary)
        problems = problems_with(draft, clock.local_day(now), RequestFacts(programme, levels, by_staff=True))
        if problems:
            raise Rejected(problems)
        number = _book(session, actor, row, draft, now)
        form_keys.remember(key, number, at=now)
    log.info("request booked again", extra={"request_id": request_id})
    return number


def _draft_again(row: SchoolRequest, first_day: dt.date, last_day: dt.date) -> RequestDraft:
    same = {name: getattr(row, name) for name in OF_REQUEST}
    asked = tuple(
        PresentationDraft(**{name: getattr(one, name) for name in OF_PRESENTATION}) for one in row.presentations
    )
    return RequestDraft(**same | {"first_day": first_day, "last_day": last_day, "presentations": asked})


def _book(session: Session, actor: Actor, row: SchoolRequest, draft: RequestDraft, now: dt.datetime) -> str:
    child = store_request(session, actor, draft, row.centre_id, now)
    become_child(session, actor, child, row, now)
    set_off(session, actor, child, Setting(), now)
    return child.number


def take_apart(session: Session, actor: Actor, row: SchoolRequest, now: dt.datetime) -> None:
    """For `take_back`: the merged request stands alone again; the one it was part of remembers that too."""
    kept = session.get(SchoolRequest, row.merged_into_id)
    if kept is None:
        raise NotFound("request")
    row.merged_into_id = None
    audit.record(actor, "another taken apart", kept, at=now, details={"request": row.number})
