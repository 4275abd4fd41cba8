"""A form sent twice counts once: a key made with the form is unique here, beside the answer it got.

The row is written in the transaction of the use case, so the second of two equal POSTs either waits and sees the answer
or makes its own; never both. Kept for 24 hours.
"""

import datetime as dt

from sqlalchemy import Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base, db

KEYS_KEPT_FOR = dt.timedelta(hours=24)


class FormKey(Base):
    """One form that has been answered."""

    __tablename__ = "form_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    answer: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime]


def answer_of(key: str) -> str | None:
    """What the form with this key was answered, or None if it is new."""
    return db.session().scalar(select(FormKey.answer).where(FormKey.key == key))


def remember(key: str, answer: str, *, at: dt.datetime) -> None:
    """Store the answer inside the caller's transaction and forget the ones past their day."""
    session = db.session()
    session.execute(delete(FormKey).where(FormKey.at < at - KEYS_KEPT_FOR))
    session.add(FormKey(key=key, answer=answer, at=at))
    session.flush()
