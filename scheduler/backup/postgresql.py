"""PostgreSQL in a backup: all of one snapshot, by pg_dump where it is there and fits, else by COPY.

A table that is held partly empty goes by COPY in either case: pg_dump leaves out whole tables only. What pg_dump wrote
is taken apart into the same files of rows before a restore changes anything: there is one way back, and of the dump
nothing but rows is taken, never a statement.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from scheduler.backup.blanks import Blanks, name_list
from scheduler.backup.parts import (
    COPY_BYTES,
    DUMP,
    TABLES,
    WAIT_S,
    BadBackup,
    Contents,
    DatabaseCopy,
    Members,
    pieces_of,
    private_file,
)
from scheduler.backup.unpack import Room
from scheduler.core.db import Base
from scheduler.core.postgresql_programs import NoProgram, dump_snapshot, script_lines
from scheduler.core.triggers import WrongTrigger, mend_triggers

BY_COPY = "COPY"
HEAD_AT_MOST = 1 << 20
_NAME = rb'("[^"]+"|[a-z_][a-z0-9_]*)'
_ROWS_FOLLOW = re.compile(rb"COPY " + _NAME + rb"\." + _NAME + rb" \((.*)\) FROM stdin;\n")
_ROWS_END = b"\\.\n"


def copy_of_postgresql(engine: Engine, members: Members, folder: Path, without: Blanks) -> DatabaseCopy:
    """Every table of one snapshot; `folder` is private, and large enough for the database."""
    rows: dict[str, int] = {}
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")  # pg_dump works meanwhile
        revision = _revision_of(connection)
        stored = _stored_columns(connection)
        by, why = _dump(connection, folder / DUMP, without)
        if not why:
            members.write(DUMP, pieces_of(folder / DUMP))
        (folder / DUMP).unlink(missing_ok=True)
        for name, columns in stored.items():
            if why or name in without.tables:
                seen = f'SELECT {without.seen(name, columns)} FROM "{name}" {without.rows(name)}'  # nosec B608
                rows[name] = _copy_table(connection, members, name, seen, columns)
            else:
                counted = connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"')  # nosec B608
                rows[name] = int(counted.scalar_one())
    return DatabaseCopy(rows, revision, by, why)


def _dump(connection: Connection, target: Path, without: Blanks) -> tuple[str, str]:
    """What copies the database, and why it is not pg_dump."""
    snapshot = str(connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one())
    place = text(
        "SELECT relnamespace::regnamespace || '.' || quote_ident(relname) FROM pg_class WHERE oid = to_regclass(:name)"
    )
    places = [connection.execute(place, {"name": name}).scalar() for name in without.tables]
    try:
        return dump_snapshot(_driver(connection).info, snapshot, target, [str(one) for one in places if one]), ""
    except NoProgram as problem:
        return BY_COPY, str(problem)


def _copy_table(connection: Connection, members: Members, name: str, seen: str, columns: Sequence[str]) -> int:
    cursor = _driver(connection).cursor()
    with cursor.copy(f"COPY ({seen} ORDER BY 1) TO STDOUT") as copy:
        members.write(f"{TABLES}{name}", _after(_head(columns), (bytes(piece) for piece in copy)))
    return int(cursor.rowcount)


def _head(columns: Sequence[str]) -> bytes:
    """The first line of a table's file."""
    return json.dumps(columns).encode() + b"\n"


def _after(head: bytes, pieces: Iterable[bytes]) -> Iterator[bytes]:
    yield head
    yield from pieces


def _driver(connection: Connection) -> Any:
    """psycopg's own connection: only it speaks COPY."""
    return connection.connection.driver_connection


def _stored_columns(connection: Connection) -> dict[str, list[str]]:
    """The columns of each of our tables as the database has them, parents before children."""
    seen = inspect(connection)
    there = set(seen.get_table_names())
    names = [table.name for table in Base.metadata.sorted_tables if table.name in there]
    return {name: [column["name"] for column in seen.get_columns(name)] for name in names}


