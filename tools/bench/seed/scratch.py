"""Tables that live while a seed is planted: what each database would say in other words is computed once, by Python."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    Integer,
    MetaData,
    String,
    Table,
    Time,
    cast,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.orm import Session

from scheduler.core.db import UtcDateTime

MADE = MetaData()


def _scratch(name: str, *columns: Column[Any]) -> Table:
    return Table(f"seed_{name}", MADE, *columns, prefixes=["TEMPORARY"])


NUMBER = _scratch("number", Column("i", Integer, primary_key=True, autoincrement=False))
DAY = _scratch(
    "day",
    Column("n", Integer, primary_key=True, autoincrement=False),  # school days, from the first of ten years on
    Column("day", Date),
    Column("year", String),
    Column("iso", String),
    Column("compact", String),  # 20261130
    Column("first_day", Date),  # of the span that the school asked for
    Column("last_day", Date),
    *(
        Column(name, UtcDateTime)
        for name in ("submitted_at", "planned_at", "over", "entered_at", "signed_at", "locked_at", "issued_at")
    ),
)
SLOT = _scratch(
    "slot",
    Column("day_n", Integer, primary_key=True, autoincrement=False),
    Column("half", Integer, primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("starts_local", Time),
    *(Column(name, UtcDateTime) for name in ("starts_at", "ends_at", "busy_from", "busy_until")),
    Column("starts_text", String),
    Column("ends_text", String),
)
BIRTH = _scratch(
    "birth",
    Column("n", Integer, primary_key=True, autoincrement=False),
    *(Column(name, Date) for name in ("birth_date", "adult_on", "may_present_from", "consent_until")),
    Column("named_at", UtcDateTime),
    Column("agreed_at", UtcDateTime),
)
NAME = _scratch(
    "name",
    Column("n", Integer, primary_key=True, autoincrement=False),
    *(Column(name, String) for name in ("given", "family", "whole", "key")),
)
TOWN = _scratch("town", Column("n", Integer, primary_key=True, autoincrement=False), Column("town_id", Integer))
FATE = _scratch(
    "fate",
    Column("name", String, primary_key=True),
    *(Column(name, String) for name in ("visit", "presentation", "request", "assignment", "attendance", "reason")),
    Column("cancelled_by", String),
)
PLAN = _scratch(
    "plan",
    Column("i", Integer, primary_key=True, autoincrement=False),
    *(Column(name, Integer) for name in ("day_n", "half", "host_id", "centre_id", "programme_id", "educator_id")),
    Column("influencer_id", Integer),
    Column("presentations", Integer),
    Column("fate", String),
)
AUDIENCE = _scratch("audience", Column("n", Integer, primary_key=True, autoincrement=False), Column("audience", String))


@contextmanager
def scratch_tables(session: Session) -> Iterator[None]:
    """The tables above, empty, on the session's connection."""
    connection = session.connection()
    MADE.create_all(connection)
    try:
        yield
    finally:
        if session.is_active:
            MADE.drop_all(session.connection())


def count_to(session: Session, last: int) -> None:
    """Fill the numbers by a recursive question: 1 to `last`."""
    numbers = select(literal(1).label("i")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.i + 1).where(numbers.c.i < last))
    session.execute(insert(NUMBER).from_select(["i"], select(numbers.c.i)))


def filled(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """A table of few rows, of days or names, that Python has made."""
    session.execute(insert(table), list(rows))


def planted(session: Session, model: Any, source: Any, values: Mapping[str, Any], *where: Any) -> None:
    """INSERT … SELECT: columns of the source, and plain values with the type of the column they go into."""
    table = model if isinstance(model, Table) else model.__table__
    chosen = [_as_column(table.c[name], value).label(name) for name, value in values.items()]
    session.execute(insert(table).from_select(list(values), select(*chosen).select_from(source).where(*where)))


def _as_column(column: Column[Any], value: Any) -> ColumnElement[Any]:
    if isinstance(value, ColumnElement):
        return value
    if hasattr(value, "__clause_element__"):
        element: ColumnElement[Any] = value.__clause_element__()
        return element
    return literal(value, column.type)


def as_text(number: Any) -> ColumnElement[str]:
    return cast(number, String)


def padded(number: Any, width: int) -> ColumnElement[str]:
    """A number with zeros before it."""
    return func.substr(cast(literal(10**width, BigInteger) + number, String), 2)


def written_in(template: str, said: Mapping[str, Any]) -> ColumnElement[str]:
    """A text with each of these marks replaced by what a column says."""
    text: Any = literal(template, String)
    for mark, column in said.items():
        text = func.replace(text, mark, column)
    return text  # type: ignore[no-any-return]
