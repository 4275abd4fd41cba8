"""Who did what, when: one row for each change, written in the transaction of the change, never edited.

A trigger on both databases refuses DELETE and every UPDATE but two: `seal` from empty (each minute a job seals the rows
in order, see `core.seals`), and actor or details to their blanked form, on the way of erasure only. No row takes the
place of another.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Index, Integer, Text, case, cast, exists, func, insert, select
from sqlalchemy.orm import Mapped, QueryableAttribute, mapped_column

from scheduler.core.db import Base, db, part_index
from scheduler.core.defences import TableLaw, defend, refuse
from scheduler.core.ways import NamedWay, closed

MINOR_READ, DENIED = "minor read", "denied"  # lines about a thing that nobody has changed: somebody looked, or tried
OF_MINORS = f"action = '{MINOR_READ}'"


class Doer(Protocol):
    """Whoever acts; policy.Actor is one. The label holds no name: `user:12`, `link:request:7`, `system`."""

    @property
    def label(self) -> str: ...


class AuditEntry(Base):
    """One change of one thing."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index(None, "thing", "thing_id", "id"),
        part_index(  # what a reader has seen today, asked with each page that staff reads
            "reads_of_minors", "actor", "at", where=OF_MINORS
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    thing: Mapped[str] = mapped_column(Text)  # the table's name
    thing_id: Mapped[int]
    details: Mapped[str] = mapped_column(Text)  # JSON: states, reason codes, numbers; never a name or an address
    seal: Mapped[str | None] = mapped_column(Text)


def user_behind(label: QueryableAttribute[str]) -> ColumnElement[int | None]:
    """The id in a label such as `user:12`; none in what is no user's."""
    return case((label.startswith("user:"), cast(func.substr(label, 6), Integer)))


def record(actor: Doer, action: str, thing: Base, *, at: dt.datetime, details: Mapping[str, Any] | None = None) -> None:
    """Add the row to the caller's transaction; `thing` must have been flushed, so that it has its id."""
    identity: Any = thing
    db.session().add(AuditEntry(**_row(actor, action, (thing.__tablename__, identity.id), at=at, details=details)))


def write_changes(thing: Base, said: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Write what is said into the row, and hand back what was different: {field: [old, new]}, for a history to show.

    For what anybody may read of a thing of the centre; a person's name or number is no value of an audit.
    """
    old = {name: getattr(thing, name) for name in said}
    different = {name: [old[name], value] for name, value in said.items() if old[name] != value}
    for name, (_old, new) in different.items():
        setattr(thing, name, new)
    return different


def record_each(
    actor: Doer, action: str, table: str, told: Mapping[int, Mapping[str, Any]], *, at: dt.datetime
) -> None:
    """The same of many things at once, {id: details}: one statement, in the caller's transaction."""
    if told:
        rows = [_row(actor, action, (table, thing), at=at, details=said) for thing, said in told.items()]
        db.session().execute(insert(AuditEntry), rows)


def _row(
    actor: Doer, action: str, thing: tuple[str, int], *, at: dt.datetime, details: Mapping[str, Any] | None
) -> dict[str, Any]:
    return {
        "at": at,
        "actor": actor.label,
        "action": action,
        "thing": thing[0],
        "thing_id": thing[1],
        "details": details_text(details or {}),
    }


def without_line(
    model: type[Any],
    *actions: str,
    at: QueryableAttribute[Any] | None = None,
    about: tuple[type[Any], QueryableAttribute[int]] | None = None,
    where: Iterable[Any] = (),
) -> Iterator[int]:
    """Ids of the rows that no act wrote: the audit has none of these lines about them, at the moment in that column.

    Of a row without that moment no line is expected. `about`: the lines are about the row of another
    table, which this column names.
    """
    thing, ident = about or (model, model.id)
    lines = exists().where(
        AuditEntry.thing == thing.__tablename__, AuditEntry.thing_id == ident, AuditEntry.action.in_(actions)
    )
    lacking = select(model.id).where(*where)
    if at is not None:
        lines, lacking = lines.where(AuditEntry.at == at), lacking.where(at.is_not(None))
    yield from db.session().scalars(lacking.where(~lines).order_by(model.id))


def details_text(details: Mapping[str, Any]) -> str:
    """Details as they are stored: equal ones are equal texts."""
    return json.dumps(dict(details), ensure_ascii=False, sort_keys=True, default=str)


defend(
    AuditEntry.__table__,
    sqlite=(
        """CREATE TRIGGER audit_entry_keeps BEFORE DELETE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'audit_entry_keeps'); END""",
        """CREATE TRIGGER audit_entry_stays BEFORE UPDATE ON audit_entry
    WHEN NEW.id <> OLD.id OR NEW.at <> OLD.at OR NEW.action <> OLD.action OR NEW.thing <> OLD.thing
      OR NEW.thing_id <> OLD.thing_id
      OR (OLD.seal IS NOT NULL AND NEW.seal IS NOT OLD.seal)
      OR (NEW.actor <> OLD.actor AND NEW.actor NOT LIKE 'erased:%')
      OR (NEW.details <> OLD.details AND NEW.details <> '{}')
    BEGIN SELECT RAISE(ABORT, 'audit_entry_stays'); END""",
    ),
    postgresql=(
        """CREATE OR REPLACE FUNCTION audit_entry_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'audit_entry_keeps' USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_entry_keeps';
      END IF;
      IF NEW.id <> OLD.id OR NEW.at <> OLD.at OR NEW.action <> OLD.action OR NEW.thing <> OLD.thing
        OR NEW.thing_id <> OLD.thing_id
        OR (OLD.seal IS NOT NULL AND NEW.seal IS DISTINCT FROM OLD.seal)
        OR (NEW.actor <> OLD.actor AND NEW.actor NOT LIKE 'erased:%')
        OR (NEW.details <> OLD.details AND NEW.details <> '{}') THEN
        RAISE EXCEPTION 'audit_entry_stays' USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_entry_stays';
      END IF;
      RETURN NEW;
    END $$""",
        """CREATE TRIGGER audit_entry_keeps BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_entry_keeps()""",
    ),
)

refuse(
    AuditEntry.__table__,
    TableLaw(
        "audit_entry_stays",
        ("UPDATE",),
        f"(NEW.actor <> OLD.actor OR NEW.details <> OLD.details) AND {closed(NamedWay.ERASURE)}",
    ),
)
