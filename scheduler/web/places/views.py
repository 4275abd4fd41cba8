"""The school calendar of both regions: read by staff, edited and imported by an administrator."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from scheduler import policy
from scheduler.core import clock
from scheduler.core.errors import Rejected
from scheduler.places import queries, service
from scheduler.places.imports import decoded_text, read_calendar
from scheduler.places.rules import days_of_school_year, school_year
from scheduler.places.terms import CalendarOutcome
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _
from scheduler.web.places import words
from scheduler.web.places.forms import CalendarFileForm, HolidayForm, LineForm

bp = Blueprint("places", __name__)


def _year() -> str:
    """The school year of the address when it is one; else this one."""
    asked = request.args.get("year", "")
    try:
        days_of_school_year(asked)
    except ValueError:
        return school_year(clock.local_day(clock.now()))
    return asked


@bp.get("/calendar")
@may("read", "calendar")
def school_calendar() -> ResponseReturnValue:
    return _page(LineForm(mark="line"), HolidayForm(mark="holiday"))


def _page(line: LineForm, holiday: HolidayForm) -> ResponseReturnValue:
    year, years = _year(), queries.calendar_years()
    first, last = days_of_school_year(year)
    now = school_year(clock.local_day(clock.now()))
    listed = sorted({year, now, *(one for one, _calendar, _example in years)}, reverse=True)
    page = render_template(
        "places/school_calendar.html",
        year=year,
        pills=[{"label": one, "href": url_for(".school_calendar", year=one), "on": one == year} for one in listed],
        missing=queries.calendar_missing(first),
        rows=queries.calendar_lines(year),
        holidays=queries.holidays_between(first, last),
        line=line,
        holiday=holiday,
        form=holiday if holiday.errors else line,
        may_edit=policy.scope_of(current_actor(), "update", "calendar") is not None,
        words=words,
    )
    return page, 422 if line.errors or holiday.errors else 200


@bp.post("/calendar/lines")
@may("update", "calendar")
def add_line() -> ResponseReturnValue:
    form = LineForm(mark="line")
    if form.accepted():
        line = form.line()
        try:
            service.add_line(current_actor(), line, now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            return _done(_("The line is added."), line.school_year)
    return _page(form, HolidayForm(mark="holiday", formdata=None))


@bp.post("/calendar/lines/<int:entry_id>/remove")
@may("update", "calendar")
def remove_line(entry_id: int) -> ResponseReturnValue:
    service.remove_line(current_actor(), entry_id, now=clock.now())
    return _done(_("The line is removed."), _year())


@bp.post("/calendar/holidays")
@may("update", "calendar")
def add_holiday() -> ResponseReturnValue:
    form = HolidayForm(mark="holiday")
    if form.accepted():
        day, names = form.day.data, (form.name.data, form.name_en.data or "")
        try:
            service.add_holiday(current_actor(), day, *names, form.no_lessons.data, now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            return _done(_("The day is added."), school_year(day))
    return _page(LineForm(mark="line", formdata=None), form)


@bp.post("/calendar/holidays/<int:holiday_id>/remove")
@may("update", "calendar")
def remove_holiday(holiday_id: int) -> ResponseReturnValue:
    service.remove_holiday(current_actor(), holiday_id, now=clock.now())
    return _done(_("The day is removed."), _year())


def _done(text: str, year: str) -> Response:
    say(text)
    return redirect(url_for(".school_calendar", year=year))


@bp.route("/calendar/import", methods=["GET", "POST"])
@may("import", "calendar")
def import_calendar() -> ResponseReturnValue:
    """First the check, which stores nothing; on the second press the file is stored, whole or not at all."""
    form, outcome = CalendarFileForm(), None
    if form.accepted():
        content = form.content()
        sheet = read_calendar(content)
        store = "store" in request.form and not sheet.problems
        outcome = service.import_calendar(current_actor(), sheet, now=clock.now(), dry_run=not store)
        if store:
            return _done(
                _("The calendar is stored: %(count)s lines.", count=outcome.new + outcome.same), _last(outcome)
            )
        form.text.data = decoded_text(content)
    return _import_page(form, outcome)


def _last(outcome: CalendarOutcome) -> str:
    return max((year for _calendar, year in outcome.years), default=_year())


def _import_page(form: CalendarFileForm, outcome: CalendarOutcome | None) -> ResponseReturnValue:
    page = render_template("places/import_calendar.html", form=form, outcome=outcome, words=words)
    return page, 422 if form.errors or (outcome and outcome.problems) else 200
