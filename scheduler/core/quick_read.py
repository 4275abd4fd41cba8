"""One row by its index, asked of the driver itself: for the question that machines ask all day long.

SQLAlchemy compiles the statement and knows the types, once; each asking is then a tenth of what a session costs. Only
for a read that stands alone: it joins no transaction, and what a session has not committed it does not see.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from sqlalchemy import Dialect, Engine, Select

Processor = Callable[[Any], Any]


class QuickRead:
    """A SELECT of at most one row, for one kind of database after the other."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        self._of_dialect: dict[str, _Compiled] = {}

    def one(self, engine: Engine, given: dict[str, Any]) -> tuple[Any, ...] | None:
        """The row in the types of its columns, or None: when there is none, or when the database does not answer.

        Whoever gets None asks again in the usual way, where a failure is told as one.
        """
        compiled = self._of_dialect.get(engine.dialect.name)
        if compiled is None:  # two threads may both make it: they make the same
            compiled = self._of_dialect[engine.dialect.name] = _Compiled(self._statement, engine.dialect)
        try:
            connection = engine.raw_connection()
        except engine.dialect.loaded_dbapi.Error:
            return None
        try:
            cursor, parameters = connection.cursor(), compiled.parameters(given)
            for listener in engine.dispatch.before_cursor_execute:  # whoever counts statements sees this one, too
                listener(connection, cursor, compiled.text, parameters, None, False)
            cursor.execute(compiled.text, parameters)
            row = cursor.fetchone()
            cursor.close()
        except engine.dialect.loaded_dbapi.Error as error:
            connection.invalidate(error)
            return None
        finally:
            connection.close()
        return None if row is None else compiled.result(row)


class _Compiled:
    """A statement as one driver takes it."""

    def __init__(self, statement: Select[*tuple[Any, ...]], dialect: Dialect) -> None:
        self._compiled = statement.compile(dialect=dialect)
        self._dialect = dialect
        types = [column.type.dialect_impl(dialect) for column in statement.selected_columns]
        self._columns = [one.result_processor(dialect, None) for one in types]
        self.text = str(self._compiled)

    @cached_property
    def _binds(self) -> list[tuple[str, Processor | None]]:
        types = {name: bind.type.dialect_impl(self._dialect) for bind, name in self._compiled.bind_names.items()}
        named = {name: one.bind_processor(self._dialect) for name, one in types.items()}
        return [(name, named[name]) for name in self._compiled.positiontup or named]

    def parameters(self, given: dict[str, Any]) -> Any:
        """By place, or by name, as the driver wants them; what the statement itself says is filled in."""
        said = self._compiled.params | given
        values = [(name, bound(said[name]) if bound else said[name]) for name, bound in self._binds]
        return dict(values) if self._compiled.positiontup is None else [value for _name, value in values]

    def result(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        pairs = zip(self._columns, row, strict=True)
        return tuple(seen(value) if seen else value for seen, value in pairs)
