"""By what a list is sorted: read from the address, allowed by the list's own table, the same rule for every list.

A list names what it may be sorted by: {name: columns} for rows of the database, {name: key} for rows at hand. What an
address asks for beyond that is not an error: the list then keeps its own order.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")
Columns = Mapping[str, Sequence[Any]]  # columns of the database; what a query makes of them is its own matter


@dataclass(frozen=True)
class Sort:
    """One column and a direction; in an address "host", or "-host" for the last first."""

    name: str
    down: bool = False

    def __str__(self) -> str:
        return f"-{self.name}" if self.down else self.name

    def turned(self) -> "Sort":
        """The same column the other way round."""
        return Sort(self.name, not self.down)


def sort_asked(typed: str | None, allowed: Collection[str]) -> Sort | None:
    """What an address asks for, or None when the list cannot be sorted by it."""
    name = (typed or "").removeprefix("-")
    return Sort(name, (typed or "").startswith("-")) if name in allowed else None


def ordered_by(sort: Sort | None, allowed: Columns) -> list[Any]:
    """What goes into ORDER BY before the list's own order, which stays behind it and decides between equals."""
    if sort is None or sort.name not in allowed:
        return []
    return [column.desc() if sort.down else column.asc() for column in allowed[sort.name]]


def in_order(rows: Iterable[T], sort: Sort | None, allowed: Mapping[str, Callable[[T], Any]]) -> list[T]:
    """Rows that are at hand, sorted; equals keep the order they came in, in both directions."""
    if sort is None or sort.name not in allowed:
        return list(rows)
    return sorted(rows, key=allowed[sort.name], reverse=sort.down)
