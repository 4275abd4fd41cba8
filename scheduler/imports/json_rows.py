"""Rows kept as JSON text, read by the database itself: so that thousands are stored or put back by one statement."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Integer, Table, TableValuedAlias, case, cast, func
from sqlalchemy.types import TypeEngine


def _jsonb(column: Any) -> ColumnElement[Any]:
    from sqlalchemy.dialects.postgresql import JSONB

    return cast(column, JSONB)


def value_of(column: Any, table: Table, name: str, dialect: Dialect) -> ColumnElement[Any]:
    """A value out of a JSON text, as a value of that column."""
    if dialect.name == "postgresql":
        return cast(_jsonb(column).op("->>")(name), table.c[name].type)
    return func.json_extract(column, f"$.{name}", type_=table.c[name].type)


def value_at(column: Any, place: int, kind: TypeEngine[Any], dialect: Dialect) -> ColumnElement[Any]:
    """A value out of a JSON list, which is read in two thirds of the time of one by its name."""
    if dialect.name == "postgresql":
        return cast(_jsonb(column).op("->>")(cast(place, Integer)), kind)
    return func.json_extract(column, f"$[{place}]", type_=kind)


def reaches(column: Any, place: int, dialect: Dialect) -> ColumnElement[bool]:
    """Whether a JSON list tells a value of that place, be it as nothing."""
    if dialect.name == "postgresql":
        return func.jsonb_array_length(_jsonb(column)) > place
    return func.json_type(column, f"$[{place}]").is_not(None)


def unpacked(column: Any, dialect: Dialect) -> TableValuedAlias:
    """The elements of a JSON list, each a row whose `value` is the element; on SQLite `key` counts them from 0."""
    if dialect.name == "postgresql":
        return func.jsonb_array_elements(_jsonb(column)).table_valued("value", joins_implicitly=True)
    return func.json_each(column).table_valued("key", "value", joins_implicitly=True)


def has_key(column: Any, name: str, dialect: Dialect) -> ColumnElement[bool]:
    """Whether a JSON text tells a column, be it as nothing."""
    if dialect.name == "postgresql":
        return func.jsonb_exists(_jsonb(column), name)
    return func.json_type(column, f"$.{name}").is_not(None)


def overlay(column: Any, table: Table, names: Iterable[str], dialect: Dialect) -> dict[str, Any]:
    """For an UPDATE: what the JSON text tells of each column, and what stands there where it tells nothing."""
    return {
        name: case((has_key(column, name, dialect), value_of(column, table, name, dialect)), else_=table.c[name])
        for name in names
    }


class ColumnWriter:
    """Makes the values of one column what its database keeps; the same value as before is the same again."""

    __slots__ = ("_process", "_told", "_value")

    def __init__(self, process: Callable[[Any], Any] | None) -> None:
        self._process, self._value, self._told = process, None, None

    def written(self, value: Any) -> Any:
        if value is not self._value:
            self._value, self._told = value, value if self._process is None else self._process(value)
        return self._told


def _iso(value: Any) -> str:
    """Days, times and moments as PostgreSQL reads them."""
    return str(value.isoformat())


to_json = json.JSONEncoder(ensure_ascii=False, default=_iso).encode
