"""Which numbers a public table must not show, so that no small one can be computed from the others.

Numbers that add up to a total are judged together, and a total that several tables share is judged in all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEAST = 5  # what a public number stands for at least


def small(number: int) -> bool:
    """Whether a number could point at somebody; nobody is nobody."""
    return 0 < number < LEAST


@dataclass(frozen=True)
class PublicSum:
    """A total that anybody can compute from its parts: both by the names under which they are published."""

    total: str
    parts: tuple[str, ...]

    @property
    def members(self) -> tuple[str, ...]:
        return (self.total, *self.parts)


def hidden_cells(numbers: Mapping[str, int], sums: Sequence[PublicSum]) -> frozenset[str]:
    """The names of the numbers that are not shown.

    Each small one, and in every sum that holds a hidden number a large one beside it: the smallest part, or the total
    where no part is left. What that hides of a total is hidden in its other sums too, until nothing more follows.
    Where the sums share nothing but totals, and no two of them share two, none of the hidden numbers follows from the
    others then: whichever is changed, each of its sums has another hidden one that makes up for it.
    """
    hidden = {name for name, number in numbers.items() if small(number)}
    grew = True
    while grew:
        grew = False
        for one in sums:
            if any(name in hidden for name in one.members) and not _covered(one, numbers, hidden):
                hidden.add(_next_to_hide(one, numbers, hidden))
                grew = True
    return frozenset(hidden)


def _covered(one: PublicSum, numbers: Mapping[str, int], hidden: set[str]) -> bool:
    """Two small numbers alone would not do: where their sum is 2, each is 1."""
    large = any(numbers[name] >= LEAST for name in one.parts if name in hidden)
    together = sum(name in hidden for name in one.members)
    return together > 1 and (large or one.total in hidden)


def _next_to_hide(one: PublicSum, numbers: Mapping[str, int], hidden: set[str]) -> str:
    left = [name for name in one.parts if name not in hidden and numbers[name]]
    return min(left, key=lambda name: numbers[name]) if left else one.total
