"""The newest rows that match: first among the newest of all, and only where those are too few among all of them.

What matches often is found at the end of a table at once; what matches rarely, by an index of what it is asked for.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, select, union

NEWEST_ROWS = 2_000  # rows at the end of a table


def newest_of(
    near: Select[int], everywhere: Callable[[ColumnElement[bool]], Select[int]], limit: int
) -> CompoundSelect[Any]:
    """The numbers of the newest `limit` rows, for one question. `near` and `everywhere` are in order, the newest first.

    `everywhere` is told a condition under which alone it looks for anything: it stands where it spares the search.
    """
    few = near.limit(limit).cte("near").prefix_with("MATERIALIZED")
    too_few = select(func.count()).select_from(few).scalar_subquery() < limit
    rest = everywhere(too_few).limit(limit).subquery()
    return union(select(few.c.id), select(rest.c.id))
