"""Whole school calendars: imported from a file, and an example for the demo. Single lines are edited in days.py."""

import datetime as dt
import logging
from dataclasses import replace

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.core import audit
from scheduler.core.db import db, transaction
from scheduler.data import files
from scheduler.places import queries
from scheduler.places.imports.registers import read_calendar
from scheduler.places.models import SchoolCalendarEntry
from scheduler.places.rules.hosts import problems_of_line, school_year, years_entered
from scheduler.places.terms.hosts import CalendarLine, CalendarOutcome, CalendarSheet, SchoolCalendar
from scheduler.policy import Actor

log = logging.getLogger(__name__)


def import_calendar(actor: Actor, sheet: CalendarSheet, *, now: dt.datetime, dry_run: bool = False) -> CalendarOutcome:
    """Store the school years that a file holds; each of them is replaced whole, others stay.

    All or nothing: with any problem nothing is stored. A dry run says what would happen. Raises: NotAllowed.
    """
    policy.require(actor, "import", "calendar")
    if dry_run or sheet.problems:
        return _compared(db.session(), sheet)[0]
    with transaction() as session:
        outcome, gone, new = _compared(session, sheet)
        for entry in gone:
            session.delete(entry)
        session.flush()  # what is gone makes room for what is new
        for line in new:
            entry = _entry(line)
            session.add(entry)
            session.flush()
            audit.record(actor, "calendar line imported", entry, at=now, details={"kind": line.kind})
    log.info("calendar imported", extra={"new": outcome.new, "gone": outcome.gone})
    return outcome


Compared = tuple[CalendarOutcome, list[SchoolCalendarEntry], list[CalendarLine]]


def _compared(session: Session, sheet: CalendarSheet) -> Compared:
    """A file held against the stored lines of its school years; an example is never the same as the real line."""
    wanted = {replace(line, line=0): line for line in sheet.lines}
    years = sorted({(line.calendar, line.school_year) for line in sheet.lines}, key=lambda year: (year[1], year[0]))
    gone, same = [], set()
    for calendar, year in years:
        stored = session.scalars(
            select(SchoolCalendarEntry)
            .where(SchoolCalendarEntry.calendar == calendar, SchoolCalendarEntry.school_year == year)
            .order_by(SchoolCalendarEntry.id)
        )
        for entry in stored:
            line = queries.calendar_entry_row(entry).line
            if line in wanted and not entry.example and entry.removed_at is None:
                same.add(line)
            else:
                gone.append(entry)
    new = [line for key, line in wanted.items() if key not in same]
    return CalendarOutcome(tuple(years), len(new), len(gone), len(same), sheet.problems), gone, new


def load_example_calendars(session: Session, today: dt.date) -> None:
    """A demo brings a calendar for its own school year where none is entered: last known year's, marked as an example.

    The days are the known ones moved by whole weeks; only the borders of the school year cut them.
    """
    year = school_year(today)
    known = read_calendar(files.bytes_of("school_calendar_rs.csv")).lines
    for calendar in SchoolCalendar:
        if year in years_entered(queries.calendar_spans(calendar, today, today)):
            continue
        ours = [line for line in known if line.calendar is calendar]
        for line in ours:
            if moved := _moved(line, year):
                entry = _entry(moved)
                entry.example = True
                session.add(entry)
    session.flush()


def _moved(line: CalendarLine, year: str) -> CalendarLine | None:
    """A line of a known year as it would fall in another one; None where no such day is in it."""
    years = int(year[:4]) - int(line.school_year[:4])
    days = dt.timedelta(weeks=round(years * 365.2425 / 7))  # whole weeks: Mondays stay Mondays
    first, last = line.first_day + days, line.last_day + days
    begin = dt.date(int(year[:4]), 9, 1)
    first, last = max(first, begin), min(last, begin + dt.timedelta(days=364))
    moved = replace(line, school_year=year, first_day=first, last_day=last)
    return None if problems_of_line(moved) else moved


def remove_example_calendars(session: Session) -> None:
    """Example lines leave with the demo."""
    session.execute(delete(SchoolCalendarEntry).where(SchoolCalendarEntry.example))


def _entry(line: CalendarLine) -> SchoolCalendarEntry:
    return SchoolCalendarEntry(
        calendar=line.calendar,
        school_year=line.school_year,
        kind=line.kind,
        first_day=line.first_day,
        last_day=line.last_day,
        applies_to=line.applies_to,
        timetable_of=line.timetable_of,
        note=line.note,
    )
