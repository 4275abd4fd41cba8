"""State machines as data: which state may follow which. Pure, so that every room's `terms.py` can hold its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


@dataclass(frozen=True)
class Machine:
    """All states of one kind of thing, and which may follow which."""

    name: str
    moves: Mapping[Any, frozenset[Any]]
    starts: frozenset[Any]
    needs_reason: frozenset[Any] = field(default_factory=frozenset)

    def may(self, now: StrEnum, to: StrEnum) -> bool:
        """Whether `to` may follow `now`."""
        return to in self.moves.get(now, frozenset())

    def ends(self) -> frozenset[Any]:
        """States that nothing follows."""
        return frozenset(state for state, following in self.moves.items() if not following)
