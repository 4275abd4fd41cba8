"""A calendar made anew: all of it, or as it is sent, with those stretches that have not changed.

Both are one text, entry by entry in the order of time, and have one tag.
"""

import datetime as dt
import hashlib
import zlib
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import ScalarSelect, SQLColumnExpression, and_, bindparam, case, func, literal, select

from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.language import SOURCE, translator
from scheduler.core.names import SpelledName, spelled
from scheduler.core.quick_read import QuickRead, Snapshot, one_moment
from scheduler.feeds import packing, rules
from scheduler.feeds.models import FeedMonth, FeedPart, FeedToken, FeedVersion
from scheduler.feeds.packing import Piece, joined, piece_of
from scheduler.feeds.terms import FeedSeat, FeedStretch, PackedFeed, WholeFeed
from scheduler.people.models import Presenter, User
from scheduler.visits import ics
from scheduler.visits.models.visits import Assignment, CalendarEntry, Presentation, Visit
from scheduler.visits.terms.states import EntryStatus


def version_of(presenter_id: SQLColumnExpression[int] | int) -> ScalarSelect[int]:
    """How often what her calendars show has changed; the database counts (models.py)."""
    steps = func.coalesce(func.sum(FeedVersion.steps), 0)
    return select(steps).where(FeedVersion.presenter_id == presenter_id).scalar_subquery()


LIVING = (FeedToken.revoked_at.is_(None), FeedToken.token_hash == bindparam("hash"))


@cache
def release_of(language: str) -> str:
    """The words and the rules of this release: what another one made is made anew."""
    head = ics.calendar((), title_of(language))
    rules_of_release = [
        Path(str(one)).read_bytes() for one in (__file__, rules.__file__, packing.__file__, ics.__file__)
    ]
    return hashlib.sha256(b"\0".join([head, *rules_of_release])).hexdigest()[:32]


def title_of(language: str) -> str:
    _ = translator(language).gettext
    return str(_("Raspored: %(name)s"))


_WHO = QuickRead(
    select(
        FeedToken.id,
        FeedToken.presenter_id,
        FeedToken.language,
        FeedToken.created_at,
        FeedToken.last_read_at,
        User.given_name,
        User.other_given_name,
        version_of(FeedToken.presenter_id),
    )
    .join(Presenter, Presenter.id == FeedToken.presenter_id)
    .join(User, User.id == Presenter.user_id)
    .where(*LIVING, Presenter.suspended_at.is_(None), User.suspended_at.is_(None))
)
_SHOWN_AS = case(  # if at all: `rules.shown_as` decides
    *(
        (Presentation.state == state, literal(EntryStatus.CANCELLED, CalendarEntry.status.type))
        for state in sorted(rules.OFF)
    ),
    *(
        (Assignment.state == state, literal(status, CalendarEntry.status.type))
        for state, status in rules.LIVING.items()
    ),
    else_=literal(EntryStatus.CANCELLED, CalendarEntry.status.type),
)
_SEATS = QuickRead(
    select(
        Assignment.busy_from,
        CalendarEntry.status,
        CalendarEntry.text,
        Presentation.id,
        Assignment.state,
        Assignment.state_since,
        Assignment.offered_until.is_not(None),
        Presentation.state,
        Presentation.state_since,
        Presentation.edited_at,
        Visit.moved_at,
    )
    .join(Presentation, Presentation.id == Assignment.presentation_id)
    .join(Visit, Visit.id == Presentation.visit_id)
    .outerjoin(
        CalendarEntry,
        and_(
            CalendarEntry.presentation_id == Presentation.id,
            CalendarEntry.status == _SHOWN_AS,
            CalendarEntry.language == bindparam("language"),
        ),
    )
    .where(
        Assignment.presenter_id == bindparam("presenter_id"),
        Assignment.busy_from >= bindparam("since"),
        Assignment.busy_from < bindparam("until"),
    )
    .order_by(Presentation.starts_at, Presentation.id, Assignment.id)
)
_MONTHS = QuickRead(
    select(FeedMonth.month, func.sum(FeedMonth.steps))
    .where(FeedMonth.presenter_id == bindparam("presenter_id"))
    .group_by(FeedMonth.month)
)
_PARTS = QuickRead(
    select(
        FeedPart.first_month,
        FeedPart.end_month,
        FeedPart.version,
        FeedPart.holds_from,
        FeedPart.holds_until,
        FeedPart.changed_at,
        FeedPart.entries,
        FeedPart.digest,
        FeedPart.packed,
        FeedPart.length,
        FeedPart.crc,
        FeedPart.shift,
    )
    .where(
        FeedPart.feed_id == bindparam("feed_id"),
        FeedPart.made_by == bindparam("made_by"),
        FeedPart.holds_from <= bindparam("now"),
        FeedPart.holds_until > bindparam("now"),
    )
    .order_by(FeedPart.first_month)
)


