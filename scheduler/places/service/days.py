"""The days on which schools have lessons, as people enter them: holidays, and the lines of the school calendars.

What is removed stays as a row, so that it can be put back, and loading the shipped days does not bring it back.
"""

import datetime as dt
from typing import Any

from sqlalchemy import select

from scheduler import policy
from scheduler.core import audit, clock
from scheduler.core.db import transaction
from scheduler.core.errors import GroundReason, NotFound, Rejected
from scheduler.places.models import Holiday, SchoolCalendarEntry
from scheduler.places.rules.hosts import both_scripts, problems_with_calendar, problems_with_holiday, school_year
from scheduler.places.terms.hosts import CalendarDraft, HolidayDraft
from scheduler.policy import Actor


def add_holiday(actor: Actor, draft: HolidayDraft, *, now: dt.datetime) -> int:
    """Enter a day without lessons, or an observance; one that was removed comes back with the new names. Its id.

    Raises: NotAllowed; Rejected with {field: reason}.
    """
    policy.require(actor, "create", "holiday")
    if problems := problems_with_holiday(draft, today=clock.local_day(now)):
        raise Rejected(problems)
    cyrl, latn = both_scripts(draft.name)
    with transaction() as session:
        holiday = session.scalar(select(Holiday).where(Holiday.day == draft.day))
        if holiday is not None and holiday.removed_at is None:
            raise Rejected({"day": GroundReason.EXISTS})
        if holiday is None:
            holiday = Holiday(day=draft.day)
        names = {"name_sr_cyrl": cyrl, "name_sr_latn": latn, "name_en": draft.name_en or latn}
        different = audit.write_changes(holiday, names | {"no_lessons": draft.no_lessons})
        holiday.removed_at = None
        session.add(holiday)
        session.flush()
        audit.record(actor, "holiday added", holiday, at=now, details={"day": draft.day, "changes": different})
        return holiday.id


def remove_holiday(actor: Actor, holiday_id: int, *, now: dt.datetime) -> None:
    """Take a day out of the list; a second time changes nothing. Raises: NotAllowed, NotFound."""
    _set_removed(actor, Holiday, holiday_id, now, removed=True)


def restore_holiday(actor: Actor, holiday_id: int, *, now: dt.datetime) -> None:
    """Put a removed day back; a second time changes nothing. Raises: NotAllowed, NotFound."""
    _set_removed(actor, Holiday, holiday_id, now, removed=False)


def add_calendar_entry(actor: Actor, draft: CalendarDraft, *, now: dt.datetime) -> int:
    """Enter a term, a break or a working Saturday of a school calendar; a removed line comes back. Its id.

    Raises: NotAllowed; Rejected with {field: reason}.
    """
    policy.require(actor, "create", "holiday")
    if problems := problems_with_calendar(draft):
        raise Rejected(problems)
    with transaction() as session:
        line = session.scalar(
            select(SchoolCalendarEntry).where(
                SchoolCalendarEntry.calendar == draft.calendar,
                SchoolCalendarEntry.kind == draft.kind,
                SchoolCalendarEntry.applies_to == draft.applies_to,
                SchoolCalendarEntry.first_day == draft.first_day,
            )
        )
        if line is not None and line.removed_at is None:
            raise Rejected({"first_day": GroundReason.EXISTS})
        if line is None:
            line = SchoolCalendarEntry(
                calendar=draft.calendar,
                kind=draft.kind,
                applies_to=draft.applies_to,
                first_day=draft.first_day,
                school_year=school_year(draft.first_day),
            )
        different = audit.write_changes(line, {"last_day": draft.last_day, "timetable_of": draft.timetable_of})
        line.removed_at = None
        session.add(line)
        session.flush()
        told = {"first_day": draft.first_day, "changes": different}
        audit.record(actor, "calendar line added", line, at=now, details=told)
        return line.id


def remove_calendar_entry(actor: Actor, entry_id: int, *, now: dt.datetime) -> None:
    """Take a line out of its school calendar; a second time changes nothing. Raises: NotAllowed, NotFound."""
    _set_removed(actor, SchoolCalendarEntry, entry_id, now, removed=True)


def restore_calendar_entry(actor: Actor, entry_id: int, *, now: dt.datetime) -> None:
    """Put a removed line back; a second time changes nothing. Raises: NotAllowed, NotFound."""
    _set_removed(actor, SchoolCalendarEntry, entry_id, now, removed=False)


def _set_removed(
    actor: Actor, kind: type[Holiday] | type[SchoolCalendarEntry], row_id: int, now: dt.datetime, *, removed: bool
) -> None:
    policy.require(actor, "delete", "holiday")
    with transaction() as session:
        row: Any = session.get(kind, row_id)
        if row is None:
            raise NotFound("holiday")
        if (row.removed_at is not None) != removed:
            row.removed_at = now if removed else None
            told = {"day": row.day if kind is Holiday else row.first_day}
            audit.record(actor, "day removed" if removed else "day put back", row, at=now, details=told)
