"""What a private address gives, made anew or as it is kept, and what its owner sees of it."""

import datetime as dt
import gzip
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Engine, bindparam, func, or_, select
from sqlalchemy.exc import SQLAlchemyError

from scheduler import policy
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.names import SpelledName, whole_name
from scheduler.core.tokens import SecretLink, token_hash
from scheduler.feeds import rules
from scheduler.feeds.anew import LIVING, made_anew, release_of, version_of
from scheduler.feeds.models import FeedBody, FeedToken
from scheduler.feeds.terms import (
    CAMPAIGN_CALENDAR,
    SHARED_FEED_LASTS,
    FeedReader,
    FeedRow,
    FeedSeat,
    KeptFeed,
    RadarRow,
    SeatChange,
)
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import Channel, MessageState
from scheduler.people.models import Presenter, User
from scheduler.people.rules import is_minor
from scheduler.places.models import Host
from scheduler.policy import Actor
from scheduler.readiness.models import ToldNote
from scheduler.readiness.terms import ToldWhat
from scheduler.safeguarding.queries import guardian_phones_of
from scheduler.staffing.service.absence import ABSENCE_REASON
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import LEFT

OWN_DOING = (ABSENCE_REASON,)  # why somebody left who knows it herself

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


# --- Who knows of a change ---


def changes_to_tell(actor: Actor, *, now: dt.datetime) -> list[RadarRow]:
    """Presenters whose visit to come was moved, called off or given to somebody else, the soonest visit first.

    Within the districts of whoever looks. What a presenter brought about herself she knows. Raises: NotAllowed.
    """
    policy.require(actor, "update", "visit", centre=policy.own_part(actor))
    found = _changes(policy.in_reach(actor, Visit) & (Presentation.starts_at > now))
    mails, told = _mails([visit for visit, _who in found]), _told([visit for visit, _who in found])
    guardians = guardian_phones_of([who for _visit, who in found], clock.local_day(now))
    tokens_of = _read_by_presenter([who for _visit, who in found])
    rows = []
    for (visit_id, who), (row, (change, since)) in found.items():
        minor = is_minor(row.adult_on, row.on_day)
        mail = [state for at, state in mails.get((visit_id, row.email), ()) if at >= since]
        note = next((one for one in told.get((visit_id, who), ()) if one[0] >= since), (None, None))
        feeds = tokens_of.get(who, [])
        read = tuple(dict.fromkeys(reader or FeedReader.OTHER for at, reader in feeds if at and at >= since))
        rows.append(
            RadarRow(
                row.number,
                row.on_day,
                row.starts_at,
                row.name_sr_cyrl,
                row.name_sr_latn,
                who,
                row.given_spelled if minor else whole_name(row.given_spelled, row.family_spelled),
                minor,
                guardians.get(who, "") if minor else row.phone,
                change,
                since,
                mail[-1] if mail else None,
                bool(feeds),
                read,
                *note,
            )
        )
    return sorted(rows, key=lambda one: (one.starts_at, one.number, one.presenter_id))


def _changes(of: ColumnElement[bool]) -> dict[tuple[int, int], tuple[Any, tuple[SeatChange, dt.datetime]]]:
    """By visit and presenter the last thing that befell it: of several seats in one presentation the newest counts."""
    befell = or_(Visit.moved_at.is_not(None), Presentation.state.in_(rules.OFF), Assignment.state.in_(LEFT))
    some = _TO_COME.with_only_columns(Visit.id).where(of, befell).order_by(None)
    newest = {
        (row.presentation_id, row.presenter_id): row
        for row in db.session().execute(_TO_COME.where(of, Visit.id.in_(some)))
    }
    found: dict[tuple[int, int], tuple[Any, tuple[SeatChange, dt.datetime]]] = {}
    for row in newest.values():
        key, change = (row.visit_id, row.presenter_id), rules.change_of(FeedSeat._make(row[:8]))
        if change and row.reason not in OWN_DOING and (key not in found or change[1] >= found[key][1][1]):
            found[key] = row, change
    return found


_TO_COME = (
    select(
        Presentation.id.label("presentation_id"),
        Assignment.state,
        Assignment.state_since,
        Assignment.offered_until.is_not(None),
        Presentation.state,
        Presentation.state_since,
        Presentation.edited_at,
        Visit.moved_at,
        Visit.id.label("visit_id"),
        Visit.number,
        Visit.on_day,
        Presentation.starts_at,
        Host.name_sr_cyrl,
        Host.name_sr_latn,
        Assignment.presenter_id,
        Assignment.reason,
        Presenter.adult_on,
        Presenter.phone,
        User.email,
        User.given_spelled.label("given_spelled"),
        User.family_spelled.label("family_spelled"),
    )
    .join(Presentation, Presentation.id == Assignment.presentation_id)
    .join(Visit, Visit.id == Presentation.visit_id)
    .join(Host, Host.id == Visit.host_id)
    .join(Presenter, Presenter.id == Assignment.presenter_id)
    .join(User, User.id == Presenter.user_id)
    .order_by(Assignment.state_since, Assignment.id)
)


def _mails(visit_ids: Collection[int]) -> dict[tuple[int | None, str], list[tuple[dt.datetime, MessageState]]]:
    """By visit and address, the oldest first."""
    said = OutboxMessage.about_id, OutboxMessage.address, OutboxMessage.created_at, OutboxMessage.state
    of_visits = OutboxMessage.about == Visit.__tablename__, OutboxMessage.about_id.in_(visit_ids)
    found = defaultdict(list)
    for visit_id, address, at, state in db.session().execute(
        select(*said).where(*of_visits, OutboxMessage.channel == Channel.MAIL).order_by(OutboxMessage.id)
    ):
        found[visit_id, address].append((at, state))
    return found


def _told(visit_ids: Collection[int]) -> dict[tuple[int, int | None], list[tuple[dt.datetime, SpelledName]]]:
    """When and by whom a presenter was told of a change by word, the newest first."""
    of_visits = ToldNote.visit_id.in_(visit_ids), ToldNote.what == ToldWhat.CHANGE
    found = defaultdict(list)
    for visit_id, who, at, given, family in db.session().execute(
        select(ToldNote.visit_id, ToldNote.presenter_id, ToldNote.told_at, User.given_spelled, User.family_spelled)
        .outerjoin(User, User.id == ToldNote.told_by_id)
        .where(*of_visits)
        .order_by(ToldNote.told_at.desc(), ToldNote.id.desc())
    ):
        found[visit_id, who].append((at, whole_name(given or "", family or "")))
    return found


def _read_by_presenter(
    presenter_ids: Collection[int],
) -> dict[int | None, list[tuple[dt.datetime | None, FeedReader | None]]]:
    living = FeedToken.presenter_id.in_(presenter_ids), FeedToken.revoked_at.is_(None)
    found = defaultdict(list)
    for who, at, reader in db.session().execute(
        select(FeedToken.presenter_id, FeedToken.last_read_at, FeedToken.last_read_by).where(*living)
    ):
        found[who].append((at, reader))
    return found


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
