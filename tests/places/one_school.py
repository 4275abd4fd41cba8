"""One school's shifts, bells and days, and which shift a class has."""

import datetime as dt

from scheduler.places.rules.school_time import shift_on
from scheduler.places.terms.school_time import ClassName, SchoolTime, Shift

MORNING, AFTERNOON, MIDDLE = Shift.MORNING, Shift.AFTERNOON, Shift.MIDDLE
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)


def on_weekdays(day: dt.date) -> bool:
    return day.weekday() < 5


def shifts(told: SchoolTime, class_name: ClassName, *days: dt.date) -> list[Shift | None]:
    return [shift_on(told, class_name, day) for day in days]
