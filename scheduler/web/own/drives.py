"""A presenter's drives of a year: kilometres, minutes and costs, as planned and as driven."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.errors import Rejected
from scheduler.staffing.queries.drives import own_drive, own_drives
from scheduler.staffing.rules.drives import cost_of
from scheduler.staffing.service.drives import correct_drive
from scheduler.web.filters import say
from scheduler.web.forms import number_of
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _
from scheduler.web.own.blueprint import bp
from scheduler.web.own.forms import DriveForm


@bp.get("/drives")
@may("read", "day")
def drives() -> ResponseReturnValue:
    today = clock.local_day(clock.now())
    asked = number_of(request.args.get("year"))
    year = asked if asked is not None and 2000 <= asked <= today.year else today.year
    rows = own_drives(current_actor(), year, today=today)
    kilometres, rate = sum(one.kilometres for one in rows), settings().kilometre_rate
    return render_template(
        "own/drives.html",
        rows=rows,
        year=year,
        this_year=today.year,
        kilometres=kilometres,
        minutes=sum(one.minutes for one in rows),
        cost=cost_of(kilometres, rate) if rate else None,
        costs={one.number: cost_of(one.kilometres, rate) for one in rows} if rate else {},
    )


@bp.route("/drives/<number>", methods=["GET", "POST"])
@may("answer", "offer")
def correct(number: str) -> ResponseReturnValue:
    """What was driven for one visit, and why it was not as planned."""
    row = own_drive(current_actor(), number)
    form = DriveForm(kilometres=row.kilometres, minutes=row.minutes, reason=row.reason)
    if form.accepted():
        try:
            correct_drive(current_actor(), number, form.draft(), now=clock.now())
        except Rejected as rejected:
            form.show(rejected.problems)
        else:
            say(_("The kilometres are noted."))
            return redirect(url_for(".drives", year=row.on_day.year))
    return render_template("own/drive.html", form=form, row=row), 422 if form.errors else 200
