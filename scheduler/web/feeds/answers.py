"""How the address of a calendar answers: whole, packed, or "you hold it already". Plain values in, plain values out.

The door (door.py) and the page (views.py) both answer by this.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.http import http_date

from scheduler.feeds.queries import packed_body
from scheduler.feeds.terms import KeptFeed

ON_EVERY_FEED = {
    "Cache-Control": "private, no-cache",  # kept by the calendar alone, and asked for each time: a revoked one is dead
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
}
_ALWAYS = (("Cache-Control", ON_EVERY_FEED["Cache-Control"]), ("Vary", "Accept-Encoding"))
_WITH_BODY = (
    *(pair for pair in ON_EVERY_FEED.items() if pair not in _ALWAYS),
    ("Content-Type", "text/calendar; charset=utf-8"),
    ("Content-Disposition", 'inline; filename="raspored.ics"'),
)
NOBODYS = "raspored.feed_is_nobodys"  # in the environment of WSGI: no header of a visitor bears such a name
PACKED_TAG = "-gzip"  # another representation has another strong tag (RFC 9110, 8.8.3)


@dataclass(frozen=True)
class Wishes:
    """What the headers of a request say about the answer."""

    packed: bool
    tags: str
    moment: str


@dataclass(frozen=True)
class FeedAnswer:
    """Status, headers and body of an answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


def wishes_of(environ: Mapping[str, Any]) -> Wishes:
    """Read from the environment of WSGI."""
    return Wishes(
        _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")),
        environ.get("HTTP_IF_NONE_MATCH", ""),
        environ.get("HTTP_IF_MODIFIED_SINCE", ""),
    )


def answer_with(feed: KeptFeed, wishes: Wishes, engine: Any = None) -> FeedAnswer | None:
    """The answer to who asks for this feed; None when its bytes are not there any more: it is another one now."""
    held = _tag_held(feed, wishes.tags)
    by_moment = wishes.moment and not wishes.tags and feed.told_by_moment
    if held or (by_moment and wishes.moment == _moment(feed)):
        return FeedAnswer(304, (*_ALWAYS, ("ETag", held or _tag(feed, packed=wishes.packed))))  # RFC 9110, 15.4.5
    body = packed_body(feed, engine)
    if body is None:
        return None
    if not wishes.packed:
        try:
            body = zlib.decompress(body, zlib.MAX_WBITS + 16)  # as gzip
        except zlib.error:
            return None  # a damaged database: it is made anew
    packed = (("Content-Encoding", "gzip"),) if wishes.packed else ()
    length = ("Content-Length", str(len(body)))
    moment = (("Last-Modified", _moment(feed)),) if feed.modified_at else ()
    marks = (*_ALWAYS, ("ETag", _tag(feed, packed=wishes.packed)), *moment)
    return FeedAnswer(200, (*marks, *_WITH_BODY, *packed, length), body)


def _tag(feed: KeptFeed, *, packed: bool) -> str:
    return f'"{feed.etag}{PACKED_TAG if packed else ""}"'


def _moment(feed: KeptFeed) -> str:
    return http_date(feed.modified_at) if feed.modified_at else ""


def _tag_held(feed: KeptFeed, tags: str) -> str:
    """The tag of this feed that the reader holds, packed or not, for the text is the same; a proxy may weaken it."""
    for one in tags.split(",") if tags else ():
        tag = one.strip().removeprefix("W/")
        if tag in (_tag(feed, packed=False), _tag(feed, packed=True)):
            return tag
        if tag == "*":
            return _tag(feed, packed=False)
    return ""


def _takes_gzip(accepted: str) -> bool:
    """Whether `Accept-Encoding` names gzip and does not refuse it (q=0)."""
    for one in accepted.split(","):
        name, _, weight = one.partition(";")
        if name.strip().lower() == "gzip":
            return weight.replace(" ", "").lower() not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
