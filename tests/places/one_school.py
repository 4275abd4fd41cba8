"""One school's shifts, bells and days, and which shift a class has."""

import datetime as dt
from typing import Any

from scheduler.places.rules.school_time import shift_on
from scheduler.places.terms.school_time import (
    Bells,
    ClassName,
    DaysOfGrades,
    Grouping,
    Rotation,
    SchoolClock,
    SchoolTime,
    Shift,
)

MORNING, AFTERNOON, MIDDLE = Shift.MORNING, Shift.AFTERNOON, Shift.MIDDLE
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
MAY_12 = dt.date(2025, 5, 12)  # a Monday


def a_clock(monday: dt.date = MAY_12, of_grades: DaysOfGrades | None = None, **given: Any) -> SchoolClock:
    """Odd grades in the morning in the week of a Monday, even ones in the afternoon; they change each week.

    Around it each working day is a school day.
    """
    fair: dict[str, Any] = {
        "bells": {(MORNING, False): Bells(dt.time(8)), (AFTERNOON, False): Bells(dt.time(14))},
        "grouping": Grouping.GRADES,
        "first_grades": frozenset({1, 3, 5, 7}),
        "rotation": Rotation.WEEK,
        "anchor_day": monday,
    }
    days = (monday + number * DAY for number in range(-60, 120))
    return SchoolClock(SchoolTime(**(fair | given)), frozenset(filter(on_weekdays, days)), of_grades or {})


def on_weekdays(day: dt.date) -> bool:
    return day.weekday() < 5


def shifts(told: SchoolTime, class_name: ClassName, *days: dt.date) -> list[Shift | None]:
    return [shift_on(told, class_name, day) for day in days]
