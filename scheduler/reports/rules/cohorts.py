"""Cohorts added up by town and level, and a town that wants all of its schools."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from scheduler.cohorts.terms import HIGHEST_LEVEL, CohortCount


@dataclass(frozen=True)
class TownCohorts:
    """One town, or all of them together: its cohorts by level, and the pupils in them."""

    city_sr_cyrl: str = ""
    city_sr_latn: str = ""
    by_level: tuple[int, ...] = field(default=(0,) * (HIGHEST_LEVEL + 1))
    pupils: int = 0
    trained: int = 0

    @property
    def cohorts(self) -> int:
        return sum(self.by_level)


def by_town(counts: Sequence[CohortCount]) -> list[TownCohorts]:
    """A line for each town, in the order in which they come."""
    found: dict[tuple[str, str], list[CohortCount]] = defaultdict(list)
    for one in counts:
        found[one.city_sr_cyrl, one.city_sr_latn].append(one)
    return [_line(*town, ones) for town, ones in found.items()]


def all_towns(counts: Sequence[CohortCount]) -> TownCohorts:
    """The sum of them."""
    return _line("", "", counts)


def _line(cyrl: str, latn: str, counts: Sequence[CohortCount]) -> TownCohorts:
    levels = tuple(sum(one.cohorts for one in counts if one.level == level) for level in range(HIGHEST_LEVEL + 1))
    trained = sum(one.detectives for one in counts if one.level == HIGHEST_LEVEL)
    return TownCohorts(cyrl, latn, levels, sum(one.detectives for one in counts), trained)
