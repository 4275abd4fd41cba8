"""What a backup leaves empty: columns of rows that somebody has had already, as texts of messages sent."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass


def name_list(columns: Sequence[str]) -> str:
    """Names of columns for a statement."""
    return ", ".join(f'"{name}"' for name in columns)


@dataclass(frozen=True)
class Blanks:
    """Columns that a backup holds empty, in rows that meet a condition (SQL): who needs them has had them."""

    table: str
    columns: tuple[str, ...]
    where: str

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
        if copy.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (self.table,)).fetchone():
            emptied = ", ".join(f"{one} = ''" for one in self.columns)
            copy.execute(f"UPDATE {self.table} SET {emptied} WHERE {self.where}")  # nosec B608
            copy.commit()
            copy.execute("VACUUM")


NOTHING = Blanks("", (), "")
