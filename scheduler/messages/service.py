"""The outbox: put in, taken out. A rolled-back change sends nothing; a committed one is never forgotten."""

import datetime as dt
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.exc import OperationalError

from scheduler.config import settings
from scheduler.core import audit, tokens
from scheduler.core.db import db, end_session, transaction
from scheduler.core.leases import lease
from scheduler.messages import mail, queries, rules
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import (
    UNSENT,
    Body,
    Channel,
    ConversationOf,
    Failure,
    MessageDraft,
    MessageState,
    Parcel,
    ShortDraft,
)

NOTE_WITHIN_S = 60.0  # half a lease: until then nobody else takes the mail
NOTE_PAUSE_S = 0.5


def queue_message(
    draft: MessageDraft, *, now: dt.datetime, not_before: dt.datetime | None = None, body: Body | None = None
) -> None:
    """Store one mail in the caller's transaction, rendered now from templates/mails/<kind>.jinja.

    Until `not_before` it stays in the house, where it can be stopped. Whoever shall keep nobody waiting at the write
    lock has rendered it before (`rendered`), and hands over its `body`.

    Raises: jinja2 errors when the kind or one of its values is unknown.
    """
    db.session().add(OutboxMessage(**_written(draft, now, not_before, body)))


def rendered(draft: MessageDraft) -> Body:
    """A mail as `queue_message` would store it; nothing is stored. Raises: as `queue_message`."""
    return mail.render(draft.kind, draft.language, draft.values, copy_of=draft.copy_of, for_school=draft.for_school)


def rendered_by_pattern(draft: MessageDraft) -> Body:
    """The same of a kind that many strangers cause, and that only shows what it is told (`mail.render_by_pattern`)."""
    return mail.render_by_pattern(draft.kind, draft.language, draft.values, for_school=draft.for_school)


def queue_messages(drafts: Sequence[MessageDraft], *, now: dt.datetime) -> None:
    """The same for many mails: one statement. Raises: as `queue_message`."""
    if drafts:
        db.session().execute(insert(OutboxMessage), [_written(draft, now, None) for draft in drafts])


def _written(
    draft: MessageDraft, now: dt.datetime, not_before: dt.datetime | None, body: Body | None = None
) -> dict[str, Any]:
    body, link = body or rendered(draft), draft.link
    about, about_id = draft.about or (None, None)
    return {
        "message_id": f"<{uuid.uuid4()}@{settings().uid_domain}>",
        "kind": draft.kind,
        "address": draft.address,
        "language": draft.language,
        "subject": body.subject,
        "text": body.text,
        "html": body.html,
        "calendar": draft.calendar.text if draft.calendar else None,
        "calendar_of": draft.calendar.reader if draft.calendar else None,
        "link_purpose": link.purpose if link else None,
        "link_subject_id": link.subject_id if link else None,
        "link_path": link.path if link else str(draft.values.get("path", "/")),
        "link_hours": link.hours if link else None,
        "about": about,
        "about_id": about_id,
        "centre_id": draft.centre_id,
        "created_at": now,
        "not_before": not_before or now,
    }


def queue_short(draft: ShortDraft, *, now: dt.datetime) -> None:
    """Store one short message in the caller's transaction; it leaves, is tried again and given up as a mail is."""
    about, about_id = draft.about
    db.session().add(
        OutboxMessage(
            message_id=f"<{uuid.uuid4()}@{settings().uid_domain}>",
            channel=Channel.SMS,
            kind=draft.kind,
            address=draft.number,
            language=draft.language,
            subject=draft.text,
            text=draft.text,
            html="",
            about=about,
            about_id=about_id,
            centre_id=draft.centre_id,
            created_at=now,
            not_before=now,
        )
    )


def stop_messages(about: tuple[str, int], kind: str, written_at: dt.datetime) -> bool:
    """Keep the mails of that kind and moment from leaving, inside the caller's transaction.

    False, and nothing is stopped, when one of them has left already or is just leaving.
    """
    session = db.session()
    rows = session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.about == about[0],
            OutboxMessage.about_id == about[1],
            OutboxMessage.kind == kind,
            OutboxMessage.created_at == written_at,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if any(row.state is not MessageState.WAITING or row.attempts for row in rows):
        return False
    for row in rows:
        row.state = MessageState.STOPPED
    return True


def let_wait(about: tuple[str, int], written_at: dt.datetime, until: dt.datetime) -> None:
    """Keep the mails about a thing that were written at that moment in the house until then, where they can be stopped.

    Inside the caller's transaction.
    """
    of_it = OutboxMessage.about == about[0], OutboxMessage.about_id == about[1], OutboxMessage.created_at == written_at
    session = db.session()
    session.flush()
    session.execute(update(OutboxMessage).where(*of_it).values(not_before=until))


def stop_unsent(kind: str, about: tuple[str, int]) -> None:
    """Keep back what has not been sent of a kind about a thing, inside the caller's transaction."""
    keep_back(OutboxMessage.kind == kind, OutboxMessage.about == about[0], OutboxMessage.about_id == about[1])


