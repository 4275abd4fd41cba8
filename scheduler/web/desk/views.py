"""The first page of everybody who signs in: what must I do now?"""

import datetime as dt

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.attendance.queries.counting import disputed_attendance, late_counts
from scheduler.core import clock
from scheduler.core.paging import page_number
from scheduler.messages import queries as message_queries
from scheduler.messages.terms import MessageState
from scheduler.places.queries import calendar_missing
from scheduler.policy import Actor
from scheduler.readiness.queries.findings import open_wishes
from scheduler.requests.queries import inbox as requests_inbox
from scheduler.requests.queries.handovers import own_handovers
from scheduler.requests.terms.pages import InboxFilters
from scheduler.safeguarding import queries as safeguarding_queries
from scheduler.staffing.queries.clearances import Lacks, clearance_pages
from scheduler.staffing.queries.own_days import days_of, trips_for
from scheduler.visits.queries.pages import (
    nearing_visits,
    offers_of,
    visits_of_presenter,
)
from scheduler.visits.queries.search import mails_in_reach
from scheduler.visits.terms.rows import VisitRow
from scheduler.visits.terms.states import VisitState
from scheduler.web.desk import figures, search
from scheduler.web.desk.actions import MOST_ACTIONS, Waiting, next_actions
from scheduler.web.desk.blueprint import bp
from scheduler.web.first_steps import steps_on_the_desk
from scheduler.web.guards import current_actor, may

__all__ = ["bp", "search"]

CALENDAR_AHEAD = dt.timedelta(days=90)  # in June the calendar of September is asked for
COMING_DAYS = 14
ON_THE_DESK = (Lacks.LACKING, Lacks.ENDS_IN_7, Lacks.ENDS_IN_30, Lacks.MINORS)
PROOFS_SHOWN = 20  # of each list
COUNTED_WITHIN_DAYS = 30  # an uncounted visit stays on the first page so long


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
    parts["first_steps"] = steps_on_the_desk(actor, day)
    if policy.scope_of(actor, "import", "calendar") is not None:
        parts["missing"] = calendar_missing(day) or calendar_missing(day + CALENDAR_AHEAD)
    return render_template("desk/today.html", day=day, **parts)


def _of_safeguarding(centre_id: int, day: dt.date) -> dict[str, object]:
    """What waits, what ends within 7 and within 30 days, and every minor's consent, a page of each."""
    asked = {one: page_number(request.args.get(one.value)) for one in ON_THE_DESK}
    pages = clearance_pages(centre_id, day, asked, per_page=PROOFS_SHOWN)
    return {one.value: page for one, page in pages.items()} | {
        "expiring": any(pages[one].total for one in ON_THE_DESK if one is not Lacks.MINORS)
    }


def _of_presenter(actor: Actor, presenter_id: int, day: dt.date, now: dt.datetime) -> dict[str, object]:
    """Her day, the next one, what waits for an answer or for numbers; of a minor, whether the guardian agreed."""
    first_day, last_day = day - dt.timedelta(days=COUNTED_WITHIN_DAYS), day + dt.timedelta(days=COMING_DAYS)
    visits = visits_of_presenter(presenter_id, first_day, day)
    counts = policy.scope_of(actor, "create", "attendance") is not None
    days = days_of(actor, day, last_day, today=day)
    offers = offers_of(presenter_id, now)
    coming = [one for one in days if one.on_day > day]
    g.counts = {"own.my_offers": len(offers)}
    return {
        "to_count": [visit for visit in visits if counts and _waits_for_numbers(visit, now)],
        "presenter": True,
        "now": now,
        "today": next((one for one in days if one.on_day == day), None),
        "next_day": coming[0] if coming else None,
        "later": [visit for one in coming[1:] for visit in one.visits],
        "offers": offers,
        "trips": trips_for(presenter_id, {one.visit.id: one.presentations for one in offers}),
        "clearance": safeguarding_queries.page_of(presenter_id, day).clearance,
    }


def _waits_for_numbers(visit: VisitRow, now: dt.datetime) -> bool:
    """Begun, and nobody has said yet how many came."""
    begun = visit.starts_at is not None and visit.starts_at <= now
    return begun and visit.state in (VisitState.CONFIRMED, VisitState.READY)


def _of_coordinator(actor: Actor, day: dt.date, now: dt.datetime) -> dict[str, object]:
    inbox = requests_inbox.inbox(actor, InboxFilters(), now=now)
    g.counts = g.get("counts", {}) | {"requests.inbox": inbox.new}
    near = nearing_visits(actor, day, now)
    late = late_counts(actor, now=now)
    failed = message_queries.outbox_of(actor.centre_id or 0, state=MessageState.FAILED, within=mails_in_reach(actor))
    disputed, uncounted = disputed_attendance(actor), {visit.visit_id: visit for visit, _one in late.rows}
    wishes = open_wishes(actor)
    actions = next_actions(
        Waiting(inbox.page.rows, near.unconfirmed, near.ending, wishes, uncounted.values(), disputed, failed.rows)
    )
    return {
        "coordinator": True,
        "inbox": inbox,
        "soon": near.soon,
        "ending": near.ending,
        "unconfirmed": near.unconfirmed,
        "uncounted": late.total,
        "failed_mails": failed.total,
        "standing_in": own_handovers(actor, now),
        "handed": inbox.handed,
        "held": figures.held_by(actor.centre_id, day) if actor.centre_id else None,
        "actions": actions[:MOST_ACTIONS],
        "more_actions": max(0, len(actions) - MOST_ACTIONS),
    }
