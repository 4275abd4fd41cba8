"""Bounds of schools: grades of a calendar, days that are closed, lessons of a day, letters of a name, slips."""

import datetime as dt

from scheduler.places.rules import hosts
from scheduler.places.rules.hosts import CLOSED_LATE, CLOSED_LONG, HOLIDAYS_AHEAD
from scheduler.places.rules.presence import SaidBeside
from scheduler.places.rules.registers import name_keys
from scheduler.places.rules.school_days import LessonCalendar
from scheduler.places.rules.school_time import SAME_HOUR, lesson_at, lesson_on, nearest_starts, that_fit, why_not_at
from scheduler.places.rules.slips import slips_between, slips_forgiven
from scheduler.places.terms.hosts import CalendarSpan, ClosureDraft, ClosureReason, Extent, HolidayDraft, Level
from scheduler.places.terms.school_time import ClassName, ClassStanding, Lesson, LessonTime, Shift
from tests.bounds import at_each_bound
from tests.places.one_school import a_clock

DAY = dt.timedelta(days=1)
AROUND = (-1, 0, 1)
MONDAY, TEN = dt.date(2026, 10, 5), dt.time(10)
PRIMARY, SECONDARY = Level.PRIMARY, Level.SECONDARY
CLOCK = a_clock(MONDAY)
SEVENTH = ClassName(7, "1")  # in the morning of that week: seven lessons from eight on
LESSONS = (Lesson(1, dt.time(8), dt.time(8, 45)), Lesson(2, dt.time(8, 50), dt.time(9, 35)))
OF_DAY = [LessonTime(MONDAY, Shift.MORNING, one) for one in LESSONS]


def has_lessons(applies_to: str, level: Level, grade: int) -> bool:
    """Of a grade on a day on which others have an exam."""
    exam = CalendarSpan("exam-day", MONDAY, MONDAY, applies_to)
    return hosts.is_school_day(MONDAY, [exam], set(), level, grade)


def closed(first: dt.timedelta, days: dt.timedelta = dt.timedelta(0)) -> dict[str, str]:
    draft = ClosureDraft(Extent(), MONDAY + first, MONDAY + first + days, ClosureReason.SNOW)
    return hosts.problems_of_closure(draft, MONDAY)


def holiday(ahead: dt.timedelta) -> dict[str, str]:
    return hosts.problems_with_holiday(HolidayDraft(MONDAY + ahead, "Свети Сава"), today=MONDAY)


def covers(first: int, last: int) -> bool:
    """A calendar of ten days asked about from one day to another."""
    return LessonCalendar(MONDAY, MONDAY + 9 * DAY, (), {}, {}).covers(MONDAY + first * DAY, MONDAY + last * DAY)


def at(time: dt.time) -> tuple[int | None, int, str]:
    """Of the seventh grade at some time: which lesson runs, how many are over, why it is not there."""
    found = lesson_at(CLOCK.told, SEVENTH, MONDAY, time, 1, CLOCK.open_on(SEVENTH))
    return found.lesson.number if found.lesson else None, found.after, found.reason


def nearest_lesson(number: int) -> list[int]:
    found = lesson_on(CLOCK.told, SEVENTH, number, MONDAY, CLOCK.open_on(SEVENTH))
    return [one.lesson.number for one in found.nearest]


def same_hour(minutes: int) -> int:
    """How many other days have the hour, if the only lesson of Tuesday begins so many minutes after it."""
    begins = (dt.datetime.combine(MONDAY, TEN) + dt.timedelta(minutes=minutes)).time()
    lesson = LessonTime(MONDAY + DAY, Shift.MORNING, Lesson(1, begins, dt.time(12)))
    return len(nearest_starts(MONDAY, TEN, lambda day: [lesson] if day == lesson.day else []))


def is_away(place: int) -> bool:
    said = SaidBeside()
    said.beside = [[("7-1", ClassStanding(MONDAY, SEVENTH, reason="too_late"))]]
    return said.away(place)


def read_as(name: str, letter: str) -> bool:
    """Whether a name has a key that begins with a letter."""
    return any(key.startswith(letter) for key in name_keys(name))


