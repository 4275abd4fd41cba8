"""The times of free dates as bits: where they lie on the line of all seconds, and what a promise takes of them."""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from scheduler.booking.rules.days_that_suit import minute_of, times_of_sittings
from scheduler.booking.terms.free_dates import FreeFacts
from scheduler.people.rules import is_available
from scheduler.people.terms import Hours
from scheduler.places.rules.hosts import road_minutes
from scheduler.places.terms.hosts import Point
from scheduler.visits.rules.arrival import clash_of
from scheduler.visits.rules.timetable import span_of, wall_end
from scheduler.visits.terms.plans import Stop

DAY = dt.timedelta(days=1)
REACH = DAY  # a drive across the country is shorter: what lies further apart is not judged, as in a plan
REACH_S = 24 * 60 * 60
SOME_MONDAY = dt.date(2026, 11, 23)  # weekly hours are the same in each week
MomentOf = Callable[[dt.date, dt.time, str], dt.datetime]


def any_of(masks: Iterable[int]) -> int:
    """The bits that stand in one mask at least."""
    found = 0
    for mask in masks:
        found |= mask
    return found


class Enough:
    """The bits that stand in at least so many of the masks that were added."""

    def __init__(self, number: int) -> None:
        self.levels = [-1] + [0] * number

    @property
    def bits(self) -> int:
        return self.levels[-1]

    def add(self, mask: int, number: int = 1) -> None:
        """One mask more, or so many that are alike."""
        for _each in range(min(number, len(self.levels) - 1)):
            for level in range(len(self.levels) - 1, 0, -1):
                self.levels[level] |= self.levels[level - 1] & mask


@lru_cache(maxsize=512)  # of all who ask: hours and lengths are few
def _usual_week(hours: tuple[Hours, ...], times: tuple[dt.time, ...], minutes: int) -> tuple[int, ...]:
    """Of each weekday, which of these times lie in those hours, by their bits."""
    spans = [(1 << number, time, wall_end(time, minutes)) for number, time in enumerate(times)]
    rows_of = [tuple(row for row in hours if row.weekday == number) for number in range(7)]
    return tuple(
        sum(bit for bit, begins, ends in spans if is_available(rows, (), SOME_MONDAY + number * DAY, begins, ends))
        if rows
        else 0
        for number, rows in enumerate(rows_of)
    )


@lru_cache(maxsize=2048)  # of 120 days two each, for some lengths
def _second_of(moment_of: MomentOf, day: dt.date, time: dt.time, zone: str) -> int:
    """The second of a wall clock time. Raises: ValueError where the clocks jump over it."""
    return int(moment_of(day, time, zone).timestamp())


