"""Statements of plain SQL on one row, and what the database says to them."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from scheduler.core.db import Base
from scheduler.core.refusals import refused_by
from tests.laws.law_world import Row, State, read_state


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
