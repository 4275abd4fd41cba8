"""The first page of everybody who signs in: what must I do now?"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.concerns.queries.reported import open_concerns
from scheduler.core import clock
from scheduler.core.paging import Page, page_number
from scheduler.places.queries import calendar_missing
from scheduler.policy import Actor
from scheduler.requests.queries.handovers import many_handed, own_handovers
from scheduler.safeguarding import queries as safeguarding_queries
from scheduler.staffing.queries.clearances import Lacks, proof_pages
from scheduler.staffing.queries.own_days import days_of, trips_for
from scheduler.staffing.queries.own_offers import offers_of
from scheduler.turns import service
from scheduler.turns.queries.desk import desk_of, visits_to_count
from scheduler.turns.rules import is_hole, may_be_put_off, rests
from scheduler.turns.terms import Desk, Matter, PutOffReason, TurnRow
from scheduler.web import labels
from scheduler.web.desk import figures, search
from scheduler.web.desk.blueprint import bp
from scheduler.web.desk.forms import PutOffForm
from scheduler.web.filters import say, short_day
from scheduler.web.first_steps import steps_on_the_desk
from scheduler.web.forms import BaseForm
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _
from scheduler.web.turn_words import BULK_ACTS, PUT_OFF, TurnAct, act_of, back, from_desk, undo_for, unless_of, why_of

__all__ = ["bp", "search"]

CALENDAR_AHEAD = dt.timedelta(days=90)  # in June the calendar of September is asked for
COMING_DAYS = 14
PROOFS_SHOWN = 20  # of each list
PROOF_LISTS = (Lacks.LACKING, Lacks.ENDS_IN_7, Lacks.ENDS_IN_30, Lacks.MINORS)
ROWS_SHOWN = 12
KINDS: Mapping[str, tuple[Matter, ...]] = {  # what each filter counts, it opens
    "new": (
        Matter.HOST_TYPED,
        Matter.REQUEST_NEW,
        Matter.REQUEST_TRIAGE,
        Matter.STANDS_STILL,
        Matter.COUNTS_CHANGED,
        Matter.DATES_OVER,
    ),
    "plan": (
        Matter.REQUEST_AGREED,
        Matter.CLOSED_DAY,
        Matter.DAY_NAMED,
        Matter.PASSED,
        Matter.DATE_WISH,
        Matter.NUMBERS_ASKED,
        Matter.CLOCK_WRONG,
    ),
    "crew": (
        Matter.DECIDE_NOW,
        Matter.SUBSTITUTE_SOUGHT,
        Matter.CREW_LOST,
        Matter.CLASH,
        Matter.OFFER_GONE,
        Matter.NOT_OFFERED,
        Matter.NO_CREW,
        Matter.CREW_SHORT,
        Matter.PLACE_OPEN,
        Matter.UNANSWERED,
        Matter.CREW_AWAY,
    ),
    "confirm": (Matter.TO_CONFIRM, Matter.CONFIRM_ANEW, Matter.NO_PROMISE, Matter.SCHOOL_TO_TELL),
    "numbers": (Matter.NOT_COUNTED, Matter.DISPUTED, Matter.FAR_COUNT, Matter.SILENT),
    "mail": (Matter.MAIL_FAILED, Matter.MAIL_HELD),
    "posts": (Matter.POST_DUE, Matter.POST_UNREADY),
}


RESTING = "resting"  # the filter of what is put off


@dataclass(frozen=True)
class DeskLine:
    """A row, how it is ended, and whether it is a gap of today or tomorrow, can be put off, is put off."""

    row: TurnRow
    act: TurnAct
    hole: bool
    can_rest: bool
    rests: bool


@bp.get("/desk")
@may("read", "desk")
def today() -> ResponseReturnValue:
    """By role: who goes into schools sees her day and her offers, staff see what waits for them."""
    actor, now = current_actor(), clock.now()
    day = clock.local_day(now)
    parts: dict[str, object] = {}
    if actor.presenter_id is not None:
        parts |= _of_presenter(actor, actor.presenter_id, day, now)
    if policy.scope_of(actor, "create", "visit"):
        parts |= _of_coordinator(actor, day, now)
    if actor.centre_id is not None and policy.scope_of(actor, "create", "vetting"):
        parts |= _of_safeguarding(actor.centre_id, day)
    if policy.scope_of(actor, "update", "concern"):
        parts |= {"concerns": open_concerns(actor, now), "said_by": labels.SPOKEN_UP_BY}
    parts["first_steps"] = steps_on_the_desk(actor, now)
    if policy.scope_of(actor, "import", "calendar") is not None:
        parts["missing"] = calendar_missing(day) or calendar_missing(day + CALENDAR_AHEAD)
    return render_template("desk/today.html", day=day, now=now, **parts)


@bp.post("/desk/put-off")
@may("create", "visit")
def put_off() -> ResponseReturnValue:
    """A row rests for some days: somebody rang, asked again, or it can wait."""
    form = PutOffForm()
    if form.accepted():
        number, reason = form.number.data or "", PutOffReason(form.why.data)
        until = service.put_off(current_actor(), number, reason, now=clock.now())
        say(_("Put off until %(day)s", day=short_day(until)), undo=undo_for(".show_again", number=number))
    return back(url_for(".today"))


@bp.post("/desk/show-again/<number>")
@may("create", "visit")
def show_again(number: str) -> ResponseReturnValue:
    """A row that rests is back."""
    if BaseForm().accepted():
        service.show_again(current_actor(), number, now=clock.now())
    return back(url_for(".today"))


def _of_safeguarding(centre_id: int, day: dt.date) -> dict[str, object]:
    """What waits, what ends within 7 and within 30 days, and every minor's consent, a page of each."""
    asked = {lacks: page_number(request.args.get(lacks.value)) for lacks in PROOF_LISTS}
    found = proof_pages(centre_id, day, asked, per_page=PROOFS_SHOWN)
    pages = {lacks.value: page for lacks, page in found.items()}
    return {**pages, "expiring": any(page.total for lacks, page in found.items() if lacks is not Lacks.MINORS)}


