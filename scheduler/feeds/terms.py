"""Words of feeds: what a reader's calendar holds, and what a page shows of a feed."""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from scheduler.core.errors import N_, Reason
from scheduler.visits.terms.states import AssignmentState, PresentationState

FEED_LOCK = 70  # kind of core.db.advisory_lock: the feeds of one presenter
MOST_FEEDS = 5
NAME_LENGTH = 40
CAMPAIGN_CALENDAR = "campaign_calendar"  # purpose of the secret link of a campaign's calendar
CAMPAIGN_CALENDAR_LASTS = dt.timedelta(days=540)


class FeedReason(Reason):
    """Why a presenter gets no further feed."""

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