class _FeedReader(NamedTuple):
    """Whose calendar it is, in which language, and at which version; and of which moment the rest is asked."""

    moment: Snapshot
    feed_id: int
    presenter_id: int
    language: str
    created_at: dt.datetime
    last_read_at: dt.datetime | None
    given_name: str
    other_given_name: str | None
    version: int

    @property
    def ends(self) -> tuple[bytes, bytes]:
        name = spelled(SpelledName(self.given_name, self.other_given_name), self.language)
        return ics.ends(title_of(self.language) % {"name": name})


class _Seats(NamedTuple):
    """Her seats of some months, by month, each in the order of time; and the stored VEVENTs in which they are shown."""

    by_month: dict[int, list[FeedSeat]]
    texts: dict[tuple[int, EntryStatus], str]


class _Entries(NamedTuple):
    """What a reader's calendar holds of a span: her seats, by month, and the texts that are shown, in their order."""

    seats: list[FeedSeat]
    texts: list[bytes]

    @property
    def digest(self) -> int:
        """Of each entry by itself, added up: the same in whatever stretches they lie."""
        return sum(int.from_bytes(hashlib.sha256(text).digest()) for text in self.texts) % _DIGESTS


_DIGESTS = 1 << 256


def _reader(moment: Snapshot, hashed: str) -> _FeedReader:
    """The version and all that is read after it are of one moment: never an entry as it was, and as it is besides.

    Raises: NotFound.
    """
    found = _WHO.all(moment, {"hash": hashed})
    if not found:
        raise NotFound("feed")
    return _FeedReader(moment, *found[0])


def made_anew(hashed: str, now: dt.datetime) -> WholeFeed:
    """What a feed's address gives now: a pure function of the token and the database.

    Raises: NotFound when the token is unknown or revoked, or its presenter suspended: all look alike.
    """
    with one_moment(db.engine) as moment:
        reader = _reader(moment, hashed)
        span = rules.FIRST_OF_MONTHS, rules.LAST_OF_MONTHS
        whole = _entries(reader, _seats(reader, span), span, now)
    head, end = reader.ends
    body = b"".join([head, *whole.texts, end])
    return WholeFeed(
        reader.feed_id,
        _tag(head, whole.digest, zlib.crc32(body), len(body)),
        rules.last_change(whole.seats, reader.created_at, now),
        reader.last_read_at,
        reader.version,
        release_of(reader.language),
        *rules.holds(whole.seats, now),
        body,
    )


