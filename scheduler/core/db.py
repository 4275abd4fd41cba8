"""The database: one Base, moments in UTC, and one way to write.

Services write inside `with transaction():` and nowhere else. Tried: 200 threads for one slot with a read before the
block: 1 booked, 199 told "full", no error; without the write lock at the beginning the same test double-books.
"""

import datetime as dt
import enum
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Index,
    MetaData,
    Table,
    bindparam,
    event,
    text,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

log = logging.getLogger(__name__)

LARGEST_ID = 999_999_999  # nine digits: a whole number of PostgreSQL ends at twice that, and no row has more
LOOKED_FOR_EACH_S = 0.06  # a little longer than the steps in which SQLite looks for its lock in the first 0.2 s
WRITES_WITHIN_S = 10  # so long a thread waits for others of its process, then SQLite decides
OPEN_BLOCK = "open"  # in what a session remembers: that it is inside `transaction()`
WHERE = "where"  # in what is kept of an index: which rows it holds on PostgreSQL
CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment in UTC on every database; a moment without a time zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(dt.UTC)

    def bind_processor(self, dialect: Dialect) -> Callable[[dt.datetime | None], Any] | None:
        return _text_of_moment if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], dt.datetime | None] | None:
        """SQLite's text is read in one step: a list of five hundred reads thousands of moments."""
        return _moment_of_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def _text_of_moment(value: dt.datetime | None) -> str | None:
    """As SQLAlchemy writes it, in a third of the time."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return value.astimezone(dt.UTC).isoformat(" ", "microseconds")[: -len("+00:00")]


def _moment_of_text(text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    try:
        return dt.datetime.fromisoformat(
            f"{text}Z"
        )  # as we write it: half the time of a zone that is put in afterwards
    except ValueError:
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC)  # a hand wrote it, with a zone of its own


def enum_named(name: str, kind: type[enum.Enum]) -> Enum:
    """The type of a column whose CHECK keeps the name that databases know, however the class is called."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=30,
        values_callable=lambda members: [member.value for member in members],
    )


def written_out(column: Any, states: Iterable[enum.Enum]) -> ColumnElement[bool]:
    """That the column is one of these, in words: of a parameter no database believes that an index of them will do."""
    wanted: ColumnElement[bool] = column.in_(bindparam(None, list(states), expanding=True, literal_execute=True))
    return wanted


# Among the arguments of a table: history and mails name a row by its id, also after it was removed.
ID_GIVEN_ONCE = {"sqlite_autoincrement": True}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=CONSTRAINT_NAMES)
    type_annotation_map = {  # noqa: RUF012  (SQLAlchemy's own name, read once)
        dt.datetime: UtcDateTime,
        enum.Enum: Enum(
            enum.Enum,
            native_enum=False,
            create_constraint=True,
            length=30,
            values_callable=lambda kind: [member.value for member in kind],
        ),
    }


# A page found by an index is one in memory, or on a disk without a head to move: not four times the one beside it.
# Who has said of the server what it costs there is believed.
_WEIGHED = """SELECT set_config('jit', 'off', false),
  CASE WHEN current_setting('random_page_cost') = '4' THEN set_config('random_page_cost', '1.1', false) END"""

db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True)


