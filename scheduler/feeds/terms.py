"""Words of feeds: what a reader's calendar holds, and what a page shows of a feed."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from scheduler.core.errors import N_, Reason
from scheduler.core.names import SpelledName
from scheduler.messages.terms import MessageState
from scheduler.visits.terms.states import AssignmentState, PresentationState

FEED_LOCK = 70  # kind of core.db.advisory_lock: the feeds of one presenter, host or member of staff
MOST_FEEDS = 5
NAME_LENGTH = 40
CAMPAIGN_CALENDAR = "campaign_calendar"  # purpose of the secret link of a campaign's calendar
CAMPAIGN_CALENDAR_LASTS = SHARED_FEED_LASTS = dt.timedelta(days=540)  # what no account's end takes away


class FeedKind(StrEnum):
    """What a calendar shows: a presenter's own visits, those of a host, or what one of the staff may read."""

    OWN = "own"
    HOST = "host"
    CENTRE = "centre"
    DISTRICT = "district"
    POSTS = "posts"
    CLOSURES = "closures"


class FeedReader(StrEnum):
    """Which program fetched it last."""

    GOOGLE = "google"
    APPLE = "apple"
    OUTLOOK = "outlook"
    OTHER = "other"


class SeatChange(StrEnum):
    """What befell a visit that a presenter was asked for."""

    MOVED = "moved"
    OFF = "off"
    LEFT = "left"  # it is held, without her


@dataclass(frozen=True)
class RadarRow:
    """A presenter whose visit to come has changed, and by which ways she may know it."""

    number: str  # of the visit
    on_day: dt.date
    starts_at: dt.datetime
    host_sr_cyrl: str
    host_sr_latn: str
    presenter_id: int
    name: SpelledName  # of a minor the first name
    minor: bool
    phone: str  # of a minor her guardian's
    change: SeatChange
    changed_at: dt.datetime
    mail: MessageState | None  # of the newest mail about the visit since then
    subscribed: bool
    readers: tuple[FeedReader, ...]  # whose fetch was noted since then
    told_at: dt.datetime | None = None
    told_by: SpelledName | None = None


@dataclass(frozen=True)
class FeedOf:
    """Whose an address is, and what it shows."""

    kind: FeedKind
    presenter_id: int | None = None
    user_id: int | None = None
    host_id: int | None = None
    district_id: int | None = None


class FeedReason(Reason):
    """Why nobody gets a further feed."""

    TOO_MANY_FEEDS = "too_many_feeds", N_("End one of the five addresses first.")


class FeedSeat(NamedTuple):
    """One assignment of the reader, with its presentation, as the rules need to know it.

    A tuple: a calendar of ten years makes five thousand of them after each change.
    """

    presentation_id: int
    state: AssignmentState
    state_since: dt.datetime
    was_offered: bool
    presentation_state: PresentationState
    presentation_since: dt.datetime
    edited_at: dt.datetime
    moved_at: dt.datetime | None = None  # its visit, to its present time


@dataclass(frozen=True)
class WholeFeed:
    """What one address gives at one moment, made anew; and of what, so that somebody can tell how long it holds."""

    feed_id: int
    etag: str
    last_modified: dt.datetime
    last_read_at: dt.datetime | None
    version: int
    made_by: str
    holds_from: dt.datetime
    holds_until: dt.datetime
    body: bytes


@dataclass(frozen=True)
class KeptFeed:
    """What one address gives now, as it is kept: its tag and its moment; its bytes are fetched when they are sent."""

    feed_id: int
    etag: str
    last_read_at: dt.datetime | None
    modified_at: dt.datetime | None  # None: it could not be kept, so nobody can be told by it later
    told_by_moment: bool
    packed: bytes = b""  # of one that was made just now, or read with it


@dataclass(frozen=True)
class ToldBefore:
    """What the last answers of a feed have told."""

    etag: str
    latest_told_at: dt.datetime
    told_by_moment: bool


@dataclass(frozen=True)
class FeedRow:
    """A feed as its owner sees it in the list: never its address."""

    feed_id: int
    name: str
    language: str
    created_at: dt.datetime
    last_read_at: dt.datetime | None
    last_read_by: FeedReader | None
    kind: FeedKind
    district_id: int | None
