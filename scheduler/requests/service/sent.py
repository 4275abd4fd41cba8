"""The rows of a request: what its draft says in columns."""

import datetime as dt
from typing import Any

from scheduler.core import clock, numbers
from scheduler.people import rules as people_rules
from scheduler.policy import SYSTEM, Actor
from scheduler.requests.terms.school_request import RequestChannel, RequestDraft, RequestState

ROWS_OF_THEIR_OWN = ("presentations", "preferred", "blackouts", "parts", "kept_until")  # rows of their own; of a hold


def is_staff(actor: Actor) -> bool:
    """Whether it was taken on the phone."""
    return actor.user_id is not None or actor == SYSTEM


def columns_of(actor: Actor, draft: RequestDraft, centre_id: int, now: dt.datetime, booking: str) -> dict[str, Any]:
    """The row of a draft, with the next number: in a booking of others or in its own."""
    number = numbers.next_number("R", clock.local_day(now))
    columns = vars(draft) | vars(draft.venue)
    return {name: value for name, value in columns.items() if name not in (*ROWS_OF_THEIR_OWN, "venue")} | {
        "number": number,
        "booking": booking or number,
        "centre_id": centre_id,
        "channel": RequestChannel.PHONE if is_staff(actor) else RequestChannel.WEB,
        "state": RequestState.DRAFT,
        "state_since": now,
        "submitted_at": now,
        "teacher_stays": draft.teacher_stays or not draft.with_pupils,  # without them nobody is asked
        "contact_email": people_rules.address_of(draft.contact_email),
    }


def rows_of(draft: RequestDraft) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Its presentations, preferred dates and days on which it cannot, each in columns."""
    asked = [{"ordinal": ordinal, **vars(one)} for ordinal, one in enumerate(draft.presentations, 1)]
    wished = [{"rank": rank, **vars(one)} for rank, one in enumerate(draft.preferred, 1)]
    return asked, wished, [{**vars(one)} for one in draft.blackouts]
