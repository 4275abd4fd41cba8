"""Beside a typed time: which lesson of the class that is, or that the class is not in the building and when it is."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from scheduler.core import clock
from scheduler.places.rules.presence import SaidBeside, class_standings
from scheduler.places.rules.school_time import said_together
from scheduler.places.terms.school_time import AskedTime, ClassStanding, SchoolClock
from scheduler.programmes.terms import Audience
from scheduler.requests.queries.hours import OpenSchool


class Wished(Protocol):
    """A presentation of a request or of a visit."""

    @property
    def audience(self) -> Audience: ...

    @property
    def classes(self) -> str: ...


@dataclass(frozen=True)
class TypedTime:
    """A start as a form holds it, and how long it lasts; None where it has no shape."""

    time: dt.time | None
    minutes: int | None


@dataclass(frozen=True)
class VisitLessons(SaidBeside):
    """What is said beside each time, with the classes that it is said of."""

    host_id: int
    known: bool  # somebody has told the shifts and bells of the host
    ask: bool  # nobody has, and it is a school
    beside: list[list[tuple[str, ClassStanding]]]
    hours: SchoolClock | None = None

    @property
    def places(self) -> str:
        """The parts of the page that a changed time changes, as htmx selects them."""
        return ",".join(f"#lessons-{number}" for number in range(len(self.beside)))


def lessons_beside(
    school: OpenSchool,
    day: dt.date | None,
    wishes: Sequence[Wished],
    typed: Sequence[TypedTime],
    *,
    since: dt.date = dt.date.min,
) -> VisitLessons:
    """For each typed start the standing of its classes; parents and teachers come outside shifts.

    A right time before the day `since` which a school asks helps nobody.
    """
    host, host_id = school.host, school.host.id
    today = clock.local_day(clock.now(), host.zone)
    hours = school.clock(day or today, day or today, today=max(today, min(since, day or today)))
    if hours is None:
        return VisitLessons(host_id, False, host.teaches_primary or host.teaches_secondary, [[] for _one in typed])
    if day is None:
        return VisitLessons(host_id, True, False, [[] for _one in typed], hours)
    found: list[list[tuple[str, ClassStanding]]] = []
    for wish, one in zip(wishes, typed, strict=False):
        bound = one.time is not None and one.minutes and wish.audience is Audience.PUPILS and wish.classes
        asked = AskedTime(one.minutes or 0, one.time or dt.time())
        found.append(said_together(class_standings(hours, wish.classes, day, asked)) if bound else [])
    return VisitLessons(host_id, True, False, found, hours)
