"""Posts of a centre by day, one of them, what came of them, and where a short address leads."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from scheduler import policy
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.names import whole_name
from scheduler.people.models import User
from scheduler.policy import Actor
from scheduler.posts.models import Post, PostPicture
from scheduler.posts.terms import LIVING_POSTS, LeadsTo, PostDraft, PostPictureRow, PostRow, PostState, PostSums
from scheduler.programmes.models import Campaign

OF_HELPLINE = "helpline"  # instead of a campaign's name in an address


def posts_between(actor: Actor, first: dt.date, last: dt.date, of: str = "") -> list[PostRow]:
    """Of the actor's centre, by day and hour; of one campaign, or the helpline's alone. One question.

    Raises: NotAllowed.
    """
    policy.require(actor, "read", "post", centre=actor.centre_id)
    days = Post.on_day.between(first, last)
    return _rows(_posts().where(Post.centre_id == actor.centre_id, days, *_of(of)))


def posts_of_campaign(slug: str, first: dt.date, last: dt.date) -> list[PostRow]:
    """What was posted for a campaign, by day and hour: for reports, whose reader was asked for already."""
    posted = Post.state == PostState.POSTED, Post.on_day.between(first, last)
    return _rows(_posts().where(Campaign.slug == slug, *posted))


def posts_in_calendar(dropped_since: dt.datetime, *of: ColumnElement[bool]) -> list[PostRow]:
    """Posts of a campaign or a centre, as a calendar holds them; what was dropped stands struck out for a while."""
    shown = or_(Post.state != PostState.DROPPED, Post.state_since > dropped_since)
    return _rows(_posts().where(shown, *of))


def post_of(actor: Actor, number: str) -> PostRow:
    """One of them. Raises: NotAllowed; NotFound."""
    policy.require(actor, "read", "post", centre=actor.centre_id)
    for row in _rows(_posts().where(Post.centre_id == actor.centre_id, Post.number == number)):
        return row
    raise NotFound("post")


def posts_that_wait(actor: Actor, until: dt.date) -> list[tuple[str, PostState, dt.date, str, str]]:
    """(number, state, day, text, English) of living posts up to a day that are the actor's to post, or nobody's yet."""
    hers = or_(Post.poster_id == actor.user_id, Post.poster_id.is_(None))
    wanted = select(Post.number, Post.state, Post.on_day, Post.text_sr_cyrl, Post.text_en).where(
        Post.centre_id == actor.centre_id, Post.state.in_(LIVING_POSTS), Post.on_day <= until, hers
    )
    rows = db.session().execute(wanted.order_by(Post.on_day, Post.at, Post.id))
    return [(row.number, row.state, row.on_day, row.text_sr_cyrl, row.text_en) for row in rows]


def sums_of(posts: Sequence[PostRow]) -> PostSums:
    """What came of these."""
    done = [one for one in posts if one.state is PostState.POSTED]
    return PostSums(
        posted=len(done),
        reached=sum(one.reached or 0 for one in done),
        reacted=sum(one.reacted or 0 for one in done),
        untold=sum(one.reached is None for one in done),
    )


def place_behind(number: str) -> tuple[LeadsTo, str]:
    """(to which page, the campaign's name in addresses) of a short address. Raises: NotFound."""
    wanted = select(Post.leads_to, Campaign.slug).outerjoin(Campaign, Campaign.id == Post.campaign_id)
    found = db.session().execute(wanted.where(Post.number == number)).one_or_none()
    if found is None or found.leads_to is LeadsTo.NOWHERE:
        raise NotFound("post")
    return found.leads_to, found.slug or ""


def picture_of(actor: Actor, number: str) -> bytes:
    """The picture of a post, for who plans it. Raises: NotAllowed; NotFound."""
    policy.require(actor, "read", "post", centre=actor.centre_id)
    wanted = select(PostPicture.picture).join(Post, Post.id == PostPicture.post_id)
    picture = db.session().scalar(wanted.where(Post.number == number, Post.centre_id == actor.centre_id))
    if picture is None:
        raise NotFound("picture")
    return picture


def _of(of: str) -> list[ColumnElement[bool]]:
    if of == OF_HELPLINE:
        return [Post.campaign_id.is_(None)]
    return [Campaign.slug == of] if of else []


def _posts() -> Select[Any]:
    about = Campaign.slug, Campaign.name_sr_cyrl, Campaign.name_en
    shown = PostPicture.licence, PostPicture.credit, PostPicture.agreed_on
    wanted: Select[*tuple[Any, ...]] = (
        select(Post, *about, User.given_spelled, User.family_spelled, *shown)
        .outerjoin(Campaign, Campaign.id == Post.campaign_id)
        .outerjoin(User, User.id == Post.poster_id)
        .outerjoin(PostPicture, PostPicture.post_id == Post.id)
        .order_by(Post.on_day, Post.at, Post.id)
    )
    return wanted


def _rows(wanted: Select[Any]) -> list[PostRow]:
    return [
        PostRow(
            id=row.Post.id,
            number=row.Post.number,
            state=row.Post.state,
            draft=draft_of(row.Post),
            campaign_slug=row.slug or "",
            campaign_sr_cyrl=row.name_sr_cyrl or "",
            campaign_en=row.name_en or "",
            poster=whole_name(row.given_spelled or "", row.family_spelled or ""),
            reached=row.Post.reached,
            reacted=row.Post.reacted,
            picture=PostPictureRow(row.licence, row.credit, row.agreed_on) if row.licence else None,
            edited_at=max(row.Post.edited_at, row.Post.state_since),
            version=row.Post.version,
        )
        for row in db.session().execute(wanted)
    ]


def draft_of(row: Post) -> PostDraft:
    """A stored post as its form shows it."""
    return PostDraft(**{name: getattr(row, name) for name in PostDraft.__dataclass_fields__})