class TimeGrid:
    """The times that are asked about, on the school days that are, and where they lie on the line of all seconds.

    `sittings` has the times of each sitting apart, `offered` those of all.

    `base` is where a day's clock begins. A day whose clocks jump between its first time and its last has none: there
    each time is asked by itself.
    """

    def __init__(
        self,
        facts: FreeFacts,
        days: Sequence[dt.date],
        moment_of: MomentOf,
        asked: Mapping[dt.date, Sequence[Sequence[dt.time]]] | None = None,
    ) -> None:
        self.facts, self.moment_of, self.days = facts, moment_of, days
        by_day = asked or {day: times_of_sittings(facts, day) for day in days}
        alike = {tuple(times) for of_day in by_day.values() for times in of_day}  # most days have the same times
        self.times = sorted(set[dt.time]().union(*alike))
        self.bit = {time: 1 << number for number, time in enumerate(self.times)}
        self.base = {day: self._base(day) for day in days}
        walls = [minute_of(time) * 60 for time in self.times]
        self.busy_from = [wall - facts.set_up_minutes * 60 for wall in walls]
        self.busy_until = [wall + facts.minutes * 60 for wall in walls]
        self.even = [(base, day) for day, base in self.base.items() if base is not None]
        self.bases = [base for base, _day in self.even]
        self._masks = {times: sum(self.bit[time] for time in times) for times in alike}
        self._behind: dict[int, tuple[dt.time, ...]] = {}
        self.sittings = {day: [self._offered(day, times) for times in of_day] for day, of_day in by_day.items()}
        self.offered = {day: any_of(masks) for day, masks in self.sittings.items()}
        self._roads: dict[Point, int] = {}
        self._weeks: dict[int, tuple[tuple[Hours, ...], Sequence[int]]] = {}  # by which hours they are, and those

    def _base(self, day: dt.date) -> int | None:
        """The second at which the day's clock shows 0:00, as long as it runs evenly between the times asked about."""
        if not self.times:
            return None
        found = {self._moment(day, time, less=minute_of(time) * 60) for time in (self.times[0], self.times[-1])}
        return found.pop() if len(found) == 1 else None

    def _moment(self, day: dt.date, time: dt.time, *, less: int = 0) -> int | None:
        try:
            return _second_of(self.moment_of, day, time, self.facts.zone) - less
        except ValueError:
            return None

    def _offered(self, day: dt.date, times: Sequence[dt.time]) -> int:
        if self.base[day] is not None:
            return self._masks[tuple(times)]
        return sum(self.bit[time] for time in times if self._moment(day, time))

    def times_in(self, bits: int) -> tuple[dt.time, ...]:
        """The times behind these bits; found out once, for many days have the same."""
        if bits not in self._behind:
            self._behind[bits] = tuple(time for time in self.times if self.bit[time] & bits)
        return self._behind[bits]

    def usual(self, hours: tuple[Hours, ...]) -> Sequence[int]:
        """Of each weekday, the times that lie in somebody's weekly hours; many have the same, each is asked once."""
        known = self._weeks.get(id(hours))
        if known is None:
            week = _usual_week(hours, tuple(self.times), self.facts.minutes)
            known = self._weeks[id(hours)] = hours, week  # held, so that nothing else is ever known by its number
        return known[1]

    def blocked_by(self, stop: Stop) -> Iterator[tuple[dt.date, int]]:
        """On which days a promise keeps a presenter from being here, and at which times of theirs."""
        if not self.times:  # classes that are never in the building together
            return
        road = self._road(stop.point) * 60
        until, since = stop.busy_until.timestamp() + road, stop.busy_from.timestamp() - road
        first = bisect_right(self.bases, since - self.busy_until[-1])
        last = bisect_left(self.bases, until - self.busy_from[0])
        for base, day in self.even[first:last]:
            low = bisect_right(self.busy_until, since - base)
            high = bisect_left(self.busy_from, until - base)
            if low < high:
                yield day, (1 << high) - (1 << low)

    def beside(self, stops: Collection[Stop]) -> set[dt.date]:
        """The days from which one of these is less than a drive away, and those whose clocks jump."""
        days = {day for day, base in self.base.items() if base is None}
        for stop in stops:
            since, until = stop.busy_from.timestamp() - 2 * REACH_S, stop.busy_until.timestamp() + REACH_S
            days |= {day for base, day in self.even if since <= base <= until}
        return days

    def _road(self, point: Point | None) -> int:
        if point is None or self.facts.point is None:
            return 0
        if point not in self._roads:
            self._roads[point] = min(road_minutes(point, self.facts.point), REACH_S // 60)
        return self._roads[point]

    def asked_singly(self, day: dt.date, promised: Sequence[Stop]) -> int:
        """The times at which the rule of arrival itself finds nothing against her."""
        found = 0
        for time in self.times_in(self.offered[day]):
            span = span_of(self.moment_of(day, time, self.facts.zone), self.facts.minutes, self.facts.set_up_minutes)
            here = Stop(0, 0, span.busy_from, span.busy_until, self.facts.point)
            near = [
                stop
                for stop in promised
                if stop.busy_until > span.busy_from - REACH and stop.busy_from < span.busy_until + REACH
            ]
            found |= 0 if clash_of([here], near) else self.bit[time]
        return found
