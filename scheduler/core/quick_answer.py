"""What is made of the rows of a question: made once for the same rows, which are asked for each time.

So nothing of it can be over. No change of a table has to be told: another row is another key, and what is made of it is
made anew. Whoever makes something of these rows and others may keep it under the numbers of what it was made of.
"""

from collections.abc import Callable, Hashable
from itertools import count
from typing import Any, Generic, TypeVar

from sqlalchemy import Executable
from sqlalchemy.orm import Session

from scheduler.core.records import dataclass, field
from scheduler.core.shelf import Shelf

T = TypeVar("T")
_NUMBERS = count(1)


@dataclass(frozen=True)
class NumberedAnswer(Generic[T]):
    """What was made of some rows. No other answer of this process ever has its number, so it is known by that alone."""

    what: T = field(compare=False)
    number: int


class QuickAnswer(Generic[T]):
    """A SELECT and what is made of its rows. `make` sees them, what it is given besides, and nothing else."""

    def __init__(self, statement: Executable, make: Callable[..., T], *, most_rows: int) -> None:
        self._statement, self._make = statement, make
        self.shelf = Shelf[NumberedAnswer[T]](most_rows)

    def on_page(self, session: Session, given: dict[str, Any], *besides: Hashable) -> NumberedAnswer[T]:
        """In the transaction of a page: the rows are asked for, and what was made of the same ones is given."""
        rows: list[tuple[Any, ...]] = list(map(tuple, session.execute(self._statement, given).all()))
        key = besides, tuple(rows)

        def made() -> NumberedAnswer[T]:
            return NumberedAnswer(self._make(rows, *besides), next(_NUMBERS))

        return self.shelf.found(key, made, weight=len(rows) + 1)
