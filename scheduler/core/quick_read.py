"""Rows asked of the driver itself: for the questions that machines ask all day long.

SQLAlchemy compiles the statement and knows the types, once; each asking is then a tenth of what a session costs, each
row half. One row is a read that stands alone: it joins no transaction, and what a session has not committed it does not
see. Its connection comes from the pool: a thread that kept its own would stay on the old file after a restore.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import Connection, Dialect, Engine, Executable, FromClause, Select, SelectBase, select
from sqlalchemy.orm import Session

Processor = Callable[[Any], Any]


class QuickRead:
    """A SELECT, for one kind of database after the other."""

    def __init__(self, statement: SelectBase) -> None:
        self._statement = statement
        self._of_dialect: dict[str, _Compiled] = {}

    def one(self, engine: Engine, given: dict[str, Any]) -> tuple[Any, ...] | None:
        """The row in the types of its columns, or None: when there is none, or when the database does not answer.

        Whoever gets None asks again in the usual way, where a failure is told as one.
        """
        compiled = self._compiled(engine.dialect)
        try:
            connection = engine.raw_connection()
        except engine.dialect.loaded_dbapi.Error:
            return None
        try:
            with _in_no_transaction(engine.dialect, connection.dbapi_connection):
                cursor = compiled.asked(engine, connection, given)
                row = cursor.fetchone()
                cursor.close()
        except engine.dialect.loaded_dbapi.Error as error:
            connection.invalidate(error)
            return None
        finally:
            connection.close()
        return None if row is None else compiled.result(row)

    def all(self, connection: Connection, given: dict[str, Any]) -> list[tuple[Any, ...]]:
        """Every row, inside the transaction of this connection; a failure is the driver's own."""
        compiled = self._compiled(connection.dialect)
        cursor = compiled.asked(connection.engine, connection.connection, given)
        rows = cursor.fetchall()
        cursor.close()
        return compiled.results(rows)

    def on_page(self, session: Session, given: dict[str, Any]) -> list[tuple[Any, ...]]:
        """The same for a page, in the transaction of its session: where the database does not answer, it is asked again
        in the usual way, so that a failure is told as everywhere.
        """
        if session.autoflush:
            session.flush()  # as before every question: what this transaction has changed is seen
        connection = session.connection()
        try:
            return self.all(connection, given)
        except connection.dialect.loaded_dbapi.Error:
            return [tuple(row) for row in connection.execute(cast(Executable, self._statement), given)]

    def _compiled(self, dialect: Dialect) -> "_Compiled":
        compiled = self._of_dialect.get(dialect.name)
        if compiled is None:  # two threads may both make it: they make the same
            compiled = self._of_dialect[dialect.name] = _Compiled(self._statement, dialect)
        return compiled


@contextmanager
def _in_no_transaction(dialect: Dialect, raw: Any) -> Iterator[None]:
    """On PostgreSQL its beginning and its end go to the server and back, too: thrice the way of the question."""
    if dialect.name != "postgresql":
        yield
        return
    raw.autocommit = True
    try:
        yield
    finally:
        raw.autocommit = False


class QuickTables:
    """Tables that are joined, read at once: each row in as many parts, which have the names of their columns.

    A part is as good as a loaded row for whoever only looks at its columns. `joined` makes the question of a SELECT of
    all their columns.
    """

    def __init__(self, tables: Sequence[FromClause], joined: Callable[[Select[Any]], Select[Any]]) -> None:
        self._names = [tuple(column.key for column in table.c) for table in tables]
        self._read = QuickRead(joined(select(*(column for table in tables for column in table.c))))

    def rows(self, session: Session, given: dict[str, Any]) -> list[list[Any]]:
        """Of each row its parts; None for one that an outer join has not found."""
        return [self._parts(row) for row in self._read.on_page(session, given)]

    def _parts(self, row: tuple[Any, ...]) -> list[SimpleNamespace | None]:
        found, begins = [], 0
        for names in self._names:
            values, begins = row[begins : begins + len(names)], begins + len(names)
            is_there = values[0] is not None  # each table begins with its id
            found.append(SimpleNamespace(**dict(zip(names, values, strict=True))) if is_there else None)
        return found


class _Compiled:
    """A statement as one driver takes it."""

    def __init__(self, statement: SelectBase, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.text = str(compiled)
        self._said = compiled.params
        self._by_place = compiled.positiontup is not None
        types = {name: bind.type.dialect_impl(dialect) for bind, name in compiled.bind_names.items()}
        bound = {name: one.bind_processor(dialect) for name, one in types.items()}
        self._binds = [(name, bound[name]) for name in compiled.positiontup or bound]
        self._results = [column.type.dialect_impl(dialect) for column in statement.selected_columns]
        self._columns: list[Processor | None] | None = None  # a driver says with its first answer what it gives

    def asked(self, engine: Engine, connection: Any, given: dict[str, Any]) -> Any:
        """A cursor over what the driver found."""
        cursor, parameters = connection.cursor(), self.parameters(given)
        for listener in engine.dispatch.before_cursor_execute:  # whoever counts statements sees this one, too
            listener(connection, cursor, self.text, parameters, None, False)
        cursor.execute(self.text, parameters)
        if self._columns is None:
            told = zip(self._results, cursor.description, strict=True)
            self._columns = [kind.result_processor(engine.dialect, column[1]) for kind, column in told]
        return cursor

    def parameters(self, given: dict[str, Any]) -> Any:
        """By place, or by name, as the driver wants them; what the statement itself says is filled in."""
        said = self._said | given
        values = [bound(said[name]) if bound else said[name] for name, bound in self._binds]
        return values if self._by_place else dict(zip((name for name, _ in self._binds), values, strict=True))

    def result(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple([seen(value) if seen else value for seen, value in zip(self._columns or (), row, strict=True)])

    def results(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Column after column, which takes two thirds of the time of row after row."""
        columns = zip(self._columns or (), zip(*rows, strict=True), strict=True) if rows else ()
        return list(zip(*(map(seen, values) if seen else values for seen, values in columns), strict=True))
