"""Words of school time: shifts, bells, and where a class is at a moment."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from scheduler.imports.sheets import LineProblem

DaysOfGrades = Mapping[int | None, frozenset[dt.date]]  # school days of a host under None, and by grade


class Shift(StrEnum):
    """The part of the day in which a class is in the building. The middle shift never rotates."""

    MORNING = "morning"
    MIDDLE = "middle"
    AFTERNOON = "afternoon"


class Grouping(StrEnum):
    """Which classes come together."""

    TOGETHER = "together"  # the whole school in one shift
    GRADES = "grades"  # for example odd and even
    LETTERS = "letters"  # for example 7-1 and 7-3 in the one, 7-2 and 7-4 in the other


class Rotation(StrEnum):
    """When the two groups change places."""

    NONE = "none"
    WEEK = "week"
    MONTH = "month"  # on the first Monday of a month
    PERIOD = "period"  # on the days that the school names


class NamedDay(StrEnum):
    """Why a school names a day."""

    TURN = "turn"  # from it on the groups have changed places, beside what the rotation does
    SHORT = "short"  # shortened lessons


@dataclass(frozen=True)
class ClassName:
    """A class: its grade, and its letter or number within it in plain small letters ("" when nobody said)."""

    grade: int
    section: str = ""

    def __str__(self) -> str:
        return f"{self.grade}{'-' if self.section.isdigit() else ''}{self.section}"


@dataclass(frozen=True)
class Bells:
    """When lessons begin and end in one shift."""

    starts: dt.time
    lesson_minutes: int = 45
    break_minutes: int = 5
    long_break_after: int = 2  # which lesson; 0: there is none
    long_break_minutes: int = 20
    lessons: int = 7


@dataclass(frozen=True)
class Lesson:
    """One lesson by the clocks of the school; the bells end before midnight."""

    number: int
    starts: dt.time
    ends: dt.time


@dataclass(frozen=True)
class SchoolTime:
    """What a host says about its shifts and bells. `bells` are by shift, for usual days and for shortened ones."""

    bells: Mapping[tuple[Shift, bool], Bells] = field(hash=False)
    grouping: Grouping = Grouping.TOGETHER
    rotation: Rotation = Rotation.NONE
    first_grades: frozenset[int] = frozenset()
    first_sections: frozenset[str] = frozenset()
    middle_grades: frozenset[int] = frozenset()
    anchor_day: dt.date | None = None  # a day on which the first group is in the morning
    turns: frozenset[dt.date] = frozenset()
    short_days: frozenset[dt.date] = frozenset()
    afternoon_weekday: int | None = None  # the weekday (Monday is 0) on which the afternoon begins at another time
    afternoon_starts: dt.time | None = None


@dataclass(frozen=True)
class SchoolTimeRow:
    """School time as stored: with who told it last, when, and the version that a form holds."""

    told: SchoolTime
    version: int
    changed_at: dt.datetime
    by_school: bool


@dataclass(frozen=True)
class SchoolClock:
    """What a host said about its shifts and bells, with its school days around those that are asked about."""

    told: SchoolTime
    open_days: frozenset[dt.date]
    of_grades: DaysOfGrades = field(default_factory=dict, hash=False)  # a grade that is not in it has them all

    def open_on(self, class_name: "ClassName | None") -> Callable[[dt.date], bool]:
        """Whether a class has lessons on a day: the last grades end their year earlier."""
        days = self.of_grades.get(class_name.grade, self.open_days) if class_name else self.open_days
        return days.__contains__


@dataclass(frozen=True)
class AskedTime:
    """When somebody would come to a class, and for how long: a start by the clock, or else the number of a lesson."""

    minutes: int
    time: dt.time | None = None
    lesson: int | None = None


@dataclass(frozen=True)
class LessonTime:
    """A lesson on a day."""

    day: dt.date
    shift: Shift
    lesson: Lesson


@dataclass(frozen=True)
class ClassStanding:
    """Where a class is at an asked time, or when an asked lesson is.

    `reason` is empty when the class is in the building; else a code, with the `nearest` right times. Between two
    lessons `lesson` is empty and `after` says which lesson has ended.
    """

    day: dt.date
    class_name: ClassName | None
    shift: Shift | None = None
    lesson: Lesson | None = None
    after: int = 0
    reason: str = ""
    nearest: tuple[LessonTime, ...] = field(default=())


@dataclass(frozen=True)
class CallNoteRow:
    """What was said on the telephone with a host; `by` is the audit's label of who wrote it."""

    at: dt.datetime
    by: str
    text: str


@dataclass(frozen=True)
class BellsLine:
    """A line of a file of bells: which host, by its number in the register or its name, and what it says."""

    line: int
    register_id: str
    host: str
    municipality: str
    told: SchoolTime


@dataclass(frozen=True)
class BellsSheet:
    """A file of bells as read."""

    schools: tuple[BellsLine, ...]
    problems: tuple[LineProblem, ...]
    lines: int = 0
    encoding: str = ""
    headings: tuple[str, ...] = ()
