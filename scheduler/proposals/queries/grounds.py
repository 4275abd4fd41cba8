"""What a repair is for: which days it takes, and what keeps it from being drawn."""

import datetime as dt

from sqlalchemy import select

from scheduler import policy
from scheduler.booking.rules.days_that_suit import HORIZON_DAYS
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import GroundReason, NotFound, Reason
from scheduler.people import queries as people_queries
from scheduler.people.terms import PresenterRow
from scheduler.places import queries as place_queries
from scheduler.policy import Actor, in_reach
from scheduler.proposals.queries.to_mend import broken_by
from scheduler.proposals.terms.plan import (
    Mending,
    PlanScope,
    ProposalDraft,
    ProposalReason,
    Trouble,
)
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState

DAY = dt.timedelta(days=1)
A_WEEK, TWO_WEEKS, FOUR_WEEKS, FOR_GOOD = 7 * DAY, 14 * DAY, 28 * DAY, 60 * DAY


def repair_draft(actor: Actor, mends: Mending, *, now: dt.datetime) -> ProposalDraft:
    """A plan that mends this: the days it broke, with those around them. Raises: NotAllowed; NotFound."""
    today = clock.local_day(now)
    latest = today + (HORIZON_DAYS - 1) * DAY
    first, last = _days(actor, mends, today)
    scope = PlanScope(min(max(first, today), latest), max(today, min(last, latest)))
    return ProposalDraft(scope, mends=mends)


def _days(actor: Actor, mends: Mending, today: dt.date) -> tuple[dt.date, dt.date]:
    if mends.trouble is Trouble.CLOSURE:
        policy.require(actor, "read", "closure", centre=policy.own_part(actor))
        return today, max(today, place_queries.closure_of(mends.closure_id or 0).last_day) + FOUR_WEEKS
    if mends.trouble is Trouble.LATE:
        asked = late_request(actor, mends.late_id or 0)
        return asked.first_day - A_WEEK, asked.last_day + A_WEEK
    first = mends.away_from or today
    return first - A_WEEK, (mends.away_until or first + FOR_GOOD) + TWO_WEEKS


def late_request(actor: Actor, request_id: int) -> SchoolRequest:
    """A request that must still fit. Raises: NotFound where the actor does not reach."""
    policy.require(actor, "read", "plan", centre=actor.centre_id)
    row = db.session().scalar(
        select(SchoolRequest).where(SchoolRequest.id == request_id, in_reach(actor, SchoolRequest))
    )
    if row is None:
        raise NotFound("request")
    return row


def problems_with_ground(actor: Actor, draft: ProposalDraft, *, now: dt.datetime) -> dict[str, Reason]:
    """What keeps it from being drawn: {field: reason}. Raises: NotAllowed; NotFound."""
    today, mends = clock.local_day(now), draft.mends
    if mends is None:
        return {}
    if mends.presenter_id is not None:
        presenter_of(actor, mends.presenter_id)
    if mends.away_until is not None and mends.away_from is not None and mends.away_until < mends.away_from:
        return {"last_day": GroundReason.DAYS_NOT_IN_ORDER}
    if mends.away_until is not None and mends.away_until < today:
        return {"last_day": GroundReason.IN_THE_PAST}
    if mends.away_from is not None and (mends.away_from - today).days >= HORIZON_DAYS:
        return {"first_day": ProposalReason.TOO_FAR_AHEAD}
    if mends.late_id is not None:
        agreed = late_request(actor, mends.late_id).state is RequestState.AGREED
        return {} if agreed else {"": GroundReason.WRONG_STATE}
    return {} if broken_by(actor, draft, mends, now=now) else {"": ProposalReason.NOTHING_BROKEN}


def presenter_of(actor: Actor, presenter_id: int) -> PresenterRow:
    """Somebody of the actor's centre. Raises: NotFound."""
    person = people_queries.presenters_by_id([presenter_id]).get(presenter_id)
    if person is None or person.centre_id != actor.centre_id:
        raise NotFound("presenter")
    return person