PAST, ORDER, LATE = {"first_day": "in_the_past"}, {"last_day": "days_not_in_order"}, {"last_day": "too_late"}
BOUNDS = (
    ("an exam of grades 1 to 7", lambda n: has_lessons("primary-1-7", PRIMARY, n), (6, 7, 8), (False, False, True)),
    ("an exam of grade 8", lambda n: has_lessons("primary-8", PRIMARY, n), (7, 8, 9), (True, False, True)),
    ("an exam of all but the last", lambda n: has_lessons("secondary-non-final", SECONDARY, n), (2, 3, 4),
     (False, False, True)),
    ("an exam of the last of a gymnasium", lambda n: has_lessons("gymnasium-final", SECONDARY, n), (3, 4, 5),
     (True, False, True)),
    ("an exam of the last of a trade", lambda n: has_lessons("vocational-final", SECONDARY, n), (2, 3, 4),
     (True, False, False)),
    ("closed a month ago", lambda n: closed(n * DAY - CLOSED_LATE), AROUND, (PAST, {}, {})),
    ("closed for a day", lambda n: closed(DAY, n * DAY), AROUND, (ORDER, {}, {})),
    ("closed for long", lambda n: closed(DAY, CLOSED_LONG + n * DAY), AROUND, ({}, {}, LATE)),
    ("a holiday today", lambda n: holiday(n * DAY), AROUND, ({"day": "in_the_past"}, {}, {})),
    ("a holiday far ahead", lambda n: holiday(HOLIDAYS_AHEAD + n * DAY), AROUND, ({}, {}, {"day": "too_late"})),
    ("from the first day of a calendar", lambda n: covers(n, 5), AROUND, (False, True, True)),
    ("to the last day of a calendar", lambda n: covers(5, n), (8, 9, 10), (True, True, False)),
    ("the first bell", at, (dt.time(7, 59), dt.time(8), dt.time(8, 1)),
     ((None, 0, "too_early"), (1, 0, ""), (1, 0, ""))),
    ("a lesson ends", at, (dt.time(8, 44), dt.time(8, 45), dt.time(8, 46)), ((1, 0, ""), (None, 1, ""), (None, 1, ""))),
    ("the last bell", lambda n: why_not_at(LESSONS, dt.time(9, n), 1), (34, 35, 36), ("", "too_late", "too_late")),
    ("over by the last bell", lambda n: why_not_at(LESSONS, dt.time(9), n), (34, 35, 36), ("", "", "runs_over")),
    ("begins with a lesson and fits", lambda n: len(that_fit(OF_DAY, n)), (44, 45, 46), (2, 2, 1)),
    ("a lesson beyond the first", nearest_lesson, (0, 1, 2), ([1], [], [])),
    ("a lesson beyond the last", nearest_lesson, (6, 7, 8), ([], [], [7])),
    ("the same hour of another day", lambda n: same_hour(SAME_HOUR + n), AROUND, (1, 1, 0)),
    ("a presentation of which a page says where its classes are", is_away, (0, 1, 2), (True, False, False)),
    ("the last Latin letter", lambda one: read_as(f"В{one}", "b"), "\u024f\u0250\u0251", (True, False, False)),
    ("the first Cyrillic letter", lambda one: read_as(f"B{one}", "v"), "\u03ff\u0400\u0401", (False, True, True)),
    ("the last Cyrillic letter", lambda one: read_as(f"B{one}", "v"), "\u04fe\u04ff\u0500", (True, True, False)),
    ("a word of look-alikes", lambda n: len(name_keys("B" * n)), (0, 1, 2), (1, 1, 2)),
    ("short words", lambda n: slips_forgiven("x" * n), (3, 4, 5), (0, 1, 1)),
    ("long words", lambda n: slips_forgiven("x" * n), (7, 8, 9), (1, 2, 2)),
    ("another letter", lambda typed: slips_between(typed, "subotica", 1), ("subotica", "subotxca", "subytxca"),
     (0, 1, None)),
    ("letters after the word", lambda typed: slips_between(typed, "ab", 2), ("aba", "abab", "ababa"), (1, 2, None)),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer
