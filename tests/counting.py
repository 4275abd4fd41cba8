"""How often a piece of code asks the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from scheduler.core.db import db


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SELECT statements made inside the block; nothing read before it is remembered."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement)

    db.session.rollback()
    db.session.expire_all()
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
