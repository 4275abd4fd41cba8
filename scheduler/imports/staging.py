"""How a file is stored: checked whole, then stored in pieces, each in a short transaction.

Nobody may wait for the write lock until thousands of lines are stored (TRUST R9). So a file is compared outside every
transaction. Then, piece after piece, its rows are staged as JSON, a thousand in one text, and one short transaction
stores them with one INSERT … SELECT a table. What has changed meanwhile is compared anew. An import whose process was
killed goes on when the same file comes again: what is stored already is the same, the rest is new.
"""

import datetime as dt
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Select,
    Table,
    TableValuedAlias,
    case,
    exists,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler.core import audit
from scheduler.core.db import OPEN_BLOCK, Base, db, let_others_write, reading, transaction
from scheduler.core.errors import GroundReason
from scheduler.core.tokens import new_token
from scheduler.imports import batches, json_rows
from scheduler.imports.laid_aside import StagedRow, forget
from scheduler.imports.places import Placed, Places

log = logging.getLogger(__name__)

PIECE_ROWS = 1_000  # rows that one short transaction lays aside
PIECE_LINES = 500  # lines of a file that one short transaction stores, with all rows that they become
LEFT_AFTER = dt.timedelta(hours=1)  # an import in part that nobody goes on with is taken back
TRIES = 3  # as often a file is compared, when what it is compared with changes meanwhile


class Stale(batches.ImportStopped):
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
    file_digest: str = ""


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


def _whole(found: Found) -> Iterable[Found]:
    """All of it at once: a file of this kind is small."""
    return (found,)


@dataclass(frozen=True)
class Importer(Generic[Found]):
    """How one kind of file is compared and staged; `check` asks again under the lock. It raises Stale.

    `pieces` parts what was found new; of a file in pieces what is stored already must compare as the same.
    """

    kind: str
    compare: Callable[[Session], Found]
    stage: Callable[["Stage", Found], None]
    check: Callable[[Session, "Stage"], None] = _nothing
    pieces: Callable[[Found], Iterable[Found]] = _whole


def take_in(actor: audit.Doer, filing: Filing, importer: Importer[Found]) -> Any:
    """Compare a file and, if all of it is good, store all of it, piece after piece; the outcome of the comparison.

    What cannot be stored to its end is taken back. Raises: Stale when others change the same things faster than a file
    can be compared; ImportStopped while another file is being stored, and STORED_IN_PART where something hangs already
    on what would be taken back.
    """
    whose = (importer.kind, filing.centre_id, filing.file_digest)
    for left in reversed(range(TRIES)):
        with reading() as session:
            found = importer.compare(session)
            begun = None if filing.dry_run else batches.unfinished(session, *whose)
        if filing.dry_run:
            return found.outcome()
        if not begun and (found.problems or not found.to_store):
            return found.outcome()
        try:
            if found.problems:
                _take_back_begun(actor, filing, importer.kind)
                return found.outcome()
            return _store(actor, filing, importer, found, resumes=begun is not None)
        except Exception as problem:
            if not left or not isinstance(problem, Stale | IntegrityError):
                _take_back_begun(actor, filing, importer.kind)
                raise
            log.info("file compared again", extra={"kind": importer.kind})
    raise Stale


def _store(actor: audit.Doer, filing: Filing, importer: Importer[Found], found: Found, *, resumes: bool) -> Any:
    """Store what was found new, a piece in each transaction, in another import or in the one that was begun."""
    whose = (importer.kind, filing.centre_id, filing.file_digest)
    number: int | None = None
    stored = changed = done = 0
    if resumes:
        with transaction() as session:
            batches.in_turn(session)
            begun = batches.unfinished(session, *whose)
            if begun is None:
                raise Stale
            number, stored, changed = begun.id, begun.stored_rows, _changed_by(session, begun)
            begun.rows = stored + found.to_store
            batches.add_piece(session, actor, begun, 0, filing.now)
    kind, centre_id, file_digest = whose
    record = batches.ImportRecord(kind, stored + found.to_store, filing.file_name, centre_id, file_digest)
    for place, piece in enumerate(importer.pieces(found)):
        if place:
            let_others_write()
        with _staged(filing, found.to_stage, done) as stage:
            importer.stage(stage, piece)
            number = stage.apply(actor, record, importer.check, (number, piece.to_store))
            done = stage.done
    outcome = found.outcome(number)
    if not stored:
        return outcome
    new, same = outcome.new + stored - changed, outcome.same - stored
    return replace(outcome, new=new, changed=outcome.changed + changed, same=same)


