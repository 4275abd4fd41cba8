"""The school days of ten years and half a year to come, the hours of visits on them, and birth dates of the young."""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from scheduler.core.clock import local_day, moment_of
from scheduler.people.rules import adult_on, birthday, may_present_from

YEARS_BACK = 10
DAYS_TO_COME = 100  # school days after today on which visits lie
FRESH_DAYS = 15  # the last school days, whose counts are not all locked
LONGEST_AHEAD = 400  # calendar days in which the days to come are found
HOURS = ((9, 10, 11), (12, 13, 14))  # presentations of a visit in the morning, and of one at noon
MINUTES, SET_UP = 45, 15
HOLIDAY_MONTHS = (7, 8)
BIRTHS = 60


@dataclass(frozen=True)
class Day:
    """What happens around a visit of that day; nothing that has happened lies ahead of now."""

    day: dt.date
    now: dt.datetime

    @cached_property
    def over(self) -> dt.datetime:
        return moment_of(self.day, dt.time(15))

    @cached_property
    def planned_at(self) -> dt.datetime:
        return min(self.over - dt.timedelta(days=24), self.now - dt.timedelta(days=1))

    @cached_property
    def submitted_at(self) -> dt.datetime:
        return self.planned_at - dt.timedelta(days=10)

    def after(self, **delay: int) -> dt.datetime:
        """So long after the visit, or now."""
        return min(self.over + dt.timedelta(**delay), self.now)

    @cached_property
    def slots(self) -> list[list[dict[str, object]]]:
        """Of each half of the day the presentations that can be held, with their moments in UTC."""
        return [[self._slot(hour) for hour in hours] for hours in HOURS]

    def _slot(self, hour: int) -> dict[str, object]:
        starts_at = moment_of(self.day, dt.time(hour))
        ends_at = starts_at + dt.timedelta(minutes=MINUTES)
        return {
            "starts_local": dt.time(hour),
            "starts_at": starts_at,
            "ends_at": ends_at,
            "busy_from": starts_at - dt.timedelta(minutes=SET_UP),
            "busy_until": ends_at,
        }


@dataclass(frozen=True)
class Calendar:
    """Which school days there are, and where among them is today."""

    days: tuple[Day, ...]
    past: int  # how many of them are over
    now: dt.datetime

    @property
    def settled(self) -> int:
        """How many lie so far back that their counts are locked."""
        return self.past - FRESH_DAYS

    @property
    def fixed_week(self) -> dt.date:
        """The Monday of the week that has as many visits in a seed of any size."""
        return self.days[self.past + DAYS_TO_COME].day


def calendar_of(now: dt.datetime, closed: Collection[dt.date]) -> Calendar:
    """Monday to Friday but for holidays and breaks; after the last of the days to come follows one whole week."""
    today = local_day(now)
    past = [day for day in _weekdays(birthday(today, -YEARS_BACK), today) if day not in closed]
    ahead = [day for day in _weekdays(today, today + dt.timedelta(days=LONGEST_AHEAD)) if day not in closed]
    to_come = ahead[:DAYS_TO_COME]
    mondays = (day for day in ahead if day > to_come[-1] and day.weekday() == 0)
    weeks = ([monday + dt.timedelta(days=number) for number in range(5)] for monday in mondays)
    week = next(week for week in weeks if not set(week) & set(closed))
    return Calendar(tuple(Day(day, now) for day in (*past, *to_come, *week)), len(past), now)


def _weekdays(first: dt.date, end: dt.date) -> Iterator[dt.date]:
    days = (first + dt.timedelta(days=number) for number in range((end - first).days))
    return (day for day in days if day.weekday() < 5 and day.month not in HOLIDAY_MONTHS)


def births(today: dt.date) -> list[dict[str, dt.date]]:
    """Every other one is a minor of 16 or 17 years, the others have grown up since."""
    months = [16 * 12 + 2 + n // 2 * 20 // 30 if n % 2 else 18 * 12 + 6 + n for n in range(BIRTHS)]
    born = [today - dt.timedelta(days=round(one * 30.44)) for one in months]
    return [{"birth_date": day, "adult_on": adult_on(day), "may_present_from": may_present_from(day)} for day in born]
