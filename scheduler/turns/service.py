"""In the morning coordinators read what is due; rows that are put off; a mail that failed leaves once more."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from scheduler.acts import change
from scheduler.core import clock
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, GroundReason
from scheduler.core.language import short_day
from scheduler.messages.models import OutboxMessage
from scheduler.messages.queries import held_among, rows_of, written_within
from scheduler.messages.service import act_on, end_failure, queue_message, send_copy
from scheduler.messages.terms import HandAct, Handled, MessageDraft, SkippedMessage
from scheduler.people.models import Centre
from scheduler.people.queries import actors_at
from scheduler.policy import Actor
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.stand_ins import on_duty
from scheduler.turns.models import Snooze
from scheduler.turns.queries.desk import row_of, rows_told_to
from scheduler.turns.queries.stale_mails import mail_since
from scheduler.turns.rules import TRACE_KEPT, may_be_put_off, rests, rests_until, why_stale
from scheduler.turns.terms import PutOffReason, StaleReason, TurnRow
from scheduler.turns.wording import why_of
from scheduler.visits.models.visits import Visit

MORNING_MAIL = "turns_due"
MOST_LINES = 20
ONCE_IN = dt.timedelta(hours=20)


def send_again(actor: Actor, message_id: int, *, now: dt.datetime) -> bool:
    """A mail that was given up leaves once more, as it was written, where what it says is still so.

    False when it is given up no longer. Who may is checked by the caller. Raises: Conflict(StaleReason).
    """
    with transaction():
        _require_still_so(message_id, now)
        return end_failure(actor, message_id, again=True, now=now)


def send_sent(actor: Actor, message_id: int, *, within: Sequence[ColumnElement[bool]], now: dt.datetime) -> int:
    """One that was sent leaves again, where what it says is still so. Raises: as `send_copy`; Conflict(StaleReason)."""
    with transaction():
        _require_still_so(message_id, now)
        return send_copy(actor, message_id, within=within, now=now)


def send_now(actor: Actor, ids: Collection[int], *, within: Sequence[ColumnElement[bool]], now: dt.datetime) -> Handled:
    """What waits or is held leaves at once; one that was held, and says what is so no longer, is left out.

    Raises: NotFound unless all are within the actor's reach.
    """
    with transaction():
        stale = {one: why for one in held_among(ids) if (why := _stale(one, now)) is not None}
        sent = act_on(actor, HandAct.SEND, [one for one in ids if one not in stale], within=within, now=now)
        stays = [SkippedMessage(row, stale[row.id]) for row in rows_of(stale, within)]
        return replace(sent, left_out=(*sent.left_out, *stays))


def _require_still_so(message_id: int, now: dt.datetime) -> None:
    stale = _stale(message_id, now)
    if stale is not None:
        raise Conflict(stale)


def _stale(message_id: int, now: dt.datetime) -> StaleReason | None:
    mail = mail_since(message_id)
    return why_stale(mail, clock.local_day(now)) if mail is not None else None


def put_off(actor: Actor, number: str, reason: PutOffReason, *, now: dt.datetime) -> dt.date:
    """Let the row of a visit or request rest; the day on which it is back. Pressed twice is once.

    Raises: NotAllowed; NotFound when nothing waits there; Conflict("wrong_state") when it cannot wait.
    """
    today = clock.local_day(now)
    with change(actor, now) as act:
        row = row_of(actor, number, now)
        if not may_be_put_off(row, today):
            raise Conflict(GroundReason.WRONG_STATE)
        until = rests_until(row, reason, today)
        if row.put_off and (row.put_off[-1].reason, row.put_off[-1].until_on) == (reason, until):
            return until
        act.session.execute(delete(Snooze).where(Snooze.noted_at < now - TRACE_KEPT))
        thing = _thing_of(act.session, number)
        act.session.add(
            Snooze(
                centre_id=thing.centre_id,
                visit_id=thing.id if isinstance(thing, Visit) else None,
                school_request_id=thing.id if isinstance(thing, SchoolRequest) else None,
                matter=row.matter.value,
                reason=reason,
                until_on=until,
                noted_at=now,
                noted_by_id=actor.user_id,
            )
        )
        act.record("put off", thing, details={"reason": reason.value, "until": until.isoformat()})
    return until


def show_again(actor: Actor, number: str, *, now: dt.datetime) -> None:
    """A row that rests is back today; that it was put off stays written. Raises: as `put_off`, but no Conflict."""
    with change(actor, now) as act:
        row = row_of(actor, number, now)
        if rests(row, today := clock.local_day(now)):
            thing = _thing_of(act.session, number)
            mine = Snooze.visit_id if isinstance(thing, Visit) else Snooze.school_request_id
            resting = update(Snooze).where(mine == thing.id, Snooze.until_on > today)
            act.session.execute(resting.values(until_on=today))
            act.record("shown again", thing)


def _thing_of(session: Session, number: str) -> Visit | SchoolRequest:
    """What a row of the first page is about, by its number: a reader's reach was judged with the row."""
    visit = session.scalar(select(Visit).where(Visit.number == number))
    return visit or session.scalars(select(SchoolRequest).where(SchoolRequest.number == number)).one()


def tell_what_is_due(*, now: dt.datetime) -> int:
    """Mail each coordinator what is due today or overdue; how many centres were told. Twice is once."""
    told = 0
    with transaction() as session:
        for centre_id in session.scalars(select(Centre.id).order_by(Centre.id)).all():
            told += _tell(centre_id, now)
    return told


def _tell(centre_id: int, now: dt.datetime) -> bool:
    if _told_lately(centre_id, now):
        return False
    languages = dict(on_duty(centre_id, None, now))
    due: dict[frozenset[int], list[TurnRow]] = {}  # by the districts to which a reader is limited
    told = False
    for address, reader in actors_at(languages).items():
        if reader.districts not in due:
            due[reader.districts] = _due(reader, now)
        if rows := due[reader.districts]:
            _write(address, languages[address], rows, centre_id, now)
            told = True
    return told


def _due(reader: Actor, now: dt.datetime) -> list[TurnRow]:
    today = clock.local_day(now)
    return [row for row in rows_told_to(reader, now) if not row.mail_id and (row.verdict.due_on or today) <= today]


def _write(address: str, language: str, rows: list[TurnRow], centre_id: int, now: dt.datetime) -> None:
    values = {
        "total": len(rows),
        "lines": [_line(row, language) for row in rows[:MOST_LINES]],
        "more": max(len(rows) - MOST_LINES, 0),
        "path": "/desk",
    }
    draft = MessageDraft(kind=MORNING_MAIL, address=address, language=language, values=values, centre_id=centre_id)
    queue_message(draft, now=now)


def _told_lately(centre_id: int, now: dt.datetime) -> bool:
    lately = select(OutboxMessage.id).where(
        OutboxMessage.centre_id == centre_id,
        OutboxMessage.kind == MORNING_MAIL,
        written_within(ONCE_IN, now),
    )
    with transaction() as session:
        return session.scalar(lately.limit(1)) is not None


def _line(row: TurnRow, language: str) -> dict[str, str]:
    """A row as a mail tells it; a mail that failed has no host and is never due by a day."""
    return {
        "host": row.host.name(language) if row.host else row.subject_in(language) or row.number,
        "place": row.host.place(language) if row.host else "",
        "day": short_day(row.on_day, language) if row.on_day else "",
        "why": why_of(row.matter, language),
    }
