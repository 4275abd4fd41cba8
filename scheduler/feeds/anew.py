"""A calendar made anew: all of it, or as it is sent, with those stretches that have not changed.

Both are one text, entry by entry in the order of time, and have one tag.
"""

import datetime as dt
import hashlib
import zlib
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, ScalarSelect, SQLColumnExpression, bindparam, func, select

from scheduler.core.db import db, snapshot
from scheduler.core.errors import NotFound
from scheduler.core.language import SOURCE, translator
from scheduler.core.names import SpelledName, spelled
from scheduler.core.quick_read import QuickRead
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
_SPAN = (Assignment.busy_from >= bindparam("since"), Assignment.busy_from < bindparam("until"))
_SEATS = QuickRead(
    select(
        Assignment.busy_from,
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
    .where(Assignment.presenter_id == bindparam("presenter_id"), *_SPAN)
    .order_by(Presentation.starts_at, Presentation.id, Assignment.id)
)
_TEXT = select(CalendarEntry.presentation_id, CalendarEntry.text).where(
    CalendarEntry.status == bindparam("status"), CalendarEntry.language == bindparam("language")
)
_TEXTS = QuickRead(
    _TEXT.join(Assignment, Assignment.presentation_id == CalendarEntry.presentation_id).where(
        Assignment.presenter_id == bindparam("presenter_id"), *_SPAN
    )
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
_FEW_TEXTS = _TEXT.where(CalendarEntry.presentation_id.in_(bindparam("ids", expanding=True)))
FEW_TEXTS = 100  # of one status, beside as many of others: they are named one by one


class _FeedReader(NamedTuple):
    """Whose calendar it is, in which language, and at which version; and on which connection the rest is asked."""

    connection: Connection
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


class _Entries(NamedTuple):
    """What a reader's calendar holds of a span: her seats, by month, and the texts that are shown, in their order."""

    seats: list[FeedSeat]
    texts: list[bytes]

    @property
    def digest(self) -> int:
        """Of each entry by itself, added up: the same in whatever stretches they lie."""
        return sum(int.from_bytes(hashlib.sha256(text).digest()) for text in self.texts) % _DIGESTS


_DIGESTS = 1 << 256
_Months = dict[int, list[FeedSeat]]


def _reader(hashed: str) -> _FeedReader:
    """The version and all that is read after it are of one moment: never an entry as it was, and as it is besides.

    Inside a transaction of the caller's on PostgreSQL they may not be; then what is made is not kept. Raises: NotFound.
    """
    connection = snapshot(db.session())
    found = _WHO.all(connection, {"hash": hashed})
    if not found:
        raise NotFound("feed")
    return _FeedReader(connection, *found[0])


def made_anew(hashed: str, now: dt.datetime) -> WholeFeed:
    """What a feed's address gives now: a pure function of the token and the database.

    Raises: NotFound when the token is unknown or revoked, or its presenter suspended: all look alike.
    """
    reader = _reader(hashed)
    months = _seats(reader, rules.FIRST_OF_MONTHS, rules.LAST_OF_MONTHS)
    whole = _entries(reader, months, (rules.FIRST_OF_MONTHS, rules.LAST_OF_MONTHS), now)
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
    reader = _reader(hashed)
    connection, release = reader.connection, release_of(reader.language)
    versions: dict[int, int] = dict(_MONTHS.all(connection, {"presenter_id": reader.presenter_id}))
    kept = _PARTS.all(connection, {"feed_id": reader.feed_id, "made_by": release, "now": now})
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
    months = _seats(reader, *gap)
    counts, this_month = {month: len(seats) for month, seats in months.items()}, rules.month_of(now)
    for first, end in rules.stretches(gap, counts, this_month):
        inside = {month: seats for month, seats in months.items() if first <= month < end}
        made = _entries(reader, inside, (first, end), now)
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


def _seats(reader: _FeedReader, first: int, end: int) -> _Months:
    """Her assignments of these months, by month, each in the order of time."""
    span = {"since": rules.beginning_of(first), "until": rules.beginning_of(end)}
    found: _Months = {}
    for busy_from, *seat in _SEATS.all(reader.connection, {"presenter_id": reader.presenter_id} | span):
        found.setdefault(rules.month_of(busy_from), []).append(FeedSeat._make(seat))
    return dict(sorted(found.items()))


def _entries(
    reader: _FeedReader, months: dict[int, list[FeedSeat]], span: tuple[int, int], now: dt.datetime
) -> _Entries:
    seats = [seat for of_month in months.values() for seat in of_month]
    return _Entries(seats, list(map(str.encode, _texts(reader, rules.entries(seats, now), span))))


def _texts(reader: _FeedReader, shown: dict[int, EntryStatus], span: tuple[int, int]) -> list[str]:
    """The stored VEVENTs in the order given; a presentation whose text is not written yet is left out.

    One last edited before a language was added is told in English: better than a calendar without it.
    """
    found = _texts_in(reader.language, reader, shown, span)
    if len(found) < len(shown):
        found = _texts_in(SOURCE, reader, shown, span) | found
    return [found[presentation_id] for presentation_id in shown if presentation_id in found]


def _texts_in(
    language: str, reader: _FeedReader, shown: dict[int, EntryStatus], span: tuple[int, int]
) -> dict[int, str]:
    """Nearly all have one status: those are read in one go, what differs is asked for by its presentation."""
    texts: dict[int, str] = {}
    for status, ids in _by_status(shown).items():
        if len(ids) > FEW_TEXTS or len(shown) <= len(ids) + FEW_TEXTS:
            wanted = {"presenter_id": reader.presenter_id, "status": status, "language": language}
            wanted |= {"since": rules.beginning_of(span[0]), "until": rules.beginning_of(span[1])}
            found: Iterable[Any] = _TEXTS.all(reader.connection, wanted)
        else:
            named = {"status": status, "language": language, "ids": ids}
            found = reader.connection.execute(_FEW_TEXTS, named).all()
        texts |= {presentation_id: text for presentation_id, text in found if shown.get(presentation_id) is status}
    return texts


def _by_status(shown: dict[int, EntryStatus]) -> dict[EntryStatus, list[int]]:
    found: dict[EntryStatus, list[int]] = {}
    for presentation_id, status in shown.items():
        found.setdefault(status, []).append(presentation_id)
    return found
