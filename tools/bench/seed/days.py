"""The school days of ten years and half a year to come, their hours, and birth dates: few rows, made by Python."""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from scheduler.core.clock import local_day, moment_of
from scheduler.people.rules import adult_on, birthday, may_present_from

YEARS_BACK = 10
DAYS_TO_COME = 100  # school days after today on which visits lie
FRESH_DAYS = 15  # the last school days, whose counts are not all locked
LONGEST_AHEAD = 400  # calendar days in which they are found
HOURS = ((9, 10, 11), (12, 13, 14))  # of the presentations of a morning's visit, and of a noon's
MINUTES, SET_UP = 45, 15
HOLIDAY_MONTHS = (7, 8)
BIRTHS = 60


@dataclass(frozen=True)
class Calendar:
    """Which school days there are, and where among them is today."""

    days: tuple[dt.date, ...]
    past: int  # how many of them are over
    now: dt.datetime

    @property
    def settled(self) -> int:
        """How many lie so far back that their numbers are locked."""
        return self.past - FRESH_DAYS

    @property
    def fixed_week(self) -> dt.date:
        """The Monday of the week that has as many visits in a seed of any size."""
        return self.days[self.past + DAYS_TO_COME]


def calendar_of(now: dt.datetime, closed: Collection[dt.date]) -> Calendar:
    """Monday to Friday but for holidays and breaks; after the last of the days to come follows one whole week."""
    today = local_day(now)
    past = [day for day in _weekdays(birthday(today, -YEARS_BACK), today) if day not in closed]
    ahead = [day for day in _weekdays(today, today + dt.timedelta(days=LONGEST_AHEAD)) if day not in closed]
    to_come = ahead[:DAYS_TO_COME]
    mondays = (day for day in ahead if day > to_come[-1] and day.weekday() == 0)
    week = next(week for monday in mondays if not (week := _week_of(monday)) & set(closed))
    return Calendar((*past, *to_come, *sorted(week)), len(past), now)


def _weekdays(first: dt.date, end: dt.date) -> Iterator[dt.date]:
    days = (first + dt.timedelta(days=number) for number in range((end - first).days))
    return (day for day in days if day.weekday() < 5 and day.month not in HOLIDAY_MONTHS)


def _week_of(monday: dt.date) -> set[dt.date]:
    return {monday + dt.timedelta(days=number) for number in range(5)}


def day_rows(calendar: Calendar) -> list[dict[str, Any]]:
    return [_day_row(number, day, calendar.now) for number, day in enumerate(calendar.days, 1)]


def _day_row(number: int, day: dt.date, now: dt.datetime) -> dict[str, Any]:
    """What happens around a visit of that day: nothing that is said to have happened lies ahead of now."""
    over = moment_of(day, dt.time(15))
    planned_at = min(over - dt.timedelta(days=24), now - dt.timedelta(days=1))
    return {
        "n": number,
        "day": day,
        "year": str(day.year),
        "iso": day.isoformat(),
        "compact": f"{day:%Y%m%d}",
        "first_day": day - dt.timedelta(days=7),
        "last_day": day + dt.timedelta(days=7),
        "submitted_at": planned_at - dt.timedelta(days=10),
        "planned_at": planned_at,
        "over": over,
        "entered_at": min(over + dt.timedelta(minutes=25), now),
        "signed_at": min(over + dt.timedelta(hours=26), now),
        "locked_at": min(over + dt.timedelta(days=8), now),
        "issued_at": min(over + dt.timedelta(days=8, hours=1), now),
    }


def slot_rows(calendar: Calendar) -> list[dict[str, Any]]:
    """The presentations that can be held on each day, with their moments in UTC."""
    return [
        _slot_row(number, day, half, ordinal, hour)
        for number, day in enumerate(calendar.days, 1)
        for half, hours in enumerate(HOURS)
        for ordinal, hour in enumerate(hours, 1)
    ]


def _slot_row(number: int, day: dt.date, half: int, ordinal: int, hour: int) -> dict[str, Any]:
    starts_at = moment_of(day, dt.time(hour))
    ends_at = starts_at + dt.timedelta(minutes=MINUTES)
    return {
        "day_n": number,
        "half": half,
        "ordinal": ordinal,
        "starts_local": dt.time(hour),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "busy_from": starts_at - dt.timedelta(minutes=SET_UP),
        "busy_until": ends_at,
        "starts_text": f"{starts_at:%Y%m%dT%H%M%SZ}",
        "ends_text": f"{ends_at:%Y%m%dT%H%M%SZ}",
    }


def birth_rows(today: dt.date) -> list[dict[str, Any]]:
    """Half of them minors of 16 and 17 years, half grown up since; a guardian spoke for each from the first day on."""
    rows = []
    for number in range(BIRTHS):
        months = 16 * 12 + 2 + number // 2 * 20 // 30 if number % 2 else 18 * 12 + 6 + number
        born = today - dt.timedelta(days=round(months * 30.44))
        since = moment_of(may_present_from(born), dt.time(8))
        rows.append(
            {
                "n": number,
                "birth_date": born,
                "adult_on": adult_on(born),
                "may_present_from": may_present_from(born),
                "consent_until": adult_on(born) - dt.timedelta(days=1),
                "named_at": since,
                "agreed_at": since + dt.timedelta(hours=1),
            }
        )
    return rows
