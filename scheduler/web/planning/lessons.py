"""Beside a typed time: which lesson of the class that is, or that the class is not in the building (it only warns)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from scheduler.core import clock
from scheduler.places import queries, rules
from scheduler.places.terms import ClassName, Standing
from scheduler.programmes.terms import Audience


class Wished(Protocol):
    """A presentation of a request or of a visit."""

    @property
    def audience(self) -> Audience: ...

    @property
    def classes(self) -> str: ...


@dataclass(frozen=True)
class Typed:
    """A start as a form holds it, and how long it lasts; None where it has no shape."""

    time: dt.time | None
    minutes: int | None


@dataclass(frozen=True)
class Lessons:
    """What is said beside each time, with the classes that it is said of."""

    host_id: int
    known: bool  # somebody has told the shifts and bells of the host
    ask: bool  # nobody has, and it is a school
    beside: list[list[tuple[str, Standing]]]

    @property
    def places(self) -> str:
        """The parts of the page that a changed time changes, as htmx selects them."""
        return ",".join(f"#lessons-{number}" for number in range(len(self.beside)))


def beside(host_id: int, day: dt.date | None, wishes: Sequence[Wished], typed: Sequence[Typed]) -> Lessons:
    """For each typed start the standing of its classes; parents and teachers come outside shifts."""
    stored, host = queries.school_time_of(host_id), queries.host_of(host_id)
    nothing = Lessons(host_id, False, host.teaches_primary or host.teaches_secondary, [[] for _one in typed])
    if stored is None:
        return nothing
    if day is None:
        return replace(nothing, known=True, ask=False)
    today = clock.local_day(clock.now(), host.zone)
    still_open = {one for one in queries.open_days_around(host, day) if one >= today}  # yesterday helps nobody
    found: list[list[tuple[str, Standing]]] = []
    for wish, one in zip(wishes, typed, strict=False):
        classes: Sequence[ClassName | None] = ()
        if one.time is not None and one.minutes and wish.audience is Audience.PUPILS and wish.classes:
            classes = rules.classes_in(wish.classes) or (None,)
        time, minutes = one.time or dt.time(), one.minutes or 0
        standings = [
            rules.lesson_at(stored.told, name, day, time, minutes, still_open.__contains__) for name in classes
        ]
        found.append(rules.said_together(standings))
    return Lessons(host_id, True, False, found)
