"""A visit is copied: to other days, as a series over classes, to several hosts at once."""

import datetime as dt
from typing import cast

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, SubmitField
from wtforms.fields import SelectChoice

from scheduler.booking.service import copies
from scheduler.booking.service.copies import MOST_COPIES
from scheduler.booking.terms.copies import CopiesAway, CopyAway, CopyPlan
from scheduler.core import clock
from scheduler.core.errors import NotFound, Rejected
from scheduler.places import queries as place_queries
from scheduler.places.terms.hosts import HostRow
from scheduler.visits.queries.pages import visit_page
from scheduler.visits.terms.rows import VisitRow
from scheduler.web.filters import say
from scheduler.web.forms import BaseForm, CountField, DayField, LinesField, ManyField, Needed, TextField, number_of
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _l, _n, page_language
from scheduler.web.once import sent_once
from scheduler.web.visits.blueprint import bp

DAYS_BETWEEN_COPIES = 7
MOST_FOUND = 12


class CopyForm(BaseForm):
    """Where and when a visit is planned again."""

    on_day = DayField(_l("Day of the first copy"), [Needed()])
    every_days = CountField(_l("Days from one copy to the next"), [Needed()], most=60, default=DAYS_BETWEEN_COPIES)
    classes = LinesField(_l("Classes, one line for each visit"), limit=1000)
    hosts = ManyField(_l("Schools"))
    outside_shift = BooleanField(_l("The schools say that the classes come for it at that time, or stay"))
    find = TextField(_l("Find another school"), limit=100)
    look = SubmitField(_l("Find"))

    @classmethod
    def for_visit(cls, visit: VisitRow) -> "CopyForm":
        """The choices are the visit's own host, those ticked before, and what typing finds."""
        form = cls(data={"hosts": [str(visit.host_id)]}) if request.method == "GET" else cls()
        ticked = [number for one in (form.hosts.data or [])[: MOST_COPIES + 1] if (number := number_of(one))]
        rows = {host.id: host for number in (visit.host_id, *ticked) if (host := _host(number))}
        if form.find.data:
            rows |= {host.id: host for host in place_queries.find_hosts(form.find.data, limit=MOST_FOUND)}
        language = page_language()
        form.hosts.choices = [
            SelectChoice(str(host.id), f"{host.name(language)}, {host.place(language)}") for host in rows.values()
        ]
        return form

    def plan(self) -> CopyPlan:
        """What the form says; call after `accepted()`."""
        lines = (line.strip() for line in (self.classes.data or "").splitlines())
        return CopyPlan(
            on_day=cast(dt.date, self.on_day.data),
            host_ids=tuple(int(one) for one in self.hosts.data or ()),
            classes=tuple(line for line in lines if line),
            every_days=self.every_days.data,
            outside_shift=bool(self.outside_shift.data),
        )


def _host(number: int) -> HostRow | None:
    try:
        return place_queries.host_of(number)
    except NotFound:
        return None


@bp.route("/visits/<number>/copy", methods=["GET", "POST"])
@may("create", "visit")
@sent_once
def copy_visit(number: str) -> ResponseReturnValue:
    """The form; "Find" only adds schools to tick, it writes to nobody."""
    visit = visit_page(current_actor(), number).visit
    form = CopyForm.for_visit(visit)
    away: tuple[CopyAway, ...] = ()
    if form.accepted() and not form.look.data:
        try:
            plan, key = form.plan(), str(form.form_key.data)
            numbers = copies.copy_visit(current_actor(), visit.id, plan, form_key=key, now=clock.now())
        except Rejected as rejected:
            away = rejected.copies if isinstance(rejected, CopiesAway) else ()
            form.show(rejected.problems)
        else:
            told = _n(
                "%(num)s visit is planned: %(which)s.",
                "%(num)s visits are planned: %(which)s.",
                len(numbers),
                which=", ".join(numbers),
            )
            say(told)
            return redirect(url_for(".visit", number=numbers[0]))
    elif form.look.data:
        for field in form:
            field.errors = []
    shown = render_template("visits/copy.html", form=form, visit=visit, away=away)
    return shown, 422 if form.problems_shown() else 200
