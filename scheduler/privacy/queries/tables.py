"""Everything that a centre, or the whole installation, has stored: table by table, without secrets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, false, or_, select

from scheduler.core.db import Base
from scheduler.privacy.terms import LEFT_OUT, SECRET

ROWS_AT_ONCE = 500
AUDIT = "audit_entry"


@dataclass(frozen=True)
class ExportedTable:
    """A table as it leaves: which of its columns, and which of its rows (None: all)."""

    table: Table
    columns: tuple[str, ...]
    where: ColumnElement[bool] | None

    def rows(self, connection: Connection) -> Iterator[Sequence[Any]]:
        """Its rows in the order of their keys, a few hundred in memory at once."""
        wanted = select(*(self.table.c[name] for name in self.columns)).order_by(*self.table.primary_key.columns)
        if self.where is not None:
            wanted = wanted.where(self.where)
        yield from connection.execution_options(yield_per=ROWS_AT_ONCE).execute(wanted)


def exported_tables(centre_id: int | None) -> list[ExportedTable]:
    """What leaves, by name. Of one centre: its own rows, what belongs to them, and what all centres share."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in LEFT_OUT]
    scopes: dict[str, ColumnElement[bool] | None] = {}
    for table in tables if centre_id is not None else ():
        scopes[table.name] = _scope(table, centre_id, scopes)
    if centre_id is not None:
        scopes[AUDIT] = _audit_scope(tables, scopes)
    found = [
        ExportedTable(table, tuple(c.name for c in table.columns if not SECRET.search(c.name)), scopes.get(table.name))
        for table in tables
    ]
    return sorted(found, key=lambda one: one.table.name)


def _scope(
    table: Table, centre_id: int | None, scopes: dict[str, ColumnElement[bool] | None]
) -> ColumnElement[bool] | None:
    """Rows of a table that are the centre's; None where all share it. Parents come first."""
    if table.name == "centre":
        return table.c.id == centre_id
    if "centre_id" in table.c:
        return table.c.centre_id == centre_id
    owned = [
        link
        for constraint in table.foreign_key_constraints
        for link in constraint.elements[:1]
        if link.column.table is not table and scopes.get(link.column.table.name) is not None
    ]
    if not owned:
        return None
    sure = [link for link in owned if not link.parent.nullable] or owned
    return and_(*(link.parent.in_(_keys(link.column, scopes[link.column.table.name])) for link in sure))


def _keys(column: Any, where: ColumnElement[bool] | None) -> Any:
    wanted = select(column)
    return wanted if where is None else wanted.where(where)


def _audit_scope(tables: Sequence[Table], scopes: dict[str, ColumnElement[bool] | None]) -> ColumnElement[bool]:
    """What was done with the rows that leave."""
    audit = Base.metadata.tables[AUDIT]
    own = [
        and_(audit.c.thing == table.name, audit.c.thing_id.in_(_keys(table.c.id, scopes[table.name])))
        for table in tables
        if "id" in table.c and table.name != AUDIT
    ]
    return or_(false(), *own)
