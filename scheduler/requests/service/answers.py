"""What somebody has typed so far on the pages of the booking.

Kept on the server under a token of the visitor's own cookie: nothing personal in an address, and more fits than in a
cookie. Nobody's work but the visitor's, so it leaves no audit row; it is deleted when it is sent, or after a day.
"""

import datetime as dt
import json

from sqlalchemy import bindparam, delete, update

from scheduler.core import tokens
from scheduler.core.db import transaction
from scheduler.core.errors import GroundReason
from scheduler.core.identity import has_identity_number
from scheduler.core.text import BadText
from scheduler.requests.models import BookingAnswers

ANSWER_LIFETIME = dt.timedelta(hours=24)
MOST_CHARACTERS = 60_000

Answers = dict[str, dict[str, list[str]]]  # {page: {field: [as typed]}}

LIVING = BookingAnswers.token_hash == bindparam("token"), BookingAnswers.changed_at > bindparam("since")


def keep_answers(token: str | None, answers: Answers, *, now: dt.datetime) -> str:
    """Store the answers and return the token they lie under: the same one while it lives, else a new one.

    Raises: BadText("too_long") for more than any honest booking can hold.
    """
    text = json.dumps(_storable(answers), ensure_ascii=False)
    if len(text) > MOST_CHARACTERS:
        raise BadText(GroundReason.TOO_LONG)
    with transaction() as session:
        stored = update(BookingAnswers).where(*LIVING).values(answers=text, changed_at=now)
        if token and session.execute(stored.returning(BookingAnswers.id), living(token, now)).all():
            return token
        token = tokens.new_token()
        session.add(BookingAnswers(token_hash=tokens.token_hash(token), answers=text, changed_at=now))
    return token


def _storable(answers: Answers) -> Answers:
    """The same without what holds an identity number: its page has refused it, and it is kept nowhere (TRUST S43)."""
    return {
        page: {field: ["" if has_identity_number(typed) else typed for typed in texts] for field, texts in said.items()}
        for page, said in answers.items()
    }


def living(token: str, now: dt.datetime) -> dict[str, object]:
    """What is asked with for the answers under a token, until their day is over."""
    return {"token": tokens.token_hash(token), "since": now - ANSWER_LIFETIME}


def read_answers(text: str | None) -> Answers:
    """The answers as they were stored; none when nothing was."""
    answers: Answers = json.loads(text) if text else {}
    return answers


def forget_answers(token: str | None, *, now: dt.datetime) -> None:
    """Delete what lies under the token."""
    if token:
        with transaction() as session:
            session.execute(delete(BookingAnswers).where(BookingAnswers.token_hash == tokens.token_hash(token)))


def forget_old_answers(now: dt.datetime) -> None:
    """Delete answers whose day is over: for the hourly job."""
    with transaction() as session:
        session.execute(delete(BookingAnswers).where(BookingAnswers.changed_at <= now - ANSWER_LIFETIME))
