"""Days that the product knows by itself: public holidays, from a library, and the school calendars that it ships.

They are only added: what somebody changed or removed stays so.
"""

import datetime as dt
import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.core.db import transaction
from scheduler.core.text import to_latin
from scheduler.data import files
from scheduler.places.imports.registers import weekday_of
from scheduler.places.models import District, Holiday, SchoolCalendarEntry
from scheduler.places.terms.hosts import SchoolCalendar

log = logging.getLogger(__name__)
FIRST_HOLIDAY_YEAR, HOLIDAY_YEARS_AHEAD = 2023, 2  # the published year; as far ahead as anybody plans


def keep_days_current(now: dt.datetime) -> int:
    """Add what time has brought: another year of holidays, a calendar that a newer version ships; how many holidays.

    An installation that was never set up stays empty.
    """
    with transaction() as session:
        if session.scalar(select(District.id).limit(1)) is None:
            return 0
        added = load_days(session, now)
    if added:
        log.info("holidays added", extra={"days": added})
    return added


def load_days(session: Session, now: dt.datetime) -> int:
    """Both of them, in the caller's transaction; how many holidays were added."""
    added = _load_holidays(session, range(FIRST_HOLIDAY_YEAR, now.year + HOLIDAY_YEARS_AHEAD + 1))
    _load_calendars(session)
    return added


def _load_holidays(session: Session, years: range) -> int:
    """Add the days of these years that are not stored yet, removed ones among them; how many."""
    import holidays  # slow to load, and needed here only

    stored = set(session.scalars(select(Holiday.day)))
    serbian = holidays.country_holidays("RS", years=years, language="sr")
    english = holidays.country_holidays("RS", years=years, language="en_US")
    days = {day: (name, english[day], True) for day, name in serbian.items() if day.year in years}
    for row in files.rows_of("school_calendar_rs.csv"):
        if row["school_year"] == "every":
            month, day_of_month = map(int, row["date_from"].strip("-").split("-"))
            for year in years:
                no_lessons = row["kind"] == "observance-no-lessons"
                days.setdefault(dt.date(year, month, day_of_month), (row["note"], to_latin(row["note"]), no_lessons))
    fresh = [(day, *names) for day, names in sorted(days.items()) if day not in stored]
    for day, name, name_en, no_lessons in fresh:
        session.add(
            Holiday(day=day, name_sr_cyrl=name, name_sr_latn=to_latin(name), name_en=name_en, no_lessons=no_lessons)
        )
    return len(fresh)


def _load_calendars(session: Session) -> None:
    """Add the years of each calendar of which nothing is stored yet."""
    wanted = select(SchoolCalendarEntry.calendar, SchoolCalendarEntry.school_year)
    stored = {(calendar.value, year) for calendar, year in session.execute(wanted)}
    for row in files.rows_of("school_calendar_rs.csv"):
        if row["school_year"] == "every" or (row["calendar"], row["school_year"]) in stored:
            continue
        session.add(
            SchoolCalendarEntry(
                calendar=SchoolCalendar(row["calendar"]),
                school_year=row["school_year"],
                kind=row["kind"],
                first_day=dt.date.fromisoformat(row["date_from"]),
                last_day=dt.date.fromisoformat(row["date_to"]),
                applies_to=row["applies_to"],
                note=row["note"],
                timetable_of=weekday_of(row["note"]) if row["kind"] == "working-saturday" else None,
            )
        )
