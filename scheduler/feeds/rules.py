"""What a calendar shows of each assignment, and when a feed may be made. Pure."""

import datetime as dt
from collections.abc import Collection, Iterable

from scheduler.core.errors import GroundReason, Reason
from scheduler.feeds.terms import MOST_FEEDS, NAME_LENGTH, FeedReader, FeedReason, FeedSeat, SeatChange, ToldBefore
from scheduler.visits.terms.states import LEFT, AssignmentState, EntryStatus, PresentationState

CANCELLED_STAYS = dt.timedelta(days=30)
READ_NOTED_EVERY = dt.timedelta(minutes=15)
READERS = {
    FeedReader.GOOGLE: ("google-calendar", "googlebot"),
    FeedReader.OUTLOOK: ("outlook", "microsoft office", "exchange"),
    FeedReader.APPLE: ("dataaccessd", "calendaragent", "calendarstore", "ios/", "macos/", "mac os x/"),
}
ALWAYS = (dt.datetime(2000, 1, 1, tzinfo=dt.UTC), dt.datetime(3000, 1, 1, tzinfo=dt.UTC))

_A, _P = AssignmentState, PresentationState
LIVING = {
    _A.OFFERED: EntryStatus.TENTATIVE,
    _A.ACCEPTED: EntryStatus.CONFIRMED,
    _A.PRESENT: EntryStatus.CONFIRMED,
}
_ENDED = {_A.WITHDRAWN, _A.REPLACED, _A.ABSENT}  # declined and lapsed offers vanish: she said no, or never yes
OFF = {_P.CANCELLED, _P.DISRUPTED, _P.MERGED_INTO}  # it does not take place, whatever the assignment says


def cancelled_since(seat: FeedSeat) -> dt.datetime | None:
    """Since when the reader should see this struck out; None if it stands, or if she was never asked.

    Who no longer goes sees what she left, as long as it is that: once it is changed, moved perhaps, her calendar holds
    it no more (TRUST S54).
    """
    if not seat.was_offered:
        return None
    if seat.state in _ENDED:
        return seat.state_since if _is_as_she_left_it(seat) else None
    if seat.state in LIVING and seat.presentation_state in OFF:
        return max(seat.state_since, seat.presentation_since)
    return None


def _is_as_she_left_it(seat: FeedSeat) -> bool:
    """Neither edited since, nor moved in the very act in which somebody else took her place."""
    return seat.edited_at <= seat.state_since and (seat.moved_at is None or seat.moved_at < seat.state_since)


def shown_as(seat: FeedSeat, now: dt.datetime) -> EntryStatus | None:
    """The status of an entry in the reader's calendar, or None when it holds none."""
    if seat.state in LIVING and seat.presentation_state not in OFF:
        return LIVING[seat.state]
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

    What is edited after the reader has left it, or before she is asked, is not told by that moment either.
    """
    moments = [made_at]
    for seat in seats:
        if not seat.was_offered or seat.state is AssignmentState.SUGGESTED:
            continue
        moments.append(seat.state_since)
        if seat.state in LIVING:
            moments += [seat.edited_at, seat.presentation_since]
        since = cancelled_since(seat)
        if since is not None and since + CANCELLED_STAYS <= now:
            moments.append(since + CANCELLED_STAYS)
    return max(moments)


def holds(seats: Iterable[FeedSeat], now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """From when and until when the clock changes nothing: between two ends of 30 days."""
    ends = [since + CANCELLED_STAYS for seat in seats if (since := cancelled_since(seat)) is not None]
    first, last = ALWAYS
    return max((end for end in ends if end <= now), default=first), min((e for e in ends if e > now), default=last)


def is_told_by_moment(tag: str, moment: dt.datetime, before: ToldBefore | None, *, was_read: bool) -> bool:
    """Whether whoever asks by this moment alone (If-Modified-Since) can only hold this very text.

    HTTP counts in seconds, two changes may share one, and what is not told by the moment (TRUST S54) changes the text
    all the same. Then the text is sent to whoever has no tag, until a change is told by a later moment.
    """
    if before is None:
        return not was_read  # a restored database does not know what was told
    second, latest = (one.replace(microsecond=0) for one in (moment, before.latest_told_at))
    return second > latest or (second == latest and tag == before.etag and before.told_by_moment)


def change_of(seat: FeedSeat) -> tuple[SeatChange, dt.datetime] | None:
    """What befell it that she has to know, and when; None where nothing did since she was asked or said yes."""
    if not seat.was_offered:
        return None
    if seat.presentation_state in OFF and seat.state in (*LIVING, *LEFT):
        return SeatChange.OFF, max(seat.state_since, seat.presentation_since)
    if seat.state in LEFT:
        return SeatChange.LEFT, seat.state_since
    moved = seat.state in LIVING and seat.moved_at is not None and seat.moved_at >= seat.state_since
    return (SeatChange.MOVED, seat.moved_at) if moved and seat.moved_at else None


def reader_of(user_agent: str) -> FeedReader:
    """Which family of programs names itself so; the name itself is kept nowhere."""
    named = user_agent.lower()
    return next((reader for reader, marks in READERS.items() if any(m in named for m in marks)), FeedReader.OTHER)


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
