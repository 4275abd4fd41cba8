"""The school calendars of both regions as staff read them, and a whole calendar imported from a file."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.core import clock
from scheduler.places import queries
from scheduler.places.imports.registers import decoded_text, read_calendar
from scheduler.places.rules.hosts import days_of_school_year, school_year
from scheduler.places.service import calendars
from scheduler.places.terms.hosts import CalendarOutcome
from scheduler.web.admin import words
from scheduler.web.admin.blueprint import bp
from scheduler.web.admin.forms import CalendarFileForm
from scheduler.web.filters import say
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _n
from scheduler.web.labels import WEEKDAYS
from scheduler.web.once import sent_once


def _year() -> str:
    """The school year of the address when it is one; else this one."""
    asked = request.args.get("year", "")
    try:
        days_of_school_year(asked)
    except ValueError:
        return school_year(clock.local_day(clock.now()))
    return asked


@bp.get("/school-calendar")
@may("read", "calendar")
def school_calendar() -> ResponseReturnValue:
    year, years = _year(), queries.calendar_years()
    first, last = days_of_school_year(year)
    now = school_year(clock.local_day(clock.now()))
    listed = sorted({year, now, *(one for one, _calendar, _example in years)}, reverse=True)
    return render_template(
        "admin/school_calendar.html",
        year=year,
        pills=[{"label": one, "href": url_for(".school_calendar", year=one), "on": one == year} for one in listed],
        missing=queries.calendar_missing(first),
        rows=queries.calendar_lines(year),
        holidays=queries.holidays_between(first, last),
        may_edit=policy.scope_of(current_actor(), "import", "calendar") is not None,
        words=words,
        weekdays=WEEKDAYS,
    )


@bp.route("/school-calendar/import", methods=["GET", "POST"])
@may("import", "calendar")
@sent_once
def import_calendar() -> ResponseReturnValue:
    """First the check, which stores nothing; on the second press the file is stored, whole or not at all."""
    form, outcome = CalendarFileForm(), None
    if form.accepted():
        content = form.content()
        sheet = read_calendar(content)
        store = "store" in request.form and not sheet.problems
        outcome = calendars.import_calendar(current_actor(), sheet, now=clock.now(), dry_run=not store)
        if store:
            stored = outcome.new + outcome.same
            say(_n("The calendar is stored: %(num)s line.", "The calendar is stored: %(num)s lines.", stored))
            return redirect(url_for(".school_calendar", year=max((year for _calendar, year in outcome.years))))
        form.text.data = decoded_text(content)
    return _import_page(form, outcome)


def _import_page(form: CalendarFileForm, outcome: CalendarOutcome | None) -> ResponseReturnValue:
    page = render_template("admin/import_calendar.html", form=form, outcome=outcome, words=words)
    return page, 422 if form.errors or (outcome and outcome.problems) else 200
