"""Rows that are written under the write lock by statements put into words once, past SQLAlchemy's unit of work.

It is compiled for a driver once (`core.quick_read`); SQLAlchemy sends it in the transaction of the session, so what the
database refuses is told as everywhere. No object comes of it: whoever needs one asks for it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, Delete, Insert, Table, Update, insert
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from scheduler.core.quick_read import QuickStatement


class QuickWrite(QuickStatement):
    """A statement that writes, for one kind of database after the other."""

    def __init__(self, statement: Insert | Update | Delete, columns: Sequence[str] | None = None) -> None:
        super().__init__(statement, columns)

    def send(self, session: Session, *rows: Mapping[str, Any]) -> CursorResult[Any]:
        """Send it once with each of these, after what the session has changed before."""
        session.flush()
        connection = session.connection()
        compiled = self._compiled(connection.dialect)
        given = [compiled.parameters(dict(row)) for row in rows]
        return connection.exec_driver_sql(compiled.text, given if len(given) > 1 else given[0])


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
        return int(self._one.send(session, {**self._blanks, **said}).scalar_one())

    def each(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        """Store these rows of which nobody needs the ids: one statement. Raises: as `one`."""
        if rows:
            self._each.send(session, *({**self._blanks, **row} for row in rows))
