"""How many rows a question finds: no further than anybody wants to know, so that the answer costs the same for ever."""

from typing import Any

from sqlalchemy import ScalarSelect, Select, func, literal, select

from scheduler.core.db import db
from scheduler.core.paging import COUNTED_BEYOND


def capped_count(wanted: Select[Any], most: int | None = COUNTED_BEYOND) -> tuple[int, bool]:
    """How many rows, `most` at most, and whether there are more."""
    found = db.session().scalar(select(count_of(wanted, most))) or 0
    return within(found, most)


def count_of(wanted: Select[Any], most: int | None = COUNTED_BEYOND) -> ScalarSelect[int]:
    """The same as a part of another question; one more than `most` stands for more. See `within`."""
    some = wanted.with_only_columns(literal(1)).order_by(None)
    limited = some if most is None else some.limit(most + 1)
    return select(func.count()).select_from(limited.subquery()).scalar_subquery()


def within(found: int, most: int | None = COUNTED_BEYOND) -> tuple[int, bool]:
    """A number that was counted to one more than `most`: as it is told, and whether there are more."""
    return (found, False) if most is None else (min(found, most), found > most)
