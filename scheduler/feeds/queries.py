"""What a private address gives, made anew or as it is kept, and what its owner sees of it."""

import datetime as dt
import gzip
from typing import Any

from sqlalchemy import ColumnElement, Engine, bindparam, func, select
from sqlalchemy.exc import SQLAlchemyError

from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.tokens import SecretLink, token_hash
from scheduler.feeds.anew import LIVING, made_anew, release_of, version_of
from scheduler.feeds.models import FeedBody, FeedToken
from scheduler.feeds.terms import CAMPAIGN_CALENDAR, SHARED_FEED_LASTS, FeedRow, KeptFeed
from scheduler.people.models import Presenter, User

# --- As it is kept: one row by its index ---


_HOLDS = (
    FeedBody.packed.is_not(None),
    FeedBody.version == version_of(FeedToken.presenter_id),
    FeedBody.holds_from <= bindparam("now"),
    FeedBody.holds_until > bindparam("now"),
)
_ROW = (
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
    .where(*LIVING, *_HOLDS)
)
_WHOLE_ROW = _ROW.add_columns(FeedBody.packed)


def kept_feed(token: str, *, now: dt.datetime, engine: Engine | None = None, whole: bool = False) -> KeptFeed | None:
    """What is kept for an address, when that is what it gives now; None when it must be made anew, or is nobody's.

    One statement over indexes; with its bytes (`whole`) for who can hold none of it. That its presenter is not
    suspended is known by the version. None too where the database does not answer: who makes it anew is told.
    """
    try:
        with (engine or db.engine).connect() as connection:
            asked = {"hash": token_hash(token), "now": now}
            row = connection.execute(_WHOLE_ROW if whole else _ROW, asked).one_or_none()
    except SQLAlchemyError:
        return None
    if row is None:
        return None
    feed_id, last_read_at, language, made_by, etag, modified_at, told_by_moment, *packed = row
    if made_by != release_of(language):
        return None
    return KeptFeed(feed_id, etag, last_read_at, modified_at, told_by_moment, *packed)


def packed_body(feed: KeptFeed, engine: Engine | None = None) -> bytes | None:
    """The body of a feed as gzip; None when it was taken out meanwhile, or the database does not answer."""
    if feed.packed:
        return feed.packed
    wanted = select(FeedBody.packed).where(FeedBody.feed_id == feed.feed_id, FeedBody.etag == feed.etag)
    try:
        with (engine or db.engine).connect() as connection:
            return connection.scalar(wanted)
    except SQLAlchemyError:
        return None


# --- Of a campaign ---


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
        if row is not None and row.made_by == release_of(row.language) and not _is_right(row, now):
            wrong.append(feed_id)
    return wrong


def _is_right(row: Any, now: dt.datetime) -> bool:
    try:
        made = made_anew(row.token_hash, now)
    except NotFound:
        return False
    if (made.etag, made.body) == (row.etag, gzip.decompress(row.packed)):
        return True
    version = select(version_of(FeedToken.presenter_id)).where(FeedToken.token_hash == row.token_hash)
    changed_meanwhile: bool = db.session().scalar(version) != row.version  # then it is kept no more
    return changed_meanwhile


def violations() -> list[str]:
    """A sentence for each such feed, for `invariants check` and each night."""
    now = clock.now()
    return [f"feed {feed_id}: what is kept is not what its address gives" for feed_id in wrong_bodies(now)]


# --- What its owner sees ---


def feeds_of(presenter_id: int) -> list[FeedRow]:
    """The living feeds of a presenter by name."""
    return _rows(FeedToken.presenter_id == presenter_id)


def feeds_of_user(user_id: int) -> list[FeedRow]:
    """The same of one of the staff, by what they show."""
    return _rows(FeedToken.user_id == user_id)


def feeds_of_host(host_id: int, *, now: dt.datetime) -> list[FeedRow]:
    """The same of a host."""
    return _rows(FeedToken.host_id == host_id, FeedToken.created_at > now - SHARED_FEED_LASTS)


def _rows(*wanted: ColumnElement[bool]) -> list[FeedRow]:
    living = select(FeedToken).where(FeedToken.revoked_at.is_(None), *wanted)
    rows = db.session().scalars(living.order_by(FeedToken.kind, FeedToken.name, FeedToken.id))
    return [
        FeedRow(
            row.id,
            row.name,
            row.language,
            row.created_at,
            row.last_read_at,
            row.last_read_by,
            row.kind,
            row.district_id,
        )
        for row in rows
    ]


def presenter_id_by_email(email: str) -> int | None:
    """The presenter who signs in with this address, in any case of letters; None when there is none."""
    return db.session().scalar(
        select(Presenter.id).join(User, User.id == Presenter.user_id).where(User.email == email.strip().lower())
    )
