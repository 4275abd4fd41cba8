"""What a backup leaves empty: columns of rows that somebody has had already, as texts of messages sent; and tables that
hold only what can be made anew.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass


def name_list(columns: Sequence[str]) -> str:
    """Names of columns for a statement."""
    return ", ".join(f'"{name}"' for name in columns)


@dataclass(frozen=True)
class Blanks:
    """Columns that a backup holds empty, in rows that meet a condition (SQL): who needs them has had them.

    Of the tables `made_anew` it holds no row.
    """

    table: str
    columns: tuple[str, ...]
    where: str
    made_anew: tuple[str, ...] = ()

    @property
    def tables(self) -> tuple[str, ...]:
        """Those that a backup does not hold as they are."""
        return tuple(name for name in (self.table, *self.made_anew) if name)

    def rows(self, name: str) -> str:
        """Which rows of a table a backup holds, as SQL."""
        return "WHERE false" if name in self.made_anew else ""

    def seen(self, name: str, columns: Sequence[str]) -> str:
        """These columns of a table, as the backup holds them."""
        if name != self.table:
            return name_list(columns)
        return ", ".join(
            f"CASE WHEN {self.where} THEN '' ELSE \"{one}\" END" if one in self.columns else f'"{one}"'
            for one in columns
        )

    def blank(self, copy: sqlite3.Connection) -> None:
        """In a copy; what is overwritten is not found in its free pages either."""
        there = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for name in there.intersection(self.made_anew):
            copy.execute(f"DELETE FROM {name}")  # nosec B608
        if self.table in there:
            emptied = ", ".join(f"{one} = ''" for one in self.columns)
            copy.execute(f"UPDATE {self.table} SET {emptied} WHERE {self.where}")  # nosec B608
        copy.commit()
        if there.intersection(self.tables):
            copy.execute("VACUUM")


NOTHING = Blanks("", (), "")
