"""What the outbox shows: to coordinators the state of their mails, to a thing's page the mails about it."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.language import DEFAULT
from scheduler.core.leases import is_free
from scheduler.core.paging import PER_PAGE, Page, first_row
from scheduler.core.sorting import Columns, Sort, ordered_by
from scheduler.messages.models import MessageDelay, MessageText, OutboxMessage, ReminderSwitch
from scheduler.messages.rules import CLOCK_WAS_AHEAD, KINDS, LONGEST_PAUSE
from scheduler.messages.terms import (
    IN_THE_HOUSE,
    UNSENT,
    Body,
    Failure,
    MailText,
    MessageGroup,
    MessagePage,
    MessageRow,
    MessageState,
    Reminder,
    TextKind,
    TextVersion,
)
from scheduler.messages.wording import TEXT_KINDS

_TEXTS = "texts of centres"  # of what a session keeps
SORTS: Columns = {
    "about": (OutboxMessage.subject,),
    "to": (OutboxMessage.address,),
    "state": (OutboxMessage.state,),
    "written": (OutboxMessage.id,),
}


def row_of(message: OutboxMessage) -> MessageRow:
    """A message as lists and rules read it."""
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
        not_before=message.not_before,
        channel=message.channel,
        protected=message.protected,
        edited_at=message.edited_at,
        reason=message.reason or "",
    )


def body_of(message: OutboxMessage) -> Body:
    """What a stored mail says."""
    return Body(message.subject, message.text, message.html, free=message.free_paragraphs)


def delays_of(centre_id: int) -> dict[MessageGroup, int]:
    """For how many minutes a centre keeps messages of each group; of a group that is not named for none."""
    rows = db.session().execute(
        select(MessageDelay.kind, MessageDelay.minutes).where(MessageDelay.centre_id == centre_id)
    )
    return {row.kind: row.minutes for row in rows}


def may_have_left(state: MessageState, attempts: int) -> bool:
    """Whether its reader may have it: sent, being sent, or tried."""
    return attempts > 0 or state not in (MessageState.WAITING, MessageState.HELD, MessageState.STOPPED)


def held_among(ids: Collection[int]) -> list[int]:
    """Those of these messages that somebody holds."""
    held = select(OutboxMessage.id).where(OutboxMessage.id.in_(ids), OutboxMessage.state == MessageState.HELD)
    return list(db.session.scalars(held.order_by(OutboxMessage.id)))


def still_here(thing: str, thing_id: int) -> list[MessageRow]:
    """The messages about one row of a table that wait or are held, oldest first."""
    found = db.session.scalars(select(OutboxMessage).where(*_here(thing, thing_id)).order_by(OutboxMessage.id))
    return [row_of(message) for message in found]


def any_here(thing: str, thing_id: int) -> ColumnElement[bool]:
    """Whether there are any, for who asks more in one question."""
    return select(OutboxMessage.id).where(*_here(thing, thing_id)).exists()


def _here(thing: str, thing_id: int) -> tuple[ColumnElement[bool], ...]:
    about = OutboxMessage.about == thing, OutboxMessage.about_id == thing_id
    return *about, OutboxMessage.state.in_(IN_THE_HOUSE)


def messages_about(thing: str, thing_id: int) -> list[MessageRow]:
    """The mails about one row of a table, oldest first."""
    found = db.session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.about == thing, OutboxMessage.about_id == thing_id)
        .order_by(OutboxMessage.id)
    )
    return [row_of(message) for message in found]


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
    return row_of(found) if found else None


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
    per_page: int = PER_PAGE,
) -> tuple[Page[MessageRow], Counter[MessageState]]:
    """One page of a centre's mails, newest first or as asked, and how many there are in each state.

    `within`: those that the reader may see and looks for. One that is leaving waits, for the list.
    """
    wanted: list[ColumnElement[bool]] = [OutboxMessage.centre_id == centre_id, *within]
    states = select(OutboxMessage.state, func.count().label("many")).where(*wanted).group_by(OutboxMessage.state)
    counts = Counter({row.state: row.many for row in db.session.execute(states)})
    counts[MessageState.WAITING] += counts.pop(MessageState.SENDING, 0)
    total = counts[state] if state else counts.total()
    if state:
        wanted.append(OutboxMessage.state.in_(UNSENT if state in UNSENT else (state,)))
    found = db.session.scalars(
        select(OutboxMessage)
        .where(*wanted)
        .order_by(*ordered_by(sort, SORTS), OutboxMessage.id.desc())
        .offset(first_row(number, per_page))
        .limit(per_page)
    )
    return Page([row_of(message) for message in found], max(number, 1), total, per_page), counts


def message_of(centre_id: int, message_id: int, *, within: Sequence[ColumnElement[bool]] = ()) -> MessagePage | None:
    """One mail of a centre with its text; None when there is none, or it is another centre's."""
    message = db.session.scalar(
        select(OutboxMessage).where(OutboxMessage.id == message_id, OutboxMessage.centre_id == centre_id, *within)
    )
    if message is None:
        return None
    lines = tuple(line for line in message.text.split("\n") if line.strip())
    return MessagePage(row_of(message), lines, body_of(message))


