"""Whether a question finds something, looked up anew for each row that asks.

PostgreSQL answers EXISTS beside an OR, in a CASE or as a column by a table of all that the inner question finds, for
whichever row: every visit or seat of ten years, to tell of thirty. A scalar of one row is never made a table of, nor
the other side of a join. Only where few rows ask, and an index answers; SQLite looks up by EXISTS as it stands.
"""

from typing import Any

from sqlalchemy import ColumnElement, Exists, Select
from sqlalchemy.ext.compiler import compiles


class SomeRow(Exists):
    """What `some_row` makes of a question."""

    inherit_cache = True


def some_row(question: Select[Any]) -> ColumnElement[bool]:
    """That it finds one; its first column is never NULL, and it has no limit of its own."""
    return SomeRow(question)


def no_row(question: Select[Any]) -> ColumnElement[bool]:
    """That it finds none; its first column is never NULL, and it has no limit of its own."""
    return ~SomeRow(question)


@compiles(SomeRow)
def _as_it_is(element: SomeRow, compiler: Any, **told: Any) -> str:
    return str(compiler.visit_unary(element, **told))


@compiles(SomeRow, "postgresql")
def _one_row(element: SomeRow, compiler: Any, **told: Any) -> str:
    question = str(compiler.process(element.element, **told))
    return f"({question.removesuffix(')')} LIMIT 1) IS NOT NULL)"
