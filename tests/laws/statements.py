"""Statements of plain SQL on one row, and what the database says to them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Boolean, Connection, Date, DateTime, Integer, LargeBinary, Table, Time
from sqlalchemy.exc import IntegrityError

from scheduler.core.db import Base, db
from scheduler.core.refusals import refused_by
from tests.factories import MONDAY
from tests.factories.visits import VISIT_DAY
from tests.laws.law_world import Row, State, read_state

A_DAY = dt.timedelta(days=1)
WORDS = {"method": "paper", "withdrawn_by": "staff", "audience": "parents", "zone": "UTC", "clock_wrong": "closed"}


def tried(
    connection: Connection, statement: str, values: Row, before: Sequence[tuple[str, Row]] = ()
) -> tuple[str, State | None]:
    """By which name a statement was refused ("" when it was not), and what it left; nothing of it stays.

    `before`: what must be written first, in the same transaction.
    """
    with connection.begin() as doing:
        try:
            for first, told in before:
                connection.execute(sa.text(first), told)
            connection.execute(sa.text(statement), values)
        except IntegrityError as error:
            return refused_by(error), None
        finally:
            left = None if connection.invalidated or not doing.is_active else _left(connection)
            doing.rollback()
    return "", left


def _left(connection: Connection) -> State | None:
    try:
        return read_state(connection)
    except sa.exc.DBAPIError:  # PostgreSQL reads nothing after a refusal
        return None


def an_update(table: str, ident: int, values: Row) -> tuple[str, Row]:
    what = ", ".join(f"{name} = :{name}" for name in values)
    return f"UPDATE {table} SET {what} WHERE id = :which", values | {"which": ident}


def a_deletion(table: str, ident: int) -> tuple[str, Row]:
    return f"DELETE FROM {table} WHERE id = :which", {"which": ident}


def an_insertion(table: str, like: int, values: Row) -> tuple[str, Row]:
    """A row as another one is, but for these values."""
    names = [column.name for column in Base.metadata.tables[table].columns if column.name != "id" or "id" in values]
    told = ", ".join(f"CAST(:{name} AS INTEGER)" if name.endswith("id") and name in values
                     else f":{name}" if name in values else name for name in names)  # fmt: skip
    return f"INSERT INTO {table} ({', '.join(names)}) SELECT {told} FROM {table} WHERE id = :like", values | {
        "like": like
    }


def another(table: Table, name: str, before: Any) -> Any:
    """Another value of the same kind: what a hand would write."""
    kind: Any = table.c[name].type
    kind = getattr(kind, "impl", kind)
    if name in WORDS:
        return WORDS[name]
    if isinstance(kind, Boolean):
        return not before
    if isinstance(kind, LargeBinary):
        return before + b"x"
    if isinstance(kind, Integer):
        return (before or 0) + 1
    return _later(kind, before) if isinstance(kind, Date | DateTime | Time) else f"{before or ''}x"


def _later(kind: Any, before: Any) -> Any:
    if isinstance(kind, Time):
        return dt.time(7, 5)
    if isinstance(kind, Date):
        return (before or VISIT_DAY) + A_DAY
    return (before or MONDAY) + dt.timedelta(minutes=5)


def in_words(value: Any) -> Any:
    """As a statement says it: the days and moments of SQLite are texts."""
    if db.engine.dialect.name == "postgresql":
        return value
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value
