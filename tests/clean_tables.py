"""Empty tables for the next test, for the price of the rows that the last one wrote; or a file of rows in one piece.

SQLite keeps its file and its connections: only tables that hold rows are emptied. Where the file is another one or its
tables have changed (a restored backup, a migration), the file that was empty at the start takes its place.
"""

import os
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select

from scheduler.core.db import Base
from scheduler.core.defences import DEFENCES, as_ddl


def prepare_for_tests(engine: Engine) -> None:
    """Rows live as long as the tests: waiting for the disk at each commit only costs time.

    And sixty threads on a busy machine wait longer for each other than a person would: no answer may tell of the load.
    Rows that a query asks for in no order come backwards: whoever relies on the order of their numbers is found here,
    not on a PostgreSQL that has just written one of them anew.
    """
    if engine.dialect.name == "sqlite":
        for pragma in ("synchronous=OFF", "busy_timeout=60000", "reverse_unordered_selects=ON"):
            event.listen(engine, "connect", lambda raw, _record, said=pragma: raw.execute(f"PRAGMA {said}"))


def _which_hold_rows() -> str:
    return " UNION ALL ".join(
        f"SELECT '{table.name}' WHERE EXISTS (SELECT 1 FROM \"{table.name}\")" for table in Base.metadata.sorted_tables
    )


@dataclass
class SqliteTables:
    """A file as it was after `create_all`, and one connection that writes past triggers and foreign keys."""

    engine: Engine
    file: Path = field(init=False)
    _raw: sqlite3.Connection | None = None
    _as_it_was: tuple[int, int] = (0, 0)
    _question: str = field(default_factory=_which_hold_rows)

    def __post_init__(self) -> None:
        self.file = Path(str(self.engine.url.database))
        self.engine.dispose()
        shutil.copy(self.file, self._copy)

    @property
    def _copy(self) -> Path:
        return self.file.with_suffix(".empty")

    def empty(self) -> None:
        if self._raw is None or self._as_it_was != self._state(self._raw):
            self.put_in_place(self._copy)
            return
        try:
            for (name,) in self._raw.execute(self._question).fetchall():
                self._raw.execute(f'DELETE FROM "{name}"')
            self._raw.commit()
        except sqlite3.OperationalError:  # the last test left somebody writing: told once, the next one begins anew
            self.close()
            raise

    def keep(self, copy: Path) -> None:
        """All rows as they are now, for `put_in_place`; the file is there at once or not at all."""
        fresh = copy.with_suffix(".new")
        with closing(sqlite3.connect(self.file)) as source, closing(sqlite3.connect(fresh)) as target:
            source.backup(target)
        fresh.rename(copy)

    def close(self) -> None:
        if self._raw:
            self._raw.close()
            self._raw = None

    def _state(self, raw: sqlite3.Connection) -> tuple[int, int]:
        """Which file lies there, and how often its tables have changed."""
        return os.stat(self.file).st_ino, raw.execute("PRAGMA schema_version").fetchone()[0]

    def put_in_place(self, copy: Path) -> None:
        self.close()
        self.engine.dispose()
        for tail in ("-wal", "-shm"):
            self.file.with_name(self.file.name + tail).unlink(missing_ok=True)
        shutil.copy(copy, self.file)
        if hasattr(sqlite3.Connection, "setconfig"):  # Python 3.11 has no way past a trigger: each test gets the copy
            self._raw = sqlite3.connect(self.file)
            self._raw.execute("PRAGMA synchronous=OFF")
            self._raw.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, False)
            self._as_it_was = self._state(self._raw)


@dataclass
class PostgresqlTables:
    """DELETE past triggers and foreign keys: TRUNCATE makes new files for every table that points to a written one."""

    engine: Engine
    _question: str = field(default_factory=_which_hold_rows)

    def empty(self) -> None:
        with self.engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for name in connection.exec_driver_sql(self._question).scalars().all():
                connection.exec_driver_sql(f'DELETE FROM "{name}"')
            connection.exec_driver_sql(
                "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, start_value, false)"
                " FROM pg_sequences WHERE last_value IS NOT NULL"
            )

    def put_in_place(self, copy: Path) -> None:
        """The rows of a file of SQLite, with their numbers, into empty tables."""
        source = create_engine(f"sqlite:///{copy}")
        with source.connect() as rows, self.engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for table in Base.metadata.sorted_tables:
                if not (found := rows.execute(select(table)).mappings().all()):
                    continue
                connection.execute(insert(table), [dict(row) for row in found])
                if (column := table.autoincrement_column) is not None:
                    name = f"pg_get_serial_sequence('{table.name}', '{column.name}')"
                    connection.exec_driver_sql(f'SELECT setval({name}, max("{column.name}")) FROM "{table.name}"')
        source.dispose()

    def close(self) -> None:
        """Nothing of its own is open."""


def tables_of(engine: Engine) -> Any:
    return SqliteTables(engine) if engine.dialect.name == "sqlite" else PostgresqlTables(engine)


def defend_again(connection: Connection, table: str) -> None:
    """What a table refuses by itself, after a test of PostgreSQL has taken it away."""
    for defence in DEFENCES:
        for statement in defence.postgresql if defence.table == table else ():
            if made := re.match(r"CREATE TRIGGER (\w+)", statement):
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {made[1]} ON {table}")
            connection.execute(as_ddl(statement))
