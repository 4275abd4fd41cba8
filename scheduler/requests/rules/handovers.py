"""Who looks after what a colleague owns, and what keeps a handover from being stored."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from scheduler.core.errors import GroundReason, Reason
from scheduler.people.terms import Reader
from scheduler.requests.terms.handovers import HandoverDraft, HandoverRow, HandoverState
from scheduler.requests.terms.reasons import RequestReason

LONGEST_HANDOVER_DAYS = 366


def problems_with_handover(
    draft: HandoverDraft, colleagues: Collection[int], others: Iterable[HandoverRow], today: dt.date
) -> dict[str, Reason]:
    """{field: reason} of what keeps a handover from being stored.

    `others` are those of the centre that are not over. Nobody stands in while away, and nobody goes away while standing
    in, so that what is handed over has one person who answers, never a chain of them.
    """
    problems: dict[str, Reason] = {
        field: GroundReason.NOT_A_CHOICE
        for field, who in (("away", draft.away_id), ("stand_in", draft.stand_in_id))
        if who not in colleagues
    }
    if draft.away_id == draft.stand_in_id:
        problems["stand_in"] = RequestReason.NOT_ONESELF
    if draft.first_day < today:
        problems["first_day"] = GroundReason.IN_THE_PAST
    if draft.last_day < draft.first_day:
        problems["last_day"] = GroundReason.DAYS_NOT_IN_ORDER
    elif (draft.last_day - draft.first_day).days >= LONGEST_HANDOVER_DAYS:
        problems["last_day"] = RequestReason.TOO_LONG_AWAY
    for other in others:
        if other.ended_at is None and draft.first_day <= other.last_day and other.first_day <= draft.last_day:
            problems = _clash_of_handovers(draft, other) | problems
    return problems


def _clash_of_handovers(draft: HandoverDraft, other: HandoverRow) -> dict[str, Reason]:
    """What speaks against a handover beside another one of the same days."""
    if other.away_id == draft.stand_in_id:
        return {"stand_in": RequestReason.STAND_IN_IS_AWAY}
    if other.stand_in_id == draft.away_id:
        return {"away": RequestReason.STANDS_IN_THEN}
    same = not draft.district_ids or any(map(other.covers, draft.district_ids))
    return {"first_day": RequestReason.HANDED_OVER_THEN} if other.away_id == draft.away_id and same else {}


def handover_state(row: HandoverRow, today: dt.date) -> HandoverState:
    """How a handover stands on a day."""
    if row.ended_at is not None:
        return HandoverState.TAKEN_BACK
    if today < row.first_day:
        return HandoverState.COMING
    return HandoverState.RUNNING if today <= row.last_day else HandoverState.OVER


def stand_in_for(owner_id: int | None, district_id: int | None, running: Iterable[HandoverRow]) -> HandoverRow | None:
    """The handover by which somebody looks after what an owner has in a district."""
    return next((row for row in running if row.away_id == owner_id and row.covers(district_id)), None)


def told_instead(
    readers: Iterable[Reader], district_id: int | None, running: Sequence[HandoverRow]
) -> list[tuple[str, str]]:
    """(address, language) of who is written to: for whoever is away her stand-in, each once, in order."""
    found: dict[str, str] = {}
    for reader in readers:
        instead = stand_in_for(reader.user_id, district_id, running)
        address, language = (
            (instead.stand_in_email, instead.stand_in_language) if instead else (reader.address, reader.language)
        )
        found.setdefault(address, language)
    return list(found.items())
