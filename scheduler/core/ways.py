"""The named ways past what the database refuses: each is opened by its one service, inside that transaction.

An open way is a row that no other transaction ever sees: it is deleted before the commit, and rolled back with the
act. One that stands afterwards was written by hand, and `invariants check` names it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from scheduler.core.db import Base, db


class NamedWay(StrEnum):
    """What may do to stored facts what nothing else may."""

    DEMO = "demo"  # `demo load`, `demo remove`
    UNDO_IMPORT = "undo_import"
    RETENTION = "retention"
    ERASURE = "erasure"
    RELEASE = "release"  # a service frees the visits to come by itself, with calendars and mails


class OpenWay(Base):
    """A way that is open in this very transaction."""

    __tablename__ = "open_way"

    id: Mapped[int] = mapped_column(primary_key=True)
    way: Mapped[NamedWay]


@contextmanager
def opened_way(session: Session, way: NamedWay) -> Iterator[None]:
    """Let the database take what it takes on this way only, inside the caller's transaction."""
    with session.begin_nested():  # an error that somebody catches closes the way too
        session.execute(insert(OpenWay).values(way=way))
        yield
        session.flush()
        session.execute(delete(OpenWay))


def closed(*ways: NamedWay) -> str:
    """SQL for a trigger: none of these ways is open here."""
    named = ", ".join(f"'{way}'" for way in ways)
    return f"NOT EXISTS (SELECT 1 FROM open_way w WHERE w.way IN ({named}))"


FORGETTING = (
    NamedWay.DEMO,
    NamedWay.UNDO_IMPORT,
    NamedWay.RETENTION,
    NamedWay.ERASURE,
)  # ways on which rows of the past are deleted


def violations() -> list[str]:
    """A way that stands open: somebody wrote it past the product."""
    ways = db.session().scalars(select(OpenWay.way).order_by(OpenWay.id))
    return [f"the way {way} stands open: the database does not defend what it guards" for way in ways]
