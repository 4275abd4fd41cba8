"""What a private address gives, made anew or as it is kept, and what its owner sees of it."""

import datetime as dt
import gzip
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, ScalarSelect, SQLColumnExpression, bindparam, func, or_, select

from scheduler.config import centre_timezone, settings
from scheduler.core import clock, tokens
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.language import SOURCE, languages, translator
from scheduler.core.names import SpelledName, spelled
from scheduler.core.quick_read import QuickRead
from scheduler.core.tokens import SecretLink, token_hash
from scheduler.feeds import rules
from scheduler.feeds.models import FeedBody, FeedToken, FeedVersion
from scheduler.feeds.terms import CAMPAIGN_CALENDAR, Feed, FeedRow, FeedSeat, KeptFeed
from scheduler.people.models import Presenter, User
from scheduler.posts.ics import entry, planned_post
from scheduler.posts.queries import posts_in_calendar
from scheduler.programmes.models import Campaign
from scheduler.programmes.terms import in_language
from scheduler.visits import ics
from scheduler.visits.models.visits import Assignment, CalendarEntry, Presentation, Visit
from scheduler.visits.service.calendar_entries import entries_without_names
from scheduler.visits.terms.states import NOT_SURE_YET, OFF_VISITS, EntryStatus

# --- As it is kept: one row by its index ---


def version_of(presenter_id: SQLColumnExpression[int] | int) -> ScalarSelect[int]:
    """How often what her calendars show has changed; the database counts (models.py)."""
    steps = func.coalesce(func.sum(FeedVersion.steps), 0)
    return select(steps).where(FeedVersion.presenter_id == presenter_id).scalar_subquery()


_LIVING = (FeedToken.revoked_at.is_(None), FeedToken.token_hash == bindparam("hash"))
_HOLDS = (
    FeedBody.packed.is_not(None),
    FeedBody.version == version_of(FeedToken.presenter_id),
    FeedBody.holds_from <= bindparam("now"),
    FeedBody.holds_until > bindparam("now"),
)
_KEPT = QuickRead(
    select(
        FeedToken.id,
        FeedToken.last_read_at,
        FeedToken.language,
        FeedBody.made_by,
        FeedBody.etag,
        FeedBody.modified_at,
        FeedBody.told_by_moment,
    )
    .join(FeedBody, FeedBody.feed_id == FeedToken.id)
    .where(*_LIVING, *_HOLDS)
)
_PACKED = QuickRead(
    select(FeedBody.packed).where(FeedBody.feed_id == bindparam("feed_id"), FeedBody.etag == bindparam("etag"))
)


def kept_feed(token: str, *, now: dt.datetime, engine: Engine | None = None) -> KeptFeed | None:
    """What is kept for an address, when that is what it gives now; None when it must be made anew, or is nobody's.

    One statement over indexes. That its presenter is not suspended is known by the version.
    """
    row = _KEPT.one(engine or db.engine, {"hash": token_hash(token), "now": now})
    if row is None:
        return None
    feed_id, last_read_at, language, made_by, etag, modified_at, told_by_moment = row
    if made_by != _made_by(language):
        return None
    return KeptFeed(feed_id, etag, last_read_at, modified_at, told_by_moment)


def packed_body(feed: KeptFeed, engine: Engine | None = None) -> bytes | None:
    """The body of a feed as gzip; None when it was taken out meanwhile."""
    if feed.packed:
        return feed.packed
    row = _PACKED.one(engine or db.engine, {"feed_id": feed.feed_id, "etag": feed.etag})
    packed: bytes | None = row[0] if row else None
    return packed


@cache
def _made_by(language: str) -> str:
    """The words and the rules of this release: what another one made is made anew."""
    head = ics.calendar((), _title(language))
    rules_of_release = [Path(str(one)).read_bytes() for one in (__file__, rules.__file__, ics.__file__)]
    return hashlib.sha256(b"\0".join([head, *rules_of_release])).hexdigest()[:32]


def _title(language: str) -> str:
    _ = translator(language).gettext
    return str(_("Raspored: %(name)s"))


