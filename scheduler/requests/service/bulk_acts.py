"""What is done to several requests at once, in one transaction, and taken back while that is still honest.

An act that mails schools keeps its mails in the house for `rules.MAIL_WAITS`; taking it back stops them. Nothing is
taken back once a mail has left, or once anybody has changed the request since.
"""

import datetime as dt
import logging
import secrets
from collections.abc import Iterator, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler.core import audit, states
from scheduler.core.db import transaction
from scheduler.core.errors import GroundReason, NotFound, Rejected
from scheduler.messages import mail
from scheduler.messages.queries import own_text
from scheduler.messages.service import stop_messages
from scheduler.messages.terms import Body, Channel, TextKind
from scheduler.people.queries import colleagues_of
from scheduler.policy import Actor
from scheduler.requests.models import SchoolRequest, UndoableAct
from scheduler.requests.queries.lineage import contacts_of_each, is_asked_anew
from scheduler.requests.queries.rows import request_rows, with_related_rows
from scheduler.requests.rules.states import LETTERS, MAIL_WAITS, OVER, UNDO_WITHIN, may_together
from scheduler.requests.service.lineage import take_apart
from scheduler.requests.service.locked_request import locked_request, values_of, write_to_school
from scheduler.requests.service.undoable import keep_undoable, stood_before
from scheduler.requests.terms.acts import ALONE, BulkAct, ChosenRequest, Done, Preview, Refusal, SomeCannot, TakenBack
from scheduler.requests.terms.school_request import REQUEST_MACHINE, RequestState

log = logging.getLogger(__name__)
MOST_TOGETHER = 100  # a page of the inbox


def act_together(
    actor: Actor, act: BulkAct, chosen: Sequence[ChosenRequest], *, now: dt.datetime, owner_id: int | None = None
) -> Done:
    """Do one act to every chosen request, or to none.

    `owner_id` is the colleague of ASSIGN. Raises: NotAllowed; NotFound; Rejected without a request or a colleague;
    SomeCannot, with the reasons, when one of them has changed meanwhile or is in another state.
    """
    if act is BulkAct.TAKE:
        owner_id = actor.user_id
    _require_choice(actor, act, chosen, owner_id)
    batch, done = secrets.token_urlsafe(16), 0
    with transaction() as session:
        session.execute(delete(UndoableAct).where(UndoableAct.done_at < now - dt.timedelta(days=1)))
        rows, refusals = _rows(session, actor, act, chosen)
        if refusals:
            raise SomeCannot(tuple(refusals))
        for row in rows:
            done += _act_on(session, row, stood_before(row, act, now, batch), actor, owner_id)
    log.info("acted together", extra={"act": act.value, "requests": done})
    return Done(done, batch if done else "")


def _require_choice(actor: Actor, act: BulkAct, chosen: Sequence[ChosenRequest], owner_id: int | None) -> None:
    if act in ALONE:
        raise Rejected({"act": GroundReason.NOT_A_CHOICE})
    if not chosen or len(chosen) > MOST_TOGETHER:
        raise Rejected({"rows": GroundReason.NOTHING_TICKED if not chosen else GroundReason.TOO_MANY})
    if act is BulkAct.ASSIGN and owner_id not in {who for who, _name in colleagues_of(actor.centre_id)}:
        raise Rejected({"owner": GroundReason.NOT_A_CHOICE})


def _rows(
    session: Session, actor: Actor, act: BulkAct, chosen: Sequence[ChosenRequest]
) -> tuple[list[SchoolRequest], list[Refusal]]:
    """The chosen requests, locked in the order of their ids, and why the act is not for some of them."""
    rows: list[SchoolRequest] = []
    refusals: list[Refusal] = []
    seen = {one.request_id: one.version for one in chosen}
    for request_id in sorted(seen):
        row = locked_request(session, actor, "update", request_id)
        if seen[request_id] is not None and row.version != seen[request_id]:
            refusals.append(Refusal(row.id, row.number, GroundReason.CHANGED_MEANWHILE))
        elif not may_together(act, row.state):
            refusals.append(Refusal(row.id, row.number, GroundReason.WRONG_STATE))
        else:
            rows.append(row)
    return rows, refusals


