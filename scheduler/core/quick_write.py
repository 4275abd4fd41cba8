"""Rows that are written under the write lock by statements put into words once, past SQLAlchemy's unit of work.

It is compiled for a driver once (`core.quick_read`) and sent in the transaction of the session, past what SQLAlchemy
makes ready for each statement; what the database refuses is told as everywhere. No object comes of it: whoever needs
one asks for it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Engine, Table, TextClause, UpdateBase, insert
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from scheduler.core.gathered import Parcel, connection_of, gather, sent
from scheduler.core.quick_read import QuickStatement


class QuickWrite(QuickStatement):
    """A statement that writes, for one kind of database after the other."""

    def __init__(self, statement: UpdateBase | TextClause, columns: Sequence[str] | None = None) -> None:
        super().__init__(statement, columns)

    def send(self, session: Session, *rows: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Send it once with each of these, after what the session has changed before; what it gives back is in the
        types of the driver.
        """
        session.flush()
        return sent(session, self.parcel(session, rows))

    def gather(self, session: Session, *rows: Mapping[str, Any]) -> None:
        """The same of one that gives nothing back: inside `gathered.together` it goes along with the next that does."""
        session.flush()
        gather(session, self.parcel(session, rows))

    def parcel(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> Parcel:
        """It with each of these, as the driver takes it."""
        compiled = self._compiled(connection_of(session).dialect)
        return compiled.text, [compiled.parameters(row) for row in rows]

    def apart(self, engine: Engine, given: dict[str, Any]) -> bool:
        """Send one that gives back the row it has changed, in a transaction of its own: whether there was one.

        False also when the database does not answer: whoever gets it goes the usual way, where a failure is told.
        """
        return bool(self._apart(engine, given, all_rows=True))  # SQLite commits, and says if it cannot, at the end


class QuickInsert:
    """New rows of a table. What is not said of a column is its default, or nothing where it may be empty."""

    def __init__(self, model: type[DeclarativeBase]) -> None:
        table = cast(Table, model.__table__)
        columns = [column for column in table.c if not column.primary_key]
        names = [column.key for column in columns]
        self.table = table.name
        self._blanks: dict[str, Any] = {column.key: None for column in columns}
        for column in columns:
            if isinstance(column.default, ScalarElementColumnDefault):
                self._blanks[column.key] = column.default.arg
        self._one = QuickWrite(insert(table).returning(table.c.id), names)
        self._each = QuickWrite(insert(table), names)

    def one(self, session: Session, said: Mapping[str, Any]) -> int:
        """Store a row; its id. Raises: IntegrityError."""
        [(row_id,)] = self._one.send(session, {**self._blanks, **said})
        return int(row_id)

    def each(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        """Store these rows of which nobody needs the ids: one statement. Raises: as `one`."""
        if rows:
            self._each.gather(session, *({**self._blanks, **row} for row in rows))
