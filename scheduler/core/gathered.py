"""Statements that are sent to the driver itself in the transaction of a session, one by one or several at once.

Each way to PostgreSQL and back is a wait, and of most rows that an act writes nobody needs an answer. What is written
inside `together` without giving anything back goes along with the next statement that does, or at the end. On SQLite
there is no way to go: everything is sent at once.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Parcel = tuple[str, list[Any]]  # a statement, and with what it is sent: once with each
OPEN_BLOCK = "open"  # of a session: the connection of the block that writes (`core.db.transaction`)
_WAITING = "waiting"


def connection_of(session: Session) -> Connection:
    """The one of its transaction: to ask the session for it costs as much as a short statement."""
    held: Connection | None = session.info.get(OPEN_BLOCK)
    return held if held is not None else session.connection()


@contextmanager
def together(session: Session) -> Iterator[None]:
    """Let what gives nothing back wait for what does, in the order in which it was written.

    Inside, whoever asks the session itself calls `deliver` first: it knows nothing of what waits. An error of the
    database is told where it is delivered.
    """
    if connection_of(session).dialect.name != "postgresql" or _WAITING in session.info:
        yield
        return
    session.info[_WAITING] = []
    try:
        yield
        deliver(session)
    finally:
        del session.info[_WAITING]


def waits(session: Session) -> bool:
    """Whether something waits to be sent."""
    return bool(session.info.get(_WAITING))


def deliver(session: Session) -> None:
    """Send what waits."""
    if waits(session):
        sent(session)


def gather(session: Session, parcel: Parcel) -> None:
    """Let it wait inside `together`, else send it."""
    if _WAITING in session.info:
        session.info[_WAITING].append(parcel)
    else:
        sent(session, parcel)


def sent(session: Session, *parcels: Parcel) -> list[tuple[Any, ...]]:
    """Send these after what waits: the rows of the last. Raises: what SQLAlchemy makes of the driver's error."""
    connection = connection_of(session)
    engine, raw = connection.engine, connection.connection
    waiting: list[Parcel] = session.info.get(_WAITING) or []
    sending, waiting[:] = [*waiting, *parcels], []
    try:
        if len(sending) == 1:
            return _rows(_executed(engine, raw, *sending[0]))
        with raw.pipeline():
            *others, last = [_executed(engine, raw, *one) for one in sending]
        for cursor in others:
            cursor.close()
        return _rows(last)
    except engine.dialect.loaded_dbapi.Error as error:
        text = "; ".join(one for one, _given in sending)
        if connection.dialect.is_disconnect(error, raw.dbapi_connection, None):
            connection.exec_driver_sql("SELECT 1")  # so the pool learns of it, and tells it
        raise failure_of(engine, text, error) from error


def _executed(engine: Engine, raw: Any, text: str, given: Sequence[Any]) -> Any:
    cursor, many = raw.cursor(), len(given) > 1
    for listener in engine.dispatch.before_cursor_execute:  # whoever counts statements sees this one, too
        listener(raw, cursor, text, given if many else given[0], None, many)
    if many:
        cursor.executemany(text, given)
    else:
        cursor.execute(text, given[0])
    return cursor


def _rows(cursor: Any) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = cursor.fetchall() if cursor.description else []
    cursor.close()
    return rows


def failure_of(engine: Engine, text: str, error: Exception) -> BaseException:
    """A failure as it is told everywhere."""
    kind, hides = engine.dialect.loaded_dbapi.Error, engine.hide_parameters
    return DBAPIError.instance(text, None, error, kind, hides, dialect=engine.dialect)
