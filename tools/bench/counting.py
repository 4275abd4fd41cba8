"""How often a piece of code asks the database, and what processor time it takes."""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

COUNTED = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")
NO_WHOLE_COLLECTION = 1_000_000  # of the younger ones before it


@dataclass
class Effort:
    """What the code inside a block cost; `seconds` of processor time of this process."""

    statements: list[str] = field(default_factory=list)
    seconds: float = 0.0


@contextmanager
def effort(engine: Engine) -> Iterator[Effort]:
    """Count inside the block. Savepoints and the like are no questions."""
    made = Effort()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().startswith(COUNTED):
            made.statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    began = time.process_time()
    try:
        yield made
    finally:
        made.seconds = time.process_time() - began
        event.remove(engine, "before_cursor_execute", note)


def clear_away() -> None:
    """Before a turn, so that it does not pay for the one before: garbage goes, and what stays is not looked at again.

    What earlier pages keep, their templates and questions, is more than all that one page makes: to walk through it
    before each turn took ten times as long as the turns themselves. Nor is it walked through within a turn, as it never
    was: a whole collection comes when a quarter more is kept than stayed, and of what is frozen nothing counts as kept.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*gc.get_threshold()[:2], NO_WHOLE_COLLECTION)


def peak_mib() -> float:
    """The most memory that this process ever had."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