def _revision_of(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


# --- restoring ---


def take_apart(folder: Path, rows: Mapping[str, int], room: Room) -> None:
    """Write the rows of a dump into a file for each table, as COPY writes them. Raises: BadBackup."""
    (folder / TABLES).mkdir(exist_ok=True, mode=0o700)
    try:
        lines = script_lines(folder / DUMP)
        for line in lines:
            if begun := _ROWS_FOLLOW.fullmatch(line):
                name, columns = (_plain_names(begun[number]) for number in (2, 3))
                _take_table(lines, folder / TABLES / name[0] if name[0] in rows else None, columns, room)
    except NoProgram as problem:
        raise BadBackup(f"its database was written by pg_dump and cannot be read: {problem}") from problem
    if lost := next((name for name in rows if not (folder / TABLES / name).is_file()), None):
        raise BadBackup(f"the backup is damaged: {lost} is not in it")


def _plain_names(listed: bytes) -> list[str]:
    return [name.strip('"') for name in listed.decode(errors="replace").split(", ")]


def _take_table(lines: Iterator[bytes], place: Path | None, columns: list[str], room: Room) -> None:
    """The rows that follow, into their file; those of a table that is not ours into none."""
    if place is None:
        while next(lines, _ROWS_END) != _ROWS_END:
            pass
        return
    if not place.name.isidentifier() or place.exists():
        raise BadBackup(f"the backup is damaged: it does not agree with itself about {place.name}")
    with private_file(place) as stream:
        stream.write(_head(columns))
        while (line := next(lines, None)) != _ROWS_END:
            if line is None:
                raise BadBackup(f"the backup is damaged: {place.name} is cut off")
            room.take(len(line))
            stream.write(line)


def fill_postgresql(
    engine: Engine, folder: Path, contents: Contents, afterwards: Sequence[str], *, newest: bool
) -> list[WrongTrigger]:
    """Every table in one transaction; constraints hold, our triggers rest, because they judge one row at a time.

    An archive brings no trigger; those of the database that is filled are ours before anything is written to it.
    """
    with engine.begin() as connection:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT_S}s'")
        here = _revision_of(connection)
        if here != contents.revision:
            raise BadBackup(f"the backup has schema {contents.revision}: `db upgrade {contents.revision}` comes first")
        names = [name for name in _stored_columns(connection) if name in contents.rows]
        if set(names) != set(contents.rows):
            raise BadBackup("the backup holds tables that this schema does not have")
        mended = mend_triggers(connection, whole=newest)
        for name in names:  # the way of a restore: only who owns the tables has it
            connection.exec_driver_sql(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
        connection.exec_driver_sql(f"TRUNCATE {name_list(list(_stored_columns(connection)))} CASCADE")
        for name in names:
            _fill_table(connection, name, folder / name, contents.rows[name])
        for name in names:
            connection.exec_driver_sql(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')
        for statement in afterwards:
            connection.exec_driver_sql(statement)
    return mended


def _fill_table(connection: Connection, name: str, file: Path, rows: int) -> None:
    cursor = _driver(connection).cursor()
    with file.open("rb") as stream:
        own = _columns_in(connection, name)
        if stream.readline(HEAD_AT_MOST) != _head(own):
            raise BadBackup(f"the backup is damaged: {name} has other columns")
        with cursor.copy(f'COPY "{name}" ({name_list(own)}) FROM STDIN') as copy:
            while piece := stream.read(COPY_BYTES):
                copy.write(piece)
    if cursor.rowcount != rows:
        raise BadBackup(f"the backup is damaged: {name} does not hold what the backup says")
    if "id" in own:
        found = connection.execute(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": name}).scalar()
        if found:
            connection.exec_driver_sql(
                f"SELECT setval('{found}', COALESCE((SELECT max(id) FROM \"{name}\"), 0) + 1, false)"  # nosec B608
            )


def _columns_in(connection: Connection, name: str) -> list[str]:
    return [column["name"] for column in inspect(connection).get_columns(name)]
