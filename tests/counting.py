"""How often a piece of code asks the database, and how often it writes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from scheduler.core.db import db

READS, WRITES = ("SELECT", "WITH"), ("INSERT", "UPDATE", "DELETE")


@dataclass
class Statements:
    """What was sent to the database, in order."""

    selects: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)

    @property
    def numbers(self) -> tuple[int, int]:
        """How many SELECTs (those that begin WITH too), and how many INSERTs, UPDATEs and DELETEs."""
        return len(self.selects), len(self.writes)

    def told(self) -> list[str]:
        """One line for each, for whoever must find the one too many."""
        return [
            f"{number:3} {' '.join(text.split())[:2000]}" for number, text in enumerate(self.selects + self.writes, 1)
        ]


@contextmanager
def asked_and_written() -> Iterator[Statements]:
    """The statements made inside the block; nothing read before it is remembered."""
    made = Statements()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(READS):
            made.selects.append(statement)
        elif statement.startswith(WRITES):
            made.writes.append(statement)

    db.session.rollback()
    db.session.expire_all()
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield made
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SELECT statements made inside the block; nothing read before it is remembered."""
    with asked_and_written() as made:
        yield made.selects


def selects_of(act: Callable[[], object]) -> int:
    """How many SELECT statements it makes."""
    with statements() as made:
        act()
    return len(made)
