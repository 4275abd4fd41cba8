"""Rows asked of the driver itself: for the questions that machines ask all day long.

SQLAlchemy compiles the statement and knows the types, once; each asking is then a tenth of what a session costs, each
row half. One row is a read that stands alone: it joins no transaction, and what a session has not committed it does not
see. Its connection is kept for the next such question: to take one from the pool and to give it back, which ends a
transaction there, costs as much as the question. The engine opens it and says when it is let go: a connection that
stayed would read the old file after a restore.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from threading import Lock
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import (
    BindParameter,
    Connection,
    Dialect,
    Engine,
    Enum,
    Executable,
    FromClause,
    Select,
    SelectBase,
    TextClause,
    UpdateBase,
    event,
    select,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql import visitors

from scheduler.core.gathered import connection_of, deliver, failure_of, sent, waits

T = TypeVar("T")
Processor = Callable[[Any], Any]
ENGINE = "engine"  # which one a session asks
MOST_IDLE = 8  # of an engine: as many threads as the web has
# Milliseconds that what is written apart waits for SQLite's write lock: who goes the usual way then waits there, too.
BUSY_MS = 1000


class QuickStatement:
    """A statement that is compiled once for each kind of database. Of a text no column has a type: rows come as the
    driver gives them, by `QuickWrite.send`.
    """

    def __init__(self, statement: SelectBase | UpdateBase | TextClause, columns: Sequence[str] | None = None) -> None:
        self._statement, self._columns = statement, columns
        self._of_dialect: dict[str, Compiled] = {}

    def _compiled(self, dialect: Dialect) -> "Compiled":
        compiled = self._of_dialect.get(dialect.name)
        if compiled is None:
            made = Compiled(self._statement, dialect, self._columns)
            compiled = self._of_dialect.setdefault(dialect.name, made)  # two may make it; one learns what is answered
        return compiled

    def _apart(self, engine: Engine, given: dict[str, Any], *, all_rows: bool) -> list[tuple[Any, ...]] | None:
        """Rows as the driver gives them, on a connection of their own and in no transaction but their own.

        None when the database does not answer.
        """
        compiled, standby = self._compiled(engine.dialect), _standby_of(engine)
        failed = engine.dialect.loaded_dbapi.Error
        try:
            raw, idle = standby.taken(engine)
        except failed:
            return None
        try:
            cursor = compiled.asked(engine, raw, given)
            first = None if all_rows else cursor.fetchone()
            rows = cursor.fetchall() if all_rows else [] if first is None else [first]
            cursor.close()
        except BaseException as error:
            standby.let_go()  # the others are as old: a server that went away has left them all
            raw.close()
            if isinstance(error, failed):
                return None
            raise
        standby.give_back(raw, idle)
        return rows


class QuickRead(QuickStatement):
    """A SELECT, for one kind of database after the other."""

    def __init__(self, statement: SelectBase) -> None:
        super().__init__(statement)

    def one(self, engine: Engine, given: dict[str, Any]) -> tuple[Any, ...] | None:
        """The row in the types of its columns, or None: when there is none, or when the database does not answer.

        Whoever gets None asks again in the usual way, where a failure is told as one.
        """
        rows = self._apart(engine, given, all_rows=False)
        return self._compiled(engine.dialect).result(rows[0]) if rows else None

    def all(self, connection: "Connection | Snapshot", given: dict[str, Any]) -> list[tuple[Any, ...]]:
        """Every row, inside the transaction of this connection. Raises: what SQLAlchemy makes of the driver's error."""
        return self._compiled(connection.engine.dialect).results(self._raw(connection, given))

    def _raw(self, connection: "Connection | Snapshot", given: dict[str, Any]) -> list[tuple[Any, ...]]:
        engine = connection.engine
        compiled = self._compiled(engine.dialect)
        try:
            cursor = compiled.asked(engine, connection.connection, given)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            cursor.close()
        except engine.dialect.loaded_dbapi.Error as error:
            if isinstance(connection, Connection):
                self._ask_if_gone(connection, given, error)
            raise failure_of(engine, compiled.text, error) from error
        return rows

    def on_page(self, session: Session, given: dict[str, Any]) -> list[tuple[Any, ...]]:
        """The same for a page, in the transaction of its session; where none has begun, none is begun for it.

        To begin and to end one costs twice the question. Then each such question sees what was committed before it, as
        on PostgreSQL each does.
        """
        return self.seen(session, self.raw_on_page(session, given))

    def raw_on_page(self, session: Session, given: dict[str, Any]) -> list[tuple[Any, ...]]:
        """The same as the driver gives them: to be known again, not to be read."""
        if not session.in_transaction():
            rows = self._apart(engine_of(session), given, all_rows=True)
            if rows is not None:
                return rows
        elif session.autoflush:
            session.flush()  # as before every question: what this transaction has changed is seen
        if waits(session):
            compiled = self._compiled(connection_of(session).dialect)
            if compiled.is_known():
                return sent(session, (compiled.text, [compiled.parameters(given)]))
            deliver(session)
        return self._raw(connection_of(session), given)

    def seen(self, session: Session, raw: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """These rows in the types of their columns."""
        return self._compiled(engine_of(session).dialect).results(raw)

    def _ask_if_gone(self, connection: Connection, given: dict[str, Any], error: Exception) -> None:
        """To ask again would tell another failure: its transaction is broken off.

        Only of a connection that is gone the same is asked in the usual way: so the pool learns of it.
        """
        if connection.dialect.is_disconnect(cast(Any, error), connection.connection, None):
            connection.execute(cast(Executable, self._statement), given)


class _KeptCursor:
    """A cursor of PostgreSQL that is asked again and again: to make one costs as much as the question."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self.execute, self.fetchone, self.fetchall = cursor.execute, cursor.fetchone, cursor.fetchall

    @property
    def description(self) -> Any:
        return self._cursor.description

    def close(self) -> None:
        """It stays open as long as its connection."""


class _OneCursor:
    """A connection of PostgreSQL with the one cursor that it is asked by."""

    def __init__(self, raw: Any) -> None:
        self._cursor, self.close = _KeptCursor(raw.cursor()), raw.close
        self.execute = self._cursor.execute

    def cursor(self) -> _KeptCursor:
        return self._cursor


def engine_of(session: Session) -> Engine:
    """Which one it asks: looked up once, for it costs as much as a question."""
    if ENGINE not in session.info:
        session.info[ENGINE] = session.get_bind()
    engine: Engine = session.info[ENGINE]
    return engine


class _Standby:
    """The connections of an engine that stand ready for one question, outside of its pool and in no transaction."""

    def __init__(self, engine: Engine) -> None:
        self._idle: deque[Any] = deque()
        self._autocommits = engine.dialect.name == "postgresql"  # there a beginning and an end are sent, too
        # On SQLite every transaction sees one moment; on PostgreSQL each question sees what was committed before it.
        self.begins = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if self._autocommits else "BEGIN"
        event.listen(engine, "engine_disposed", self.let_go)

    def taken(self, engine: Engine) -> tuple[Any, deque[Any]]:
        """A connection, and among which others it was. Raises: the driver's error when the database does not answer."""
        idle = self._idle
        try:
            return idle.pop(), idle
        except IndexError:
            fresh = engine.raw_connection()
            fresh.detach()
            raw: Any = fresh.dbapi_connection
            if self._autocommits:
                raw.autocommit = True
                return _OneCursor(raw), idle
            raw.isolation_level = None  # whatever its last user left: what is begun for us here, nobody would end
            raw.execute(f"PRAGMA busy_timeout={BUSY_MS}")
            return raw, idle

    def give_back(self, raw: Any, idle: deque[Any]) -> None:
        if idle is self._idle and len(idle) < MOST_IDLE:
            idle.append(raw)
        else:
            raw.close()

    def let_go(self, _engine: Engine | None = None) -> None:
        """Close those that are idle; one that is in use meanwhile is closed when it is given back."""
        idle, self._idle = self._idle, deque()
        with suppress(IndexError):  # another thread may take the last
            while True:
                idle.pop().close()


_OF_ENGINE: WeakKeyDictionary[Engine, _Standby] = WeakKeyDictionary()
_FIRST = Lock()


def _standby_of(engine: Engine) -> _Standby:
    standby = _OF_ENGINE.get(engine)
    if standby is None:
        with _FIRST:
            standby = _OF_ENGINE.get(engine) or _OF_ENGINE.setdefault(engine, _Standby(engine))
    return standby


class Snapshot(NamedTuple):
    """What several questions are asked of that must see the same; `connection` is the driver's own."""

    engine: Engine
    connection: Any


@contextmanager
def one_moment(engine: Engine) -> Iterator[Snapshot]:
    """Let several questions see the database as it is at one moment, on a connection that stands ready.

    As `one` they join no transaction. Where the database does not answer, the idle connections are let go with this
    one: whoever asks again gets a fresh one. Raises: what SQLAlchemy makes of the driver's error.
    """
    standby, is_over = _standby_of(engine), False
    try:
        raw, idle = standby.taken(engine)
        try:
            raw.execute(standby.begins)
            try:
                yield Snapshot(engine, raw)
            finally:
                raw.execute("ROLLBACK")
                is_over = True
        finally:
            if is_over:
                standby.give_back(raw, idle)
            else:
                standby.let_go()
                raw.close()
    except engine.dialect.loaded_dbapi.Error as error:
        raise failure_of(engine, standby.begins, error) from error


class QuickTables:
    """Tables that are joined, read at once: each row in as many parts, which have the names of their columns.

    A part is as good as a loaded row for whoever only looks at its columns. `joined` makes the question of a SELECT of
    all their columns.
    """

    def __init__(self, tables: Sequence[FromClause], joined: Callable[[Select[Any]], Select[Any]]) -> None:
        self._names = [tuple(column.key for column in table.c) for table in tables]
        self.statement = joined(select(*(column for table in tables for column in table.c)))
        self._read = QuickRead(self.statement)

    def rows(self, session: Session, given: dict[str, Any]) -> list[list[Any]]:
        """Of each row its parts; None for one that an outer join has not found."""
        return self.parted(self._read.on_page(session, given))

    def parted(self, rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
        """The same of rows of this question that somebody else has asked for."""
        return [self._parts(row) for row in rows]

    def _parts(self, row: tuple[Any, ...]) -> list[SimpleNamespace | None]:
        found, begins = [], 0
        for names in self._names:
            values, begins = row[begins : begins + len(names)], begins + len(names)
            is_there = values[0] is not None  # each table begins with its id
            found.append(SimpleNamespace(**dict(zip(names, values, strict=True))) if is_there else None)
        return found


def with_states_written_out(statement: T) -> T:
    """It with the states that it names itself as words, which no asking changes.

    What is given at each asking may decide by which index of some rows SQLite goes, so it plans such a question anew
    each time, which costs more than the answer; PostgreSQL goes by such an index only where it plans anew.
    """

    def write(one: BindParameter[Any]) -> None:
        own = isinstance(one.type, Enum) and one.unique and one.value is not None  # one that has a name may be given
        one.literal_execute = own or one.literal_execute

    return cast(T, visitors.cloned_traverse(cast(Any, statement), {}, {"bindparam": write}))


class Compiled:
    """A statement as one driver takes it."""

    def __init__(
        self, statement: SelectBase | UpdateBase | TextClause, dialect: Dialect, columns: Sequence[str] | None = None
    ) -> None:
        compiled: Any = with_states_written_out(statement).compile(dialect=dialect, column_keys=columns)
        told = compiled.construct_expanded_state({one.key: None for one in compiled.bind_names if one.required})
        self.text, self._said = str(told.statement), compiled.params
        self._by_place = told.positiontup is not None
        binds = {name: one for one, name in compiled.bind_names.items() if not one.literal_execute}
        bound = {name: one.type.dialect_impl(dialect).bind_processor(dialect) for name, one in binds.items()}
        self._binds = list(bound.items())
        named = list(bound)
        self._places = [named.index(name) for name in told.positiontup or ()]
        read: Iterable[Any] = statement.selected_columns if isinstance(statement, SelectBase) else ()
        if isinstance(statement, UpdateBase):
            read = statement.exported_columns  # what it gives back
        self._results = [column.type.dialect_impl(dialect) for column in read]
        self._columns: list[Processor | None] | None = None  # a driver says with its first answer what it gives

    def is_known(self) -> bool:
        """Whether it was answered before: then rows that somebody else has asked for can be read."""
        return self._columns is not None

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

    def parameters(self, given: Mapping[str, Any]) -> Any:
        """By place, or by name, as the driver wants them; what the statement itself says is filled in."""
        said = {**self._said, **given}
        if not self._by_place:
            return {name: bound(said[name]) if bound else said[name] for name, bound in self._binds}
        values = [bound(said[name]) if bound else said[name] for name, bound in self._binds]
        return tuple([values[place] for place in self._places])  # what is said twice is made ready once

    def result(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple([seen(value) if seen else value for seen, value in zip(self._columns or (), row, strict=True)])

    def results(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Column after column, which takes two thirds of the time of row after row, and what is alike only once."""
        if len(rows) == 1:
            return [self.result(rows[0])]
        columns = zip(self._columns or (), zip(*rows, strict=True), strict=True) if rows else ()
        return list(zip(*(_all_seen(seen, values) if seen else values for seen, values in columns), strict=True))


def _all_seen(seen: Processor, values: Sequence[Any]) -> Iterable[Any]:
    """States are a handful, moments come by the act: half of a column's values stand there already."""
    known = {value: seen(value) for value in set(values)}
    return map(known.__getitem__, values)
