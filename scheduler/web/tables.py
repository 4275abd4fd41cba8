"""The head of a list: which columns stand there, by which it is sorted, and the links that turn the sorting.

A list describes its columns once; `ListTable` reads the address. Sorting itself is the query's (core/sorting.py): it
and the head know the same names.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from babel.support import LazyProxy
from flask import request

from scheduler.core.sorting import Sort, sort_asked
from scheduler.web.i18n import here


@dataclass(frozen=True)
class Column:
    """One column: the name by which it is sorted, its heading, how it stands."""

    name: str
    label: str | LazyProxy
    sorts: bool = True
    number: bool = False
    wide: bool = False
    quiet: bool = False  # its heading is for screen readers only


@dataclass(frozen=True)
class ListTable:
    """A list as its reader wants it."""

    columns: tuple[Column, ...]
    sort: Sort | None
    natural: Sort | None  # the order of the list when nothing is asked for, if one column shows it

    def heads(self) -> list[dict[str, Any]]:
        """What components/data_table.html wants: one line for each column."""
        return [self._head(column) for column in self.columns]

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


def table(columns: Sequence[Column], sorts: Collection[str], *, natural: str = "") -> ListTable:
    """The list as the address asks for it. `sorts` is what its query can sort by."""
    return ListTable(
        tuple(column if column.name in sorts else replace(column, sorts=False) for column in columns),
        sort_asked(request.args.get("sort"), sorts),
        sort_asked(natural, [column.name for column in columns]),
    )