def _of_presenter(actor: Actor, presenter_id: int, day: dt.date, now: dt.datetime) -> dict[str, object]:
    """Her day, the next one, what waits for an answer or for numbers; of a minor, whether the guardian agreed."""
    counts = policy.scope_of(actor, "create", "attendance") is not None
    days = days_of(actor, day, day + dt.timedelta(days=COMING_DAYS), today=day)
    offers = offers_of(presenter_id, now)
    coming = [one for one in days if one.on_day > day]
    return {
        "to_count": visits_to_count(presenter_id, now) if counts else [],
        "presenter": True,
        "may_count": counts,
        "today": next((one for one in days if one.on_day == day), None),
        "next_day": coming[0] if coming else None,
        "later": [visit for one in coming[1:] for visit in one.visits],
        "offers": offers,
        "trips": trips_for(presenter_id, {one.visit.id: one.presentations for one in offers}),
        "clearance": safeguarding_queries.page_of(presenter_id, day).clearance,
    }


def _of_coordinator(actor: Actor, day: dt.date, now: dt.datetime) -> dict[str, object]:
    """What waits, each visit and request once, the first due first; all of it or what one filter counts."""
    asked, page = request.args.get("of", ""), page_number(request.args.get("page"))
    resting = asked == RESTING
    desk = desk_of(actor, now, only=KINDS.get(asked, ()), resting=resting, page=page, per_page=ROWS_SHOWN)
    standing_in = own_handovers(actor, now)
    stands_in = any(one.stand_in_id == actor.user_id for one in standing_in)
    return {
        "coordinator": True,
        "desk": Page([_line(row, day, now) for row in desk.rows], desk.page, desk.found, ROWS_SHOWN),
        "soon": desk.soon,
        "more_soon": desk.more_soon,
        "pills": _pills(desk, asked),
        "bulk": [
            (act, one.words) for act, one in BULK_ACTS.items() if one.kind == asked and desk.many(*one.matters) > 1
        ],
        "why_of": why_of,
        "put_off_words": PUT_OFF,
        "from_desk": from_desk(),
        "unless_of": unless_of,
        "kinds": labels.SCHOOL_KINDS,
        "standing_in": standing_in,
        "handed": many_handed(actor, now) if stands_in else 0,
        "held": figures.held_by(actor, day) if actor.centre_id else None,
    }


def _line(row: TurnRow, day: dt.date, now: dt.datetime) -> DeskLine:
    return DeskLine(row, act_of(row, now), is_hole(row, day), may_be_put_off(row, day), rests(row, day))


def _pills(desk: Desk, chosen: str) -> list[dict[str, object]]:
    """What waits by its kind, each with its count; a kind of which nothing waits is not there."""
    said = {
        "new": _("Requests"),
        "plan": _("Find a date"),
        "crew": _("Find presenters"),
        "confirm": _("Confirm and tell"),
        "numbers": _("Attendance"),
        "mail": _("Failed mail"),
        "posts": _("Posts"),
        RESTING: _("Put off"),
    }
    counts = {name: desk.many(*matters) for name, matters in KINDS.items()} | {RESTING: desk.resting}
    return [
        {
            "label": words,
            "count": many,
            "on": name == chosen,
            "href": url_for("desk.today", of=name, _anchor="next"),
            "drop": url_for("desk.today", _anchor="next") if name == chosen else "",
        }
        for name, words in said.items()
        if (many := counts[name]) or name == chosen
    ]