def packed_anew(hashed: str, now: dt.datetime) -> PackedFeed:
    """The same as it is sent; of a long calendar only those months are read that have changed. Raises: NotFound."""
    with one_moment(db.engine) as moment:
        reader = _reader(moment, hashed)
        release = release_of(reader.language)
        versions: dict[int, int] = dict(_MONTHS.all(moment, {"presenter_id": reader.presenter_id}))
        kept = _PARTS.all(moment, {"feed_id": reader.feed_id, "made_by": release, "now": now})
        standing = [FeedStretch._make((*row[:8], Piece._make(row[8:]))) for row in kept]
        stood, gaps = rules.gaps(
            [one for one in standing if one.version == _version(versions, one.first_month, one.end_month)]
        )
        made = [one for gap in gaps for one in _made_in(reader, gap, versions, now)]
    parts = sorted([*stood, *made], key=lambda one: one.first_month)
    head, end = reader.ends
    packed, crc, length = joined([_piece_of(head), *(one.piece for one in parts), _piece_of(end)])
    return PackedFeed(
        reader.feed_id,
        _tag(head, sum(int(one.digest, 16) for one in parts) % _DIGESTS, crc, length),
        max(one.changed_at for one in parts),
        reader.last_read_at,
        reader.version,
        release,
        max(one.holds_from for one in parts),
        min(one.holds_until for one in parts),
        packed,
        tuple(stood),
        tuple(made),
    )


def _made_in(
    reader: _FeedReader, gap: tuple[int, int], versions: dict[int, int], now: dt.datetime
) -> Iterator[FeedStretch]:
    found = _seats(reader, gap)
    counts, this_month = {month: len(seats) for month, seats in found.by_month.items()}, rules.month_of(now)
    for first, end in rules.stretches(gap, counts, this_month):
        inside = {month: seats for month, seats in found.by_month.items() if first <= month < end}
        made = _entries(reader, found._replace(by_month=inside), (first, end), now)
        yield FeedStretch(
            first,
            end,
            _version(versions, first, end),
            *rules.holds(made.seats, now),
            rules.last_change(made.seats, reader.created_at, now),
            len(made.texts),
            f"{made.digest:064x}",
            piece_of(b"".join(made.texts), tight=end <= this_month),
        )


def _version(versions: dict[int, int], first: int, end: int) -> int:
    """How often what she is shown of these months has changed."""
    return sum(steps for month, steps in versions.items() if first <= month < end)


@lru_cache(maxsize=100)
def _piece_of(end: bytes) -> Piece:
    """The beginning or the end of a calendar: few readers, the same each time."""
    return piece_of(end)


def _tag(head: bytes, digest: int, crc: int, length: int) -> str:
    """Of the whole text, whatever stretches it was put together from."""
    return hashlib.sha256(head + f"{digest:064x} {crc:08x} {length}".encode()).hexdigest()[:32]


def _seats(reader: _FeedReader, span: tuple[int, int], language: str = "") -> _Seats:
    """Of these months; the texts in her language, or in this one."""
    first, end = span
    asked = {
        "presenter_id": reader.presenter_id,
        "language": language or reader.language,
        "since": rules.beginning_of(first),
        "until": rules.beginning_of(end),
    }
    by_month: dict[int, list[FeedSeat]] = {}
    texts: dict[tuple[int, EntryStatus], str] = {}
    for busy_from, status, text, *row in _SEATS.all(reader.moment, asked):
        seat = FeedSeat._make(row)
        by_month.setdefault(rules.month_of(busy_from), []).append(seat)
        if text is not None:
            texts[seat.presentation_id, status] = text
    return _Seats(dict(sorted(by_month.items())), texts)


def _entries(reader: _FeedReader, found: _Seats, span: tuple[int, int], now: dt.datetime) -> _Entries:
    """The stored VEVENTs in the order of time; a presentation whose text is not written yet is left out.

    One last edited before a language was added is told in English: better than a calendar without it.
    """
    seats = [seat for of_month in found.by_month.values() for seat in of_month]
    shown, texts = rules.entries(seats, now), found.texts
    if not shown.items() <= texts.keys():
        texts = _seats(reader, span, SOURCE).texts | texts
    return _Entries(seats, [texts[one].encode() for one in shown.items() if one in texts])
