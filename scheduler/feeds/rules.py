"""What a calendar shows of each assignment, and when a feed may be made. Pure."""

import datetime as dt
from collections.abc import Collection, Iterable

from scheduler.core.errors import GroundReason, Reason
from scheduler.feeds.terms import MOST_FEEDS, NAME_LENGTH, FeedReason, FeedSeat
from scheduler.visits.terms.states import AssignmentState, EntryStatus, PresentationState

CANCELLED_STAYS = dt.timedelta(days=30)
READ_NOTED_EVERY = dt.timedelta(minutes=15)

_A, _P = AssignmentState, PresentationState
_LIVING = {
    _A.OFFERED: EntryStatus.TENTATIVE,
    _A.ACCEPTED: EntryStatus.CONFIRMED,
    _A.PRESENT: EntryStatus.CONFIRMED,
}
_ENDED = {_A.WITHDRAWN, _A.REPLACED, _A.ABSENT}  # declined and lapsed offers vanish: she said no, or never yes
_OFF = {_P.CANCELLED, _P.DISRUPTED, _P.MERGED_INTO}  # it does not take place, whatever the assignment says


def cancelled_since(seat: FeedSeat) -> dt.datetime | None:
    """Since when the reader should see this struck out; None if it stands, or if she was never asked.

    Who no longer goes sees what she left, as long as it is that: once it is changed, moved perhaps, her calendar holds
    it no more (TRUST S54).
    """
    if not seat.was_offered:
        return None
    if seat.state in _ENDED:
        return seat.state_since if _is_as_she_left_it(seat) else None
    if seat.state in _LIVING and seat.presentation_state in _OFF:
        return max(seat.state_since, seat.presentation_since)
    return None


def _is_as_she_left_it(seat: FeedSeat) -> bool:
    """Neither edited since, nor moved in the very act in which somebody else took her place."""
    return seat.edited_at <= seat.state_since and (seat.moved_at is None or seat.moved_at < seat.state_since)


def shown_as(seat: FeedSeat, now: dt.datetime) -> EntryStatus | None:
    """The status of an entry in the reader's calendar, or None when it holds none."""
    if seat.state in _LIVING and seat.presentation_state not in _OFF:
        return _LIVING[seat.state]
    since = cancelled_since(seat)
    if since is not None and now < since + CANCELLED_STAYS:
        return EntryStatus.CANCELLED
    return None


def entries(seats: Iterable[FeedSeat], now: dt.datetime) -> dict[int, EntryStatus]:
    """One status for each presentation that is shown: asked again after a withdrawal, the living one counts."""
    chosen: dict[int, EntryStatus] = {}
    for seat in seats:
        status = shown_as(seat, now)
        known = chosen.get(seat.presentation_id)
        if status is not None and known in (None, EntryStatus.CANCELLED):
            chosen[seat.presentation_id] = status
    return chosen


def last_change(seats: Iterable[FeedSeat], made_at: dt.datetime, now: dt.datetime) -> dt.datetime:
    """The last moment at which the body can have become another one: an edit, an answer, or an end of 30 days.

    What is edited after the reader has left it, or before she is asked, is not told by that moment either: who asks by
    it alone, without the ETag, keeps what was struck out.
    """
    moments = [made_at]
    for seat in seats:
        if not seat.was_offered or seat.state is AssignmentState.SUGGESTED:
            continue
        moments.append(seat.state_since)
        if seat.state in _LIVING:
            moments += [seat.edited_at, seat.presentation_since]
        since = cancelled_since(seat)
        if since is not None and since + CANCELLED_STAYS <= now:
            moments.append(since + CANCELLED_STAYS)
    return max(moments)


def read_is_due(last_read_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether a reading is worth a write: at most once in 15 minutes."""
    return last_read_at is None or now - last_read_at >= READ_NOTED_EVERY


def problems_with(name: str, living_names: Collection[str]) -> dict[str, Reason]:
    """What keeps a feed of that name from being made: {field: reason code}."""
    if not name:
        return {"name": GroundReason.MISSING}
    if len(name) > NAME_LENGTH:
        return {"name": GroundReason.TOO_LONG}
    if name in living_names:
        return {"name": GroundReason.EXISTS}
    if len(living_names) >= MOST_FEEDS:
        return {"name": FeedReason.TOO_MANY_FEEDS}
    return {}
