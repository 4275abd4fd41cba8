"""Many ids as one parameter: a statement that asks of them has the same words, however many they are.

So it is compiled once (`core/quick_read.py`), in place of being put into words for each number of parameters.
"""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, Dialect, Integer, String, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine


class IdList(TypeDecorator[Collection[int]]):
    """An array where the database has some, else their JSON text."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Integer()) if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: Collection[int] | None, dialect: Dialect) -> Any:
        return list(value or ()) if dialect.name == "postgresql" else json.dumps(list(value or ()))


class IsOneOf(FunctionElement[Any]):
    """Whether a column is among the ids that are given under a name: `IsOneOf(Visit.id, ids_named("ids"))`."""

    name = "is_one_of"
    type = NullType()  # of a Boolean SQLite would compare the answer with 1, and ask no index
    inherit_cache = True


def ids_named(name: str) -> Any:
    """The parameter of that name."""
    return bindparam(name, type_=IdList())


@compiles(IsOneOf)
def _on_postgresql(element: IsOneOf, compiler: SQLCompiler, **given: Any) -> str:
    column, ids = (compiler.process(one, **given) for one in element.clauses)
    return f"{column} = ANY({ids})"


@compiles(IsOneOf, "sqlite")
def _on_sqlite(element: IsOneOf, compiler: SQLCompiler, **given: Any) -> str:
    column, ids = (compiler.process(one, **given) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"
