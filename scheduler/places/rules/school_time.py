"""School time: lesson number + bell schedule + rotation = clock time, and back (docs/decisions/0015).

Everything is a function of what the school said and of the calendar's day, never of what happened before that day:
holidays and closures do not move the rotation, and a day that is closed late turns nobody's shift. A school that begins
anew after a break names the day (a turn).
"""

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from scheduler.core.errors import GroundReason, Reason
from scheduler.core.text import fold
from scheduler.places.terms.reasons import PlaceReason
from scheduler.places.terms.school_time import (
    Bells,
    ClassName,
    ClassStanding,
    Grouping,
    Lesson,
    LessonTime,
    Rotation,
    SchoolTime,
    Shift,
)

OpenOn = Callable[[dt.date], bool]

DAY = dt.timedelta(days=1)
SHORT_LESSON = 30
SAME_HOUR = 45  # minutes: as near as one lesson
LOOK_AROUND = 40  # days: in a monthly rotation the other shift is at most five weeks away
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8}
CLASS = re.compile(r"(viii|vii|vi|iv|v|iii|ii|i|[1-8]) ?([a-z]{1,2}|\d{1,2})?(?: razred)?")


def read_class(typed: str) -> ClassName | None:
    """7b, VII-2, 7/2, IV3, "7. razred"; None for what is no class. Either script, Roman or plain numbers."""
    found = CLASS.fullmatch(fold(typed[:40]))
    if not found:
        return None
    grade = ROMAN.get(found[1]) or int(found[1])
    section = found[2] or ""
    return ClassName(grade, str(int(section)) if section.isdigit() else section)


def classes_in(typed: str) -> list[ClassName]:
    """The classes that a list names ("VII-1, VII-2"), each once; what is none is left out."""
    parts = re.split(r"[,;+\n]| [iи] | and ", typed)
    return list(dict.fromkeys(one for part in parts if (one := read_class(part))))


def only_class(typed: str) -> str:
    """What a list names where it names one class and nothing else, as typed; else nothing."""
    return typed if read_class(typed) else ""


def grades_in(typed: str) -> frozenset[int] | None:
    """Grades of a list; None when something else stands there."""
    parts = re.split(r"[\s,;.]+", typed.strip(" ,;."))
    if parts == [""]:
        return frozenset()
    return frozenset(map(int, parts)) if all(re.fullmatch("[1-8]", part, re.ASCII) for part in parts) else None


def sections_in(typed: str) -> frozenset[str] | None:
    """Letters or numbers within a grade ("a, c" or "1, 3"), as ClassName holds them; None if one is neither."""
    parts = fold(re.sub(r"[,;]", " ", typed)).split()
    if not all(re.fullmatch(r"[a-z]{1,2}|\d{1,2}", part) for part in parts):
        return None
    return frozenset(str(int(part)) if part.isdigit() else part for part in parts)


def shift_on(told: SchoolTime, class_name: ClassName, day: dt.date) -> Shift | None:
    """The shift of a class on a day; None when the class does not say in which group it is."""
    if class_name.grade in told.middle_grades:
        return Shift.MIDDLE
    first = _in_first_group(told, class_name)
    if first is None:
        return None
    return Shift.MORNING if first is (_changes_until(told, day) % 2 == 0) else Shift.AFTERNOON


def _in_first_group(told: SchoolTime, class_name: ClassName) -> bool | None:
    if told.grouping is Grouping.GRADES:
        return class_name.grade in told.first_grades
    if told.grouping is Grouping.LETTERS:
        return class_name.section in told.first_sections if class_name.section else None
    return True


def groups_change(told: SchoolTime) -> bool:
    """Whether anybody is ever in the afternoon."""
    return told.grouping is not Grouping.TOGETHER or told.rotation is not Rotation.NONE


def shifts_in_use(told: SchoolTime) -> set[Shift]:
    """The shifts in which somebody is ever in the building."""
    used = {Shift.MORNING} | ({Shift.AFTERNOON} if groups_change(told) else set())
    return used | ({Shift.MIDDLE} if told.middle_grades else set())


def _changes_until(told: SchoolTime, day: dt.date) -> int:
    """How often the groups have changed places between the anchor and a day; before the anchor it counts back."""
    anchor = told.anchor_day
    if told.rotation is Rotation.NONE or anchor is None:
        return 0
    early, late = sorted((anchor, day))
    named = sum(early < turn <= late for turn in told.turns)
    if told.rotation is Rotation.WEEK:
        return (_monday(late) - _monday(early)).days // 7 + named
    if told.rotation is Rotation.MONTH:
        return _month(late) - _month(early) + named
    return named


def _monday(day: dt.date) -> dt.date:
    return day - day.weekday() * DAY


def _month(day: dt.date) -> int:
    """A number that grows by one on the first Monday of each month: no week is torn in two."""
    monday = _monday(day)
    return monday.year * 12 + monday.month


