"""The outbox, which reminders a centre has switched off, and the texts that it has worded itself."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base, enum_named
from scheduler.core.defences import TableLaw, refuse
from scheduler.core.ways import NamedWay, closed
from scheduler.messages.terms import (
    LONGEST_BODY,
    LONGEST_MAIL_SUBJECT,
    Channel,
    MessageGroup,
    MessageState,
    Reminder,
)


class OutboxMessage(Base):
    """One mail or short message: written in the transaction of the change it tells about, sent by the worker."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        CheckConstraint(
            "NOT (protected AND (state = 'held' OR reason IS NOT NULL OR edited_at IS NOT NULL))",
            name="protected_leaves_as_written",
        ),
        CheckConstraint("reason IS NULL OR state = 'stopped'", name="reason_is_of_a_stopped_one"),
        CheckConstraint("calendar_of IS NOT NULL OR coalesce(calendar, '') = ''", name="calendar_is_somebodys"),
        Index(None, "state", "not_before"),
        Index(None, "about", "about_id"),
        Index(None, "kind", "centre_id"),  # the newest of its kind
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(unique=True)  # fixed now, so that a mail sent twice is seen as one
    kind: Mapped[str]
    channel: Mapped[Channel] = mapped_column(default=Channel.MAIL)
    address: Mapped[str]  # of a short message: the phone number
    language: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]  # holds the placeholder {link} where a secret link will stand
    html: Mapped[str]
    calendar: Mapped[str | None]  # a scheduling message for its reader's calendar (iTIP), as it leaves
    calendar_of: Mapped[str | None]  # whose calendar that is; it stays when address and texts are blanked
    link_purpose: Mapped[str | None]
    link_subject_id: Mapped[int | None]
    link_path: Mapped[str | None]
    link_hours: Mapped[int | None]
    about: Mapped[str | None]  # the table and row that the mail is about, so that their page can show it
    about_id: Mapped[int | None]
    centre_id: Mapped[int | None]
    state: Mapped[MessageState] = mapped_column(default=MessageState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime]
    not_before: Mapped[dt.datetime]
    leased_until: Mapped[dt.datetime | None]
    sent_at: Mapped[dt.datetime | None]
    failure: Mapped[str | None]
    protected: Mapped[bool] = mapped_column(default=False)  # nobody holds, edits or discards it
    free_paragraphs: Mapped[int] = mapped_column(default=0)  # from the first on, that may be edited
    edited_at: Mapped[dt.datetime | None]
    reason: Mapped[str | None]  # why somebody discarded it
    acted_at: Mapped[dt.datetime | None]  # held or discarded by hand, and what it was before: so it is undone
    state_before: Mapped[MessageState | None] = mapped_column(enum_named("state_before", MessageState))


class MessageDelay(Base):
    """For how long a centre keeps messages of a group in the house, where they can be held and discarded."""

    __tablename__ = "message_delay"
    __table_args__ = (
        UniqueConstraint("centre_id", "kind"),
        CheckConstraint("minutes IN (0, 15, 60)", name="none_or_a_quarter_or_an_hour"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="CASCADE"))
    kind: Mapped[MessageGroup]
    minutes: Mapped[int]


class ReminderSwitch(Base):
    """A reminder that a centre has switched off, or on again; without a row it is on."""

    __tablename__ = "reminder_switch"
    __table_args__ = (
        UniqueConstraint("centre_id", "kind", name="each_switch_once"),
        CheckConstraint("is_on OR kind NOT IN ('vetting', 'consent')", name="checks_always_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="CASCADE"))
    kind: Mapped[Reminder]
    is_on: Mapped[bool]


class MessageText(Base):
    """One version of what a centre's mails or short messages of a kind say in one language; the newest is in force.

    Without a text the product's own is in force again. No version is changed: they are the history.
    """

    __tablename__ = "message_text"
    __table_args__ = (
        CheckConstraint("version > 0", name="version_counts"),
        CheckConstraint("(subject <> '') = (body <> '' AND channel = 'mail')", name="a_mail_has_a_subject"),
        CheckConstraint(
            f"length(subject) <= {LONGEST_MAIL_SUBJECT} AND length(body) <= {LONGEST_BODY}", name="not_too_long"
        ),
        UniqueConstraint("centre_id", "channel", "kind", "language", "version"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id", ondelete="RESTRICT"))
    channel: Mapped[Channel]
    kind: Mapped[str]
    language: Mapped[str]
    version: Mapped[int]
    subject: Mapped[str]
    body: Mapped[str] = mapped_column(Text)  # both with placeholders between braces, and nothing else that is filled in
    product_subject: Mapped[str]  # what the product said when this was saved: whether it has changed since
    product_body: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[dt.datetime]  # by whom, the audit knows


refuse(
    MessageText.__table__,
    TableLaw("message_text_stays", ("UPDATE",), "1 = 1"),
    TableLaw("message_text_stays", ("DELETE",), closed(NamedWay.DEMO)),
    keys=(
        "n.id = NEW.id",
        "(n.centre_id = NEW.centre_id AND n.channel = NEW.channel AND n.kind = NEW.kind"
        " AND n.language = NEW.language AND n.version = NEW.version)",
    ),
)
