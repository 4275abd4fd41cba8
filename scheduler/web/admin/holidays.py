"""The table of days without lessons, and what the school calendars say."""

import datetime as dt

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Rejected
from scheduler.places import queries
from scheduler.places.service import days
from scheduler.places.service.days import add_holiday
from scheduler.places.terms.hosts import CalendarSpan, SchoolCalendar
from scheduler.web.admin.blueprint import bp
from scheduler.web.admin.forms import CalendarForm, HolidayForm
from scheduler.web.admin.words import APPLIES, CALENDARS, SPANS
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may
from scheduler.web.history import history
from scheduler.web.i18n import _
from scheduler.web.once import sent_once

LISTED_AHEAD = dt.timedelta(days=800)  # the list is short: about fifteen days a year


@bp.route("/settings/holidays", methods=["GET", "POST"])
@may("create", "holiday")
@sent_once
def holidays() -> ResponseReturnValue:
    """The list and the form for one more day."""
    form = HolidayForm(mark="holiday")
    if form.accepted():
        try:
            add_holiday(current_actor(), form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("The day is in the list: no new date falls on it."))
            return redirect(url_for(".holidays"))
    return _page(form, CalendarForm(formdata=None, mark="calendar"))


@bp.post("/settings/calendar")
@may("create", "holiday")
@sent_once
def add_calendar_entry() -> ResponseReturnValue:
    form = CalendarForm(mark="calendar")
    if form.accepted():
        try:
            days.add_calendar_entry(current_actor(), form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("The line is in the school calendar."))
            return redirect(url_for(".holidays"))
    return _page(HolidayForm(formdata=None, mark="holiday"), form)


def _page(form: HolidayForm, calendar_form: CalendarForm) -> ResponseReturnValue:
    today = clock.local_day(clock.now())
    page = render_template(
        "admin/holidays.html",
        changes=history({"holiday": None, "school_calendar_entry": None}, calendar_form),
        form=form,
        calendar_form=calendar_form,
        rows=queries.holidays_between(today, today + LISTED_AHEAD),
        spans={calendar: _of_now(calendar, today) for calendar in SchoolCalendar},
        calendars=CALENDARS,
        kinds=SPANS,
        applies=APPLIES,
    )
    return page, 422 if form.errors or calendar_form.errors else 200


def _of_now(calendar: SchoolCalendar, today: dt.date) -> list[CalendarSpan]:
    """Lines that are not over."""
    return [span for span in queries.calendar_spans(calendar, today, today + LISTED_AHEAD) if span.last_day >= today]


@bp.post("/settings/holidays/<int:holiday_id>/remove")
@may("delete", "holiday")
def remove_holiday(holiday_id: int) -> ResponseReturnValue:
    days.remove_holiday(current_actor(), holiday_id, now=clock.now())
    say(_("Removed: schools can be visited on that day."), undo=url_for(".restore_holiday", holiday_id=holiday_id))
    return redirect(url_for(".holidays"))


@bp.post("/settings/holidays/<int:holiday_id>/restore")
@may("delete", "holiday")
def restore_holiday(holiday_id: int) -> ResponseReturnValue:
    days.restore_holiday(current_actor(), holiday_id, now=clock.now())
    say(_("The day is back in the list."))
    return redirect(url_for(".holidays"))


@bp.post("/settings/calendar/<int:entry_id>/remove")
@may("delete", "holiday")
def remove_calendar_entry(entry_id: int) -> ResponseReturnValue:
    days.remove_calendar_entry(current_actor(), entry_id, now=clock.now())
    say(_("The line is removed."), undo=url_for(".restore_calendar_entry", entry_id=entry_id))
    return redirect(url_for(".holidays"))


@bp.post("/settings/calendar/<int:entry_id>/restore")
@may("delete", "holiday")
def restore_calendar_entry(entry_id: int) -> ResponseReturnValue:
    days.restore_calendar_entry(current_actor(), entry_id, now=clock.now())
    say(_("The line is back."))
    return redirect(url_for(".holidays"))
