"""What a process keeps by what it was made of, so as not to make it again: bounded, and shared by its threads."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar

T = TypeVar("T")


class Shelf(dict[Hashable, T]):
    """A table that begins anew when it holds too much: to know which of all was asked for last costs at each asking.

    `most`: what all of it may weigh; one thing weighs 1 unless its maker says more. Of 0 nothing is kept.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most, self._weight, self._one_at_a_time = most, 0, Lock()

    def found(self, key: Hashable, make: Callable[[], T], weight: int = 1) -> T:
        """What lies under that key, or is made now. What weighs more than all may is not kept.

        Two threads may both make it, for nobody waits for another's making; all get the one that was there first.
        """
        known = self.get(key)
        if known is None:
            known = make()
            if weight <= self.most:
                known = self._put(key, known, weight)
        return known

    def clear(self) -> None:
        """Nothing lies here any more."""
        super().clear()
        self._weight = 0

    def _put(self, key: Hashable, made: T, weight: int) -> T:
        with self._one_at_a_time:
            if key not in self:
                if self._weight + weight > self.most:
                    self.clear()
                self[key] = made
                self._weight += weight
            return self[key]
