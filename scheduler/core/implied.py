"""A condition with what follows from it anyway, which PostgreSQL alone is told.

It goes by its guesses of how many rows there are, and what follows lets it guess fewer, or go by an index of some rows.
SQLite looks up row by row, and would weigh each row once more.
"""

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import BinaryExpression
from sqlalchemy.sql.operators import and_


class WithImplied(BinaryExpression[bool]):
    """What `with_implied` makes of two conditions."""

    inherit_cache = True


def with_implied(condition: Any, follows: Any) -> ColumnElement[bool]:
    """The condition; `follows` must be true wherever it is, or make no difference to what is read of such rows."""
    return WithImplied(condition, follows, and_, type_=condition.type)


@compiles(WithImplied)
def _both(element: WithImplied, compiler: Any, **told: Any) -> str:
    return f"({compiler.process(element.left, **told)} AND {compiler.process(element.right, **told)})"


@compiles(WithImplied, "sqlite")
def _alone(element: WithImplied, compiler: Any, **told: Any) -> str:
    return str(compiler.process(element.left, **told))
