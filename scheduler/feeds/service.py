"""What people can do with their calendar addresses. A token leaves here once, when made; only its hash is stored."""

import datetime as dt
import gzip
import logging
from typing import NamedTuple

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.core import audit, tokens
from scheduler.core.db import advisory_lock, db, transaction
from scheduler.core.errors import NotAllowed, NotFound, Rejected
from scheduler.core.language import DEFAULT
from scheduler.core.tokens import new_token, token_hash
from scheduler.feeds import queries, rules
from scheduler.feeds.anew import made_anew, version_of
from scheduler.feeds.models import FeedBody, FeedToken, FeedVersion
from scheduler.feeds.shared import has_visit, require_reader, shared_feed
from scheduler.feeds.terms import (
    CAMPAIGN_CALENDAR,
    CAMPAIGN_CALENDAR_LASTS,
    FEED_LOCK,
    FeedKind,
    FeedOf,
    KeptFeed,
    ToldBefore,
    WholeFeed,
)
from scheduler.people.models import Presenter, User
from scheduler.policy import Actor
from scheduler.programmes.models import Campaign

PACKED_BY = 5  # of 9: as few bytes as 6 in less time
log = logging.getLogger(__name__)


def make_feed(actor: Actor, name: str, language: str, *, now: dt.datetime, of: FeedOf | None = None) -> str:
    """Make another address of the actor's own calendar and return its token, which is shown this once.

    Of what it shows else, `of` says: of her host, or what she reads as one of the staff. Raises: NotAllowed; NotFound
    when who it is of is suspended, or shows what she may not read; Rejected({"name": …}) with "missing", "too_long",
    "exists" or "too_many_feeds".
    """
    if of is None and actor.presenter_id is None:
        raise NotAllowed("create feed")
    of = of or FeedOf(FeedKind.OWN, presenter_id=actor.presenter_id)
    with transaction() as session:
        _require(session, actor, "create", of)
        living = _living(session, of)
        if problems := rules.problems_with(name, living):
            raise Rejected(problems)
        token = _add(session, actor, of, (name, language), now)
    log.info("feed made", extra={"kind": of.kind.value})
    return token


def renew_feed(actor: Actor, presenter_id: int, name: str, *, now: dt.datetime) -> str:
    """Give a presenter's feed of that name a new address; the old one dies at once. Returns the token, shown once.

    A name that no living feed has makes a new one in the presenter's own language. Raises: as `make_feed`.
    """
    of = FeedOf(FeedKind.OWN, presenter_id=presenter_id)
    with transaction() as session:
        language = _require(session, actor, "create", of)
        living = _living(session, of)
        old = living.pop(name, None)
        if problems := rules.problems_with(name, living):
            raise Rejected(problems)
        if old is not None:
            _end(session, actor, old, now)
        token = _add(session, actor, of, (name, old.language if old else language), now)
    log.info("feed renewed", extra={"presenter_id": presenter_id})
    return token


def renew_address(actor: Actor, feed_id: int, *, now: dt.datetime) -> tuple[str, str]:
    """Give a living feed a new address; the old one dies at once. Returns its token, shown once, and its name.

    Raises: as `make_feed`; NotFound also for one that has ended.
    """
    with transaction() as session:
        feed = session.scalar(select(FeedToken).where(FeedToken.id == feed_id, FeedToken.revoked_at.is_(None)))
        if feed is None:
            raise NotFound("feed")
        _require(session, actor, "create", _of(feed))
        session.refresh(feed, with_for_update=True)  # nobody else renews it meanwhile: two addresses would live
        if feed.revoked_at is not None:
            raise NotFound("feed")
        _end(session, actor, feed, now)
        token = _add(session, actor, _of(feed), (feed.name, feed.language), now)
    log.info("feed renewed", extra={"feed_id": feed_id})
    return token, feed.name


def revoke_feed(actor: Actor, feed_id: int, *, now: dt.datetime) -> None:
    """End an address: its next reader finds nothing. Ending an ended one changes nothing. Raises: NotFound."""
    with transaction() as session:
        feed = session.scalar(select(FeedToken).where(FeedToken.id == feed_id).with_for_update())
        if feed is None:
            raise NotFound("feed")
        _require_owner(actor, "revoke", _of(feed), _owner(session, _of(feed)))
        if feed.revoked_at is None:
            _end(session, actor, feed, now)
    log.info("feed revoked", extra={"feed_id": feed_id})


def make_campaign_feed(actor: Actor, slug: str, *, now: dt.datetime) -> str:
    """Give a campaign's calendar an address, or a new one in place of the old one, which dies at once; its token.

    Raises: NotAllowed; NotFound, also for staff who are limited to districts: it shows visits everywhere.
    """
    with change(actor, now) as act:
        campaign = _own_campaign(act, slug, "create")
        tokens.end_links(CAMPAIGN_CALENDAR, campaign.id, now=now)
        token = tokens.mint(CAMPAIGN_CALENDAR, campaign.id, lasts=CAMPAIGN_CALENDAR_LASTS, now=now)
        act.record("campaign calendar made", campaign)
    log.info("campaign feed made", extra={"campaign_id": campaign.id})
    return token


