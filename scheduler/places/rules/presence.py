"""Whether classes are in the building when somebody would come to them, and which start suits them instead.

A time is refused only where the school's own words say that the class is not there. A class that cannot be read, or a
shift without bells, is never a reason to refuse.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from scheduler.places.rules.school_time import (
    classes_in,
    lesson_at,
    lesson_on,
    lessons_in_use,
    lessons_on,
    nearest_starts,
    shift_on,
    why_not_at,
)
from scheduler.places.terms.school_time import (
    AskedTime,
    ClassName,
    ClassStanding,
    DaysOfGrades,
    Lesson,
    LessonTime,
    SchoolClock,
    SchoolTime,
)

AWAY_REASONS = frozenset({"no_school", "no_such_lesson", "too_early", "too_late", "runs_over"})
ENOUGH_DAYS = 35  # school days of a span that are tried: in a monthly rotation the other shift comes within five weeks


def class_standings(clock: SchoolClock, classes: str, day: dt.date, asked: AskedTime) -> list[ClassStanding]:
    """Where each class of a list is at the asked time, or why it is not in the building.

    The nearest right times of an asked hour are right for all classes of the list, where any is.
    """
    named: list[ClassName | None] = [*classes_in(classes)]
    found = [class_standing(clock, one, day, asked) for one in named or [None]]
    time = asked.time
    if time is None or len(named) < 2 or not is_anyone_away(found):
        return found
    nearest = nearest_starts(day, time, lambda other: starts_of(clock, classes, other, asked.minutes))
    return [replace(one, nearest=nearest) if nearest and one.nearest else one for one in found]


def class_standing(clock: SchoolClock, class_name: ClassName | None, day: dt.date, asked: AskedTime) -> ClassStanding:
    """Where a class is at the asked time: all of what begins then must lie between its first bell and its last."""
    open_on = clock.open_on(class_name)
    if asked.time is not None:
        return lesson_at(clock.told, class_name, day, asked.time, asked.minutes, open_on)
    found = lesson_on(clock.told, class_name, asked.lesson or 0, day, open_on)
    if found.lesson is None:
        return found
    return lesson_at(clock.told, class_name, day, found.lesson.starts, asked.minutes, open_on)


def is_anyone_away(found: Sequence[ClassStanding]) -> bool:
    """Whether somebody of them is not in the building, by the school's own words."""
    return any(one.reason in AWAY_REASONS for one in found)


class SaidBeside:
    """What a page says beside the times of presentations: of each, its classes with where they are."""

    beside: Sequence[Sequence[tuple[str, ClassStanding]]]

    def away(self, place: int) -> bool:
        """Whether a class is not in the building at the time of one presentation."""
        return place < len(self.beside) and is_anyone_away([one for _names, one in self.beside[place]])


def best_standings(clock: SchoolClock, classes: str, days: Sequence[dt.date], asked: AskedTime) -> list[ClassStanding]:
    """Where the classes are on the first of some days on which all of them are there; on the first school day if on
    none (the very first when none is one)."""
    named = [one for one in classes_in(classes) if lessons_known(clock, one)]
    school_days = [day for day in days if day in clock.open_days][:ENOUGH_DAYS]
    good = next((day for day in school_days if all(_is_there(clock, one, day, asked) for one in named)), None)
    return class_standings(clock, classes, good or (school_days or list(days))[0], asked)


def lessons_known(clock: SchoolClock, class_name: ClassName) -> bool:
    """Whether the school's words place this class at all, on some school day."""
    return any(lessons_on(clock.told, class_name, day, clock.open_on(class_name)) for day in clock.open_days)


def _is_there(clock: SchoolClock, class_name: ClassName, day: dt.date, asked: AskedTime) -> bool:
    of_day = [one.lesson for one in lessons_on(clock.told, class_name, day, clock.open_on(class_name))]
    time = asked.time
    if time is None:
        time = next((one.starts for one in of_day if one.number == asked.lesson), None)
    return time is not None and not why_not_at(of_day, time, asked.minutes)


def class_away(clock: SchoolClock, classes: str, day: dt.date, time: dt.time, minutes: int) -> bool:
    """Whether a class of a list is not in the building then.

    What `is_anyone_away` says of its standings, without the search for the nearest right times.
    """
    placed = [one for one in classes_in(classes) if shift_on(clock.told, one, day)]
    return not all(clock.open_on(one)(day) for one in placed) or is_away(clock.told, classes, day, time, minutes)


def is_away(told: SchoolTime, classes: str, day: dt.date, time: dt.time, minutes: int) -> bool:
    """The same on a day on which all of them have lessons."""
    placed = [one for one in classes_in(classes) if shift_on(told, one, day)]
    return bool(placed) and not _holds(lessons_in_use(told, placed, day), time, minutes, all)


def starts_with_bell(told: SchoolTime, classes: str, day: dt.date, minutes: int) -> list[dt.time]:
    """When something of so many minutes can begin with the bell on a school day of all of a list: none is away then.

    Where the school's words place none of them, one shift that is in the building is enough.
    """
    named = classes_in(classes)
    of_classes = lessons_in_use(told, named, day) if named else []
    of_shifts = of_classes or lessons_in_use(told, (), day)
    return list(_begins_with_bell(tuple(map(tuple, of_shifts)), minutes, bool(of_classes)))


@lru_cache(maxsize=1024)
def _begins_with_bell(of_shifts: tuple[tuple[Lesson, ...], ...], minutes: int, everybody: bool) -> tuple[dt.time, ...]:
    """The same for most days of a year; remembered by all that it depends on."""
    begins = {lesson.starts for lessons in of_shifts for lesson in lessons}
    return tuple(sorted(time for time in begins if _holds(of_shifts, time, minutes, all if everybody else any)))


def _holds(
    of_shifts: Sequence[Sequence[Lesson]], time: dt.time, minutes: int, together: Callable[[Iterable[bool]], bool]
) -> bool:
    return together(not why_not_at(lessons, time, minutes) for lessons in of_shifts)


def starts_of(clock: SchoolClock, classes: str, day: dt.date, minutes: int) -> list[LessonTime]:
    """The lessons of a day at whose beginning no class of a list is away for so many minutes, in order; those of the
    first class that the school's words place."""
    of_each = (lessons_on(clock.told, one, day, clock.open_on(one)) for one in classes_in(classes))
    of_first = next((lessons for lessons in of_each if lessons), [])
    return [one for one in of_first if not class_away(clock, classes, day, one.lesson.starts, minutes)]


def days_of_classes(days: DaysOfGrades, lists: Iterable[str]) -> frozenset[dt.date]:
    """The school days on which the grades of all classes of these lists have lessons."""
    grades = {one.grade for typed in lists for one in classes_in(typed)}
    return frozenset.intersection(days[None], *(days[grade] for grade in grades if grade in days))


def left_on(days: DaysOfGrades, classes: str, day: dt.date) -> list[ClassName]:
    """The classes of a list whose grade has no lessons on a school day: it has ended its year already."""
    if day not in days[None]:
        return []
    return [one for one in classes_in(classes) if day not in days.get(one.grade, days[None])]
