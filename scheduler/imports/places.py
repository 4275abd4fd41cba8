"""Where rows will be that are laid aside and not stored yet."""

from array import array
from collections.abc import Iterator
from typing import NamedTuple


class Placed(NamedTuple):
    """A row that is not stored yet, for the rows that refer to it."""

    thing: str
    place: int


class Places:
    """The new rows of a table in their order: eight bytes each, for a file may become half a million of them."""

    def __init__(self, thing: str) -> None:
        self.thing, self.at = thing, array("q")

    def __iter__(self) -> Iterator[Placed]:
        return (Placed(self.thing, place) for place in self.at)
