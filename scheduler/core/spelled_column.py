"""A name and its other spelling as one column of a question, so that neither is forgotten on the way."""

from typing import Any

from sqlalchemy import ColumnElement, Dialect, String, TypeDecorator, func, type_coerce

from scheduler.core.names import SpelledName

BETWEEN = "\x1f"  # no name has a control in it


def both_of(text: str) -> SpelledName:
    """What such a column says, where it is read as bare text."""
    return SpelledName(*text.split(BETWEEN))


class BothSpellings(TypeDecorator[SpelledName]):
    """What such a column holds: the name, and what stands behind the sign between."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> SpelledName | None:
        return None if value is None else both_of(value)


def both_spellings(called: str, name: Any, other: Any) -> ColumnElement[SpelledName]:
    """The column, called so in the answer."""
    return type_coerce(name + BETWEEN + func.coalesce(other, ""), BothSpellings).label(called)
