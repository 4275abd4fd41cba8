"""The outbox: put in, taken out. A rolled-back change sends nothing; a committed one is never forgotten."""

import datetime as dt
import time
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, insert, inspect, or_, select, update
from sqlalchemy.exc import OperationalError

from scheduler import policy
from scheduler.acts import change
from scheduler.config import settings
from scheduler.core import audit, clock, tokens
from scheduler.core.db import db, end_session, transaction
from scheduler.core.errors import Conflict, GroundReason, NotFound, Rejected
from scheduler.core.language import languages
from scheduler.core.leases import lease
from scheduler.messages import kinds, mail, queries, rules
from scheduler.messages.models import MessageText, OutboxMessage, ReminderSwitch
from scheduler.messages.terms import (
    BODY,
    IN_THE_HOUSE,
    Body,
    Channel,
    ConversationOf,
    Failure,
    HandAct,
    Handled,
    MailText,
    MessageDraft,
    MessageGroup,
    MessageReason,
    MessageState,
    Parcel,
    Reminder,
    ShortDraft,
    SkippedMessage,
    TextKind,
    TextProblem,
    TextReason,
    Writing,
    WrongText,
)
from scheduler.messages.wording import TEXT_KINDS
from scheduler.policy import Actor

Delays = Callable[[int], Mapping[MessageGroup, int]]  # the minutes that a centre lets wait
NOTE_WITHIN_S = 60.0  # half a lease: until then nobody else takes the mail
NOTE_PAUSE_S = 0.5
NO_TEXT = MailText("", "")  # of a centre: the product's is in force
OWN_OF_A_ROW = frozenset(  # what one sent again does not take over
    {"id", "message_id", "state", "attempts", "created_at", "not_before", "leased_until", "sent_at", "failure"}
    | {"edited_at", "acted_at", "state_before", "reason"}
)


def queue_message(
    draft: MessageDraft, *, now: dt.datetime, not_before: dt.datetime | None = None, body: Body | None = None
) -> None:
    """Store one mail in the caller's transaction, rendered now from templates/mails/<kind>.jinja.

    Until `not_before` it stays in the house, where it can be stopped; and for as long as its centre has set for such
    messages, unless it names a day that is near. Whoever shall keep nobody waiting at the write lock has rendered it
    before (`rendered`), and hands over its `body`.

    Raises: jinja2 errors when the kind or one of its values is unknown.
    """
    db.session().add(OutboxMessage(**_written(draft, now, not_before, body)))


def rendered(draft: MessageDraft) -> Body:
    """A mail as `queue_message` would store it; nothing is stored. Raises: as `queue_message`."""
    own = queries.own_text(draft.centre_id, TextKind(Channel.MAIL, draft.kind), draft.language)
    return mail.render(
        draft.kind, draft.language, draft.values, copy_of=draft.copy_of, for_school=draft.for_school, own=own
    )


def rendered_by_pattern(draft: MessageDraft) -> Body:
    """The same of a kind that many strangers cause, and that only shows what it is told (`mail.render_by_pattern`)."""
    return mail.render_by_pattern(draft.kind, draft.language, draft.values, for_school=draft.for_school)


def queue_messages(drafts: Sequence[MessageDraft], *, now: dt.datetime) -> None:
    """The same for many mails: one statement. Raises: as `queue_message`."""
    if drafts:
        delays = cache(queries.delays_of)
        db.session().execute(insert(OutboxMessage), [_written(draft, now, None, delays=delays) for draft in drafts])


def _written(
    draft: MessageDraft,
    now: dt.datetime,
    not_before: dt.datetime | None,
    body: Body | None = None,
    delays: Delays = queries.delays_of,
) -> dict[str, Any]:
    body, link = body or rendered(draft), draft.link
    about, about_id = draft.about or (None, None)
    protected = rules.is_protected(draft)
    return {
        "message_id": _new_number(),
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
        "not_before": max(not_before or now, now if protected else now + _delay_of(draft, now, delays)),
        "protected": protected,
        "free_paragraphs": body.free,
    }


def _new_number() -> str:
    return f"<{uuid.uuid4()}@{settings().uid_domain}>"


def _delay_of(draft: MessageDraft, now: dt.datetime, delays: Delays) -> dt.timedelta:
    """For how long its centre keeps such a message in the house; what names a day that is near goes at once."""
    group = rules.KINDS[draft.kind]
    if draft.centre_id is None or group not in rules.DELAYED:
        return dt.timedelta()
    if rules.is_urgent(draft.values.values(), now, clock.local_day(now)):
        return dt.timedelta()
    return dt.timedelta(minutes=delays(draft.centre_id).get(group, 0))