def end_campaign_feed(actor: Actor, slug: str, *, now: dt.datetime) -> None:
    """Its next reader finds nothing. Ending what is ended changes nothing. Raises: NotAllowed, NotFound."""
    with change(actor, now) as act:
        campaign = _own_campaign(act, slug, "revoke")
        if queries.campaign_feed_until(campaign.id, now=now) is not None:
            tokens.end_links(CAMPAIGN_CALENDAR, campaign.id, now=now)
            act.record("campaign calendar ended", campaign)


def _own_campaign(act: Act, slug: str, verb: str) -> Campaign:
    campaign = act.session.scalar(select(Campaign).where(Campaign.slug == slug).with_for_update())
    policy.require(act.actor, verb, "campaign_feed", centre=campaign.centre_id if campaign else None)
    if campaign is None:
        raise NotFound("campaign")
    return campaign


def renewed_body(token: str, *, now: dt.datetime) -> KeptFeed:
    """Make anew what an address gives, and keep it for who asks next.

    What cannot be kept is given all the same, this once: somebody changes it at this moment, or the database is busy.
    Only a presenter's own is kept. Raises: NotFound when the token is unknown or revoked, or its owner suspended.
    """
    try:
        made = made_anew(token_hash(token), now)
    except NotFound:
        return shared_feed(token_hash(token), now=now)
    packed = gzip.compress(made.body, PACKED_BY, mtime=0)
    try:
        told = _keep(made, packed)
    except OperationalError:
        db.session().rollback()
        log.warning("feed not kept", extra={"feed_id": made.feed_id})
        told = None
    moment = None if told is None else made.last_modified
    return KeptFeed(made.feed_id, made.etag, made.last_read_at, moment, bool(told), packed)


def renewed_if_there(token: str, *, now: dt.datetime) -> KeptFeed | None:
    """The same, or None when the database does not answer.

    Whoever gets None asks again in the usual way, where a failure is told as one. Raises: NotFound, as `renewed_body`.
    """
    try:
        return renewed_body(token, now=now)
    except SQLAlchemyError:
        return None


def _keep(made: WholeFeed, packed: bytes) -> bool | None:
    """Whether its moment alone tells it from what was given before; None when it is over already.

    Raises: NotFound when the address ended meanwhile.
    """
    this_one = FeedToken.id == made.feed_id
    living = select(FeedToken.id).where(this_one, FeedToken.revoked_at.is_(None)).with_for_update()
    known = (
        select(
            version_of(FeedToken.presenter_id),
            FeedToken.last_read_at.is_not(None),
            FeedBody.etag,
            FeedBody.latest_told_at,
            FeedBody.told_by_moment,
        )
        .outerjoin(FeedBody, FeedBody.feed_id == FeedToken.id)
        .where(this_one)
    )
    with transaction() as session:
        if session.scalar(living) is None:  # who ends it waits, or was first
            raise NotFound("feed")
        version, was_read, etag, latest_told_at, told_by_moment = session.execute(known).one()
        if version != made.version:
            return None
        before = None if etag is None else ToldBefore(etag, latest_told_at, told_by_moment)
        told = rules.is_told_by_moment(made.etag, made.last_modified, before, was_read=was_read)
        values = {
            "version": made.version,
            "made_by": made.made_by,
            "holds_from": made.holds_from,
            "holds_until": made.holds_until,
            "etag": made.etag,
            "modified_at": made.last_modified,
            "latest_told_at": max(made.last_modified, latest_told_at) if before else made.last_modified,
            "told_by_moment": told,
            "packed": packed,
        }
        if before is None:
            session.execute(insert(FeedBody).values(feed_id=made.feed_id, **values))
        else:
            session.execute(update(FeedBody).where(FeedBody.feed_id == made.feed_id).values(**values))
    return told


def tidy_up(*, now: dt.datetime) -> None:
    """Take out what is kept and holds no more or is wrong, and make one row of a presenter's version again.

    What was changed is taken out with the change. This takes what the clock has ended and nobody has asked for since;
    on PostgreSQL also what was being made at the very moment of a change: it is never given, but it lay there.
    """
    holds = FeedBody.version == (
        select(version_of(FeedToken.presenter_id)).where(FeedToken.id == FeedBody.feed_id).scalar_subquery()
    )
    wrong = queries.wrong_bodies(now)
    over = or_(~holds, FeedBody.holds_until <= now, FeedBody.holds_from > now, FeedBody.feed_id.in_(wrong))
    with transaction() as session:
        session.execute(update(FeedBody).where(FeedBody.packed.is_not(None), over).values(packed=None))
        _add_up_versions(session)


