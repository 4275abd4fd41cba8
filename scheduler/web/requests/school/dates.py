"""Dates that the centre proposes, and the school's choice among them."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import FieldList, Form, FormField, RadioField
from wtforms.fields import SelectChoice

from scheduler.booking.queries.free_dates import AskedPlace, free_dates
from scheduler.booking.service import proof
from scheduler.booking.service.proposals import accept_free_date, propose_free_dates
from scheduler.booking.terms.free_dates import FreeDay, FreeWish
from scheduler.booking.terms.reasons import BookingReason
from scheduler.config import centre_timezone
from scheduler.core import clock
from scheduler.core.errors import Conflict, Rejected
from scheduler.policy import Actor
from scheduler.requests.queries.hours import OpenSchool
from scheduler.requests.queries.pages import own_request, proposed_dates, request_to_plan
from scheduler.requests.rules.states import may_move
from scheduler.requests.service.dates import decline_dates
from scheduler.requests.terms.dates import DateDraft, ProposedDate
from scheduler.requests.terms.pages import RequestPage
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.rules.starts import classes_of_sittings
from scheduler.web import forms
from scheduler.web.day_slots import slot_of
from scheduler.web.filters import clock as wall
from scheduler.web.filters import long_day, say
from scheduler.web.forms import BaseForm, DayField, LinesField, Needed, TimeField
from scheduler.web.guards import current_actor, may, public
from scheduler.web.i18n import _, _l
from scheduler.web.limits import FREE_DATES, limiter
from scheduler.web.once import sent_once
from scheduler.web.reasons import worded
from scheduler.web.requests.blueprint import bp
from scheduler.web.requests.forms import RequestPressForm
from scheduler.web.requests.school.status import opened

MOST_DATES = 3
FREE_DAYS_BESIDE = 6  # free days beside the form
END_OF_DAY = dt.time(18, 0)


class DateFields(Form):  # type: ignore[misc]
    """One date to propose; an empty day proposes none."""

    class Meta(Form.Meta):  # type: ignore[misc]
        def get_translations(self, form: Form) -> forms.OurWords:
            return forms.OurWords()

    on_day = DayField(_l("Day"))
    starts_local = TimeField(_l("Start"), default=dt.time(10, 0))


class ProposeForm(RequestPressForm):
    """Up to three dates, and until when the school may choose."""

    dates = FieldList(FormField(DateFields), min_entries=MOST_DATES, max_entries=MOST_DATES)
    held_until = DayField(_l("Last day for the answer (until 6 p.m.)"), [Needed()])

    def drafts(self) -> list[DateDraft]:
        """The dates that have a day; call after `accepted()`."""
        typed = [entry.form for entry in self.dates if entry.form.on_day.data]
        return [DateDraft(one.on_day.data, one.starts_local.data or dt.time(10, 0)) for one in typed]

    def until(self) -> dt.datetime:
        """The evening of the last day to choose."""
        day: dt.date = self.held_until.data
        return dt.datetime.combine(day, END_OF_DAY, tzinfo=ZoneInfo(centre_timezone())).astimezone(dt.UTC)

    def show(self, problems: Any) -> None:
        """Reasons like "dates-0-on_day" stand beside their field."""
        inner = {field.name: field for entry in self.dates for field in entry.form}
        for name in problems.keys() & inner.keys():
            inner[name].errors = [*inner[name].errors, worded(problems[name])]
        super().show({name: reason for name, reason in problems.items() if name not in inner})


class ChooseForm(RequestPressForm):
    """One of the dates."""

    date = RadioField(_l("Which date suits you?"), [Needed()])

    @classmethod
    def of(cls, dates: tuple[ProposedDate, ...], version: int) -> "ChooseForm":
        form = cls(version=version)
        form.date.choices = [
            SelectChoice(str(one.id), f"{long_day(one.on_day)}, {wall(one.starts_local)}") for one in dates
        ]
        return form


class NoneSuitsForm(RequestPressForm):
    reason = LinesField(_l("Which days would suit you?"), [Needed()], limit=300)


@bp.route("/requests/<number>/dates", methods=["GET", "POST"])
@may("accept", "request")
@sent_once
def propose(number: str) -> ResponseReturnValue:
    """The coordinator proposes dates; the school gets one mail."""
    page = request_to_plan(current_actor(), number, now=clock.now())
    form = ProposeForm(version=page.version)
    if form.accepted():
        try:
            propose_free_dates(
                current_actor(),
                page.row.id,
                form.drafts(),
                held_until=form.until(),
                now=clock.now(),
                version=form.seen(),
            )
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("Sent to the school."))
            return redirect(url_for(".show_request", number=number))
    possible = may_move(page.row.state, RequestState.PROPOSED)
    free = _free_for(page) if possible else ()
    shown = render_template("requests/propose.html", page=page, row=page.row, form=form, possible=possible, free=free)
    return shown, 422 if form.problems_shown() else 200


def _free_for(page: RequestPage) -> tuple[FreeDay, ...]:
    """The next days on which a crew could come, to propose among them."""
    first = page.presentations[0]
    classes = classes_of_sittings(page.presentations, first.audience)
    wish = FreeWish(
        page.row.programme.id, page.teaching_language, first.audience, host_id=page.row.host.id, classes=classes
    )
    place = AskedPlace(page.row.programme, OpenSchool(page.row.host), page.row.host.municipality)
    return free_dates(wish, now=clock.now(), place=place).free[:FREE_DAYS_BESIDE]


@bp.route("/status/<secret>/dates", methods=["GET", "POST"])
@public
def choose_date(secret: str) -> ResponseReturnValue:
    """The school takes one of the dates. Opening the page chooses nothing."""
    actor, page = opened(secret)
    if page.row.state is not RequestState.PROPOSED:
        return redirect(url_for(".status", secret=secret))  # pressed twice, or over: its page says where it stands
    dates = proposed_dates(page.row.id, now=clock.now())
    form = ChooseForm.of(dates, page.version)
    if form.accepted():
        try:
            chosen = int(form.date.data)
            agreed = accept_free_date(actor, page.row.id, chosen, now=clock.now(), version=form.seen())
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            return _chosen(actor, secret, agreed)
    return _choice(secret, page, form, NoneSuitsForm(formdata=None, version=page.version))


def _chosen(actor: Actor, secret: str, agreed: bool) -> ResponseReturnValue:
    """Where the choice leads: to the school's page, or once more to the dates when this one was gone."""
    if agreed:
        say(_("Thank you, the date is agreed. We look for presenters and write to you."))
        return redirect(url_for(".status", secret=secret))
    if own_request(actor, now=clock.now()).row.state is RequestState.PROPOSED:
        say(_("We are sorry: that date was taken meanwhile. Please choose again, these are free now."))
        return redirect(url_for(".choose_date", secret=secret))
    say(_("We are sorry: that date was taken meanwhile. The centre looks for another one and writes to you."))
    return redirect(url_for(".status", secret=secret))


