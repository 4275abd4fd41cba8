"""How a file is stored: its rows are laid aside in pieces, each in a short transaction, then stored in one step.

Comparing thousands of lines and turning them into rows takes seconds; nobody may wait for the write lock that long
(TRUST R9). So a file is compared outside every transaction, its rows are staged as JSON, a thousand at a time, and one
short transaction stores them with one INSERT … SELECT a table. What has changed meanwhile is compared anew.
"""

import datetime as dt
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Index,
    Table,
    Text,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from scheduler.core import audit
from scheduler.core.db import Base, db, reading, transaction
from scheduler.core.errors import Conflict, GroundReason
from scheduler.core.imports import batches
from scheduler.core.imports.json_rows import ColumnWriter, has_key, overlay, to_json, value_of
from scheduler.core.imports.places import Placed, Places
from scheduler.core.tokens import new_token

log = logging.getLogger(__name__)

PIECE_ROWS = 1_000  # rows that one short transaction lays aside
TRIES = 3  # as often a file is compared, when what it is compared with changes meanwhile
FILES_FORGOTTEN_AFTER = dt.timedelta(hours=6)  # what a killed worker laid aside


class StagedRow(Base):
    """A row that an import is about to store. It lives for the minutes of that import."""

    __tablename__ = "staged_row"
    __table_args__ = (Index(None, "stage", "thing", "place"), Index(None, "staged_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    stage: Mapped[str]  # of which import
    thing: Mapped[str]  # the table's name
    place: Mapped[int]  # the id it will have; a new row on SQLite: how far after the last one
    told: Mapped[str] = mapped_column(Text)  # JSON {column: value, as that database keeps it}
    before: Mapped[str] = mapped_column(Text, default="")  # JSON of what it changes; empty: a new row
    details: Mapped[str] = mapped_column(Text, default="{}")  # for the audit of a change
    staged_at: Mapped[dt.datetime]


class Stale(Conflict):
    """What a file was compared with has changed: it must be compared again."""

    def __init__(self) -> None:
        super().__init__(GroundReason.CHANGED_MEANWHILE)


def _nobody(_done: int, _total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Filing:
    """How a file is taken in: when, whose list shows it, whether it is only tried, and who hears how far it is."""

    now: dt.datetime
    centre_id: int | None = None
    file_name: str = ""
    dry_run: bool = False
    tell: Callable[[int, int], None] = _nobody


Outcome = TypeVar("Outcome", covariant=True)
Row = TypeVar("Row")


class Compared(Protocol[Outcome]):
    """A file held against what is stored."""

    @property
    def problems(self) -> Sequence[object]: ...

    @property
    def to_store(self) -> int:
        """Lines that would be stored."""

    @property
    def to_stage(self) -> int:
        """Rows that they become, for the bar."""

    def outcome(self, batch_id: int | None = None) -> Outcome:
        """What to tell of it."""


Found = TypeVar("Found", bound=Compared[Any])


def _nothing(_session: Session, _stage: "Stage") -> None:
    """What is stored defends itself."""


@dataclass(frozen=True)
class Importer(Generic[Found]):
    """How one kind of file is compared and staged; `check` asks again under the lock. It raises Stale."""

    kind: str
    compare: Callable[[Session], Found]
    stage: Callable[["Stage", Found], None]
    check: Callable[[Session, "Stage"], None] = _nothing


def take_in(actor: audit.Doer, filing: Filing, importer: Importer[Found]) -> Any:
    """Compare a file and, if all of it is good, store all of it; the outcome of the comparison.

    Raises: Stale when others change the same things faster than a file can be compared.
    """
    for left in reversed(range(TRIES)):
        with reading() as session:
            found = importer.compare(session)
        if filing.dry_run or found.problems or not found.to_store:
            return found.outcome()
        try:
            with _staged(filing, found.to_stage) as stage:
                importer.stage(stage, found)
                stored = batches.ImportRecord(importer.kind, found.to_store, filing.file_name, filing.centre_id)
                return found.outcome(stage.apply(actor, stored, importer.check))
        except (Stale, IntegrityError):
            if not left:
                raise
            log.info("file compared again", extra={"kind": importer.kind})
    raise Stale


@contextmanager
def _staged(filing: Filing, total: int) -> Iterator["Stage"]:
    stage = Stage(filing, total)
    try:
        yield stage
    finally:
        forget(StagedRow.stage == stage.name)


def forget(which: ColumnElement[bool]) -> int:
    """Drop staged rows, a piece in each transaction; how many."""
    dropped = 0
    while True:
        piece = select(StagedRow.id).where(which).limit(5 * PIECE_ROWS)
        with transaction() as session:
            gone = session.execute(
                delete(StagedRow).where(StagedRow.id.in_(piece)).execution_options(synchronize_session=False)
            )
        count = int(getattr(gone, "rowcount", 0))
        dropped += count
        if not count:
            return dropped


def forget_old(now: dt.datetime) -> int:
    """Drop what workers that were killed have left."""
    return forget(StagedRow.staged_at <= now - FILES_FORGOTTEN_AFTER)


class Stage:
    """The rows of one import, laid aside. Tables are stored in the order in which they come: parents first."""

    def __init__(self, filing: Filing, total: int) -> None:
        self.filing, self.total = filing, total
        self.name = new_token()[:22]
        self.done = 0
        self.made: dict[str, int] = {}  # new rows by table
        self.columns: dict[str, tuple[str, ...]] = {}
        self.links: dict[tuple[str, str], str] = {}  # (table, column): of which staged table it holds a place
        self.first: dict[tuple[str, str], Any] = {}  # (table, column): its value in the first row
        self.several: set[tuple[str, str]] = set()  # those with another value in a later one
        self.untold: set[tuple[str, str]] = set()  # those that a piece left out
        self.changed: dict[str, set[str]] = {}
        self.changes: dict[str, int] = {}
        self.audited: list[tuple[str, str, bool]] = []
        self.writers: dict[str, dict[str, ColumnWriter]] = {}  # by table and column

    @cached_property
    def dialect(self) -> Dialect:
        return db.engine.dialect

    def add(self, model: type[Base], rows: Iterable[Mapping[str, Any]], action: str = "") -> Places:
        """Lay new rows aside, all with the same columns; `action` is what the audit says of each."""
        table = _table(model)
        placed = Places(table.name)
        for piece in _pieces(rows):
            self.columns.setdefault(table.name, tuple(piece[0]))
            with transaction() as session:
                places = self._places(session, table, len(piece))
                told = [self._told(table, row) for row in self._differing(table, piece)]
                self._lay(session, table, [{"place": at, "told": one} for at, one in zip(places, told, strict=True)])
            self._tell(len(piece))
            placed.at.extend(places)
        if placed.at and action:
            self.audited.append((table.name, action, True))
        return placed

    def change(
        self, model: type[Base], rows: Mapping[int, tuple[Mapping[str, Any], Mapping[str, Any]]], action: str
    ) -> None:
        """Lay changes aside: {id: (values now, values to be)}."""
        table = _table(model)
        for piece in _pieces(rows.items()):
            with transaction() as session:
                laid = [
                    {
                        "place": ident,
                        "told": self._told(table, new),
                        "before": self._told(table, old),
                        "details": json.dumps({"fields": sorted(new)}),
                    }
                    for ident, (old, new) in piece
                ]
                self._lay(session, table, laid)
            self._tell(len(piece))
        if rows:
            self.changed[table.name] = {name for _, new in rows.values() for name in new}
            self.changes[table.name] = len(rows)
            self.audited.append((table.name, action, False))

    def _lay(self, session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        same = {"stage": self.name, "thing": table.name, "staged_at": self.filing.now}
        session.execute(insert(_table(StagedRow)), [same | dict(row) for row in rows])

    def _tell(self, rows: int) -> None:
        self.done += rows
        self.filing.tell(min(self.done, self.total), self.total)

    def _differing(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """The rows without what all of them share until now: that is told once, neither written nor read in each."""
        for name, value in rows[0].items():
            first = self.first.setdefault((table.name, name), value)
            if isinstance(value, Placed) or any(row[name] != first for row in rows):
                self.several.add((table.name, name))
        names = [name for name in rows[0] if (table.name, name) in self.several]
        self.untold |= {(table.name, name) for name in rows[0] if name not in names}
        return ({name: row[name] for name in names} for row in rows)

    def _places(self, session: Session, table: Table, count: int) -> list[int]:
        """PostgreSQL gives ids out now; SQLite has them under the lock only, so rows are counted."""
        first = self.made.get(table.name, 0) + 1
        self.made[table.name] = first + count - 1
        if self.dialect.name != "postgresql":
            return list(range(first, first + count))
        given = text(f"SELECT nextval(pg_get_serial_sequence('{table.name}', 'id')) FROM generate_series(1, :count)")
        return list(session.scalars(given, {"count": count}))

    def _told(self, table: Table, row: Mapping[str, Any]) -> str:
        told, writers = {}, self._writers(table)
        for name, value in row.items():
            if isinstance(value, Placed):
                self.links[table.name, name] = value.thing
                told[name] = value.place
            else:
                told[name] = writers[name].written(value)
        return to_json(told)

    def _writers(self, table: Table) -> dict[str, "ColumnWriter"]:
        if table.name not in self.writers:
            types = {column.name: column.type.dialect_impl(self.dialect) for column in table.c}
            self.writers[table.name] = {
                name: ColumnWriter(kind.bind_processor(self.dialect)) for name, kind in types.items()
            }
        return self.writers[table.name]

    def apply(self, actor: audit.Doer, stored: batches.ImportRecord, check: Callable[[Session, "Stage"], None]) -> int:
        """Store all that is staged in one transaction, a statement a table; the number of the import. Raises: Stale."""
        with transaction() as session:
            batches.in_turn(session)
            check(session, self)
            batch = batches.open_batch(session, actor, stored, self.filing.now)
            offsets = {name: self._offset(session, Base.metadata.tables[name]) for name in self.made}
            for name in self.made:
                self._insert(session, Base.metadata.tables[name], offsets)
                self._note(session, batch, name, offsets[name], made=True)
            for name in self.changed:
                self._update(session, Base.metadata.tables[name])
                self._note(session, batch, name, 0, made=False)
            for name, action, made in self.audited:
                self._audit(session, actor, batch, (name, action, made), offsets.get(name, 0))
            batches.close_batch(session, actor, batch, self.filing.now)
            return batch.id

    def own(self, thing: str, *, made: bool) -> ColumnElement[bool]:
        """Which staged rows are this import's of one table: its new ones, or its changes."""
        kind = StagedRow.before == "" if made else StagedRow.before != ""
        return (StagedRow.stage == self.name) & (StagedRow.thing == thing) & kind

    def value(self, table: Table, name: str) -> ColumnElement[Any]:
        """A column of a staged row; a piece in which all rows had the first one's value does not tell it."""
        column, first = (table.name, name), self.first[table.name, name]
        if isinstance(first, Placed):
            return value_of(StagedRow.told, table, name, self.dialect)
        shared = literal(first, table.c[name].type)
        if column not in self.several:
            return shared
        told = value_of(StagedRow.told, table, name, self.dialect)
        return (
            case((has_key(StagedRow.told, name, self.dialect), told), else_=shared) if column in self.untold else told
        )

    def _offset(self, session: Session, table: Table) -> int:
        if self.dialect.name == "postgresql":
            return 0
        return session.scalar(select(func.max(table.c.id))) or 0

    def _insert(self, session: Session, table: Table, offsets: Mapping[str, int]) -> None:
        def told(name: str) -> ColumnElement[Any]:
            value = self.value(table, name)
            parent = self.links.get((table.name, name))
            return value + offsets[parent] if parent else value

        names = self.columns[table.name]
        wanted = select(StagedRow.place + offsets[table.name], *map(told, names))
        wanted = wanted.where(self.own(table.name, made=True)).order_by(StagedRow.place)
        storing = insert(table).from_select(["id", *names], wanted).execution_options(preserve_rowcount=True)
        self._whole(session.execute(storing), self.made[table.name])

    def _update(self, session: Session, table: Table) -> None:
        """Change the rows that still are as they were."""
        columns = sorted(self.changed[table.name])
        same = [
            ~has_key(StagedRow.before, name, self.dialect)
            | table.c[name].is_not_distinct_from(value_of(StagedRow.before, table, name, self.dialect))
            for name in columns
        ]
        done = session.execute(
            update(table)
            .values(overlay(StagedRow.told, table, columns, self.dialect))
            .where(self.own(table.name, made=False), table.c.id == StagedRow.place, *same)
            .execution_options(synchronize_session=False)
        )
        self._whole(done, self.changes[table.name])

    def _whole(self, done: Any, wanted: int) -> None:
        """Raises: Stale when other rows were met than were staged."""
        if done.rowcount != wanted:
            raise Stale

    def _note(self, session: Session, batch: batches.ImportBatch, name: str, offset: int, *, made: bool) -> None:
        wanted = select(literal(batch.id), literal(name), StagedRow.place + offset, StagedRow.before)
        wanted = wanted.where(self.own(name, made=made)).order_by(StagedRow.place)
        columns = ["batch_id", "thing", "thing_id", "before"]
        session.execute(insert(_table(batches.ImportedRow)).from_select(columns, wanted))

    def _audit(
        self,
        session: Session,
        actor: audit.Doer,
        batch: batches.ImportBatch,
        told: tuple[str, str, bool],
        offset: int,
    ) -> None:
        thing, action, made = told
        details: Any = literal(json.dumps({"imported": batch.id})) if made else StagedRow.details
        place = StagedRow.place + (offset if made else 0)
        entry = _table(audit.AuditEntry)
        values = [literal(self.filing.now, entry.c.at.type), literal(actor.label), literal(action), literal(thing)]
        wanted = select(*values, place, details).where(self.own(thing, made=made)).order_by(StagedRow.place)
        session.execute(insert(entry).from_select(["at", "actor", "action", "thing", "thing_id", "details"], wanted))


def _pieces(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while piece := list(islice(left, PIECE_ROWS)):
        yield piece


def _table(model: type[Base]) -> Table:
    return Base.metadata.tables[model.__tablename__]


def stored_since(
    session: Session, stage: Stage, model: type[Base], names: Sequence[str], *wanted: ColumnElement[bool]
) -> bool:
    """Whether a row that is staged as new stands in its table by now, by these columns."""
    table = _table(model)
    same = [table.c[name] == stage.value(table, name) for name in names]  # of one staged row none is read from it
    met = select(table.c.id).join_from(table, StagedRow, stage.own(table.name, made=True)).where(*same, *wanted)
    return bool(session.scalar(select(exists(met))))
