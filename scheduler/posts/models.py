"""Posts and their pictures."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base
from scheduler.core.defences import follows, refuse
from scheduler.posts.terms import POST_MACHINE, LeadsTo, PictureLicence, PostChannel, PostState


class Post(Base):
    """One post on one channel, of a campaign or of the helpline."""

    __tablename__ = "post"
    __table_args__ = (
        CheckConstraint("state NOT IN ('ready', 'posted') OR text_sr_cyrl <> ''", name="says_something"),
        CheckConstraint("reached >= 0 AND reacted >= 0", name="no_less_than_nobody"),
        CheckConstraint("(reached IS NULL) = (reacted IS NULL)", name="reach_is_told_whole"),
        CheckConstraint("reached IS NULL OR state = 'posted'", name="reach_of_what_was_posted"),
        CheckConstraint("leads_to <> 'campaign' OR campaign_id IS NOT NULL", name="leads_to_its_campaign"),
        Index(None, "centre_id", "on_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)  # short and random: it stands in the public address
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="RESTRICT"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), index=True)
    channel: Mapped[PostChannel]
    on_day: Mapped[dt.date]
    at: Mapped[dt.time]
    text_sr_cyrl: Mapped[str] = mapped_column(default="")
    text_en: Mapped[str] = mapped_column(default="")
    leads_to: Mapped[LeadsTo] = mapped_column(default=LeadsTo.NOWHERE)
    poster_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"), index=True)
    state: Mapped[PostState] = mapped_column(default=PostState.PLANNED)
    state_since: Mapped[dt.datetime]
    edited_at: Mapped[dt.datetime]
    reached: Mapped[int | None]
    reacted: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy's own name)


class PostPicture(Base):
    """What is shown with a post: drawn anew, whose it is, and that no child can be recognised in it."""

    __tablename__ = "post_picture"
    __table_args__ = (
        CheckConstraint("length(picture) > 0", name="shows_something"),
        CheckConstraint("licence = 'own' OR credit <> ''", name="names_whose_it_is"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), unique=True)
    picture: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)  # a JPEG, as core/scans.py draws a wide one
    licence: Mapped[PictureLicence]
    credit: Mapped[str] = mapped_column(default="")
    agreed_on: Mapped[dt.date]


refuse(Post.__table__, follows(POST_MACHINE), keys=("n.id = NEW.id", "n.number = NEW.number"))
