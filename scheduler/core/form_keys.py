"""A form sent twice counts once: a key made with the form is unique here, beside the answer it got.

The row is written in the transaction of the use case, so the second of two equal POSTs either waits and sees the answer
or makes its own; never both. Kept for 24 hours, as the other traces (privacy/service/retention.py). `web/once.py`
claims a key for a page; a service that takes a form's key itself asks `answer_of` and remembers its answer.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Text, bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from scheduler.core.db import Base, db, insert_of, transaction
from scheduler.core.errors import Conflict, GroundReason, SchedulerError


class FormKey(Base):
    """One form that has been answered."""

    __tablename__ = "form_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    said: Mapped[str] = mapped_column(
        Text, default="", server_default=""
    )  # the digest of what the form said; empty: nobody compares
    answer: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime] = mapped_column(index=True)  # old ones are forgotten with each form


_EITHER = or_(FormKey.key == bindparam("one"), FormKey.key == bindparam("other"))
ANSWERED = select(FormKey.answer).where(_EITHER).order_by(FormKey.id).limit(1)  # also as a column of another question


class AlreadySent(SchedulerError):
    """The same form, with the same content, was sent before; `key` leads to the answer it got."""

    def __init__(self, key: str) -> None:
        super().__init__("already sent")
        self.key = key


def answer_of(key: str, other: str | None = None) -> str | None:
    """What the form with this key, or that other one, was answered, or None if it is new."""
    return db.session().scalar(ANSWERED, either(key, other))


def either(key: str, other: str | None = None) -> dict[str, str]:
    """What `ANSWERED` is asked with."""
    return {"one": key, "other": other or key}


def remember(key: str, answer: str, *, at: dt.datetime, also: Iterable[str] = ()) -> None:
    """Store the answer, under other keys also, inside the caller's transaction."""
    rows = [{"key": one, "answer": answer, "at": at} for one in (key, *also)]
    db.session().execute(insert(FormKey), rows)


class Claim:
    """A form's wish to count once; it waits on the session for the first transaction that commits."""

    def __init__(self, key: str, said: str, at: dt.datetime) -> None:
        self.key, self.said, self.at = key, said, at
        self._made = False

    def __call__(self, session: Session) -> None:
        """Inside that transaction. Whoever sends the same at the same time waits here until it ends.

        Raises: AlreadySent for the same content; Conflict("sent_with_other_content") for another.
        """
        self._made = False
        row = insert_of(session, FormKey).values(key=self.key, said=self.said, answer="", at=self.at)
        made = session.scalar(row.on_conflict_do_nothing(index_elements=[FormKey.key]).returning(FormKey.id))
        if made is None:
            before = session.scalar(select(FormKey.said).where(FormKey.key == self.key))
            raise AlreadySent(self.key) if before == self.said else Conflict(GroundReason.SENT_WITH_OTHER_CONTENT)
        self._made = True

    @property
    def stored(self) -> bool:
        """Whether something was stored for this claim: what is rolled back waits on the session again."""
        return self._made and db.session().info.get("claim") is not self

    def note_answer(self, answer: str) -> None:
        """Where the sending led to."""
        with transaction() as session:
            session.execute(update(FormKey).where(FormKey.key == self.key).values(answer=answer))

    def give_back(self) -> None:
        """The page refused after all: the same form may be sent again, mended."""
        with transaction() as session:
            session.execute(delete(FormKey).where(FormKey.key == self.key))


@contextmanager
def claimed(claim: Claim) -> Iterator[None]:
    """What is stored in here for the first time counts once for this key: both are stored, or neither."""
    info = db.session().info
    info["claim"] = claim
    try:
        yield
    finally:
        stored = claim.stored
        info.pop("claim", None)
        claim._made = stored
