"""A file that is or was imported, with each row it stored: all can be taken back while nothing hangs on it."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    Table,
    Text,
    UniqueConstraint,
    and_,
    delete,
    exists,
    false,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from scheduler.core import audit
from scheduler.core.db import Base, advisory_lock, db, transaction
from scheduler.core.errors import Conflict, GroundReason, NotFound
from scheduler.core.text import fold
from scheduler.core.ways import NamedWay, opened_way
from scheduler.imports.json_rows import overlay

CHANGED_BY_IMPORT = " by import"  # how the audit's entries of changes end
IMPORTS_LOCK = 51  # kind of core.db.advisory_lock


class ImportBatch(Base):
    """One file. `centre_id`: whose list shows it; None when a command stored what all share.

    It is stored in pieces, each in a transaction of its own: while `stored_rows` are fewer than `rows`, it is being
    stored, or its process was killed. Then the same file goes on with it, and no other file is stored.
    """

    __tablename__ = "import_batch"
    __table_args__ = (Index(None, "centre_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    centre_id: Mapped[int | None]
    file_name: Mapped[str] = mapped_column(default="")
    file_digest: Mapped[str] = mapped_column(default="")  # of its content: the same file again is known by it
    rows: Mapped[int]
    stored_rows: Mapped[int]
    stored_by: Mapped[str]  # the audit's label, no name
    stored_at: Mapped[dt.datetime]  # its latest piece
    undone_at: Mapped[dt.datetime | None]

    @property
    def is_being_stored(self) -> bool:
        return self.stored_rows < self.rows and self.undone_at is None


BEING_STORED = (ImportBatch.stored_rows < ImportBatch.rows) & ImportBatch.undone_at.is_(None)


class ImportedRow(Base):
    """A row that an import made, or changed: then with the values before it."""

    __tablename__ = "imported_row"
    __table_args__ = (UniqueConstraint("batch_id", "thing", "thing_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"))
    thing: Mapped[str]  # the table's name
    thing_id: Mapped[int]
    before: Mapped[str] = mapped_column(Text, default="")  # JSON; empty: the import made it
    last_audit_id: Mapped[int]  # what the audit says of this row after that came later


class ColumnName(Base):
    """What a centre calls a column in its own files, remembered from the last import of that kind."""

    __tablename__ = "column_name"
    __table_args__ = (UniqueConstraint("centre_id", "kind", "heading"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int]
    kind: Mapped[str]
    heading: Mapped[str]  # core.text.fold of it
    field: Mapped[str]


@dataclass(frozen=True)
class ImportRecord:
    """What an import stores of itself beside its rows."""

    kind: str
    rows: int
    file_name: str = ""
    centre_id: int | None = None
    file_digest: str = ""


def digest_of(content: bytes) -> str:
    """By which a file is known when it is sent again."""
    return hashlib.sha256(content).hexdigest()


class ImportStopped(Conflict):
    """A file is not stored, or not on: another one is, or this one was taken back meanwhile."""


class HangsOnIt(Conflict):
    """An import cannot be taken back: `thing` is the table of what came later, "audit_entry" for a later change."""

    def __init__(self, thing: str) -> None:
        super().__init__(GroundReason.LATER_DATA)
        self.thing = thing


def in_turn(session: Session) -> None:
    """One import, or one taking back, after the other: what one compares the file with is not changed by the next."""
    advisory_lock(session, IMPORTS_LOCK, [1])


def unfinished(session: Session, kind: str, centre_id: int | None, file_digest: str) -> ImportBatch | None:
    """The import of this very file that is stored in part. Raises: ImportStopped while another file is."""
    found = session.scalar(select(ImportBatch).where(BEING_STORED).order_by(ImportBatch.id).limit(1))
    if found is not None and (found.kind, found.centre_id, found.file_digest) != (kind, centre_id, file_digest):
        raise ImportStopped(GroundReason.IMPORT_RUNS)
    return found


def open_batch(session: Session, actor: audit.Doer, record: ImportRecord, now: dt.datetime) -> ImportBatch:
    """The row of an import to which a piece is about to be added, inside the caller's transaction.

    Raises: ImportStopped while another file is being stored.
    """
    batch = unfinished(session, record.kind, record.centre_id, record.file_digest)
    if batch is None:
        batch = ImportBatch(**record.__dict__, stored_rows=0, stored_by=actor.label, stored_at=now)
        session.add(batch)
        session.flush()
    return batch


def add_piece(session: Session, actor: audit.Doer, batch: ImportBatch, rows: int, now: dt.datetime) -> None:
    """A piece of an import is stored; with the last one it is whole."""
    batch.stored_rows += rows
    batch.stored_at = now
    if not batch.is_being_stored:
        audit.record(actor, "imported", batch, at=now, details={"kind": batch.kind, "rows": batch.rows})


def leave_in_part(actor: audit.Doer, batch_id: int, now: dt.datetime) -> None:
    """What is stored of a file stays, and counts as the whole import: other files need not wait for the rest."""
    with transaction() as session:
        in_turn(session)
        batch = session.get_one(ImportBatch, batch_id, with_for_update=True)
        if batch.is_being_stored:
            batch.rows = batch.stored_rows
            add_piece(session, actor, batch, 0, now)


def opened_batch(session: Session, batch_id: int, kind: str) -> tuple[int | None, ImportBatch | None]:
    """An import of that kind, locked, to be taken back, and the centre whose import any such number is.

    The centre is known of another kind too, so that rights are judged before anybody learns that there is none.
    """
    in_turn(session)
    batch = session.get(ImportBatch, batch_id, with_for_update=True)
    return (batch.centre_id, batch if batch.kind == kind else None) if batch else (None, None)


def take_back(session: Session, actor: audit.Doer, batch: ImportBatch | None, now: dt.datetime) -> None:
    """Remove what an import made and put back what it changed, inside the caller's transaction.

    Raises: NotFound without one; HangsOnIt, with nothing changed, when other rows refer to it or somebody changed it
    since; Conflict("undone_already").
    """
    if batch is None:
        raise NotFound("import")
    if batch.undone_at is not None:
        raise Conflict(GroundReason.UNDONE_ALREADY)
    noted = list(session.scalars(select(ImportedRow.thing).where(ImportedRow.batch_id == batch.id).distinct()))
    tables = [table for table in reversed(Base.metadata.sorted_tables) if table.name in noted]
    for table in tables:  # who is about to refer to one of its rows waits, or has been here before us
        session.execute(select(table.c.id).where(table.c.id.in_(_ids(batch.id, table, made=True))).with_for_update())
    _refuse_what_hangs(session, batch, tables)
    with opened_way(session, NamedWay.UNDO_IMPORT):
        for table in tables:
            _put_back(session, batch, table)
            session.execute(delete(table).where(table.c.id.in_(_ids(batch.id, table, made=True))))
    batch.undone_at = now
    audit.record(actor, "import taken back", batch, at=now, details={"kind": batch.kind, "rows": batch.rows})


def _ids(batch_id: int, table: Table, *, made: bool) -> Select[int]:
    own = (ImportedRow.before == "") if made else (ImportedRow.before != "")
    return select(ImportedRow.thing_id).where(ImportedRow.batch_id == batch_id, ImportedRow.thing == table.name, own)


def _refuse_what_hangs(session: Session, batch: ImportBatch, tables: Sequence[Table]) -> None:
    for table in tables:
        for other in Base.metadata.sorted_tables:
            for constraint in other.foreign_key_constraints:
                link = constraint.elements[0]
                if link.column.table is table and session.scalar(select(_hangs(batch, table, other, link))):
                    raise HangsOnIt(other.name)
    later = select(literal(1)).where(
        audit.AuditEntry.id > ImportedRow.last_audit_id,
        audit.AuditEntry.action.not_in((audit.MINOR_READ, audit.DENIED)),
        ImportedRow.batch_id == batch.id,
        ImportedRow.thing == audit.AuditEntry.thing,
        ImportedRow.thing_id == audit.AuditEntry.thing_id,
        ~_of_undone_import(),
    )
    if session.scalar(later.limit(1)):
        raise HangsOnIt(audit.AuditEntry.__tablename__)


def _of_undone_import() -> ColumnElement[bool]:
    """Whether an entry tells of a change by an import that was taken back: of those behind it the first made it."""
    noted = aliased(ImportedRow)
    undone = (
        select(ImportBatch.undone_at.is_not(None))
        .join(noted, noted.batch_id == ImportBatch.id)
        .where(
            noted.thing == audit.AuditEntry.thing,
            noted.thing_id == audit.AuditEntry.thing_id,
            noted.last_audit_id >= audit.AuditEntry.id,
        )
        .order_by(noted.last_audit_id)
        .limit(1)
        .correlate(audit.AuditEntry)
        .scalar_subquery()
    )
    return and_(audit.AuditEntry.action.endswith(CHANGED_BY_IMPORT), func.coalesce(undone, false()))


def _hangs(batch: ImportBatch, table: Table, other: Table, link: Any) -> ColumnElement[bool]:
    """Whether a row of another table, not of this import, refers to a row that this import made."""
    made = select(link.column).where(table.c.id.in_(_ids(batch.id, table, made=True)))
    strangers = select(literal(1)).select_from(other).where(link.parent.in_(made))
    if "id" in other.c:
        strangers = strangers.where(other.c.id.not_in(_ids(batch.id, other, made=True)))
    return exists(strangers)


def _put_back(session: Session, batch: ImportBatch, table: Table) -> None:
    """The values before, of all changed rows at once."""
    changed = (ImportedRow.batch_id == batch.id, ImportedRow.thing == table.name, ImportedRow.before != "")
    told = session.scalars(select(ImportedRow.before).where(*changed).distinct())
    if names := sorted({name for one in told for name in json.loads(one)}):
        session.execute(
            update(table)
            .values(overlay(ImportedRow.before, table, names, session.get_bind().dialect))
            .where(*changed, table.c.id == ImportedRow.thing_id)
            .execution_options(synchronize_session=False)
        )


def batches_of(centre_id: int | None, limit: int = 20) -> list[ImportBatch]:
    """The newest imports that a centre sees: its own, and those of what all share; with None every one."""
    wanted = select(ImportBatch).order_by(ImportBatch.id.desc()).limit(limit)
    if centre_id is not None:
        wanted = wanted.where((ImportBatch.centre_id == centre_id) | ImportBatch.centre_id.is_(None))
    return list(db.session.scalars(wanted))


def left_unfinished(after: dt.timedelta, now: dt.datetime) -> list[tuple[int, str]]:
    """(number, kind) of imports that are stored in part and that nobody has gone on with for so long.

    What was stored by a clock that has been set back since would keep every other file waiting for as long.
    """
    left = (ImportBatch.stored_at <= now - after) | (ImportBatch.stored_at > now + after)
    wanted = select(ImportBatch.id, ImportBatch.kind).where(BEING_STORED, left)
    return [(row.id, row.kind) for row in db.session.execute(wanted.order_by(ImportBatch.id))]


def batch(number: int) -> ImportBatch | None:
    """One import, or None."""
    return db.session.get(ImportBatch, number)


def taken_back(numbers: Iterable[int]) -> set[int]:
    """Of these imports those that were taken back."""
    wanted = select(ImportBatch.id).where(ImportBatch.id.in_(set(numbers)), ImportBatch.undone_at.is_not(None))
    return set(db.session.scalars(wanted))


def remembered(centre_id: int, kind: str, headings: Sequence[str]) -> dict[str, str]:
    """{their heading: our field} for the headings of a file, as this centre has named them before."""
    wanted = select(ColumnName.heading, ColumnName.field).where(
        ColumnName.centre_id == centre_id, ColumnName.kind == kind
    )
    known = {row.heading: row.field for row in db.session.execute(wanted)}
    return {heading: known[fold(heading)] for heading in headings if fold(heading) in known}


def all_remembered(kind: str) -> dict[str, str]:
    """{what files call it, folded: our word}, by whichever centre; the newest answer counts."""
    wanted = select(ColumnName.heading, ColumnName.field).where(ColumnName.kind == kind).order_by(ColumnName.id)
    return {row.heading: row.field for row in db.session.execute(wanted)}


def remember(session: Session, centre_id: int, kind: str, column_map: Mapping[str, str]) -> None:
    """Keep what a centre calls its columns; the newest answer counts, and an empty field forgets."""
    in_turn(session)
    keys = {fold(heading): ours for heading, ours in column_map.items()}
    own = (ColumnName.centre_id == centre_id, ColumnName.kind == kind)
    session.execute(delete(ColumnName).where(*own, ColumnName.heading.in_(keys)))
    session.add_all(
        ColumnName(centre_id=centre_id, kind=kind, heading=heading, field=ours)
        for heading, ours in keys.items()
        if ours
    )