def of_group(group: MessageGroup) -> ColumnElement[bool]:
    """Messages of these kinds."""
    return OutboxMessage.kind.in_([kind for kind, one in KINDS.items() if one is group])


def rows_of(ids: Collection[int], within: Sequence[ColumnElement[bool]]) -> list[MessageRow]:
    """These messages, the oldest first. Raises: NotFound unless all are within."""
    found = db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.id.in_(ids), *within).order_by(OutboxMessage.id)
    )
    rows = [row_of(message) for message in found]
    if len(rows) != len(set(ids)):
        raise NotFound("message")
    return rows


def is_on(reminder: Reminder, centre_id: Any) -> ColumnElement[bool]:
    """Whether the centre in that column reminds of it."""
    off = exists().where(ReminderSwitch.centre_id == centre_id, ReminderSwitch.kind == reminder, ~ReminderSwitch.is_on)
    return ~off


def switches_of(centre_id: int) -> dict[Reminder, ReminderSwitch]:
    """What a centre has switched off, or on again."""
    found = db.session.scalars(select(ReminderSwitch).where(ReminderSwitch.centre_id == centre_id))
    return {row.kind: row for row in found}


def due_ids(limit: int, now: dt.datetime) -> list[int]:
    """Mails that may leave now, oldest first; to one address only the first unsent one, so that order holds.

    One that its centre lets wait keeps back no mail about something else.
    """
    earlier = aliased(OutboxMessage)
    put_off = (earlier.attempts == 0) & (earlier.not_before > now) & (earlier.created_at <= now + CLOCK_WAS_AHEAD)
    before = (
        select(earlier.id)
        .where(earlier.address == OutboxMessage.address, earlier.id < OutboxMessage.id, earlier.state.in_(UNSENT))
        .where(~put_off | _same_thing(earlier))
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
    due = (OutboxMessage.not_before <= now) | ahead | put_off | _is_followed(now)
    waits = (OutboxMessage.state == MessageState.WAITING) & due
    free: ColumnElement[bool] = is_free(
        OutboxMessage, waits=waits, busy=OutboxMessage.state == MessageState.SENDING, now=now
    )
    return free


def text_language(language: str) -> str:
    """In which language the text of a reader is kept: Latin letters are made from the Cyrillic ones."""
    return DEFAULT if language == "sr_Latn" else language


def own_text(centre_id: int | None, kind: TextKind, language: str) -> MailText | None:
    """What a centre says instead of the product: asked once in a transaction, for all its kinds."""
    if centre_id is None or kind not in TEXT_KINDS:
        return None
    session = db.session()
    begun, kept = session.info.get(_TEXTS, (None, {}))
    if begun is None or begun is not session.get_transaction():
        kept = {}
    if centre_id not in kept:
        kept[centre_id] = texts_in_force(centre_id)
        session.info[_TEXTS] = session.get_transaction(), kept
    own = kept[centre_id].get((kind, text_language(language)))
    return own.text if own else None


def texts_in_force(centre_id: int) -> dict[tuple[TextKind, str], TextVersion]:
    """What a centre says itself, by kind and language."""
    newest = (
        select(func.max(MessageText.id))
        .where(MessageText.centre_id == centre_id)
        .group_by(MessageText.channel, MessageText.kind, MessageText.language)
    )
    rows = db.session().scalars(select(MessageText).where(MessageText.id.in_(newest), MessageText.body != ""))
    return {(TextKind(row.channel, row.kind), row.language): _version(row) for row in rows}


def versions_of(centre_id: int, kind: TextKind, language: str) -> list[TextVersion]:
    """All that a centre has said in mails of a kind, in one language, the newest first. By whom, its history says."""
    rows = db.session().scalars(
        select(MessageText)
        .where(
            MessageText.centre_id == centre_id,
            MessageText.channel == kind.channel,
            MessageText.kind == kind.kind,
            MessageText.language == language,
        )
        .order_by(MessageText.version.desc())
    )
    return [_version(row) for row in rows]


def _version(row: MessageText) -> TextVersion:
    product = MailText(row.product_subject, row.product_body)
    return TextVersion(row.version, MailText(row.subject, row.body), product, row.saved_at, row.id)


def _same_thing(other: type[OutboxMessage]) -> ColumnElement[bool]:
    return (other.about == OutboxMessage.about) & (other.about_id == OutboxMessage.about_id)


def _is_followed(now: dt.datetime) -> ColumnElement[bool]:
    """One that is let wait goes with the next that tells its reader more of the same: the later would come first.

    Never a protected one: what a guardian is asked on a day is asked on that day.
    """
    later = aliased(OutboxMessage)
    return (
        select(later.id)
        .where(later.address == OutboxMessage.address, later.id > OutboxMessage.id, _same_thing(later))
        .where(
            later.state == MessageState.WAITING,
            later.not_before <= now,
            OutboxMessage.attempts == 0,
            ~OutboxMessage.protected,
        )
        .exists()
    )