def _changed_by(session: Session, batch: batches.ImportBatch) -> int:
    """How many rows an import has changed so far."""
    own = (batches.ImportedRow.batch_id == batch.id, batches.ImportedRow.before != "")
    return session.scalar(select(func.count(batches.ImportedRow.id)).where(*own)) or 0


def _take_back_begun(actor: audit.Doer, filing: Filing, kind: str) -> None:
    """All or nothing: what is stored of a file that cannot be stored to its end is taken back.

    Raises: ImportStopped when something hangs on it already.
    """
    if db.session().info.get(OPEN_BLOCK):  # what is around fails as a whole
        return
    with transaction() as session:
        batches.in_turn(session)
        if begun := batches.unfinished(session, kind, filing.centre_id, filing.file_digest):
            try:
                batches.take_back(session, actor, begun, filing.now)
            except batches.HangsOnIt as hangs:
                raise batches.ImportStopped(GroundReason.STORED_IN_PART) from hangs


@contextmanager
def _staged(filing: Filing, total: int, done: int) -> Iterator["Stage"]:
    stage = Stage(filing, total, done)
    try:
        yield stage
    finally:
        forget(StagedRow.stage == stage.name)


class Stage:
    """The rows of one piece, laid aside. Tables are stored in the order in which they come: parents first."""

    def __init__(self, filing: Filing, total: int, done: int = 0) -> None:
        self.filing, self.total = filing, total
        self.name = new_token()[:22]
        self.done = done  # of all pieces
        self.made: dict[str, int] = {}  # new rows by table
        self.columns: dict[str, tuple[str, ...]] = {}
        self.links: dict[tuple[str, str], str] = {}  # (table, column): of which staged table it holds a place
        self.first: dict[tuple[str, str], Any] = {}  # (table, column): its value in the first row
        self.several: set[tuple[str, str]] = set()  # those with another value in a later one
        self.untold: set[tuple[str, str]] = set()  # those that a piece left out
        self.told: dict[str, dict[str, int]] = {}  # by table, at which place of its list a row tells a column
        self.changed: dict[str, set[str]] = {}
        self.changes: dict[str, int] = {}
        self.audited: list[tuple[str, str, bool]] = []
        self.writers: dict[str, dict[str, json_rows.ColumnWriter]] = {}  # by table and column

    @cached_property
    def dialect(self) -> Dialect:
        return db.engine.dialect

    @cached_property
    def one(self) -> TableValuedAlias:
        """The new rows of the pieces, one by one."""
        return json_rows.unpacked(StagedRow.told, self.dialect)

    def add(self, model: type[Base], rows: Iterable[Mapping[str, Any]], action: str = "") -> Places:
        """Lay new rows aside, all with the same columns; `action` is what the audit says of each."""
        table = _table(model)
        placed = Places(table.name)
        for piece in _pieces(rows):
            self.columns.setdefault(table.name, tuple(piece[0]))
            with transaction() as session:
                places = self._places(session, table, len(piece))
                self._lay(session, table, [{"place": places[0], "told": self._packed(table, piece, places)}])
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

    def _packed(self, table: Table, rows: Sequence[Mapping[str, Any]], places: Sequence[int]) -> str:
        """Rows as one JSON, without what all share until now: that is told once, neither written nor read in each."""
        at = self.told.setdefault(table.name, {})
        told: dict[str, Sequence[Any]] = {"id": places} if self.dialect.name == "postgresql" else {}
        for name in rows[0]:
            column, values = (table.name, name), [row[name] for row in rows]
            first = self.first.setdefault(column, values[0])
            if isinstance(values[0], Placed) or values.count(first) < len(values):
                self.several.add(column)
            if column in self.several:
                told[name] = self._written(table, name, values)
            else:
                self.untold.add(column)
        for name in told:
            at.setdefault(name, len(at))
        if not told:
            return json_rows.to_json([()] * len(rows))
        return json_rows.to_json(list(zip(*(told[name] for name in at), strict=True)))

    def _written(self, table: Table, name: str, values: Sequence[Any]) -> list[Any]:
        """The values of a column as its database keeps them; of a row that is staged too, where it will be."""
        written = self._writers(table)[name].written
        if Placed not in set(map(type, values)):
            return [written(value) for value in values]
        self.links[table.name, name] = next(value.thing for value in values if isinstance(value, Placed))
        return [value.place if isinstance(value, Placed) else written(value) for value in values]

    def _places(self, session: Session, table: Table, count: int) -> list[int]:
        """PostgreSQL gives ids out now; SQLite has them under the lock only, so rows are counted."""
        first = self.made.get(table.name, 0) + 1
        self.made[table.name] = first + count - 1
        if self.dialect.name != "postgresql":
            return list(range(first, first + count))
        given = text(f"SELECT nextval(pg_get_serial_sequence('{table.name}', 'id')) FROM generate_series(1, :count)")
        return list(session.scalars(given, {"count": count}))

    def _told(self, table: Table, row: Mapping[str, Any]) -> str:
        return json_rows.to_json({name: self._written(table, name, [value])[0] for name, value in row.items()})

    def _writers(self, table: Table) -> dict[str, json_rows.ColumnWriter]:
        if table.name not in self.writers:
            types = {column.name: column.type.dialect_impl(self.dialect) for column in table.c}
            self.writers[table.name] = {
                name: json_rows.ColumnWriter(kind.bind_processor(self.dialect)) for name, kind in types.items()
            }
        return self.writers[table.name]

    def apply(
        self,
        actor: audit.Doer,
        record: batches.ImportRecord,
        check: Callable[[Session, "Stage"], None],
        piece: tuple[int | None, int],
    ) -> int:
        """Store all that is staged in one transaction, a statement a table; the number of the import.

        `piece`: the import that was begun, and how many lines of the file these are. Raises: Stale; ImportStopped when
        the import was taken back meanwhile.
        """
        begun, lines = piece
        with transaction() as session:
            batches.in_turn(session)
            check(session, self)
            batch = batches.open_batch(session, actor, record, self.filing.now)
            if begun not in (None, batch.id):
                raise batches.ImportStopped(GroundReason.UNDONE_ALREADY)
            offsets = {name: self._offset(session, Base.metadata.tables[name]) for name in self.made}
            for name in self.made:
                self._insert(session, Base.metadata.tables[name], offsets)
            for name in self.changed:
                self._update(session, Base.metadata.tables[name])
            for name, action, made in self.audited:
                self._audit(session, actor, batch, (name, action, made), offsets.get(name, 0))
            batches.add_piece(session, actor, batch, lines, self.filing.now)
            session.flush()
            last = session.scalar(select(func.max(audit.AuditEntry.id))) or 0
            for name in self.made:
                self._note(session, batch, name, (offsets[name], last), made=True)
            for name in self.changed:
                self._note(session, batch, name, (0, last), made=False)
            return batch.id

    def own(self, thing: str, *, made: bool) -> ColumnElement[bool]:
        """What is staged of one table by this import: its pieces of new rows, or its changes."""
        kind = StagedRow.before == "" if made else StagedRow.before != ""
        return (StagedRow.stage == self.name) & (StagedRow.thing == thing) & kind

    def new_rows(self, table: Table, *wanted: ColumnElement[Any]) -> Select[Any]:
        """A SELECT over the new rows of a table, piece after piece; a list is read in its order."""
        from_pieces = select(*wanted).select_from(_table(StagedRow), self.one)
        return from_pieces.where(self.own(table.name, made=True)).order_by(StagedRow.place)

    def place(self, table: Table) -> ColumnElement[int]:
        """Where a new row will be; on SQLite the rows of a piece lie one behind the other."""
        if self.dialect.name == "postgresql":
            return self._value_at(table, "id")
        return StagedRow.place + self.one.c.key

    def value(self, table: Table, name: str) -> ColumnElement[Any]:
        """A column of a new row; a piece in which all rows had the first one's value does not tell it."""
        column, first = (table.name, name), self.first[table.name, name]
        if isinstance(first, Placed):
            return self._value_at(table, name)
        shared = literal(first, table.c[name].type)
        if column not in self.several:
            return shared
        told = self._value_at(table, name)
        if column not in self.untold:
            return told
        in_this_piece = json_rows.reaches(self.one.c.value, self.told[table.name][name], self.dialect)
        return case((in_this_piece, told), else_=shared)

    def _value_at(self, table: Table, name: str) -> ColumnElement[Any]:
        return json_rows.value_at(self.one.c.value, self.told[table.name][name], table.c[name].type, self.dialect)

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
        wanted = self.new_rows(table, self.place(table) + offsets[table.name], *map(told, names))
        storing = insert(table).from_select(["id", *names], wanted).execution_options(preserve_rowcount=True)
        self._whole(session.execute(storing), self.made[table.name])

    def _update(self, session: Session, table: Table) -> None:
        """Change the rows that still are as they were."""
        columns = sorted(self.changed[table.name])
        same = [
            ~json_rows.has_key(StagedRow.before, name, self.dialect)
            | table.c[name].is_not_distinct_from(json_rows.value_of(StagedRow.before, table, name, self.dialect))
            for name in columns
        ]
        done = session.execute(
            update(table)
            .values(json_rows.overlay(StagedRow.told, table, columns, self.dialect))
            .where(self.own(table.name, made=False), table.c.id == StagedRow.place, *same)
            .execution_options(synchronize_session=False)
        )
        self._whole(done, self.changes[table.name])

    def _whole(self, done: Any, wanted: int) -> None:
        """Raises: Stale when other rows were met than were staged."""
        if done.rowcount != wanted:
            raise Stale

    def _note(
        self, session: Session, batch: batches.ImportBatch, name: str, at: tuple[int, int], *, made: bool
    ) -> None:
        """By which the rows of a table are taken back. `at`: where its new rows begin, and the audit's last entry."""
        table, (offset, last) = Base.metadata.tables[name], at
        of_batch: list[ColumnElement[Any]] = [literal(batch.id), literal(last), literal(name)]
        if made:
            wanted = self.new_rows(table, *of_batch, self.place(table) + offset, literal(""))
        else:
            wanted = self._changes(name, *of_batch, StagedRow.place, StagedRow.before)
        columns = ["batch_id", "last_audit_id", "thing", "thing_id", "before"]
        session.execute(insert(_table(batches.ImportedRow)).from_select(columns, wanted))

    def _changes(self, thing: str, *wanted: Any) -> Select[Any]:
        return select(*wanted).where(self.own(thing, made=False)).order_by(StagedRow.place)

    def _audit(
        self,
        session: Session,
        actor: audit.Doer,
        batch: batches.ImportBatch,
        told: tuple[str, str, bool],
        offset: int,
    ) -> None:
        thing, action, made = told
        table, entry = Base.metadata.tables[thing], _table(audit.AuditEntry)
        values = [literal(self.filing.now, entry.c.at.type), literal(actor.label), literal(action), literal(thing)]
        if made:
            details = literal(json.dumps({"imported": batch.id}))
            wanted = self.new_rows(table, *values, self.place(table) + offset, details)
        else:
            wanted = self._changes(thing, *values, StagedRow.place, StagedRow.details)
        session.execute(insert(entry).from_select(["at", "actor", "action", "thing", "thing_id", "details"], wanted))


def _pieces(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while piece := list(islice(left, PIECE_ROWS)):
        yield piece


def in_pieces(rows: Iterable[Row], lines: Callable[[Row], int] = lambda _row: 1) -> Iterator[list[Row]]:
    """As many at once as one transaction stores, by the lines of the file that they are."""
    piece, total = list[Row](), 0
    for row in rows:
        piece.append(row)
        total += lines(row)
        if total >= PIECE_LINES:
            yield piece
            piece, total = [], 0
    if piece:
        yield piece


def _table(model: type[Base]) -> Table:
    return Base.metadata.tables[model.__tablename__]


def stored_since(
    session: Session, stage: Stage, model: type[Base], names: Sequence[str], *wanted: ColumnElement[bool]
) -> bool:
    """Whether a row that is staged as new stands in its table by now, by these columns."""
    table = _table(model)
    same = [table.c[name] == stage.value(table, name) for name in names]  # of one new row none is read from it
    met = exists(select(table.c.id).where(*same, *wanted).correlate(_table(StagedRow), stage.one))
    return bool(session.scalar(stage.new_rows(table, literal(1)).where(met).limit(1)))
