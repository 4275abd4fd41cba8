"""The different whole numbers of a group in one text ("3,17"), on either database: a list that an answer may hold."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class DistinctNumbers(FunctionElement[str]):
    """Written as an aggregate of one column; `numbers_in` reads what it answers."""

    name = "distinct_numbers"
    type = String()
    inherit_cache = True


@compiles(DistinctNumbers)
def _on_postgresql(element: DistinctNumbers, compiler: SQLCompiler, **given: Any) -> str:
    """Sorted as numbers, and only then made a text."""
    return f"array_to_string(array_agg(DISTINCT {compiler.process(element.clauses, **given)}), ',')"


@compiles(DistinctNumbers, "sqlite")
def _on_sqlite(element: DistinctNumbers, compiler: SQLCompiler, **given: Any) -> str:
    return f"group_concat(DISTINCT {compiler.process(element.clauses, **given)})"


def numbers_in(text: str | None) -> set[int]:
    """None or empty: a group without a row."""
    return set(map(int, text.split(","))) if text else set()
