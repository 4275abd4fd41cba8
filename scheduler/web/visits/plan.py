"""The yes to a request and the plan of its visit: one page, with all that the school said beside it."""

import datetime as dt
from dataclasses import replace

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.booking.queries.school_days import SchoolDays, days_of_request, usual_wish
from scheduler.booking.rules.days_that_suit import HORIZON_DAYS
from scheduler.booking.rules.slots import best_day, best_time, wish_for
from scheduler.booking.rules.starts import starts_on_wish
from scheduler.booking.service.accept_and_plan import accept_and_plan
from scheduler.booking.terms.free_dates import OF_CREW
from scheduler.booking.terms.holds import Slot
from scheduler.core import clock
from scheduler.core.errors import Conflict, Rejected
from scheduler.places.queries import calendar_missing
from scheduler.requests.queries.hours import AROUND, OpenSchool
from scheduler.requests.queries.pages import request_to_plan
from scheduler.requests.rules.states import may_plan
from scheduler.requests.terms.pages import RequestPage
from scheduler.requests.terms.school_request import Preference, RequestState
from scheduler.web import labels
from scheduler.web.day_slots import AGAINST, day_choices, slot_of, why_none
from scheduler.web.filters import say
from scheduler.web.forms import number_of
from scheduler.web.free_dates import wish_of
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _
from scheduler.web.once import sent_once
from scheduler.web.request_facts import facts_of, when_and_how
from scheduler.web.visits import lessons
from scheduler.web.visits.blueprint import bp
from scheduler.web.visits.forms import PlanForm


@bp.route("/requests/<number>/plan", methods=["GET", "POST"])
@may("create", "visit")
@sent_once
def plan_visit(number: str) -> ResponseReturnValue:
    """A date among those that are free, or another one with what speaks against it; pressed once it is all settled."""
    asked = request_to_plan(current_actor(), number, now=clock.now())
    school = OpenSchool(asked.row.host, _span(asked))
    days = days_of_request(asked, now=clock.now(), school=school)
    form = PlanForm() if request.method == "POST" else _plan_form(asked, school, days)
    form.offer_campaigns(asked.row.programme.id)
    agreed = asked.row.state is RequestState.AGREED
    possible, problem = may_plan(asked.row.state), ""
    sent = form.accepted() and not form.look.data
    clear = form.settle(days, form.plans(asked.presentations), sent=sent and possible)
    if sent and (clear or not possible):
        try:
            draft, seen = form.draft(asked), number_of(form.version.data)
            visit = accept_and_plan(current_actor(), asked.row.id, draft, now=clock.now(), version=seen)
        except Rejected as rejected:
            form.show(rejected.problems)
        except Conflict as conflict:
            problem = labels.refusal(conflict)
        else:
            say(_("Planned. Now choose who goes."))
            return redirect(url_for(".visit", number=visit.number))
    typed = [lessons.TypedTime(one.starts_local.data, one.minutes.data) for one in form.presentations]
    page = render_template(
        "visits/plan_visit.html",
        form=form,
        asked=asked,
        agreed=agreed,
        possible=possible,
        problem=problem,
        missing=calendar_missing(form.on_day.data or asked.row.first_day),
        lessons=lessons.lessons_beside(school, form.on_day.data, asked.presentations, typed, since=asked.row.first_day),
        days=_choices(asked, days, form),
        hour_gone=_hour_gone(asked, days, form),
        wishes=[wish_of(one) for one in asked.preferred],
        why_none=[] if days.found.first else why_none(days),
        facts=facts_of(asked),
        when_and_how=when_and_how(asked),
    )
    return page, 409 if problem else 422 if form.problems_shown() else 200


def _span(asked: RequestPage) -> tuple[dt.date, dt.date]:
    """All days that the page will ask of: those of the calendar, and around those that the school named."""
    today, row = clock.local_day(clock.now()), asked.row
    return min(today, row.first_day) - AROUND, max(today + dt.timedelta(days=HORIZON_DAYS), row.last_day) + AROUND


def _choices(asked: RequestPage, days: SchoolDays, form: PlanForm) -> list[object]:
    here = url_for(".plan_visit", number=asked.row.number)
    begins = min((one.starts_local.data for one in form.presentations if one.starts_local.data), default=None)
    chosen = Slot(form.on_day.data, begins) if form.on_day.data and begins else None
    return [
        *day_choices(
            days.found.free,
            asked.preferred,
            usual_wish(asked),
            chosen=[chosen],
            href=lambda value: f"{here}?slot={value}#plan",
        )
    ]


def _hour_gone(asked: RequestPage, days: SchoolDays, form: PlanForm) -> tuple[dt.time, str] | None:
    """The hour that the school wished on the day of the form, and why it is not free; None where it is kept."""
    day, plans = form.on_day.data, form.plans(asked.presentations)
    wished = wish_for(day, asked.preferred, usual_wish(asked))[1].starts_local if day else None
    if day is None or wished is None or not plans or any(one.starts_local == wished for one in plans):
        return None
    lacks = [one.lack for one in days.against(day, [replace(plans[0], starts_local=wished)]) if one.lack]
    return wished, "; ".join(str(AGAINST[lack]) for lack in dict.fromkeys(lacks))


def _plan_form(asked: RequestPage, school: OpenSchool, days: SchoolDays) -> PlanForm:
    """The plan on the date that was pressed, else on the free one that the school likes most.

    When nothing is free, on its first wish, or the first day on which only a crew is lacking: of its wishes first.
    """
    row, minutes = asked.row, asked.row.programme.minutes
    slot, best = slot_of(request.args.get("slot", "")), best_day(days.found.free, asked.preferred, usual_wish(asked))
    rank = number_of(request.args.get("wish")) or 0
    if slot is None and rank == 0 and best is not None:
        _rank, wished = wish_for(best.day, asked.preferred, usual_wish(asked))
        slot = Slot(best.day, best_time(best, wished))
    uncrewed = {one.day for one in days.found.days if one.lack in OF_CREW}
    if slot is not None:
        liked = Preference(slot.on_day, slot.starts_local)
    elif 0 < rank <= len(asked.preferred):
        liked = asked.preferred[rank - 1]
    elif asked.preferred:
        liked = next((one for one in asked.preferred if one.on_day in uncrewed), asked.preferred[0])
    else:
        liked = Preference(min(uncrewed, default=row.first_day))
    hours = school.clock(liked.on_day, liked.on_day)
    return PlanForm.for_request(asked, liked.on_day, starts_on_wish(asked.presentations, liked, minutes, hours))