def bells_on(told: SchoolTime, shift: Shift, day: dt.date) -> Bells | None:
    """The bells of a shift on a day; None when the school has told none for that shift.

    On a shortened day for which no bells are told the lessons last 30 minutes and begin as usual.
    """
    usual = told.bells.get((shift, False))
    if day in told.short_days:
        short = told.bells.get((shift, True))
        return short or (usual and replace(usual, lesson_minutes=SHORT_LESSON))
    if usual and shift is Shift.AFTERNOON and told.afternoon_starts and day.weekday() == told.afternoon_weekday:
        return replace(usual, starts=told.afternoon_starts)
    return usual


@lru_cache(maxsize=256)
def lessons_of(bells: Bells) -> tuple[Lesson, ...]:
    """The lessons of one shift. Raises: ValueError when they would end on the next day."""
    lessons, begins = [], _minutes(bells.starts)
    for number in range(1, bells.lessons + 1):
        ends = begins + bells.lesson_minutes
        if ends >= 24 * 60:
            raise ValueError("lessons after midnight")
        lessons.append(Lesson(number, _time(begins), _time(ends)))
        begins = ends + (bells.long_break_minutes if number == bells.long_break_after else bells.break_minutes)
    return tuple(lessons)


def _minutes(time: dt.time) -> int:
    return time.hour * 60 + time.minute


def _time(minutes: int) -> dt.time:
    return dt.time(*divmod(minutes, 60))


def lessons_on(told: SchoolTime, class_name: ClassName, day: dt.date, open_on: OpenOn) -> list[LessonTime]:
    """The lessons of a class on a day; none where it has none, or where nobody can say."""
    shift = shift_on(told, class_name, day)
    bells = bells_on(told, shift, day) if shift and open_on(day) else None
    return [LessonTime(day, shift, lesson) for lesson in lessons_of(bells)] if shift and bells else []


def lesson_on(
    told: SchoolTime, class_name: ClassName | None, number: int, day: dt.date, open_on: OpenOn
) -> ClassStanding:
    """When a class has its lesson of that number on a day, or why it has none, with the nearest that it has."""
    shift = shift_on(told, class_name, day) if class_name else None
    if class_name is None or shift is None:
        return ClassStanding(day, class_name, reason="unknown_class")
    of_day = lessons_on(told, class_name, day, open_on)
    found = next((one for one in of_day if one.lesson.number == number), None)
    if found:
        return ClassStanding(day, class_name, shift, found.lesson)
    if of_day:
        nearest = of_day[-1] if number > of_day[-1].lesson.number else of_day[0]
        return ClassStanding(day, class_name, shift, reason="no_such_lesson", nearest=(nearest,))
    if open_on(day):
        return ClassStanding(day, class_name, shift, reason="no_bells")
    others = (lessons_on(told, class_name, other, open_on) for other in _days_around(day))
    same = ((one for one in lessons if one.lesson.number == number) for lessons in others)
    return ClassStanding(
        day, class_name, reason="no_school", nearest=_both_sides(day, (next(one, None) for one in same))
    )


def lesson_at(
    told: SchoolTime, class_name: ClassName | None, day: dt.date, time: dt.time, minutes: int, open_on: OpenOn
) -> ClassStanding:
    """Which lesson of a class runs when something of so many minutes begins, by the clocks of the school.

    Refused with a reason and the nearest right times: the whole of it must lie between the class's first bell and last.
    """
    shift = shift_on(told, class_name, day) if class_name else None
    if class_name is None or shift is None:
        return ClassStanding(day, class_name, reason="unknown_class")
    of_day = lessons_on(told, class_name, day, open_on)
    if not of_day and open_on(day):
        return ClassStanding(day, class_name, shift, reason="no_bells")
    reason = why_not_at([one.lesson for one in of_day], time, minutes)
    if reason:

        def fits(other: dt.date) -> list[LessonTime]:
            return that_fit(lessons_on(told, class_name, other, open_on), minutes)

        nearest = nearest_starts(day, time, fits)
        return ClassStanding(day, class_name, shift if of_day else None, reason=reason, nearest=nearest)
    now = next((one.lesson for one in of_day if one.lesson.starts <= time < one.lesson.ends), None)
    ended = max((one.lesson.number for one in of_day if one.lesson.ends <= time), default=0)
    return ClassStanding(day, class_name, shift, now, 0 if now else ended)


def lessons_in_use(told: SchoolTime, class_names: Collection[ClassName], day: dt.date) -> list[tuple[Lesson, ...]]:
    """The lessons of these classes on a school day, of each shift in which one of them is; without a class, of every
    shift. A class that the school's words do not place, or whose shift has no bells, is left out: nobody can say.
    """
    shifts = {shift_on(told, one, day) for one in class_names} if class_names else shifts_in_use(told)
    bells = [bells_on(told, shift, day) for shift in shifts if shift]
    return [lessons_of(one) for one in bells if one]


