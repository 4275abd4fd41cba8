"""Private calendar addresses, stored as hashes only; what each gives, and how the database knows when that is over."""

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from scheduler.core.db import Base, index_where_told, part_index
from scheduler.core.defences import Aftermath, follow
from scheduler.feeds.terms import FeedKind, FeedReader
from scheduler.people.models import Presenter, User
from scheduler.visits.models.visits import Assignment, CalendarEntry, Presentation, Visit

_LIVING = "revoked_at IS NULL"


class FeedToken(Base):
    """One address of a calendar: named ("phone", "Outlook"), shown once when made, each revocable.

    It is a presenter's, a host's, or of one of the staff, whose rights and districts of the moment it has.
    """

    __tablename__ = "feed_token"
    __table_args__ = (
        CheckConstraint("(kind = 'own') = (presenter_id IS NOT NULL)", name="of_a_presenter"),
        CheckConstraint("(kind = 'host') = (host_id IS NOT NULL)", name="of_a_host"),
        CheckConstraint("(kind NOT IN ('own', 'host')) = (user_id IS NOT NULL)", name="of_staff"),
        CheckConstraint("(kind = 'district') = (district_id IS NOT NULL)", name="of_a_district"),
        *(index_where_told(owner) for owner in ("user_id", "host_id", "district_id")),
        part_index("one_living_name", "presenter_id", "name", unique=True, where=_LIVING),
        part_index("one_living_name_of_staff", "user_id", "kind", "name", unique=True, where=_LIVING),
        part_index("one_living_name_of_host", "host_id", "name", unique=True, where=_LIVING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[FeedKind] = mapped_column(default=FeedKind.OWN)
    presenter_id: Mapped[int | None] = mapped_column(ForeignKey("presenter.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    host_id: Mapped[int | None] = mapped_column(ForeignKey("host.id", ondelete="CASCADE"))
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id", ondelete="RESTRICT"))
    name: Mapped[str]
    language: Mapped[str]  # of the entries: a feed is a pure function of its token, not of its last visitor
    created_at: Mapped[dt.datetime]
    last_read_at: Mapped[dt.datetime | None]  # written at most once in 15 minutes
    last_read_by: Mapped[FeedReader | None]
    revoked_at: Mapped[dt.datetime | None]

    presenter: Mapped[Presenter | None] = relationship(lazy="raise")


class FeedVersion(Base):
    """How often what calendars show of a presenter has changed; her version is the sum of her rows.

    The database itself adds to it, in the transaction of the change (see below): nobody can forget to. On SQLite, which
    has one writer, she has one row. On PostgreSQL each transaction writes one of its own: two changes that concern the
    same two presenters never wait for each other; `service.tidy_up` makes one of them again. It names a presenter by
    number only, and no foreign key: it outlives her without telling anything.
    """

    __tablename__ = "feed_version"

    presenter_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    writer: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)  # PostgreSQL: transaction
    steps: Mapped[int]


class FeedBody(Base):
    """What one address gives, ready to be sent: kept for the version, the span and the words that it was made of.

    It is kept as gzip alone, as nearly every calendar takes it: a change takes it out of fifteen times fewer pages. The
    database does so in the transaction of the change; the row stays, so that the next answer knows whether its moment
    tells it from the last one. No backup holds a row of it.
    """

    __tablename__ = "feed_body"
    __table_args__ = (CheckConstraint("holds_from < holds_until", name="holds_for_a_while"),)

    feed_id: Mapped[int] = mapped_column(
        ForeignKey("feed_token.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    version: Mapped[int] = mapped_column(BigInteger)
    made_by: Mapped[str]  # the words and rules that it was made by: a new release makes it anew
    holds_from: Mapped[dt.datetime]  # the clock is asked both ways: it may be set back
    holds_until: Mapped[dt.datetime]  # then an entry that was struck out leaves
    etag: Mapped[str]
    modified_at: Mapped[dt.datetime]
    latest_told_at: Mapped[dt.datetime]  # the latest moment that an answer of this feed has told
    told_by_moment: Mapped[bool]  # nobody holds another text with that moment: If-Modified-Since can be believed
    packed: Mapped[bytes | None] = mapped_column(deferred=True)  # gzip; last: what stands before is read without it


# --- A change tells the version, whoever makes it, and takes the texts out ---

_OF_PRESENTATION = "SELECT a.presenter_id FROM assignment a WHERE a.presentation_id = {row}.%s"
_OF_VISIT = (
    "SELECT a.presenter_id FROM assignment a JOIN presentation p ON p.id = a.presentation_id"
    " WHERE p.visit_id = {row}.id"
)
_HERSELF = "SELECT {row}.%s AS presenter_id"
_OF_USER = "SELECT q.id AS presenter_id FROM presenter q WHERE q.user_id = {row}.id"
# Whose calendars a row concerns. A new visit or presentation concerns nobody until somebody is assigned to it.
WHOSE: tuple[tuple[type[Base], str, tuple[str, ...]], ...] = (
    (Assignment, _HERSELF % "presenter_id", ("INSERT", "UPDATE", "DELETE")),
    (CalendarEntry, _OF_PRESENTATION % "presentation_id", ("INSERT", "UPDATE", "DELETE")),
    (Presentation, _OF_PRESENTATION % "id", ("UPDATE",)),
    (Visit, _OF_VISIT, ("UPDATE",)),
    (Presenter, _HERSELF % "id", ("UPDATE",)),
    (User, _OF_USER, ("UPDATE",)),
)
_ROWS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}
_OF_TOKEN = "UPDATE OF token_hash, presenter_id, language, created_at, revoked_at"  # not when it was read  # nosec B105


_TELLS_FEEDS = "TELLS_FEEDS;"
_ON_SQLITE = """
  UPDATE feed_version SET steps = steps + 1 WHERE presenter_id IN ({whom});
  INSERT INTO feed_version (presenter_id, writer, steps) SELECT DISTINCT w.presenter_id, 0, 1 FROM ({whom}) w
    WHERE NOT EXISTS (SELECT 1 FROM feed_version v WHERE v.presenter_id = w.presenter_id);
  UPDATE feed_body SET packed = NULL WHERE packed IS NOT NULL AND feed_id IN (
    SELECT t.id FROM feed_token t WHERE t.revoked_at IS NULL AND t.presenter_id IN ({whom}));"""
# A text that another change is about to take out is left to that one; by its version it is out already.
_ON_POSTGRESQL = """
  INSERT INTO feed_version (presenter_id, writer, steps) SELECT DISTINCT w.presenter_id, txid_current(), 1
    FROM ({whom}) w ON CONFLICT (presenter_id, writer) DO UPDATE SET steps = feed_version.steps + 1;
  UPDATE feed_body SET packed = NULL WHERE feed_id IN (
    SELECT b.feed_id FROM feed_body b JOIN feed_token t ON t.id = b.feed_id
    WHERE b.packed IS NOT NULL AND t.presenter_id IN ({whom}) FOR UPDATE OF b SKIP LOCKED);"""

for _model, _whom, _events in WHOSE:
    for _event in _events:
        _those = " UNION ".join(_whom.format(row=_row) for _row in _ROWS[_event])
        follow(
            _model.__table__,
            Aftermath("tells_feeds", _event, "", _TELLS_FEEDS),
            words={_TELLS_FEEDS: (_ON_SQLITE.format(whom=_those), _ON_POSTGRESQL.format(whom=_those))},
        )
_TAKEN_OUT = "UPDATE feed_body SET packed = NULL WHERE feed_id = NEW.id;"
follow(FeedToken.__table__, Aftermath("keeps_no_body", _OF_TOKEN, "", _TAKEN_OUT), words={})
