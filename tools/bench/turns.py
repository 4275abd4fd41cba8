"""Product and yardstick in alternating turns, so that a busy machine is as busy for both."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


def in_turns(candidates: Mapping[str, Callable[[], T]], turns: int, *, warm: int = 1) -> dict[str, list[T]]:
    """A B C A B C …: what each gave in each of its turns; the first ones, to warm up, are not told."""
    told: dict[str, list[T]] = {name: [] for name in candidates}
    for number in range(warm + turns):
        for name, measure in candidates.items():
            given = measure()
            if number >= warm:
                told[name].append(given)
    return told


@dataclass(frozen=True)
class Spread:
    """A median, and how far the turns lay apart."""

    median: float
    least: float
    most: float

    @property
    def percent(self) -> int:
        """From the least to the most, in percent of the median."""
        return round(100 * (self.most - self.least) / self.median) if self.median else 0


def spread_of(values: Sequence[float]) -> Spread:
    return Spread(statistics.median(values), min(values), max(values))


def ratio_of(over: Sequence[float], under: Sequence[float]) -> Spread:
    """Turn by turn, for what disturbs one turn disturbs both sides of it."""
    return spread_of([one / other for one, other in zip(over, under, strict=True) if other])