@bp.post("/status/<secret>/dates/other")
@public
@limiter.limit(FREE_DATES)
def take_other_date(secret: str) -> ResponseReturnValue:
    """The date of a booking had gone before its proof: the school presses another one of those on its page."""
    actor, page = opened(secret)
    slot = slot_of(request.form.get("slot", ""))
    if BaseForm().accepted() and slot is not None:
        try:
            proof.take_other_date(actor, page.row.id, slot, now=clock.now())
        except Conflict as conflict:
            if conflict.reason is BookingReason.DATE_TAKEN:
                say(_("We are sorry: that date was taken meanwhile. Please choose again, these are free now."))
        else:
            say(_("The date is yours. We look for presenters now."))
    return redirect(url_for(".status", secret=secret))


@bp.post("/status/<secret>/dates/none")
@public
def no_date_suits(secret: str) -> ResponseReturnValue:
    """None of the dates suits: the centre reads which days would."""
    actor, page = opened(secret)
    if page.row.state is not RequestState.PROPOSED:
        return redirect(url_for(".status", secret=secret))
    form = NoneSuitsForm()
    if form.accepted():
        try:
            decline_dates(actor, page.row.id, form.reason.data, now=clock.now(), version=form.seen())
        except Conflict as conflict:
            form.form_errors.append(worded(conflict.reason))
        else:
            say(_("The centre has your answer and looks for other dates."))
            return redirect(url_for(".status", secret=secret))
    dates = proposed_dates(page.row.id, now=clock.now())
    choose = ChooseForm(formdata=None, version=page.version)
    choose.date.choices = ChooseForm.of(dates, page.version).date.choices
    return _choice(secret, page, choose, form)


def _choice(secret: str, page: RequestPage, form: ChooseForm, unsuited: NoneSuitsForm) -> ResponseReturnValue:
    dates = proposed_dates(page.row.id, now=clock.now())
    wrong = unsuited if unsuited.problems_shown() else form
    shown = render_template(
        "requests/choose_date.html", page=page, form=form, unsuited=unsuited, wrong=wrong, dates=dates, secret=secret
    )
    return shown, 422 if wrong.problems_shown() else 200
