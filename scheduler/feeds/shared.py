"""Calendars that are not one presenter's: of a host, a campaign, and of what one of the staff may read.

Always made anew: few ask, so nothing is kept that could be old. None of them names a presenter under 18.
"""

import datetime as dt
import gzip
import hashlib
from collections.abc import Iterable

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import selectinload

from scheduler import policy
from scheduler.closures import ics as closures_ics
from scheduler.config import centre_timezone, settings
from scheduler.core import clock, tokens
from scheduler.core.db import db
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.core.language import languages, pick, translator
from scheduler.feeds import rules
from scheduler.feeds.anew import LIVING, title_of
from scheduler.feeds.models import FeedToken
from scheduler.feeds.terms import CAMPAIGN_CALENDAR, SHARED_FEED_LASTS, FeedKind, FeedOf, KeptFeed
from scheduler.people.models import Centre, User
from scheduler.places.models import Closure, District, Host, HostsIn
from scheduler.places.queries import closure_row, whole_closures
from scheduler.policy import Actor, Spot
from scheduler.posts.ics import entry, planned_post
from scheduler.posts.models import Post
from scheduler.posts.queries import posts_in_calendar
from scheduler.programmes.models import Campaign
from scheduler.programmes.terms import in_language
from scheduler.visits import ics
from scheduler.visits.models.visits import Visit
from scheduler.visits.service.calendar_entries import entries_without_minors, entries_without_names
from scheduler.visits.terms.states import NOT_SURE_YET, OFF_VISITS

READS = {
    FeedKind.CENTRE: "visit",
    FeedKind.DISTRICT: "visit",
    FeedKind.POSTS: "post",
    FeedKind.CLOSURES: "closure",
}  # what one of the staff must be allowed to read, now
Entries = list[tuple[dt.datetime, str]]  # when each was edited, and its VEVENT


def require_reader(actor: Actor, of: FeedOf) -> None:
    """Whether the actor may read what a calendar of the staff shows. Raises: NotAllowed, OutOfReach."""
    where = Spot(actor.centre_id, district_id=of.district_id) if of.district_id else policy.own_part(actor)
    thing = READS[of.kind]
    policy.require(actor, "read", thing, centre=where)
    if of.district_id and not policy.in_districts(actor, where):
        raise NotFound("district")


def has_visit(request_id: int | None) -> bool:
    """Whether the centre has planned a visit for that request."""
    return db.session().scalar(select(Visit.id).where(Visit.school_request_id == request_id).limit(1)) is not None


def shared_feed(hashed: str, *, now: dt.datetime) -> KeptFeed:
    """What the address of a host or of one of the staff gives now. Raises: NotFound when it is nobody's, or its owner
    may not read that any more.
    """
    wanted = select(FeedToken).where(*LIVING, FeedToken.kind != FeedKind.OWN)
    feed = db.session().scalar(wanted, {"hash": hashed})
    if feed is None:
        raise NotFound("feed")
    name, entries = _of_host(feed, now) if feed.kind is FeedKind.HOST else _of_staff(feed, now)
    return _kept((feed.id, feed.created_at, feed.last_read_at), feed.language, name, entries)


def _of_host(feed: FeedToken, now: dt.datetime) -> tuple[str, Entries]:
    """All visits of a host, of whichever centre."""
    host = db.session().get(Host, feed.host_id)
    if host is None or feed.created_at + SHARED_FEED_LASTS <= now:
        raise NotFound("feed")
    ids = _visits(now, Visit.host_id == host.id)
    return pick(feed.language, host.name_sr_cyrl, host.name_sr_latn), [
        *entries_without_names(ids, feed.language, offered=NOT_SURE_YET)
    ]