# --- Made anew ---


def body_of(token: str, *, now: dt.datetime) -> Feed:
    """What a feed's address gives now: a pure function of the token and the database.

    Raises: NotFound when the token is unknown or revoked, or its presenter suspended: all look alike.
    """
    return _made_anew(token_hash(token), now)


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
    .where(*_LIVING, Presenter.suspended_at.is_(None), User.suspended_at.is_(None))
)
_SEATS = QuickRead(
    select(
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
    .where(Assignment.presenter_id == bindparam("presenter_id"))
    .order_by(Presentation.starts_at, Presentation.id, Assignment.id)
)
_TEXT = select(CalendarEntry.presentation_id, CalendarEntry.text).where(
    CalendarEntry.status == bindparam("status"), CalendarEntry.language == bindparam("language")
)
_TEXTS = QuickRead(
    _TEXT.join(Assignment, Assignment.presentation_id == CalendarEntry.presentation_id).where(
        Assignment.presenter_id == bindparam("presenter_id")
    )
)
_FEW_TEXTS = _TEXT.where(CalendarEntry.presentation_id.in_(bindparam("ids", expanding=True)))
FEW_TEXTS = 100  # of one status: they are named one by one


def _made_anew(hashed: str, now: dt.datetime) -> Feed:
    """The version is read first: a change that comes in between leaves a body that does not hold, never one that does.

    Raises: NotFound.
    """
    connection = db.session().connection()
    found = _WHO.all(connection, {"hash": hashed})
    if not found:
        raise NotFound("feed")
    [(feed_id, presenter_id, language, created_at, last_read_at, given_name, other, version)] = found
    seats = list(map(FeedSeat._make, _SEATS.all(connection, {"presenter_id": presenter_id})))
    texts = _texts(presenter_id, rules.entries(seats, now), language)
    body = ics.calendar(texts, _title(language) % {"name": spelled(SpelledName(given_name, other), language)})
    return Feed(
        feed_id,
        body,
        hashlib.sha256(body).hexdigest()[:32],
        rules.last_change(seats, created_at, now),
        last_read_at,
        version,
        _made_by(language),
        *rules.holds(seats, now),
    )


def _texts(presenter_id: int, shown: dict[int, EntryStatus], language: str) -> list[str]:
    """The stored VEVENTs in the order given; a presentation whose text is not written yet is left out.

    One last edited before a language was added is told in English: better than a calendar without it.
    """
    found = dict(_texts_in(language, presenter_id, shown))
    if len(found) < len(shown):
        found = dict(_texts_in(SOURCE, presenter_id, shown)) | found
    return [found[presentation_id] for presentation_id in shown if presentation_id in found]


def _texts_in(language: str, presenter_id: int, shown: dict[int, EntryStatus]) -> Iterator[tuple[int, str]]:
    """Nearly all have one status: those are read in one go, what differs is asked for by its presentation."""
    for status, ids in _by_status(shown).items():
        if len(ids) > FEW_TEXTS:
            wanted = {"presenter_id": presenter_id, "status": status, "language": language}
            found: Iterable[Any] = _TEXTS.all(db.session().connection(), wanted)
        else:
            named = {"status": status, "language": language, "ids": ids}
            found = db.session().execute(_FEW_TEXTS, named).all()
        yield from ((presentation_id, text) for presentation_id, text in found if shown.get(presentation_id) is status)


def _by_status(shown: dict[int, EntryStatus]) -> dict[EntryStatus, list[int]]:
    found: dict[EntryStatus, list[int]] = {}
    for presentation_id, status in shown.items():
        found.setdefault(status, []).append(presentation_id)
    return found


# --- Of a campaign ---


def campaign_feed(token: str, language: str, *, now: dt.datetime) -> KeptFeed:
    """What the address of a campaign gives now: its visits, without anybody's name, and its posts. Always made anew:
    few ask, so nothing is kept that could be old. Raises: NotFound when nobody has that address.
    """
    link = tokens.opened_by(token, CAMPAIGN_CALENDAR, now=now)
    campaign = db.session().get(Campaign, link.subject_id) if link else None
    if link is None or campaign is None or language not in languages():
        raise NotFound("feed")
    struck_out_since = now - rules.CANCELLED_STAYS
    stands = or_(Visit.state.not_in(OFF_VISITS), Visit.state_since > struck_out_since)
    ids = db.session().scalars(select(Visit.id).where(Visit.campaign_id == campaign.id, stands)).all()
    edited = [*entries_without_names(ids, language, offered=NOT_SURE_YET)]
    domain, zone = settings().uid_domain, centre_timezone()
    for post in posts_in_calendar(campaign.id, struck_out_since):
        starts_at = clock.moment_of(post.draft.on_day, post.draft.at, zone)
        planned = planned_post(post, language, domain, starts_at)
        edited.append((planned.edited_at, entry(planned)))
    title = _title(language) % {"name": in_language(language, campaign.name_sr_cyrl, campaign.name_en)}
    body = ics.calendar([text for _at, text in edited], title)
    return KeptFeed(
        link.id,
        hashlib.sha256(body).hexdigest()[:32],
        None,
        max([link.created_at, *(at for at, _text in edited)]),
        told_by_moment=False,  # that thirty days are over is no edit
        packed=gzip.compress(body, mtime=0),
    )


def campaign_feed_until(campaign_id: int, *, now: dt.datetime) -> dt.datetime | None:
    """Until when a campaign's calendar has an address; None without one."""
    ours = SecretLink.purpose == CAMPAIGN_CALENDAR, SecretLink.subject_id == campaign_id
    living = SecretLink.ended_at.is_(None), SecretLink.expires_at > now
    return db.session().scalar(select(func.max(SecretLink.expires_at)).where(*ours, *living))


# --- Checked ---


def wrong_bodies(now: dt.datetime) -> list[int]:
    """Feeds whose kept body would be sent now and is not what the address gives, made anew beside it."""
    kept = (
        select(
            FeedBody.version, FeedBody.made_by, FeedBody.etag, FeedBody.packed, FeedToken.language, FeedToken.token_hash
        )
        .join(FeedToken, FeedToken.id == FeedBody.feed_id)
        .where(FeedToken.revoked_at.is_(None), *_HOLDS)
    )
    ids = db.session().scalars(kept.with_only_columns(FeedToken.id).order_by(FeedToken.id), {"now": now}).all()
    wrong = []
    for feed_id in ids:
        row = db.session().execute(kept.where(FeedToken.id == feed_id), {"now": now}).one_or_none()
        if row is not None and row.made_by == _made_by(row.language) and not _is_right(row, now):
            wrong.append(feed_id)
    return wrong


def _is_right(row: Any, now: dt.datetime) -> bool:
    try:
        made = _made_anew(row.token_hash, now)
    except NotFound:
        return False
    if made.version != row.version:
        return True  # somebody has changed something meanwhile: it is kept no more
    return (made.etag, made.body) == (row.etag, gzip.decompress(row.packed))


def violations() -> list[str]:
    """A sentence for each such feed, for `invariants check` and each night."""
    return [f"feed {feed_id}: what is kept is not what its address gives" for feed_id in wrong_bodies(clock.now())]


# --- What its owner sees ---


def feeds_of(presenter_id: int) -> list[FeedRow]:
    """The living feeds of a presenter by name."""
    rows = db.session().scalars(
        select(FeedToken)
        .where(FeedToken.presenter_id == presenter_id, FeedToken.revoked_at.is_(None))
        .order_by(FeedToken.name, FeedToken.id)
    )
    return [FeedRow(row.id, row.name, row.language, row.created_at, row.last_read_at) for row in rows]


def presenter_id_by_email(email: str) -> int | None:
    """The presenter who signs in with this address, in any case of letters; None when there is none."""
    return db.session().scalar(
        select(Presenter.id).join(User, User.id == Presenter.user_id).where(User.email == email.strip().lower())
    )
