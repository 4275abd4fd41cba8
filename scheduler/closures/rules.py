"""One day for each of many stopped visits, so that all of them can be taken together."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from scheduler.closures.terms import ToPlace
from scheduler.visits.rules.arrival import clash_of
from scheduler.visits.rules.timetable import span_of
from scheduler.visits.terms.plans import Stop


def best_days(stopped: Sequence[ToPlace]) -> list[dt.date | None]:
    """Of each visit the first of its days on which its crew can arrive beside what was given to those before it.

    Whose school proposes a day comes before the others. None: it has no such day. Each visit's days are free as far as
    all that is promised goes; all lie in one zone.
    """
    given: dict[int, list[Stop]] = defaultdict(list)
    found: dict[int, dt.date | None] = {}
    for place, one in sorted(enumerate(stopped), key=lambda pair: not pair[1].named):
        best = next((day for day in one.days if not _clashes(one, day, given)), None)
        stops = _stops(one, best) if best else []
        for who in one.crew:
            given[who] += stops
        found[place] = best
    return [found[place] for place in range(len(stopped))]


def _clashes(one: ToPlace, day: dt.date, given: dict[int, list[Stop]]) -> bool:
    stops = _stops(one, day)
    return any(clash_of(stops, given[who]) for who in one.crew)


def _stops(one: ToPlace, day: dt.date) -> list[Stop]:
    """Where its crew has to be on that day, by the clock on the wall."""
    spans = [
        span_of(dt.datetime.combine(day, at, tzinfo=dt.UTC), minutes, one.set_up_minutes) for at, minutes in one.hours
    ]
    return [Stop(one.visit_id, 0, span.busy_from, span.busy_until, one.point) for span in spans]