def _add_up_versions(session: Session) -> None:
    """Rows that others write meanwhile are theirs: the sum is the same before and after, for whoever reads."""
    several = select(FeedVersion.presenter_id).group_by(FeedVersion.presenter_id).having(func.count() > 1)
    for presenter_id in session.scalars(several).all():
        hers = delete(FeedVersion).where(FeedVersion.presenter_id == presenter_id)
        gone = session.execute(hers.returning(FeedVersion.writer, FeedVersion.steps)).all()
        if gone:
            steps = sum(row.steps for row in gone)
            session.execute(insert(FeedVersion).values(presenter_id=presenter_id, writer=gone[0].writer, steps=steps))


def note_read(feed: KeptFeed, user_agent: str, *, now: dt.datetime) -> None:
    """Remember that a calendar came by, and of which family: one write in 15 minutes at most, also when two come at
    once.

    While the database is busy nothing is noted: the calendar gets its answer all the same.
    """
    if not rules.read_is_due(feed.last_read_at, now):
        return
    try:
        with transaction() as session:
            session.execute(
                update(FeedToken)
                .where(
                    FeedToken.id == feed.feed_id,
                    or_(FeedToken.last_read_at.is_(None), FeedToken.last_read_at <= now - rules.READ_NOTED_EVERY),
                )
                .values(last_read_at=now, last_read_by=rules.reader_of(user_agent))
            )
    except OperationalError:
        db.session().rollback()
        log.warning("reading not noted", extra={"feed_id": feed.feed_id})


def _of(feed: FeedToken) -> FeedOf:
    return FeedOf(feed.kind, feed.presenter_id, feed.user_id, feed.host_id, feed.district_id)


def _require(session: Session, actor: Actor, verb: str, of: FeedOf) -> str:
    """Refuse whose address it is not, or who may not read what it shows; her language.

    Nobody else changes the feeds of that owner until this transaction ends. Raises: NotAllowed, NotFound.
    """
    advisory_lock(session, FEED_LOCK, [of.presenter_id or of.user_id or of.host_id or 0])
    owner = _owner(session, of)
    if owner.suspended:
        raise NotFound("presenter")
    _require_owner(actor, verb, of, owner)
    if of.user_id is not None:
        require_reader(actor, of)
    if of.host_id is not None and not has_visit(actor.request_id):
        raise NotFound("visit")  # who only asked, for a school perhaps that knows nothing of it, reads no other visits
    return owner.language


def _require_owner(actor: Actor, verb: str, of: FeedOf, owner: "_Owner") -> None:
    anothers = of.host_id is not None and of.host_id != actor.host_id
    if anothers or (of.user_id is not None and of.user_id != actor.user_id):
        raise NotFound("feed")
    if of.user_id is not None:
        if policy.scope_of(actor, verb, "feed") is None:
            raise NotAllowed(f"{verb} feed")
        return
    request = actor.request_id if of.host_id is not None else None
    presenters = (of.presenter_id,) if of.presenter_id is not None else ()
    policy.require(actor, verb, "feed", centre=owner.centre_id, request=request, presenters=presenters)


class _Owner(NamedTuple):
    centre_id: int | None
    language: str
    suspended: bool


def _owner(session: Session, of: FeedOf) -> _Owner:
    """Raises: NotFound."""
    if of.host_id is not None:
        return _Owner(None, DEFAULT, suspended=False)
    if of.user_id is not None:
        user = session.get(User, of.user_id)
        if user is None:
            raise NotFound("user")
        return _Owner(user.centre_id, user.language, user.suspended_at is not None)
    found = session.execute(
        select(Presenter, User).join(User, User.id == Presenter.user_id).where(Presenter.id == of.presenter_id)
    ).one_or_none()
    if found is None:
        raise NotFound("presenter")
    presenter, user = found
    return _Owner(presenter.centre_id, user.language, any(one.suspended_at is not None for one in found))


def _living(session: Session, of: FeedOf) -> dict[str, FeedToken]:
    """Of the same owner and kind, by name."""
    same = (
        FeedToken.kind == of.kind,
        FeedToken.presenter_id.is_not_distinct_from(of.presenter_id),
        FeedToken.user_id.is_not_distinct_from(of.user_id),
        FeedToken.host_id.is_not_distinct_from(of.host_id),
    )
    rows = session.scalars(select(FeedToken).where(FeedToken.revoked_at.is_(None), *same).order_by(FeedToken.id))
    return {row.name: row for row in rows}


def _add(session: Session, actor: Actor, of: FeedOf, named: tuple[str, str], now: dt.datetime) -> str:
    name, language = named
    token = new_token()
    feed = FeedToken(token_hash=token_hash(token), name=name, language=language, created_at=now, **of.__dict__)
    session.add(feed)
    session.flush()
    audit.record(actor, "feed made", feed, at=now)
    return token


def _end(session: Session, actor: Actor, feed: FeedToken, now: dt.datetime) -> None:
    feed.revoked_at = now
    session.flush()  # before another of that name is added
    audit.record(actor, "feed revoked", feed, at=now)
