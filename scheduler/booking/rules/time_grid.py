"""The times of free dates as bits: where they lie on the line of all seconds, and what a promise takes of them."""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from scheduler.booking.rules.days_that_suit import minute_of, times_of_sittings
from scheduler.booking.terms.free_dates import FreeFacts
from scheduler.people.rules import is_available
from scheduler.people.terms import Hours
from scheduler.places.rules.hosts import road_minutes
from scheduler.places.terms.hosts import Point
from scheduler.visits.rules.arrival import clash_of
from scheduler.visits.rules.limits import week_of_day
from scheduler.visits.rules.timetable import span_of, wall_end
from scheduler.visits.terms.plans import Stop

DAY = dt.timedelta(days=1)
REACH = DAY  # a drive across the country is shorter: what lies further apart is not judged, as in a plan
REACH_S = 24 * 60 * 60
MomentOf = Callable[[dt.date, dt.time, str], dt.datetime]


def any_of(masks: Iterable[int]) -> int:
    """The bits that stand in one mask at least."""
    found = 0
    for mask in masks:
        found |= mask
    return found


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
        self._usual: dict[tuple[Hours, ...], int] = {}
        self._weeks: dict[tuple[Hours, ...], list[int]] = {}

    def _base(self, day: dt.date) -> int | None:
        """The second at which the day's clock shows 0:00, as long as it runs evenly between the times asked about."""
        if not self.times:
            return None
        found = {self._moment(day, time, less=minute_of(time) * 60) for time in (self.times[0], self.times[-1])}
        return found.pop() if len(found) == 1 else None

    def _moment(self, day: dt.date, time: dt.time, *, less: int = 0) -> int | None:
        try:
            return int(self.moment_of(day, time, self.facts.zone).timestamp()) - less
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

    def usual(self, hours: tuple[Hours, ...]) -> list[int]:
        """Of each weekday, the times that lie in somebody's weekly hours; many have the same, each is asked once."""
        if hours not in self._weeks:
            rows_of = [tuple(row for row in hours if row.weekday == number) for number in range(7)]
            for number, rows in enumerate(rows_of):
                if rows not in self._usual:
                    self._usual[rows] = self._within(rows, week_of_day(self.facts.today) + number * DAY) if rows else 0
            self._weeks[hours] = [self._usual[rows] for rows in rows_of]
        return self._weeks[hours]

    def _within(self, rows: Sequence[Hours], day: dt.date) -> int:
        spans = ((self.bit[time], time, wall_end(time, self.facts.minutes)) for time in self.times)
        return sum(bit for bit, begins, ends in spans if is_available(rows, (), day, begins, ends))

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
