"""Dates that the centre proposes, and the school's choice among them."""

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField
from wtforms.fields import SelectChoice

from scheduler.booking.queries.plan_as_asked import one_after_the_other, plans_as_asked
from scheduler.booking.queries.school_days import SchoolDays, days_of_request, usual_wish
from scheduler.booking.service import proof
from scheduler.booking.service.proposals import accept_free_date, propose_free_dates
from scheduler.booking.terms.holds import Slot
from scheduler.booking.terms.reasons import BookingReason
from scheduler.config import centre_timezone
from scheduler.core import clock
from scheduler.core.errors import Conflict, Reason, Rejected
from scheduler.policy import Actor
from scheduler.requests.queries.pages import own_request, proposed_dates, request_to_plan
from scheduler.requests.rules.states import may_move
from scheduler.requests.service.dates import decline_dates
from scheduler.requests.terms.dates import DateDraft, ProposedDate
from scheduler.requests.terms.pages import RequestPage
from scheduler.requests.terms.school_request import RequestState
from scheduler.web.day_slots import MeantDateForm, day_choices, slot_of, why_none
from scheduler.web.filters import clock as wall
from scheduler.web.filters import long_day, say
from scheduler.web.forms import BaseForm, DayField, LinesField, ManyField, Needed, TimeField
from scheduler.web.guards import current_actor, may, public
from scheduler.web.i18n import _, _l
from scheduler.web.limits import FREE_DATES, limiter
from scheduler.web.once import sent_once
from scheduler.web.reasons import worded
from scheduler.web.request_facts import facts_of, when_and_how
from scheduler.web.requests.blueprint import bp
from scheduler.web.requests.forms import RequestPressForm
from scheduler.web.requests.school.status import opened

MOST_DATES = 3
ANSWER = dt.timedelta(days=3)  # for the school to choose, unless somebody says otherwise
END_OF_DAY = dt.time(18, 0)


class ProposeForm(MeantDateForm, RequestPressForm):
    """Up to three dates of those that are free, or one beside them, and until when the school may choose."""

    slots = ManyField(_l("Dates to propose, three at most"), validate_choice=False)
    other_day = DayField(_l("Day"))
    other_start = TimeField(_l("Start"), default=dt.time(10, 0))
    held_until = DayField(
        _l("Last day for the answer (until 6 p.m.)"), [Needed()], default=lambda: clock.local_day(clock.now() + ANSWER)
    )

    def drafts(self) -> list[DateDraft]:
        """The dates that were pressed, then the one that was typed; call after `accepted()`."""
        found = [DateDraft(slot.on_day, slot.starts_local) for slot in self.pressed()]
        return found + ([DateDraft(self.other_day.data, self.other_start.data)] if self.other_day.data else [])

    def pressed(self) -> list[Slot]:
        """What was pressed; whatever is no date was nobody's choice."""
        return [slot for value in self.slots.data or () if (slot := slot_of(value))]

    def until(self) -> dt.datetime:
        """The evening of the last day to choose."""
        day: dt.date = self.held_until.data
        return dt.datetime.combine(day, END_OF_DAY, tzinfo=ZoneInfo(centre_timezone())).astimezone(dt.UTC)

    def settle(self, days: SchoolDays, page: RequestPage) -> bool:
        """Whether each date is free, or typed and meant."""
        free = {one.day: one.starts for one in days.found.free}
        if len(self.drafts()) > MOST_DATES:
            self.show({"slots": BookingReason.THREE_AT_MOST})
        elif any(slot.starts_local not in free.get(slot.on_day, ()) for slot in self.pressed()):
            self.show({"slots": BookingReason.DATE_TAKEN})
        day, start = self.other_day.data, self.other_start.data
        clear = not day or self.means(
            day, [start], days.against(day, plans_as_asked(page, one_after_the_other(page, start)))
        )
        return clear and not self.problems_shown()

    def show(self, problems: Mapping[str, Reason]) -> None:
        """Reasons like "dates-0-on_day" stand beside what was pressed, or beside the date that was typed."""
        of_slots = len(self.pressed())
        for name, reason in problems.items():
            _dates, number, part = name.split("-") if name.startswith("dates-") else ("", "", name)
            typed = number and int(number) >= of_slots and self.other_day.data
            field = ("other_day" if part == "on_day" else "other_start") if typed else "slots" if number else name
            super().show({field: reason})


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
    form, days = ProposeForm(version=page.version), days_of_request(page, now=clock.now())
    if form.accepted() and form.settle(days, page):
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
    shown = render_template(
        "requests/propose.html",
        page=page,
        row=page.row,
        form=form,
        possible=may_move(page.row.state, RequestState.PROPOSED),
        days=day_choices(days.found.free, page.preferred, usual_wish(page), chosen=form.pressed()),
        why_none=[] if days.found.first else why_none(days),
        facts=facts_of(page),
        when_and_how=when_and_how(page),
    )
    return shown, 422 if form.problems_shown() else 200


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
        say(_("Thank you, we have your choice."))
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
            say(_("Thank you, we have your choice."))
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
