"""Of which tables PostgreSQL would make a hashed table, to answer for a few rows what lies beside an OR."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa

from scheduler.core.db import db
from tests.counting import READS

BY_NO_INDEX = ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan")
_HASHED = re.compile(r"hashed ((?:SubPlan )?\w+)")


def hashed_tables(ask: Callable[[], object]) -> set[str]:
    """What is read whole for a hashed sub-plan, in any question that is asked; of SQLite nothing.

    Without indexes a look-up costs as much as reading everything, so that PostgreSQL chooses as among many rows.
    """
    if db.engine.dialect.name != "postgresql":
        return set()
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, *_rest: Any) -> None:
        if statement.startswith(READS):
            asked.append((statement, given))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    connection = db.session.connection()
    for name in BY_NO_INDEX:
        connection.exec_driver_sql(f"SET LOCAL {name} = off")
    plans = [connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {text}", given).scalar() for text, given in asked]
    db.session.rollback()
    assert plans, "nothing was asked"
    return {table for plan in plans for table in _tables(plan[0]["Plan"], set(_HASHED.findall(json.dumps(plan))))}


def _tables(node: dict[str, Any], hashed: set[str], *, inside: bool = False) -> Iterator[str]:
    inside = inside or node.get("Subplan Name") in hashed
    if inside and node["Node Type"] == "Limit":
        return  # so many and no more
    if inside and "Relation Name" in node:
        yield node["Relation Name"]
    for one in node.get("Plans", ()):
        yield from _tables(one, hashed, inside=inside)
