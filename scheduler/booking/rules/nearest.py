"""Whom else free dates must ask, once the nearest have been judged: only those who could change what was found.

More people make more times free, never fewer. So a time at which enough of the nearest are free stays free, whoever is
asked besides; and at any other time it is enough to ask those who usually come then (docs/decisions/0016).
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scheduler.booking.rules.free_dates import JudgedDays
from scheduler.booking.rules.time_grid import TimeGrid, any_of
from scheduler.booking.terms.free_dates import Days
from scheduler.people.terms import Hours, PresenterKind

MOST_HOUR_ROWS = 300  # rows of hours that are asked by; more are asked by nothing


@dataclass(frozen=True)
class Others:
    """What is known of everybody at once, whoever it is: the hours that somebody keeps, the days that somebody adds."""

    kinds: frozenset[PresenterKind]  # of which not all were judged
    hours: tuple[Hours, ...]
    added: tuple[Days, ...]


@dataclass(frozen=True)
class WantedPeople:
    """Of which kinds somebody must be asked: all of them, or who keeps one of these hours or comes on a day beside."""

    kinds: frozenset[PresenterKind] = frozenset()
    hours: frozenset[Hours] = frozenset()
    beside: bool = False
    everybody: bool = False

    def __bool__(self) -> bool:
        return bool(self.kinds)

    def __le__(self, other: "WantedPeople") -> bool:
        """Whether all of them are among the others."""
        return self.kinds <= other.kinds and (
            other.everybody
            or (self.hours <= other.hours and self.beside <= other.beside and self.everybody <= other.everybody)
        )


def wanted_of(judged: JudgedDays, others: Others) -> WantedPeople:
    """Who of the others could change what was found. Nobody: it is what all together would have said."""
    kinds, hours, beside, everybody = set(), set[Hours](), False, False
    together = judged.grid.usual(others.hours) if others.kinds else []  # of all hours as if they were one person's
    for kind in others.kinds:
        left = dict(judged.open_times(kind))
        kept = {row for row in others.hours if _could(row, judged.grid, together[row.weekday], left)}
        added = any(_covers(others.added, day) for day in left)
        lacking = judged.is_lacking(kind) and bool(left)
        if kept or added or lacking:
            kinds.add(kind)
            hours |= kept
            beside, everybody = beside or added, everybody or lacking
    return WantedPeople(frozenset(kinds), frozenset(hours), beside, everybody or len(hours) > MOST_HOUR_ROWS)


def _could(row: Hours, grid: TimeGrid, together: int, left: Mapping[dt.date, int]) -> bool:
    """Whether somebody who keeps these hours could have one of those times, with other hours that touch them."""
    asked = any_of(bits for day, bits in left.items() if day.weekday() == row.weekday)
    begun = sum(grid.bit[time] for time in grid.times_in(asked & together) if row.from_local <= time < row.until_local)
    return bool(asked and (begun | asked & grid.usual((row,))[row.weekday]))


def _covers(spans: Iterable[Days], day: dt.date) -> bool:
    return any(span.first_day <= day <= span.last_day for span in spans)
