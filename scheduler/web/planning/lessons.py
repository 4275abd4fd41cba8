"""Beside a typed time: which lesson of the class that is, or that the class is not in the building (it only warns)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

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
    """What is said beside each time; `known` is False while nobody has told the shifts and bells of the host."""

    host_id: int
    known: bool
    beside: list[list[Standing]]

    @property
    def places(self) -> str:
        """The parts of the page that a changed time changes, as htmx selects them."""
        return ",".join(f"#lessons-{number}" for number in range(len(self.beside)))


def beside(host_id: int, day: Any, wishes: Sequence[Wished], typed: Sequence[Typed]) -> Lessons:
    """For each typed start the standing of its classes; parents and teachers come outside shifts."""
    stored = queries.school_time_of(host_id)
    if stored is None or day is None:
        return Lessons(host_id, stored is not None, [[] for _one in typed])
    host = queries.host_of(host_id)
    is_open = queries.open_days_around(host, day).__contains__
    found: list[list[Standing]] = []
    for wish, one in zip(wishes, typed, strict=False):
        classes: Sequence[ClassName | None] = ()
        if one.time is not None and one.minutes and wish.audience is Audience.PUPILS and wish.classes:
            classes = rules.classes_in(wish.classes) or (None,)
        time, minutes = one.time or dt.time(), one.minutes or 0
        found.append([rules.lesson_at(stored.told, name, day, time, minutes, is_open) for name in classes])
    return Lessons(host_id, True, found)
