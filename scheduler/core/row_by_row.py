"""Whether a question finds something, looked up anew for each row that asks.

PostgreSQL answers EXISTS beside an OR, in a CASE or as a column by a table of all that the inner question finds, for
whichever row: every visit or seat of ten years, to tell of thirty. A scalar of one row is never made a table of, nor
the other side of a join. Only where few rows ask, and an index answers; to SQLite both are the same work.
"""

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select


def some_row(question: Select[Any]) -> ColumnElement[bool]:
    """That it finds one; its first column is never NULL."""
    return _first(question).is_not(None)


def no_row(question: Select[Any]) -> ColumnElement[bool]:
    """That it finds none; its first column is never NULL."""
    return _first(question).is_(None)


def _first(question: Select[Any]) -> ScalarSelect[Any]:
    return question.limit(1).scalar_subquery()
