"""The first page of everybody who signs in: what must I do now?"""

import datetime as dt

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from scheduler import policy
from scheduler.attendance import queries as attendance_queries
from scheduler.core import clock
from scheduler.planning import queries
from scheduler.planning.terms import VisitRow, VisitState
from scheduler.policy import Actor
from scheduler.requests import queries as request_queries
from scheduler.requests.terms import InboxFilters
from scheduler.safeguarding import queries as safeguarding_queries
from scheduler.web.guards import current_actor, may

bp = Blueprint("desk", __name__)
COMING_DAYS = 14
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
        clearances = safeguarding_queries.clearances_of(actor.centre_id, day)
        parts["expiring"] = [one for one in clearances if one.waits]
        parts["ending_proofs"] = sorted(
            (one for one in clearances if one.ends_in is not None), key=lambda one: one.ends_in or 0
        )
    return render_template("desk/today.html", day=day, **parts)


def _of_presenter(actor: Actor, presenter_id: int, day: dt.date, now: dt.datetime) -> dict[str, object]:
    """Her day, the next one, what waits for an answer or for numbers; of a minor, whether the guardian agreed."""
    first_day, last_day = day - dt.timedelta(days=COUNTED_WITHIN_DAYS), day + dt.timedelta(days=COMING_DAYS)
    visits = queries.visits_of_presenter(presenter_id, first_day, day)
    counts = policy.scope_of(actor, "create", "attendance") is not None
    days = queries.days_of(actor, day, last_day, today=day)
    offers = queries.offers_of(presenter_id, now)
    coming = [one for one in days if one.on_day > day]
    g.counts = {"planning.my_offers": len(offers)}
    return {
        "to_count": [visit for visit in visits if counts and _waits_for_numbers(visit, now)],
        "presenter": True,
        "now": now,
        "today": next((one for one in days if one.on_day == day), None),
        "next_day": coming[0] if coming else None,
        "later": [visit for one in coming[1:] for visit in one.visits],
        "offers": offers,
        "clearance": safeguarding_queries.page_of(presenter_id, day).clearance,
    }


def _waits_for_numbers(visit: VisitRow, now: dt.datetime) -> bool:
    """Begun, and nobody has said yet how many came."""
    begun = visit.starts_at is not None and visit.starts_at <= now
    return begun and visit.state in (VisitState.CONFIRMED, VisitState.READY)


def _of_coordinator(actor: Actor, day: dt.date, now: dt.datetime) -> dict[str, object]:
    inbox = request_queries.inbox(actor, InboxFilters(), now=now)
    g.counts = g.get("counts", {}) | {"requests.inbox": inbox.new}
    return {
        "coordinator": True,
        "inbox": inbox,
        "soon": queries.visits_of_days(actor, day, day + dt.timedelta(days=1)),
        "ending": queries.offers_ending(actor, now),
        "unconfirmed": queries.not_confirmed_before(actor, day),
        "uncounted": sum(len(visit.presentations) for visit in attendance_queries.late_counts(actor, now=now)),
    }
