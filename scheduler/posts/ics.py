"""The plan of posts as calendar entries: when something is posted, where and by whom; equal facts give equal bytes."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from scheduler.core.language import translator
from scheduler.messages.ics import one_line
from scheduler.posts.terms import PostRow, PostState
from scheduler.posts.wording import CHANNELS
from scheduler.visits.ics import calendar

LASTS = dt.timedelta(minutes=15)
MOST_LETTERS_SHOWN = 300


@dataclass(frozen=True)
class PlannedPost:
    """A post as a calendar shows it: no link, no name of a reader."""

    uid: str
    starts_at: dt.datetime
    edited_at: dt.datetime
    title: str
    text: str
    dropped: bool


def planned_post(row: PostRow, language: str, uid_domain: str, starts_at: dt.datetime) -> PlannedPost:
    """A post as a calendar in that language shows it; `starts_at` by the centre's clocks."""
    _ = translator(language).gettext
    of = row.campaign(language) if row.campaign_slug else _("the helpline")
    title, dropped = f"{CHANNELS[row.draft.channel]}: {of}", row.state is PostState.DROPPED
    return PlannedPost(
        uid=f"post-{row.number}@{uid_domain}",
        starts_at=starts_at,
        edited_at=row.edited_at or starts_at,
        title=_("Cancelled: %(title)s") % {"title": title} if dropped else title,
        text=row.text(language) or row.text("sr_Cyrl"),
        dropped=dropped,
    )


def calendar_of(posts: Iterable[PlannedPost], name: str) -> bytes:
    """A calendar that holds them, for any program that reads calendars."""
    return calendar(map(entry, posts), name)


def entry(one: PlannedPost) -> str:
    """Its VEVENT."""
    from icalendar import Event  # slow to load: only who makes a calendar waits for it

    event = Event()
    event.add("uid", one.uid)
    event.add("dtstamp", one.edited_at.astimezone(dt.UTC))
    event.add("dtstart", one.starts_at.astimezone(dt.UTC))
    event.add("dtend", (one.starts_at + LASTS).astimezone(dt.UTC))
    event.add("status", "CANCELLED" if one.dropped else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("summary", one_line(one.title))
    if text := one_line(one.text[:MOST_LETTERS_SHOWN]):
        event.add("description", text)  # libical refuses a line without a value
    return str(event.to_ical().decode())
