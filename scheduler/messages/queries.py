"""What the outbox shows: to coordinators the state of their mails, to a thing's page the mails about it."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from scheduler.core.db import db
from scheduler.core.leases import is_free
from scheduler.core.paging import PER_PAGE, Page, first_row
from scheduler.core.sorting import Columns, Sort, ordered_by
from scheduler.messages.models import OutboxMessage
from scheduler.messages.rules import CLOCK_WAS_AHEAD, LONGEST_PAUSE
from scheduler.messages.terms import UNSENT, Failure, MessagePage, MessageRow, MessageState

SORTS: Columns = {
    "about": (OutboxMessage.subject,),
    "to": (OutboxMessage.address,),
    "state": (OutboxMessage.state,),
    "written": (OutboxMessage.id,),
}


def _row(message: OutboxMessage) -> MessageRow:
    return MessageRow(
        id=message.id,
        kind=message.kind,
        address=message.address,
        subject=message.subject,
        state=message.state,
        failure=Failure(message.failure) if message.failure else None,
        attempts=message.attempts,
        created_at=message.created_at,
        sent_at=message.sent_at,
    )


def messages_about(thing: str, thing_id: int) -> list[MessageRow]:
    """The mails about one row of a table, oldest first."""
    found = db.session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.about == thing, OutboxMessage.about_id == thing_id)
        .order_by(OutboxMessage.id)
    )
    return [_row(message) for message in found]


def newest_of(centre_id: int, kind: str = "", state: MessageState | None = None) -> MessageRow | None:
    """The newest mail of a centre, of one kind or in one state."""
    found = db.session.scalar(
        select(OutboxMessage)
        .where(
            OutboxMessage.centre_id == centre_id,
            *((OutboxMessage.kind == kind,) if kind else ()),
            *((OutboxMessage.state == state,) if state else ()),
        )
        .order_by(OutboxMessage.id.desc())
        .limit(1)
    )
    return _row(found) if found else None


def is_waiting(kind: str, about: tuple[str, int]) -> bool:
    """Whether a mail of that kind about that row has still to leave."""
    thing, thing_id = about
    wanted = select(OutboxMessage.id).where(
        OutboxMessage.kind == kind,
        OutboxMessage.about == thing,
        OutboxMessage.about_id == thing_id,
        OutboxMessage.state == MessageState.WAITING,
    )
    return db.session.scalar(wanted.limit(1)) is not None


def newest_calendar_kinds(thing: str, thing_ids: Collection[int]) -> dict[tuple[int, str], str]:
    """The kind of the newest mail about each of these rows that changed somebody's calendar, by row and reader."""
    wanted = (
        select(OutboxMessage.about_id, OutboxMessage.calendar_of, OutboxMessage.kind)
        .where(
            OutboxMessage.about == thing,
            OutboxMessage.about_id.in_(thing_ids),
            OutboxMessage.calendar_of.is_not(None),
            OutboxMessage.state != MessageState.STOPPED,
        )
        .order_by(OutboxMessage.id)
    )
    rows = db.session.execute(wanted)
    return {(thing_id, reader): kind for thing_id, reader, kind in rows if thing_id is not None and reader is not None}


def written_within(time: dt.timedelta, now: dt.datetime) -> ColumnElement[bool]:
    """Written not so long ago, and not by a clock that has been set back since: that would keep silent for as long."""
    return (OutboxMessage.created_at > now - time) & (OutboxMessage.created_at <= now + CLOCK_WAS_AHEAD)


def written_lately(kind: str, addresses: Collection[str], time: dt.timedelta, now: dt.datetime) -> Counter[str]:
    """How many mails of one kind each of these addresses was written not so long ago; stopped ones count too."""
    found = db.session.scalars(
        select(OutboxMessage.address).where(
            OutboxMessage.kind == kind, OutboxMessage.address.in_(addresses), written_within(time, now)
        )
    )
    return Counter(found)


def outbox_of(
    centre_id: int,
    number: int = 1,
    *,
    state: MessageState | None = None,
    sort: Sort | None = None,
    within: Sequence[ColumnElement[bool]] = (),
) -> Page[MessageRow]:
    """One page of a centre's mails, newest first or as asked; `within`: those that the reader may see."""
    wanted: list[ColumnElement[bool]] = [OutboxMessage.centre_id == centre_id, *within]
    if state:
        wanted.append(OutboxMessage.state == state)
    total = db.session.scalar(select(func.count()).select_from(OutboxMessage).where(*wanted)) or 0
    found = db.session.scalars(
        select(OutboxMessage)
        .where(*wanted)
        .order_by(*ordered_by(sort, SORTS), OutboxMessage.id.desc())
        .offset(first_row(number))
        .limit(PER_PAGE)
    )
    return Page([_row(message) for message in found], max(number, 1), total)


def message_of(centre_id: int, message_id: int, *, within: Sequence[ColumnElement[bool]] = ()) -> MessagePage | None:
    """One mail of a centre with its text; None when there is none, or it is another centre's."""
    message = db.session.scalar(
        select(OutboxMessage).where(OutboxMessage.id == message_id, OutboxMessage.centre_id == centre_id, *within)
    )
    if message is None:
        return None
    return MessagePage(_row(message), tuple(line for line in message.text.split("\n") if line.strip()))


def due_ids(limit: int, now: dt.datetime) -> list[int]:
    """Mails that may leave now, oldest first; to one address only the first unsent one, so that order holds."""
    earlier = aliased(OutboxMessage)
    before = (
        select(earlier.id)
        .where(earlier.address == OutboxMessage.address, earlier.id < OutboxMessage.id, earlier.state.in_(UNSENT))
        .exists()
    )
    return list(
        db.session.scalars(
            select(OutboxMessage.id).where(may_leave(now), ~before).order_by(OutboxMessage.id).limit(limit)
        )
    )


def may_leave(now: dt.datetime) -> ColumnElement[bool]:
    """Due, and held by no sender: waiting, or its sender died and its lease has ended.

    What was written, or put off after a try, by a clock that has been set back since is due as well: it would keep
    back for as long all that follows it to its address.
    """
    ahead = OutboxMessage.created_at > now + CLOCK_WAS_AHEAD
    put_off = (OutboxMessage.attempts > 0) & (
        OutboxMessage.not_before > now + max(LONGEST_PAUSE.values()) + CLOCK_WAS_AHEAD
    )
    due = (OutboxMessage.not_before <= now) | ahead | put_off
    waits = (OutboxMessage.state == MessageState.WAITING) & due
    free: ColumnElement[bool] = is_free(
        OutboxMessage, waits=waits, busy=OutboxMessage.state == MessageState.SENDING, now=now
    )
    return free
