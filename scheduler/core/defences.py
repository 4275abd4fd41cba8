"""What the database refuses by itself beyond plain constraints: triggers, and PostgreSQL's exclusion constraints.

Each stands beside its table in models.py and is made by the same text in `create_all` and in migrations; a law test
compares a migrated database with the models. (Alembic's batch mode drops SQLite's triggers without a word: a migration
that rebuilds a table calls `create_defences` for it again.)
"""

import re
from dataclasses import dataclass

from sqlalchemy import DDL, Connection, Table, event, inspect


@dataclass(frozen=True)
class Defence:
    """Statements that make one table defend itself, for each database, in order."""

    table: str
    sqlite: tuple[str, ...]
    postgresql: tuple[str, ...]


DEFENCES: list[Defence] = []


def defend(table: object, *, sqlite: tuple[str, ...], postgresql: tuple[str, ...]) -> None:
    """Register the statements, and let `create_all` run them after the table is made."""
    if not isinstance(table, Table):
        raise TypeError("a defence belongs to a table")
    DEFENCES.append(Defence(table.name, sqlite, postgresql))
    for dialect, statements in (("sqlite", sqlite), ("postgresql", postgresql)):
        for statement in statements:
            event.listen(table, "after_create", _ddl(statement).execute_if(dialect=dialect))


def _ddl(statement: str) -> DDL:
    """DDL formats its text with %: ours is meant as it stands."""
    return DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]


def create_defences(connection: Connection, *, only: str | None = None) -> None:
    """For migrations: run the statements of every table that is there by now, or of `only` one."""
    made = set(inspect(connection).get_table_names())
    for defence in DEFENCES:
        if only in (None, defence.table) and defence.table in made:
            for statement in defence.sqlite if connection.dialect.name == "sqlite" else defence.postgresql:
                connection.execute(_ddl(statement))


def drop_functions(connection: Connection) -> None:
    """For migrations that go down: PostgreSQL keeps a trigger's function when its table is dropped."""
    if connection.dialect.name != "postgresql":
        return
    for defence in DEFENCES:
        for name in re.findall(r"CREATE OR REPLACE FUNCTION (\w+)\(", " ".join(defence.postgresql)):
            connection.execute(_ddl(f"DROP FUNCTION IF EXISTS {name}() CASCADE"))
