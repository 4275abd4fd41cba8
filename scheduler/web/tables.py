"""The head of a list: which columns stand there, by which it is sorted, and the links that turn the sorting.

A list describes its columns once; `ListTable` reads the address and what its reader has hidden. Sorting itself is the
query's (core/sorting.py): it and the head know the same names.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from babel.support import LazyProxy
from flask import request

from scheduler.core.sorting import Sort, sort_asked
from scheduler.web.i18n import here
from scheduler.web.navigation import viewer


@dataclass(frozen=True)
class Column:
    """One column: the name by which it is sorted and hidden, its heading, how it stands."""

    name: str
    label: str | LazyProxy
    sorts: bool = True
    number: bool = False
    wide: bool = False
    quiet: bool = False  # its heading is for screen readers only
    kept: bool = False  # what the row is about: never hidden


@dataclass(frozen=True)
class ListTable:
    """A list as its reader wants it."""

    name: str
    columns: tuple[Column, ...]
    sort: Sort | None
    natural: Sort | None  # the order of the list when nothing is asked for, if one column shows it
    hidden: frozenset[str]

    def shows(self, name: str) -> bool:
        return name not in self.hidden

    def heads(self) -> list[dict[str, Any]]:
        """What components/data_table.html wants: one line for each column that is shown."""
        return [self._head(column) for column in self.columns if self.shows(column.name)]

    def _head(self, column: Column) -> dict[str, Any]:
        now = self.sort or self.natural
        mine = now is not None and now.name == column.name
        following = now.turned() if mine and now is not None else Sort(column.name)
        return {
            "label": str(column.label),
            "number": column.number,
            "wide": column.wide,
            "quiet": column.quiet,
            "href": here(sort=str(following), page=None) if column.sorts else "",
            "sorted": ("descending" if now.down else "ascending") if mine and now is not None else "",
        }

    def choices(self) -> list[dict[str, Any]]:
        """What components/columns.html wants: the columns that may be hidden, ticked while they are shown."""
        return [
            {"name": column.name, "label": str(column.label), "on": self.shows(column.name)}
            for column in self.columns
            if not column.kept and not column.quiet
        ]

    def without(self, *names: str) -> "ListTable":
        """The same list when it has no such column to show."""
        return replace(self, columns=tuple(column for column in self.columns if column.name not in names))


def table(
    name: str, columns: Sequence[Column], sorts: Collection[str], *, natural: str = "", choose: bool = False
) -> ListTable:
    """The list as the address and its reader want it. `sorts` is what its query can sort by; `choose` lets hide."""
    fitting = tuple(column if column.name in sorts else replace(column, sorts=False) for column in columns)
    user = viewer() if choose else None
    hidden = user.hidden_columns.get(name, frozenset()) if user else frozenset[str]()
    kept = {column.name for column in columns if column.kept or column.quiet}
    return ListTable(
        name,
        fitting,
        sort_asked(request.args.get("sort"), sorts),
        sort_asked(natural, [column.name for column in columns]),
        frozenset(hidden - kept),
    )
