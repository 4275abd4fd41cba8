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
    held: bool = False  # by the database too (core.defences.follows): each step is an UPDATE of its own
    back: Mapping[Any, frozenset[Any]] = field(default_factory=dict)  # no step of the work: one just done, taken back

    def may(self, now: StrEnum, to: StrEnum) -> bool:
        """Whether `to` may follow `now`."""
        return to in self.moves.get(now, frozenset())

    def may_take_back(self, now: StrEnum, to: StrEnum) -> bool:
        """Whether the step that led from `to` to `now` can be taken back."""
        return to in self.back.get(now, frozenset())

    def ends(self) -> frozenset[Any]:
        """States that nothing follows."""
        return frozenset(state for state, following in self.moves.items() if not following)