def keep_back(*which: ColumnElement[bool]) -> None:
    """Keep back those of these messages that have not been sent, inside the caller's transaction."""
    db.session().execute(
        update(OutboxMessage)
        .where(*which, OutboxMessage.state.in_(UNSENT))
        .values(state=MessageState.STOPPED, leased_until=None)
    )


def end_failure(doer: audit.Doer, message_id: int, *, again: bool, now: dt.datetime) -> bool:
    """A message that was given up leaves once more for the same address, or is let be: its reader knows by now.

    False when it is given up no longer: somebody was quicker. Who may is checked by the caller.
    """
    with transaction() as session:
        row = session.get(OutboxMessage, message_id, with_for_update=True)
        if row is None or row.state is not MessageState.FAILED:
            return False
        row.state = MessageState.WAITING if again else MessageState.STOPPED
        row.attempts, row.not_before, row.leased_until, row.failure = 0, now, None, None
        audit.record(doer, "message sent again" if again else "message let be", row, at=now)
    return True


def unsent_ids(limit: int, now: dt.datetime) -> list[int]:
    """Mails that are due, oldest first."""
    return queries.due_ids(limit, now)


def deliver(
    message_id: int,
    now: dt.datetime,
    *,
    replies: Mapping[int, str] | None = None,
    conversation_of: ConversationOf | None = None,
) -> MessageState | None:
    """Send one mail: lease its row, hand it over outside of any transaction, note what came of it.

    Two senders at once send once. After a crash between the two transactions it may go twice, under one Message-ID,
    never not at all; a database that is away for less than a minute doubles nothing. `replies` are the addresses of
    the centres: who answers, answers hers, or whom `conversation_of` names. None when it is not due, or another sender
    holds it.
    """
    parcel = _lease(message_id, now, replies, conversation_of)
    if parcel is None:
        return None
    failure = _hand_over(parcel, now)
    ends = time.monotonic() + NOTE_WITHIN_S
    while True:
        try:
            return _note(parcel, failure, now)
        except OperationalError:  # the database restarts or has no room: a mail that is not noted leaves again
            if time.monotonic() >= ends:
                raise
            end_session()
            time.sleep(NOTE_PAUSE_S)


def _lease(
    message_id: int,
    now: dt.datetime,
    replies: Mapping[int, str] | None = None,
    conversation_of: ConversationOf | None = None,
) -> Parcel | None:
    with transaction() as session:
        row = lease(session, OutboxMessage, message_id, queries.may_leave(now), now=now, state=MessageState.SENDING)
        if row is None:
            return None
        body = mail.with_link(Body(row.subject, row.text, row.html), _link_of(row, now))
        about = (row.about, row.about_id) if row.about and row.about_id is not None else None
        link = (row.link_purpose, row.link_subject_id) if row.link_purpose and row.link_subject_id is not None else None
        held = conversation_of(about, link, now) if conversation_of else None
        thread = f"<{held.name}@{settings().uid_domain}>" if held else ""
        answers = (held.answers_to if held else "") or rules.reply_address(row.centre_id, replies or {})
        told = (row.message_id, row.id, row.address, body, row.created_at, row.attempts, row.channel)
        rest = (answers, _stop_url_of(row, now), row.calendar or "", thread)
        return Parcel(*told, *rest)


def _link_of(row: OutboxMessage, now: dt.datetime) -> str:
    """The address of the button; a secret one is minted here, at the moment of sending."""
    path = row.link_path or "/"
    if row.link_purpose and row.link_subject_id is not None:
        lasts = dt.timedelta(hours=row.link_hours or 1)
        path = path.replace("{token}", tokens.mint(row.link_purpose, row.link_subject_id, lasts=lasts, now=now))
    return settings().base_url + path


def _stop_url_of(row: OutboxMessage, now: dt.datetime) -> str:
    """Of a letter that nobody asked for: where such letters are ended without a sign-in."""
    if row.kind not in rules.LETTERS or row.link_subject_id is None:
        return ""
    lasts = dt.timedelta(hours=rules.STOP_HOURS)
    token = tokens.mint(rules.LETTERS_PURPOSE, row.link_subject_id, lasts=lasts, now=now)
    return settings().base_url + rules.STOP_PATH.replace("{token}", token)


def _hand_over(parcel: Parcel, now: dt.datetime) -> Failure | None:
    from scheduler.messages.delivery import hand_over  # mail and its libraries: pages only put in

    return hand_over(parcel, now)


def _note(parcel: Parcel, failure: Failure | None, now: dt.datetime) -> MessageState:
    """Write what came of it, if the row is still ours (a sender that slept past its lease must not undo another's)."""
    state = MessageState.SENT
    changes: dict[str, object] = {"sent_at": now, "failure": None}
    if failure is not None:
        final = rules.is_final(failure, parcel.created_at, now)
        state = MessageState.FAILED if final else MessageState.WAITING
        pause = dt.timedelta() if final else rules.pause_after(parcel.attempts, failure)
        changes = {"failure": failure.value, "not_before": now + pause}
    with transaction() as session:
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id == parcel.row_id, OutboxMessage.attempts == parcel.attempts)
            .where(OutboxMessage.state == MessageState.SENDING)  # one that was stopped meanwhile stays stopped
            .values(state=state, leased_until=None, **changes)
        )
    return state
