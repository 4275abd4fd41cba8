"""The table of days without lessons, and what the school calendars say."""

import datetime as dt

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import Rejected
from scheduler.places import queries, service
from scheduler.places.terms import SchoolCalendar
from scheduler.web.admin.blueprint import bp
from scheduler.web.admin.forms import HolidayForm
from scheduler.web.admin.words import APPLIES_TO, CALENDARS, SPANS
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _

AHEAD = dt.timedelta(days=400)


@bp.route("/settings/holidays", methods=["GET", "POST"])
@may("create", "holiday")
def holidays() -> ResponseReturnValue:
    form = HolidayForm()
    if form.accepted():
        try:
            service.add_holiday(current_actor(), form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("The day is in the list: no new date falls on it."))
            return redirect(url_for(".holidays"))
    today = clock.local_day(clock.now())
    last = dt.date.max if request.args.get("all") else today + AHEAD
    page = render_template(
        "admin/holidays.html",
        form=form,
        rows=queries.holidays_between(today, last),
        shortened=last != dt.date.max,
        spans={calendar: queries.calendar_spans(calendar, today, today) for calendar in SchoolCalendar},
        today=today,
        calendars=CALENDARS,
        kinds=SPANS,
        applies=APPLIES_TO,
    )
    return page, 422 if form.errors else 200


@bp.post("/settings/holidays/<int:holiday_id>/remove")
@may("delete", "holiday")
def remove_holiday(holiday_id: int) -> ResponseReturnValue:
    service.remove_holiday(current_actor(), holiday_id, now=clock.now())
    say(_("Removed: schools can be visited on that day."), undo=url_for(".restore_holiday", holiday_id=holiday_id))
    return redirect(url_for(".holidays"))


@bp.post("/settings/holidays/<int:holiday_id>/restore")
@may("delete", "holiday")
def restore_holiday(holiday_id: int) -> ResponseReturnValue:
    service.restore_holiday(current_actor(), holiday_id, now=clock.now())
    say(_("The day is back in the list."))
    return redirect(url_for(".holidays"))
