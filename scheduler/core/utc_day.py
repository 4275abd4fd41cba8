"""The day of a stored moment in UTC, in a question to either database: so a list is put in order by days."""

import datetime as dt
from typing import Any

from sqlalchemy import Date, DateTime
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class UtcDay(FunctionElement[dt.date]):
    """Written as a function of one column of moments."""

    name = "utc_day"
    type = Date()
    inherit_cache = True


@compiles(UtcDay)
def _on_postgresql(element: UtcDay, compiler: SQLCompiler, **given: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **given)} AT TIME ZONE 'UTC' AS DATE)"


@compiles(UtcDay, "sqlite")
def _on_sqlite(element: UtcDay, compiler: SQLCompiler, **given: Any) -> str:
    """A moment is stored there as text in UTC, which begins with its day."""
    return f"substr({compiler.process(element.clauses, **given)}, 1, 10)"


class EndOfUtcDay(FunctionElement[dt.datetime]):
    """What is more than every moment of the day of a moment, and less than those of the next: a bound for an index."""

    name = "end_of_utc_day"
    type = DateTime(timezone=True)
    inherit_cache = True


@compiles(EndOfUtcDay)
def _end_on_postgresql(element: EndOfUtcDay, compiler: SQLCompiler, **given: Any) -> str:
    moment = compiler.process(element.clauses, **given)
    return f"((CAST({moment} AT TIME ZONE 'UTC' AS DATE) + 1)::TIMESTAMP AT TIME ZONE 'UTC')"


@compiles(EndOfUtcDay, "sqlite")
def _end_on_sqlite(element: EndOfUtcDay, compiler: SQLCompiler, **given: Any) -> str:
    """Of the text of a moment: after its day a space follows, and after that sign nothing does."""
    return f"substr({compiler.process(element.clauses, **given)}, 1, 10) || '~'"
