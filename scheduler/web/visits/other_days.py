"""The other days of a visit that is moved or planned again: at its own hours, or at others that its classes have."""

import datetime as dt

from flask import request, url_for

from scheduler.booking.queries.school_days import SchoolDays, days_of_visit
from scheduler.booking.rules.days_that_suit import HORIZON_DAYS
from scheduler.core import clock
from scheduler.requests.queries.hours import AROUND, OpenSchool
from scheduler.requests.terms.school_request import Preference
from scheduler.visits.terms.rows import VisitRow
from scheduler.web.day_slots import DateChoice, DayChoices, day_choices, days_as_choices, slot_of
from scheduler.web.forms import asked_day
from scheduler.web.visits.forms import MoveForm, ReplanForm


def asked_time() -> tuple[dt.date | None, dt.time | None]:
    """The day that was pressed, and the hour where it is not the visit's own."""
    slot = slot_of(request.args.get("slot", ""))
    return (slot.on_day, slot.starts_local) if slot else (asked_day("day"), None)


def other_hours(visit: VisitRow, days: SchoolDays, page: str) -> list[DayChoices]:
    """Where no day is free at the visit's own hours: days with other hours, as links that fill the form."""
    if not days.wish.kept or any(one.day != visit.on_day for one in days.found.free):
        return []
    here, pressed = url_for(page, number=visit.number), slot_of(request.args.get("slot", ""))
    usual = Preference(visit.on_day, days.wish.kept[0].starts_local)
    links = day_choices(
        days.at_other_hours, (), usual, chosen=[pressed], href=lambda value: f"{here}?slot={value}#plan"
    )
    return [one for one in links if one.choices]


def pressed_days(form: MoveForm | ReplanForm, visit: VisitRow, days: SchoolDays, page: str) -> list[DateChoice]:
    """The free days of the visit at its own hours, as links that fill the form."""
    free = [one for one in days.found.free if one.day != visit.on_day]
    here = url_for(page, number=visit.number)
    return days_as_choices(free, chosen=form.on_day.data, href=lambda value: f"{here}?day={value}#plan")


def days_of(visit: VisitRow) -> SchoolDays:
    today = clock.local_day(clock.now())
    school = OpenSchool.of(visit.host_id, (today - AROUND, today + dt.timedelta(days=HORIZON_DAYS) + AROUND))
    return days_of_visit(visit.id, now=clock.now(), school=school)
