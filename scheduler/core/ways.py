"""The named ways past what the database refuses: each is opened by its one service, inside that transaction.

An open way is a row that no other transaction ever sees: it is deleted before the commit, and rolled back with the
act. One that stands afterwards was written by hand, and `invariants check` names it. Whoever opens one leaves a row in
the audit: the database writes it, so that a hand that opens and closes a way in one transaction is seen too. Only
`RELEASE` writes none: each withdrawal opens it, and what is not freed on it the minute's job frees.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from scheduler.core.db import Base, db
from scheduler.core.defences import TableLaw, defend, refuse


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


_TOLD = """INSERT INTO audit_entry (at, actor, action, thing, thing_id, details)
  VALUES (CURRENT_TIMESTAMP, 'system', 'way opened', 'open_way', NEW.id, '{"way": "' || NEW.way || '"}');"""
_IS_TOLD = f"NEW.way <> '{NamedWay.RELEASE}'"

defend(
    OpenWay.__table__,
    sqlite=(f"CREATE TRIGGER open_way_is_told AFTER INSERT ON open_way WHEN {_IS_TOLD} BEGIN {_TOLD} END",),
    postgresql=(
        f"""CREATE OR REPLACE FUNCTION open_way_is_told() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF {_IS_TOLD} THEN {_TOLD} END IF;
          RETURN NULL;
        END $$""",
        """CREATE TRIGGER open_way_is_told AFTER INSERT ON open_way
        FOR EACH ROW EXECUTE FUNCTION open_way_is_told()""",
    ),
)
refuse(OpenWay.__table__, TableLaw("way_stays", ("UPDATE",), "NEW.way <> OLD.way"))


def violations() -> list[str]:
    """A way that stands open: somebody wrote it past the product."""
    ways = db.session().scalars(select(OpenWay.way).order_by(OpenWay.id))
    return [f"the way {way} stands open: the database does not defend what it guards" for way in ways]
