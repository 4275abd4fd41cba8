"""What a private address gives, made anew or as it is kept, and what its owner sees of it."""

import datetime as dt
import gzip
import hashlib
from typing import Any

from sqlalchemy import Engine, bindparam, func, or_, select
from sqlalchemy.exc import SQLAlchemyError

from scheduler.config import centre_timezone, settings
from scheduler.core import clock, tokens
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.language import languages
from scheduler.core.tokens import SecretLink, token_hash
from scheduler.feeds import rules
from scheduler.feeds.anew import LIVING, made_anew, release_of, title_of, version_of
from scheduler.feeds.models import FeedBody, FeedToken
from scheduler.feeds.terms import CAMPAIGN_CALENDAR, FeedRow, KeptFeed
from scheduler.people.models import Presenter, User
from scheduler.posts.ics import entry, planned_post
from scheduler.posts.queries import posts_in_calendar
from scheduler.programmes.models import Campaign
from scheduler.programmes.terms import in_language
from scheduler.visits import ics
from scheduler.visits.models.visits import Visit
from scheduler.visits.service.calendar_entries import entries_without_names
from scheduler.visits.terms.states import NOT_SURE_YET, OFF_VISITS

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
    title = title_of(language) % {"name": in_language(language, campaign.name_sr_cyrl, campaign.name_en)}
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