def prepare(engine: Engine) -> None:
    """SQLite: pragmas, and a writing transaction takes the write lock when it begins, not when it first writes.

    PostgreSQL: it compiles no question to machine code. That takes seconds, at every asking anew, for one that it
    believes to be dear and then answers in a tenth of them. And it goes by an index where it would read all.
    """
    if engine.dialect.name == "postgresql":

        @event.listens_for(engine, "connect")
        def weigh_as_we_do(raw: Any, _record: Any) -> None:
            raw.execute(_WEIGHED)
            raw.commit()  # what is set in a transaction that is rolled back is not set

    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def set_up(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # the driver must not begin transactions on its own
        for pragma in (
            "journal_mode=WAL",
            "busy_timeout=10000",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
        ):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def part_index(name: str | None, *columns: str, where: str, on_postgresql: str = "", unique: bool = False) -> Index:
    """An index of the rows of which that is true; `on_postgresql` where it writes that otherwise.

    PostgreSQL is told when it makes the table: to know that it has such a word, SQLAlchemy reads all that it knows of
    PostgreSQL, two megabytes which a process on SQLite would keep for nobody.
    """
    return Index(name, *columns, unique=unique, sqlite_where=text(where), info={WHERE: on_postgresql or where})


@event.listens_for(Table, "before_create")
def _tell_postgresql(table: Table, connection: Connection, **_told: object) -> None:
    if connection.dialect.name == "postgresql":
        for index in table.indexes:
            if where := index.info.get(WHERE):
                index.dialect_kwargs["postgresql_where"] = text(where)


def index_where_told(column: str) -> Index:
    """Of a key that few rows have: SQLite takes those without one for alike, and would not go by a whole index."""
    return part_index(None, column, where=f"{column} IS NOT NULL")


_LOCK = text("SELECT pg_advisory_xact_lock(:kind, one) FROM unnest(CAST(:ids AS integer[])) AS one")


def advisory_lock(session: Session, kind: int, ids: Iterable[int]) -> None:
    """Make others who hold the same things wait until this transaction ends.

    PostgreSQL: one advisory lock for each (kind, id), in order, so that two holders never wait for each other;
    one statement, however many there are (a list is read from its beginning).
    SQLite: nothing to do, its one write lock is held already.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_LOCK, {"kind": kind, "ids": sorted(set(ids))})


def insert_of(session: Session, table: type[Base]) -> "postgresql.Insert | sqlite.Insert":
    """An INSERT that may say what becomes of a row that stands already: each database has its own."""
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)


_writer = threading.RLock()


@contextmanager
def _turn_to_write(session: Session) -> Iterator[None]:
    """SQLite: the threads of a process queue for the write lock, and each wakes the next.

    SQLite has no queue: who waits looks again after up to 0.1 s, later each time, while newcomers pass. Of eight
    bookings at once the slowest waited 0.2 to 2 s for transactions of 5 ms.
    """
    mine = session.get_bind().dialect.name == "sqlite" and _writer.acquire(timeout=WRITES_WITHIN_S)
    try:
        yield
    finally:
        if mine:
            _writer.release()


@contextmanager
def transaction() -> Iterator[Session]:
    """Commit when the outermost block ends, roll back on any error; inner blocks join.

    What is read inside is the locked state. What was added to the session outside is dropped, so
    whoever writes does so in here; whoever must survive an inner failure asks for `begin_nested()`.
    A form that counts once (`core.form_keys`) has left its claim on the session: it is part of the first block that
    commits, or of none.
    """
    session = db.session()
    if session.info.get(OPEN_BLOCK):
        yield session
        session.flush()  # so that what the inner block added has its id for the outer one
        return
    session.rollback()  # end the request's read transaction: rows read before are read again under the lock
    with _turn_to_write(session):
        session.connection(execution_options={"writes": True})
        session.info[OPEN_BLOCK] = True
        claim: Callable[[Session], None] | None = session.info.pop("claim", None)
        undone: list[Callable[[], object]] = []
        try:
            if claim is not None:
                claim(session)
            yield session
            session.flush()
            for write, undo in session.info.get("beside", ()):
                undone.append(undo)
                write()
            session.commit()
        except BaseException:
            try:
                session.rollback()
            finally:  # of a connection that is gone it fails: nothing was committed all the same
                for undo in undone:
                    undo()
                if claim is not None:
                    session.info["claim"] = claim
            raise
        finally:
            session.info.pop(OPEN_BLOCK, None)
            session.info.pop("beside", None)


def let_others_write() -> None:
    """Pause between two long transactions: on SQLite who waits for the write lock looks for it in steps.

    PostgreSQL locks rows, and whoever waits for one is woken.
    """
    if db.engine.dialect.name == "sqlite" and not db.session().info.get(OPEN_BLOCK):
        time.sleep(LOOKED_FOR_EACH_S)


def beside_commit(session: Session, write: Callable[[], object], undo: Callable[[], object]) -> None:
    """Write outside of the database just before the caller's transaction commits; what fails is undone with it."""
    session.info.setdefault("beside", []).append((write, undo))


@contextmanager
def reading() -> Iterator[Session]:
    """A session that only reads: what it has loaded outlives the short transactions that follow.

    Inside `transaction()` it is that one, so that it sees what is not committed yet.
    """
    if db.session().info.get(OPEN_BLOCK):
        yield db.session()
        return
    with Session(db.engine) as apart:
        yield apart


def end_session(_error: BaseException | None = None) -> None:
    """At the end of each request and job: what was done stays done, though the database has gone away since.

    Then nothing can be rolled back, and nothing need be. The session is forgotten all the same: Flask-SQLAlchemy finds
    it by the place of the request in memory, where a later one would take over whatever it left.
    """
    try:
        db.session.remove()
    except SQLAlchemyError:
        db.session.registry.clear()
        log.warning("connection gone at the end")
