"""A column as it is, by which SQLite goes through no index: it guesses by the rows that match, not by those it is asked
for, and would sort all of them where another index hands out the first at once. PostgreSQL counts the LIMIT in.
"""

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import UnaryExpression
from sqlalchemy.sql.operators import custom_op


class ByNoIndex(UnaryExpression[Any]):
    """What `by_no_index` makes of a column."""

    inherit_cache = True


def by_no_index(column: Any) -> ColumnElement[Any]:
    """The same column, with SQLite's own plus before it: https://sqlite.org/optoverview.html#disqualifying_where_terms."""
    return ByNoIndex(column, operator=custom_op("+"), type_=column.type)


@compiles(ByNoIndex)
def _as_it_is(element: ByNoIndex, compiler: Any, **told: Any) -> str:
    return str(compiler.process(element.element, **told))


@compiles(ByNoIndex, "sqlite")
def _with_a_plus(element: ByNoIndex, compiler: Any, **told: Any) -> str:
    return "+" + str(compiler.process(element.element, **told))
