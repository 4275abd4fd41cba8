"""Feed tokens: private calendar addresses, stored as hashes only."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.core.db import Base
from scheduler.people.models import Presenter

_LIVING = "revoked_at IS NULL"


class FeedToken(Base):
    """One address of one presenter's calendar: named ("phone", "Outlook"), shown once when made, each revocable."""

    __tablename__ = "feed_token"
    __table_args__ = (
        Index(
            "one_living_name",
            "presenter_id",
            "name",
            unique=True,
            sqlite_where=text(_LIVING),
            postgresql_where=text(_LIVING),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    presenter_id: Mapped[int] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"))
    name: Mapped[str]
    language: Mapped[str]  # of the entries: a feed is a pure function of its token, not of its last visitor
    created_at: Mapped[dt.datetime]
    last_read_at: Mapped[dt.datetime | None]  # written at most once in 15 minutes
    revoked_at: Mapped[dt.datetime | None]

    presenter: Mapped[Presenter] = relationship(lazy="raise")