def why_not_at(of_day: Sequence[Lesson], time: dt.time, minutes: int) -> str:
    """Why something of so many minutes does not lie between a first bell and a last; empty when it does."""
    if not of_day:
        return "no_school"
    if time < of_day[0].starts:
        return "too_early"
    if time >= of_day[-1].ends:
        return "too_late"
    return "" if _minutes(time) + minutes <= _minutes(of_day[-1].ends) else "runs_over"


def that_fit(of_day: Sequence[LessonTime], minutes: int) -> list[LessonTime]:
    """The lessons of a day with whose beginning so many minutes are over before the last bell."""
    end = max((_minutes(one.lesson.ends) for one in of_day), default=0)
    return [one for one in of_day if _minutes(one.lesson.starts) + minutes <= end]


def nearest_starts(day: dt.date, time: dt.time, fits: Callable[[dt.date], list[LessonTime]]) -> tuple[LessonTime, ...]:
    """On the same day the lesson that begins nearest; and the nearest days on which the asked hour itself is right."""
    asked = _minutes(time)

    def best(other: dt.date, most: int) -> LessonTime | None:
        near = [one for one in fits(other) if abs(_minutes(one.lesson.starts) - asked) <= most]
        return min(near, key=lambda one: abs(_minutes(one.lesson.starts) - asked), default=None)

    here = best(day, 24 * 60)
    around = _both_sides(day, (best(other, SAME_HOUR) for other in _days_around(day)))
    return tuple(sorted({*([here] if here else []), *around}, key=lambda one: (one.day, one.lesson.number)))


def _days_around(day: dt.date) -> list[dt.date]:
    """The days beside a day, the nearest first."""
    return [day + sign * number * DAY for number in range(1, LOOK_AROUND + 1) for sign in (-1, 1)]


def _both_sides(day: dt.date, found: Iterable[LessonTime | None]) -> tuple[LessonTime, ...]:
    """The first before a day and the first after it, of lessons that come the nearest first."""
    before: LessonTime | None = None
    after: LessonTime | None = None
    for one in found:
        if one and one.day < day:
            before = before or one
        elif one:
            after = after or one
        if before and after:
            break
    return tuple(one for one in (before, after) if one)


def week_of(
    told: SchoolTime, class_name: ClassName | None, number: int, day: dt.date, open_on: OpenOn
) -> list[ClassStanding]:
    """A lesson of a class on each school day of the week in which a day lies; Monday's refusal when there is none."""
    days = [_monday(day) + number_of_day * DAY for number_of_day in range(7)]
    standings = [lesson_on(told, class_name, number, one, open_on) for one in days]
    held = [one for one in standings if one.lesson]
    return held or [next((one for one in standings if one.reason != "no_school"), standings[0])]


def said_together(standings: Iterable[ClassStanding]) -> list[tuple[str, ClassStanding]]:
    """Standings that differ in nothing but the class, each once with the names of its classes ("7-1, 7-2")."""
    groups: dict[ClassStanding, list[str]] = {}
    for one in standings:
        groups.setdefault(replace(one, class_name=None), []).append(str(one.class_name or ""))
    return [(", ".join(filter(None, names)), one) for one, names in groups.items()]


def problems_with_school_time(told: SchoolTime) -> dict[str, Reason]:
    """What keeps a told school time from being stored: {field: reason}."""
    problems: dict[str, Reason] = dict.fromkeys(_missing(told), GroundReason.MISSING)
    for field, bells in _bells_by_field(told):
        if not _end_on_their_day(bells):
            problems[field] = PlaceReason.LESSONS_PAST_MIDNIGHT
    return problems


def _missing(told: SchoolTime) -> list[str]:
    needed = {
        "first_grades": told.grouping is Grouping.GRADES and not told.first_grades,
        "first_sections": told.grouping is Grouping.LETTERS and not told.first_sections,
        "anchor_day": told.rotation is not Rotation.NONE and told.anchor_day is None,
        "turns": told.rotation is Rotation.PERIOD and not told.turns,
        "morning_starts": (Shift.MORNING, False) not in told.bells,
        "afternoon_starts": groups_change(told) and (Shift.AFTERNOON, False) not in told.bells,
        "middle_starts": bool(told.middle_grades) and (Shift.MIDDLE, False) not in told.bells,
        "other_starts": told.afternoon_weekday is not None and told.afternoon_starts is None,
        "other_weekday": told.afternoon_weekday is None and told.afternoon_starts is not None,
    }
    return [field for field, missing in needed.items() if missing]


def _bells_by_field(told: SchoolTime) -> Iterator[tuple[str, Bells]]:
    """All bells, each with the field of the form that says when they begin."""
    for (shift, short), bells in told.bells.items():
        yield ("short_" if short else "") + f"{shift}_starts", bells
    usual = told.bells.get((Shift.AFTERNOON, False))
    if usual and told.afternoon_starts:
        yield "other_starts", replace(usual, starts=told.afternoon_starts)


def _end_on_their_day(bells: Bells) -> bool:
    try:
        return bool(lessons_of(bells))
    except ValueError:
        return False