def _act_on(session: Session, row: SchoolRequest, undoable: UndoableAct, actor: Actor, owner_id: int | None) -> bool:
    """One act on one locked request; False when it was so already."""
    now = undoable.done_at
    if undoable.act is BulkAct.WAITLIST:
        states.move(REQUEST_MACHINE, row, RequestState.WAITLISTED, actor=actor, at=now)
        write_to_school(row, LETTERS[undoable.act], now=now, not_before=now + MAIL_WAITS)
    elif undoable.act is BulkAct.AGREE:
        if row.state is RequestState.NEW:
            states.move(REQUEST_MACHINE, row, RequestState.TRIAGE, actor=actor, at=now)
        states.move(REQUEST_MACHINE, row, RequestState.AGREED, actor=actor, at=now)
        row.owner_id = row.owner_id or actor.user_id
        write_to_school(row, LETTERS[undoable.act], now=now, not_before=now + MAIL_WAITS)
    elif row.state is RequestState.NEW:
        row.owner_id = owner_id
        states.move(REQUEST_MACHINE, row, RequestState.TRIAGE, actor=actor, at=now)
    elif row.owner_id != owner_id:
        row.owner_id = owner_id
        audit.record(actor, "owner changed", row, at=now)
    else:
        return False
    return bool(keep_undoable(session, undoable, row))


def preview_together(actor: Actor, act: BulkAct, chosen: Sequence[ChosenRequest], *, now: dt.datetime) -> Preview:
    """What an act that mails schools would do; nothing is stored. Raises: as `act_together`, but not SomeCannot."""
    _require_choice(actor, act, chosen, None)
    with transaction() as session:
        rows, refusals = _rows(session, actor, act, chosen)
        contacts = contacts_of_each(rows)
        to = [(row, contacts[row.id][0].language) for row in rows if contacts[row.id]]
        letter = _letter(LETTERS[act], *to[0]) if to else None
        wanted = select(SchoolRequest).where(SchoolRequest.id.in_([row.id for row in rows])).order_by(SchoolRequest.id)
        shown = request_rows(session.scalars(with_related_rows(wanted)).all(), now)
    return Preview(
        rows=tuple(shown),
        refusals=tuple(refusals),
        mails=sum(map(len, contacts.values())),
        without_address=len(rows) - len(to),
        subject=letter.subject if letter else "",
        text=letter.text if letter else "",
    )


def _letter(kind: str, row: SchoolRequest, language: str) -> Body:
    own = own_text(row.centre_id, TextKind(Channel.MAIL, kind), language)
    return mail.render(kind, language, values_of(row, language), for_school=True, own=own)


def take_back(actor: Actor, batch: str, *, now: dt.datetime, request_id: int | None = None) -> TakenBack:
    """Undo an act, on all its requests or on one of them: owner, state and age are as before, mails are stopped.

    Requests that have moved on or are asked for anew, or whose mail has left, stay as they are and are named. Raises:
    NotFound when there is nothing (more) to take back.
    """
    back, kept = 0, []
    with transaction() as session:
        for act in _acts(session, batch, request_id):
            row = locked_request(session, actor, "update", act.school_request_id)
            if _may_go_back(act, row, now):
                if act.act is BulkAct.MERGE:
                    take_apart(session, actor, row, now)
                _restore(act, row, actor, now)
                session.delete(act)
                back += 1
            else:
                kept.append(row.number)
        if not back and not kept:
            raise NotFound("act")
    log.info("act taken back", extra={"requests": back, "kept": len(kept)})
    return TakenBack(back, tuple(kept))


def _acts(session: Session, batch: str, request_id: int | None) -> Iterator[UndoableAct]:
    wanted = select(UndoableAct).where(UndoableAct.batch == batch).order_by(UndoableAct.school_request_id)
    if request_id is not None:
        wanted = wanted.where(UndoableAct.school_request_id == request_id)
    yield from session.scalars(wanted).all()


def _may_go_back(act: UndoableAct, row: SchoolRequest, now: dt.datetime) -> bool:
    if row.version != act.version_after or now - act.done_at > UNDO_WITHIN:
        return False
    if row.state is not act.state_before and not REQUEST_MACHINE.may_take_back(row.state, act.state_before):
        return False
    if row.state in OVER and is_asked_anew(row.id):
        return False
    letter = LETTERS.get(act.act)
    return letter is None or stop_messages((SchoolRequest.__tablename__, row.id), letter, act.done_at)


def _restore(act: UndoableAct, row: SchoolRequest, actor: Actor, now: dt.datetime) -> None:
    row.owner_id, row.reason, row.attention = act.owner_before_id, act.reason_before, act.attention_before
    if row.state is act.state_before:
        audit.record(actor, "owner restored", row, at=now)
    else:
        states.take_back(REQUEST_MACHINE, row, act.state_before, since=act.since_before, actor=actor, at=now)