def _of_staff(feed: FeedToken, now: dt.datetime) -> tuple[str, Entries]:
    """With the rights and the districts that its owner has now."""
    lives = User.id == feed.user_id, User.suspended_at.is_(None)
    user = db.session().scalar(
        select(User).where(*lives).options(selectinload(User.roles), selectinload(User.districts))
    )
    if user is None:
        raise NotFound("feed")
    actor = user.actor()
    try:
        require_reader(actor, FeedOf(feed.kind, user_id=user.id, district_id=feed.district_id))
    except NotAllowed:
        raise NotFound("feed") from None
    _ = translator(feed.language).gettext
    if feed.kind is FeedKind.POSTS:
        return _("Posts"), _posts(feed.language, now, Post.centre_id == user.centre_id, Post.on_day >= _first_day(now))
    if feed.kind is FeedKind.CLOSURES:
        return _("Closures"), _closures(actor, feed.language, now)
    district = db.session().get(District, feed.district_id) if feed.district_id else None
    within = [Visit.host_id.in_(HostsIn(frozenset({district.id})).ids())] if district else []
    ids = _visits(now, policy.in_reach(actor, Visit), *within)
    named = district or db.session().get_one(Centre, user.centre_id)
    name = in_language(feed.language, named.name_sr_cyrl, named.name_en)
    return name, [*entries_without_minors(ids, feed.language, offered=NOT_SURE_YET)]


def campaign_feed(token: str, language: str, *, now: dt.datetime) -> KeptFeed:
    """What the address of a campaign gives now: its visits, without anybody's name, and its posts.

    Raises: NotFound when nobody has that address.
    """
    link = tokens.opened_by(token, CAMPAIGN_CALENDAR, now=now)
    campaign = db.session().get(Campaign, link.subject_id) if link else None
    if link is None or campaign is None or language not in languages():
        raise NotFound("feed")
    ids = _visits(now, Visit.campaign_id == campaign.id, from_the_first=True)
    edited = [*entries_without_names(ids, language, offered=NOT_SURE_YET)]
    edited += _posts(language, now, Post.campaign_id == campaign.id)
    name = in_language(language, campaign.name_sr_cyrl, campaign.name_en)
    return _kept((link.id, link.created_at, None), language, name, edited)


def _first_day(now: dt.datetime) -> dt.date:
    """What has been longer ago is in no calendar of the staff or of a host."""
    return clock.local_day(now - rules.CANCELLED_STAYS)


def _visits(now: dt.datetime, *wanted: ColumnElement[bool], from_the_first: bool = False) -> list[int]:
    """Those that stand, and those that were called off in the last 30 days."""
    stands = or_(Visit.state.not_in(OFF_VISITS), Visit.state_since > now - rules.CANCELLED_STAYS)
    lately = [] if from_the_first else [Visit.on_day >= _first_day(now)]
    return list(db.session().scalars(select(Visit.id).where(stands, *lately, *wanted)))


def _posts(language: str, now: dt.datetime, *of: ColumnElement[bool]) -> Entries:
    domain, zone = settings().uid_domain, centre_timezone()
    entries = []
    for post in posts_in_calendar(now - rules.CANCELLED_STAYS, *of):
        starts_at = clock.moment_of(post.draft.on_day, post.draft.at, zone)
        planned = planned_post(post, language, domain, starts_at)
        entries.append((planned.edited_at, entry(planned)))
    return entries


def _closures(actor: Actor, language: str, now: dt.datetime) -> Entries:
    """Those that reach one of the reader's districts, the country's and a school calendar's too."""
    struck_out_since = now - rules.CANCELLED_STAYS
    wanted = whole_closures().where(Closure.last_day >= _first_day(now)).order_by(Closure.first_day, Closure.id)
    entries = []
    for one in db.session().scalars(wanted).unique():
        row = closure_row(one)
        hers = any(place.district_id is None or place.district_id in actor.districts for place in row.places)
        gone = row.shut_until < row.first_day and (one.lifted_at or now) <= struck_out_since
        if (hers or not actor.districts) and not gone:
            said = closures_ics.entry(row, one.closed_at, one.lifted_at, settings().uid_domain, language)
            entries.append((one.lifted_at or one.closed_at, said))
    return entries


def _kept(
    of: tuple[int, dt.datetime, dt.datetime | None],
    language: str,
    name: str,
    entries: Iterable[tuple[dt.datetime, str]],
) -> KeptFeed:
    feed_id, created_at, last_read_at = of
    edited = list(entries)
    body = ics.calendar([text for _at, text in edited], title_of(language) % {"name": name})
    return KeptFeed(
        feed_id,
        hashlib.sha256(body).hexdigest()[:32],
        last_read_at,
        max([created_at, *(at for at, _text in edited)]),
        told_by_moment=False,  # that thirty days are over is no edit
        packed=gzip.compress(body, mtime=0),
    )