def queue_short(draft: ShortDraft, *, now: dt.datetime) -> None:
    """Store one short message in the caller's transaction; it leaves, is tried again and given up as a mail is."""
    about, about_id = draft.about
    db.session().add(
        OutboxMessage(
            message_id=_new_number(),
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
            protected=draft.to_guardian,
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
    if any(queries.may_have_left(row.state, row.attempts) for row in rows):
        return False
    for row in rows:
        row.state, row.acted_at, row.state_before = MessageState.STOPPED, None, None
    return True


def let_wait(about: tuple[str, int], written_at: dt.datetime, until: dt.datetime) -> None:
    """Keep the mails about a thing that were written at that moment in the house until then, where they can be stopped.

    Inside the caller's transaction.
    """
    of_it = OutboxMessage.about == about[0], OutboxMessage.about_id == about[1], OutboxMessage.created_at == written_at
    session = db.session()
    session.flush()
    session.execute(update(OutboxMessage).where(*of_it, OutboxMessage.not_before < until).values(not_before=until))


def stop_unsent(kind: str, about: tuple[str, int]) -> None:
    """Keep back what has not been sent of a kind about a thing, inside the caller's transaction."""
    keep_back(OutboxMessage.kind == kind, OutboxMessage.about == about[0], OutboxMessage.about_id == about[1])


def keep_back(*which: ColumnElement[bool]) -> None:
    """Keep back those of these messages that have not been sent, inside the caller's transaction.

    Nobody puts back what was discarded of them.
    """
    stays = or_(OutboxMessage.state.in_(IN_THE_HOUSE), OutboxMessage.acted_at.is_not(None))
    db.session().execute(
        update(OutboxMessage)
        .where(*which, stays)
        .values(state=MessageState.STOPPED, leased_until=None, acted_at=None, state_before=None)
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


def switch_reminder(actor: Actor, reminder: Reminder, *, on: bool, now: dt.datetime) -> None:
    """The actor's centre reminds of it, or no longer; said twice, it is said once.

    What is written already leaves all the same. Raises: NotAllowed; NotFound; Conflict("wrong_state") for one that no
    centre switches off.
    """
    policy.require(actor, "update", "settings", centre=actor.centre_id)
    if actor.centre_id is None:
        raise NotFound("centre")
    if rules.REMINDERS[reminder].always:
        raise Conflict(GroundReason.WRONG_STATE)
    with change(actor, now) as act:
        of_it = ReminderSwitch.centre_id == actor.centre_id, ReminderSwitch.kind == reminder
        row = act.session.scalar(select(ReminderSwitch).where(*of_it).with_for_update())
        if on is (row is None or row.is_on):
            return
        if row is None:
            row = ReminderSwitch(centre_id=actor.centre_id, kind=reminder, is_on=on)
            act.session.add(row)
        row.is_on = on
        act.session.flush()
        act.record("reminder switched on" if on else "reminder switched off", row)


def act_on(
    doer: audit.Doer,
    act: HandAct,
    ids: Collection[int],
    *,
    within: Sequence[ColumnElement[bool]],
    now: dt.datetime,
    reason: str = "",
) -> Handled:
    """Hold, send now or discard these messages; those with which that cannot be done are left out, with the reason.

    `within`: those that the actor may act on. Raises: NotFound unless all are among them; Rejected without a reason to
    discard.
    """
    if act is HandAct.DISCARD and not reason:
        raise Rejected({"reason": GroundReason.REASON_MISSING})
    done, left_out = [], []
    with transaction():
        for row in _locked(ids, within):
            shown = queries.row_of(row)
            why = rules.why_not(act, shown)
            if why is not None:
                left_out.append(SkippedMessage(shown, why))
                continue
            _act(row, act, reason, now)
            audit.record(doer, _TOLD[act], row, at=now, details={"reason": reason} if reason else None)
            done.append(shown)
    return Handled(tuple(done), tuple(left_out), now)


_TOLD = {
    HandAct.HOLD: "message held",
    HandAct.SEND: "message released",
    HandAct.DISCARD: "message discarded",
}


def _act(row: OutboxMessage, act: HandAct, reason: str, now: dt.datetime) -> None:
    if act is HandAct.SEND:
        row.state, row.not_before, row.acted_at, row.state_before = MessageState.WAITING, now, None, None
        return
    row.state_before, row.acted_at = row.state, now
    row.state = MessageState.HELD if act is HandAct.HOLD else MessageState.STOPPED
    row.reason = reason or None


def _locked(ids: Collection[int], within: Sequence[ColumnElement[bool]]) -> Sequence[OutboxMessage]:
    """These messages, locked in the order of their ids. Raises: NotFound unless all are in reach."""
    found = db.session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.id.in_(ids), *within)
        .order_by(OutboxMessage.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if len(found) != len(set(ids)):
        raise NotFound("message")
    return found


def undo_act(
    doer: audit.Doer, acted_at: dt.datetime, *, within: Sequence[ColumnElement[bool]], now: dt.datetime
) -> int:
    """Put back what was held or discarded at that moment, as it stood; how many. One that was acted on since stays.

    Raises: Conflict when that is too long ago, or nothing is left to put back.
    """
    if not dt.timedelta() <= now - acted_at <= rules.UNDONE_WITHIN:
        raise Conflict(MessageReason.TOO_LATE_TO_UNDO)
    with transaction() as session:
        of_the_act = OutboxMessage.acted_at == acted_at, OutboxMessage.state_before.is_not(None), *within
        ids = session.scalars(select(OutboxMessage.id).where(*of_the_act)).all()
        back = 0
        for row in _locked(ids, within):
            if row.acted_at == acted_at and row.state_before is not None:
                row.state, row.reason, row.acted_at, row.state_before = row.state_before, None, None, None
                audit.record(doer, "message put back", row, at=now)
                back += 1
    if not back:
        raise Conflict(MessageReason.TOO_LATE_TO_UNDO)
    return back


def edit_message(
    doer: audit.Doer,
    message_id: int,
    said: Writing,
    *,
    within: Sequence[ColumnElement[bool]],
    now: dt.datetime,
) -> None:
    """Give one mail that has not left other words; address, link and what stands under the text stay.

    Raises: NotFound; Conflict(MessageReason) when it cannot be edited, or was meanwhile; Rejected.
    """
    with transaction():
        [row] = _locked([message_id], within)
        why = rules.why_not(HandAct.EDIT, queries.row_of(row), has_text=bool(row.text))
        if why is not None:
            raise Conflict(why)
        before = queries.body_of(row)
        if said.seen != mail.writing_of(before).seen:
            raise Conflict(MessageReason.CHANGED)
        if problems := rules.problems_with(said):
            raise Rejected(problems)
        body = mail.rewritten(before, row.language, said.subject, said.text)
        row.subject, row.text, row.html, row.free_paragraphs = body.subject, body.text, body.html, body.free
        row.edited_at = now
        audit.record(doer, "message edited", row, at=now)


def send_copy(doer: audit.Doer, message_id: int, *, within: Sequence[ColumnElement[bool]], now: dt.datetime) -> int:
    """One that was sent leaves again, to the same address, as a message of its own; its id.

    Raises: NotFound; Conflict(MessageReason).
    """
    with transaction() as session:
        [row] = _locked([message_id], within)
        why = rules.why_not(HandAct.AGAIN, queries.row_of(row), has_text=bool(row.text))
        if why is not None:
            raise Conflict(why)
        same = {name: getattr(row, name) for name in set(inspect(OutboxMessage).columns.keys()) - OWN_OF_A_ROW}
        copy = OutboxMessage(**same, message_id=_new_number(), created_at=now, not_before=now)
        session.add(copy)
        session.flush()
        audit.record(doer, "message sent again", row, at=now, details={"as": copy.id})
        return copy.id


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


def problems_with(kind: TextKind, text: MailText, language: str) -> list[TextProblem]:
    """All that is wrong with a centre's text; of a short message also that it does not fit with the longest names."""
    found = list(kinds.problems_with(kind, text, language))
    if kind.channel is Channel.SMS and not found:
        reader = "sr_Latn" if language == "sr_Cyrl" else language  # 70 letters of Cyrillic fill a message
        values = kinds.sample_values(kind, reader, longest=True) | {"page": f"{settings().base_url}/offers"}
        if (length := mail.short_length(kind, reader, values, text)) > rules.SHORT_LENGTH:
            too_long = TextReason.TOO_LONG_AN_SMS
            found.append(TextProblem(BODY, too_long, what=str(length), most=rules.SHORT_LENGTH))
    return found


def change_text(
    actor: Actor, kind: TextKind, language: str, text: MailText | None, *, seen: int, now: dt.datetime
) -> None:
    """Let the centre's mails or short messages of a kind say this in one language from now on; None: as the product.

    What was said before stays as a version. `seen` is the version that the page showed.
    Raises: NotAllowed, NotFound; WrongText with what is wrong; Conflict("changed_meanwhile").
    """
    policy.require(actor, "update", "message_text", centre=actor.centre_id)
    if kind not in TEXT_KINDS or language not in text_languages() or actor.centre_id is None:
        raise NotFound("message text")
    if text is not None and (problems := problems_with(kind, text, language)):
        raise WrongText(tuple(problems))
    product = kinds.product_text(kind, language)
    text = text if text != product else None
    with change(actor, now) as act:
        before = next(iter(queries.versions_of(actor.centre_id, kind, language)), None)
        if (before.version if before else 0) != seen:
            raise Conflict(GroundReason.CHANGED_MEANWHILE)
        said, was = text or NO_TEXT, before.text if before else NO_TEXT
        if said == was and (before is None or text is None or before.product == product):
            return
        row = MessageText(
            centre_id=actor.centre_id,
            channel=kind.channel,
            kind=kind.kind,
            language=language,
            version=seen + 1,
            subject=said.subject,
            body=said.body,
            product_subject=product.subject,
            product_body=product.body,
            saved_at=now,
        )
        act.session.add(row)
        act.session.flush()
        told = {"channel": kind.channel.value, "kind": kind.kind, "language": language, "version": row.version}
        act.record("text of mails changed" if text else "text of mails given back", row, told)


def text_languages() -> list[str]:
    """The languages in which texts are kept: each but the one whose letters are made."""
    return [one for one in languages() if queries.text_language(one) == one]
