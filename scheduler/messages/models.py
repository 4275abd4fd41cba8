"""The outbox."""

import datetime as dt

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base
from scheduler.messages.terms import Channel, MessageState


class OutboxMessage(Base):
    """One mail or short message: written in the transaction of the change it tells about, sent by the worker."""

    __tablename__ = "outbox_message"
    __table_args__ = (
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
